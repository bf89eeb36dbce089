"""What imports cannot show: every write through the door, no signals, small pieces, files that say what they are.

An exemption needs a sentence and dies: the test fails when what it excuses is no longer there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "relasi"
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)

MOST_LINES, MOST_IN_A_FUNCTION = 400, 40
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "data", "common", "misc"}

# Methods that write rows, and the words of those that only look like it.
WRITING = {
    "save",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "update",
    "create",
}
# What these methods are called on when they write no rows at all.
NO_ROWS = {"storage", "default_storage", "self.file", "job.file.storage", "super()", "hashlib", "digest"}

# File, method -> why it may write past the door. No row of these is a record with an owner and a history.
WRITES: dict[tuple[str, str], str] = {
    ("engine/activity/attachment.py", "save"): "the pixels of a picture are saved into a file",
    ("engine/activity/delivery.py", "save"): "what one person is told is no record of the company",
    ("engine/activity/delivery.py", "delete"): "news that is told is gone",
    ("engine/activity/mail.py", "update"): "what one person is told is no record of the company",
    ("engine/activity/news.py", "bulk_create"): "news waits to be told, and has no owner",
    ("engine/activity/notification.py", "delete"): "what one person was told is kept for a while only",
    ("engine/api/company_usage.py", "delete"): "counts of usage go after thirteen months",
    ("engine/api/company_usage.py", "update"): "a count of calls is no record",
    ("engine/api/storage_used.py", "delete"): "measures of storage go after thirteen months",
    ("engine/api/daily.py", "delete"): "counts of a day go after two",
    ("engine/api/delivery.py", "bulk_create"): "where a webhook reads on is no record",
    ("engine/api/delivery.py", "delete"): "what was told of an erased person is gone",
    ("engine/records/erasing.py", "create"): "the proof of an erasure is never changed",
    ("engine/api/delivery.py", "update"): "a message notes how it went",
    ("engine/query/by_hand.py", "bulk_create"): "where a card stands on a board is nothing of its record",
    ("engine/query/by_hand.py", "update"): "where a card stands on a board is nothing of its record",
    ("engine/api/sending.py", "bulk_create"): "a try is noted, no record",
    ("engine/api/sending.py", "update"): "a message notes how it went",
    ("engine/api/telling.py", "bulk_create"): "messages of what changed are no records",
    ("engine/api/telling.py", "update"): "where a webhook reads on is no record",
    ("engine/api/webhook.py", "update"): "failures are counted anew, no record",
    ("features/settings/webhooks.py", "bulk_create"): "a test message is no record",
    ("features/settings/webhooks.py", "update"): "a test is not tried again",
    ("modules/billing/online_paying.py", "bulk_create"): "a try to pay is no record; what it pays is",
    ("modules/customers/scoring.py", "update"): "points are worked out, the lead is not changed by them",
    ("modules/billing/online_paying.py", "update"): "a try to pay notes how it went",
    ("modules/billing/stored_charging.py", "bulk_create"): "a try to be paid is no record; what it pays is",
    (
        "modules/subscribing/mrr_move.py",
        "bulk_create",
    ): "what subscriptions earn is a log beside them, and never changed",
    ("engine/activity/public_link.py", "create"): "the log of looks at public pages is a history itself",
    ("engine/activity/public_link.py", "delete"): "looks at addresses that lead nowhere are kept for a day",
    ("engine/api/idempotency.py", "update"): "an answer is kept for a day to be given again",
    ("engine/api/idempotency.py", "delete"): "an answer a day old is given no more",
    ("engine/api/metering.py", "delete"): "counts of calls go after thirteen months",
    (
        "engine/query/arrangement.py",
        "update",
    ): "how a person arranges lists is a convenience, many times a day",
    ("features/duplicates/page.py", "update"): "a pair is a finding of the product, kept apart by a person",
    ("engine/assigning/noting.py", "bulk_create"): "why somebody got a record is a log, and never changed",
    ("engine/assigning/turn.py", "bulk_create"): "whose turn it is moves with every record, and is no record",
    ("engine/assigning/turn.py", "update"): "whose turn it is moves with every record, and is no record",
    ("engine/bulk/job.py", "bulk_create"): "a job is made, no record",
    ("engine/bulk/job.py", "delete"): "a job that never started has changed nothing",
    ("engine/bulk/run.py", "update"): "a job notes how far it is, in the transaction of what it did",
    ("engine/bulk/take_back.py", "bulk_create"): "faults tell what a job has left as it was",
    ("engine/bulk/take_back.py", "update"): "which values to take back is chosen, nothing of them is written",
    ("engine/fields/image.py", "save"): "the pixels of a picture are saved into a file",
    (
        "engine/transfer/columns_step.py",
        "update_or_create",
    ): "a mapping of columns is a convenience of one person",
    ("engine/transfer/file_job.py", "update"): "a job notes how far it is",
    ("features/company_archive/page.py", "bulk_create"): "a job is made, no record",
    ("features/scheduled_exports/jobs.py", "bulk_create"): "a run is a note of an act, no record",
    ("features/scheduled_exports/making.py", "bulk_create"): "a job is made, no record",
    ("features/scheduled_exports/jobs.py", "delete"): "runs are kept for thirteen months",
    ("features/scheduled_exports/jobs.py", "save"): "when a schedule is due next is no record",
    ("features/scheduled_exports/making.py", "update"): "failures are counted anew, no record",
    ("features/scheduled_exports/making.py", "save"): "failures are counted, no record",
    ("features/scheduled_exports/run.py", "update"): "a run notes how it went",
    (
        "features/scheduled_exports/setting_up.py",
        "update_or_create",
    ): "when a schedule is due next is no record",
    ("engine/transfer/export_page.py", "bulk_create"): "a job is made, no record",
    ("engine/transfer/import_.py", "bulk_create"): "faults are what a file held, not what the company knows",
    ("engine/transfer/management/commands/import_records.py", "bulk_create"): "a job is made, no record",
    ("engine/transfer/wizard.py", "bulk_create"): "a job is made, no record",
    ("features/first_run/page.py", "save"): "the hash of a password never enters history",
    ("features/coretax/exporting.py", "create"): "what was exported is a note of an act, and no record",
    ("features/coretax/exporting.py", "bulk_create"): "the files of an export stay as they were made",
    ("features/compat/challenge.py", "create"): "a token of five minutes is no record",
    ("features/compat/challenge.py", "delete"): "a token is used up, or over",
    (
        "features/compat/sent_file.py",
        "create",
    ): "a file without a record waits; it becomes an attachment by the door",
    ("features/compat/sent_file.py", "delete"): "what waited for a record and got none is forgotten",
    ("features/compat/sent_file.py", "update"): "what a program calls a file is its own word for it",
    (
        "features/compat/sent_file.py",
        "update_or_create",
    ): "what a program calls a file is its own word for it",
    ("features/compat/session.py", "create"): "that a program is signed in is no record",
    ("features/compat/session.py", "delete"): "a session ends",
    ("features/compat/session.py", "update"): "when a session was used last, each minute",
    ("features/compat/wrong_tries.py", "create"): "wrong keys are counted to hold back whoever guesses",
    ("features/compat/wrong_tries.py", "delete"): "wrong keys count for fifteen minutes",
    ("features/compat/people.py", "save"): "the hash of a password never enters history",
    (
        "features/scheduler/job_form.py",
        "update_or_create",
    ): "the order of jobs says who set it, in their own rows",
    ("features/scheduler/jobs.py", "update_or_create"): "that a late job was told of stands in its own row",
    ("features/scheduler/models.py", "delete"): "how jobs went is kept for thirty days",
    ("features/scheduler/page.py", "bulk_create"): "a run is asked for, no record",
    ("features/scheduler/page.py", "update_or_create"): "when a job runs says who set it, in its own row",
    ("features/settings/suspension.py", "delete"): "second factors are secrets and leave no trace",
    ("features/sign_in/forms.py", "save"): "what a second factor has used up is no one's history",
    ("features/sign_in/passwords.py", "save"): "the hash of a password never enters history",
    ("kits/trade/paper/letterhead.py", "save"): "a picture becomes a PNG for the paper",
    ("kits/trade/paper/qr.py", "save"): "a QR code becomes an SVG for the paper",
    ("project/demo/letterhead.py", "save"): "the pixels of a picture are saved into a file",
    ("project/demo/staff.py", "save"): "the hash of a password never enters history",
    ("features/month_end/taking.py", "bulk_create"): "a snapshot is no record: nothing ever changes of it",
    ("features/mcp/deciding.py", "save"): "a proposal notes what was decided",
    ("features/mcp/models.py", "bulk_update"): "what was proposed for an erased person is gone",
    ("features/mcp/proposing.py", "bulk_create"): "a proposal waits for a person and writes nothing",
    ("features/tie_out/jobs.py", "bulk_create"): "a run of the checks is no record",
    ("features/tie_out/models.py", "delete"): "how the checks went is kept for four hundred days",
    ("features/tie_out/page.py", "bulk_create"): "a run of the checks is asked for, no record",
    ("features/tie_out/running.py", "bulk_create"): "what the checks found is no record",
    ("features/tie_out/running.py", "delete"): "a run that begins again forgets what it had found",
    ("features/tie_out/running.py", "update"): "a run notes when it began and ended",
    ("users/passwords.py", "create"): "hashes of old passwords are kept only to be compared with",
    ("users/passwords.py", "delete"): "hashes of old passwords go when five newer ones are there",
    ("users/sign_in_log.py", "create"): "the log of signing in is a history itself",
}


# File, function -> why it is longer.
LONG = {
    (
        "kits/trade/editor/page.py",
        "_context",
    ): "all that the page of a document with lines shows, in one list",
}


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.AST) -> int:
    return (node.end_lineno or 0) - node.lineno + 1  # type: ignore[attr-defined]


def row_writes(path: Path) -> Iterator[tuple[str, int, str]]:
    """(method, line, what it is called on) of every call that may write rows of a model."""
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        on, method = ast.unparse(node.func.value), node.func.attr
        if method not in WRITING or on in NO_ROWS:
            continue
        through = "objects" in on or "_base_manager" in on or "filter(" in on
        if method in ("save", "delete") or through:
            yield method, node.lineno, on


def test_no_file_has_more_lines_than_a_person_reads():
    long = {
        name_of(path): lines for path in FILES if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert not long


def test_no_function_has_more_lines_than_fit_on_a_screen():
    long = [
        f"{name_of(path)}:{node.lineno} {node.name} ({length(node)})"
        for path in FILES for node in functions(path)
        if length(node) > MOST_IN_A_FUNCTION and (name_of(path), node.name) not in LONG
    ]  # fmt: skip
    assert not long


def test_no_file_has_a_name_that_says_nothing():
    assert [name_of(path) for path in FILES if path.stem in VAGUE] == []


def test_every_file_says_first_what_it_is():
    """App configurations and package marks are what their names say."""
    bare = [
        name_of(p)
        for p in FILES
        if p.name not in ("__init__.py", "apps.py") and not ast.get_docstring(tree_of(p))
    ]
    assert bare == []


def test_there_are_no_signals():
    """What follows from a change is a method, a reaction or a workflow: all of them can be listed."""
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in FILES for node in ast.walk(tree_of(path))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".signals"))
        or (isinstance(node, ast.Import) and any(one.name.endswith("signals") for one in node.names))
    ]  # fmt: skip
    assert found == []


def test_records_are_written_through_the_door_alone():
    outside = [
        (name_of(path), method, line, on)
        for path in FILES if not name_of(path).startswith("engine/records/")
        for method, line, on in row_writes(path) if (name_of(path), method) not in WRITES
    ]  # fmt: skip
    assert not outside, "Use relasi.engine.records.write, or say in WRITES why not:\n" + "\n".join(
        map(str, outside)
    )


def test_every_exemption_is_still_needed():
    there = {(name_of(path), method) for path in FILES for method, _line, _on in row_writes(path)}
    assert [key for key in WRITES if key not in there] == []
    long = {
        (name_of(path), node.name)
        for path in FILES
        for node in functions(path)
        if length(node) > MOST_IN_A_FUNCTION
    }
    assert [key for key in LONG if key not in long] == []


@pytest.mark.parametrize(
    "code, writes",
    [("Deal.objects.create(name='x')", 1), ("deal.save()", 1), ("Deal._base_manager.filter(pk=1).update(x=1)", 1),
     ("deal.delete()", 1), ("{}.update(a=1)", 0), ("create(Deal, {})", 0)],
)  # fmt: skip
def test_such_a_write_would_be_found(tmp_path, code, writes):
    file = tmp_path / "one.py"
    file.write_text(code)
    assert len(list(row_writes(file))) == writes
