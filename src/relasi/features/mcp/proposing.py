"""Proposing: a program says what it would like to be written. Nothing is written; the person it works for decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from relasi.engine.api.caller import Caller
from relasi.engine.api.problem import Problem, error_of, not_there, refused
from relasi.engine.api.records import record_of
from relasi.engine.records.change_set import ChangeRow
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.changes import Changed
from relasi.features.mcp.models import Proposal, State, proposals_of
from relasi.features.mcp.news import tell_owner
from relasi.features.mcp.operations import MOST, Outcome, rehearsed, steps_of
from relasi.features.mcp.reading import entry_named
from relasi.features.mcp.untrusted import marked

LOCK = 73321


def propose(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    """Keeps the operations with the version of each record, and tells the person. Raises Problem for what the person
    could not do by themselves now, or beyond the budget of the hour."""
    title = given["title"].strip()
    if not title:
        raise Problem(422, "REQUIRED", _("Say in a few words what this is for."), "title")
    if not 1 <= len(given["operations"]) <= MOST:
        sentence = _("One proposal holds 1 to %(most)s operations.") % {"most": MOST}
        raise Problem(422, "OUT_OF_RANGE", sentence, "operations")
    operations = [_pinned(caller, place, one) for place, one in enumerate(given["operations"])]
    with transaction.atomic():
        _spend(caller, len(operations))
        outcome = _tried(operations)
        proposal = Proposal(
            user=caller.user, token=caller.token, title=title, operations=operations, rows=len(operations),
            program=caller.token.name if caller.token is not None else _("Program on the server"), state=State.WAITING,
        )  # fmt: skip
        Proposal.objects.bulk_create([proposal])
        tell_owner(proposal)
    return _answer(caller, proposal) | {
        "would_change": [_changed(one) for one in outcome.changed],
        "warnings": outcome.warnings,
        "note": _("Nothing has been written yet. The person decides on this page."),
    }


def _pinned(caller: Caller, place: int, one: Any) -> dict[str, Any]:
    """The operation, strictly read, for a record this program may write and the version it has now."""
    if not isinstance(one.get("module"), str):
        raise Problem(422, "REQUIRED", _("Give this argument."), f"operations.{place}.module")
    entry = entry_named(caller, one["module"])
    caller.must_write(entry.module)
    found = {"entry": entry.slug, **{name: value for name, value in one.items() if name != "module"}}
    ((_entry, step),) = steps_of([found])
    if step.op == "create":
        return found
    assert step.draft.id is not None
    record = record_of(caller, entry, step.draft.id, trashed=step.op == "restore")
    if found.setdefault("version", record.version) != record.version:
        sentence = _("Somebody else changed this record in the meantime.")
        raise Problem(409, "STALE_VERSION", sentence, f"operations.{place}.version")
    rows = ChangeRow.objects.filter(record_id=record.pk, origin=entry.module.table)
    found["known"] = rows.aggregate(last=Max("id"))["last"] or 0
    return found


def _tried(operations: list[dict[str, Any]]) -> Outcome:
    """Raises Problem for what would be refused."""
    try:
        outcome = rehearsed(operations)
    except Refused as wrong:
        raise refused(wrong.refusals, wrong.status) from None
    if outcome.refusals:
        errors = [error_of(one) for one in outcome.refusals]
        sentence = " ".join(dict.fromkeys(one["message"] for one in errors))
        raise Problem(422, errors[0]["code"], sentence, errors=errors)
    return outcome


def _spend(caller: Caller, rows: int) -> None:
    """Takes the rows from what this program may propose in an hour. One at a time for each person, so that many at once
    spend no more than there is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s::integer)", [LOCK, caller.user.id % 2**31])
    recent = Proposal.objects.filter(made_at__gt=timezone.now() - timedelta(hours=1), user=caller.user.id)
    used = recent.filter(token=caller.token).aggregate(n=Sum("rows"))["n"] or 0
    budget = settings.PROPOSED_PER_HOUR
    if used + rows > budget:
        sentence = _(
            "This program may propose %(budget)s records an hour; %(used)s are used. Try again later."
        )
        raise Problem(429, "RATE_LIMITED", sentence % {"budget": budget, "used": used})


def _answer(caller: Caller, proposal: Proposal) -> dict[str, Any]:
    return {
        "proposal": proposal.pk, "state": str(proposal.standing), "records": proposal.rows,
        "page": caller.request.build_absolute_uri(f"/proposals/{proposal.pk}/") if caller.token is not None
        else f"/proposals/{proposal.pk}/",
        "change_set": proposal.change_set,
    }  # fmt: skip


def _changed(one: Changed) -> dict[str, Any]:
    return {
        "module": one.module.slug, "title": marked(one.title), "what": WHAT.get(one.kind, one.kind),
        "fields": [
            {"field": str(label), "before": marked(before), "after": marked(after)}
            for label, before, after in one.fields
        ],
    }  # fmt: skip


WHAT = {"c": "created", "u": "changed", "d": "deleted", "delete": "deleted", "restore": "restored"}


def look_up(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    """What became of a proposal of this program."""
    found = proposals_of(caller.user).filter(pk=given["proposal"], token=caller.token).first()
    if found is None:
        raise not_there()
    return _answer(caller, found)
