"""Undo: a whole change set taken back through the write door, never over what somebody did since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting, current_acting
from relasi.engine.access.door import has_tool
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import UnknownModule, registry
from relasi.engine.records import undo_lines
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, write

# So many records are taken back in one statement; all in one transaction.
AT_ONCE = 5000


@dataclass
class Plan:
    """What an undo would do to one module. conflicts: (record id, column) touched since, left as they are."""

    module: Module
    put_back: dict[int, dict[str, Any]] = field(default_factory=dict)
    trash: list[int] = field(default_factory=list)
    restore: list[int] = field(default_factory=list)
    conflicts: list[tuple[int, str]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len({*self.put_back, *self.trash, *self.restore})


@dataclass
class Undone:
    """change_set: of the undo itself. count: records taken back. conflicts: (module, record id, column)."""

    change_set: int | None
    count: int
    conflicts: list[tuple[Module, int, str]]


def plans(change_set: ChangeSet) -> list[Plan]:
    """What taking this change set back would do now, last written module first."""
    by_table: dict[str, list[ChangeRow]] = defaultdict(list)
    for row in ChangeRow.objects.filter(change_set=change_set).order_by("-id"):
        by_table[row.origin].append(row)
    found = []
    for table, rows in by_table.items():
        try:
            module = registry.by_table(table)
        except UnknownModule:
            continue
        if "delete" not in module.verbs and not module.is_line:
            continue  # what the product notes for itself stays noted
        found.append(_plan(module, rows))
    undo_lines.keep_whole(found)
    return found


def _plan(module: Module, rows: list[ChangeRow]) -> Plan:
    """rows: newest first, so the oldest `before` and the newest `after` of each column win."""
    plan = Plan(module)
    first: dict[int, dict[str, Any]] = defaultdict(dict)
    last: dict[int, dict[str, Any]] = defaultdict(dict)
    made = set()
    for row in rows:
        if row.kind == "c":
            made.add(row.record_id)
        elif row.kind == "u" and row.before:  # what is gone for good has left no values
            first[row.record_id].update(row.before)
            last[row.record_id] = {**row.after, **last[row.record_id]}
    since = _touched_since(rows)
    living = dict(module.model._base_manager.filter(pk__in={*made, *first}).values_list("pk", "trashed_at"))
    for id in made:
        if id in living and living[id] is None:
            if since[id]:
                plan.conflicts += [(id, column) for column in sorted(since[id])]
            else:
                plan.trash.append(id)
    for id, before in first.items():
        if id not in made and id in living:
            # What was changed and changed back in the same act is as it was.
            really = {
                column: value
                for column, value in before.items()
                if not _same(column, last[id][column], value)
            }
            _plan_one(plan, id, really, since[id])
    return plan


def _plan_one(plan: Plan, id: int, before: dict[str, Any], since: set[str]) -> None:
    columns = {c: v for c, v in before.items() if c not in since}
    plan.conflicts += [(id, column) for column in sorted(before.keys() & since)]
    if "trashed_at" in columns:
        (plan.trash if columns.pop("trashed_at") else plan.restore).append(id)
    columns.pop("trashed_by_id", None)
    if columns:
        plan.put_back[id] = columns


def _touched_since(rows: list[ChangeRow]) -> dict[int, set[str]]:
    """Record -> columns that later change sets left other than this one did. Changed and changed back is untouched."""
    newest = max(row.id for row in rows)
    ids = {row.record_id for row in rows}
    left: dict[int, dict[str, Any]] = defaultdict(dict)
    now: dict[int, dict[str, Any]] = defaultdict(dict)
    found = ChangeRow.objects.filter(record_id__in=ids, kind="u", id__gt=newest).order_by("id")
    found = found.exclude(change_set=rows[0].change_set_id).filter(before__isnull=False)
    for record_id, before, after in found.values_list("record_id", "before", "after"):
        # What stood before the first later change is what this one left.
        left[record_id] = {**before, **left[record_id]}
        now[record_id].update(after)
    return defaultdict(
        set,
        {
            id: {c for c, value in columns.items() if not _same(c, left[id][c], value)}
            for id, columns in now.items()
        },
    )


def _same(column: str, one: Any, other: Any) -> bool:
    """Of the bin it matters whether a record lies in it, not since when nor by whom."""
    if column == "trashed_by_id":
        return True
    return (one is None) == (other is None) if column == "trashed_at" else one == other


def revert(change_set: ChangeSet) -> Undone:
    """Takes the change set back as far as nobody touched it since.

    Raises Refused when it was taken back already, or when the person may not change one of its records.
    """
    if change_set.reverted_by.exists():
        raise Refused([Refusal("", "INVALID_TRANSITION", _("This was undone already."))])
    mine = current_acting()
    with acting(mine.user, via="undo", impersonator=mine.impersonator, reverts=change_set.pk) as stretch:
        with transaction.atomic():
            todo = plans(change_set)
            for plan in todo:
                _carry_out(plan, undo_lines.authority(plan) or _authority(change_set, mine.user))
            undo_lines.work_out_again(todo)
        return Undone(
            stretch.change_set,
            sum(plan.size for plan in todo),
            [(plan.module, id, column) for plan in todo for id, column in plan.conflicts],
        )


def _authority(change_set: ChangeSet, user: Any) -> str:
    """A merge moved what its maker may not change one by one; whoever made it may have it moved back."""
    mine = user is SYSTEM or change_set.user_id == user.id
    return "a merge is taken apart" if change_set.via == "merge" and mine and has_tool(user, "merge") else ""


def _carry_out(plan: Plan, authorised: str) -> None:
    """What was made goes first and what was deleted comes last: both may want a value that only one may have. Only
    what points at a record that comes back has to wait for it."""
    _move(plan, "trash", plan.trash, authorised)
    back = set(plan.restore)
    waiting = {
        id for id, values in plan.put_back.items() if back & {v for v in values.values() if type(v) is int}
    }
    _put_back(plan, [id for id in plan.put_back if id not in waiting], authorised)
    _move(plan, "restore", plan.restore, authorised)
    _put_back(plan, sorted(waiting), authorised)


def _move(plan: Plan, verb: str, ids: list[int], authorised: str) -> None:
    """Into the bin or out of it."""
    for some in _slices(ids):
        drafts = [Draft({}, id=id) for id in some]
        write(plan.module, drafts, verb=verb, confirmed=["trash"], authorised=authorised)


def _put_back(plan: Plan, ids: list[int], authorised: str) -> None:
    for some in _slices(ids):
        drafts = [Draft(dict(plan.put_back[id]), id=id) for id in some]
        write(plan.module, drafts, exact=True, authorised=authorised)


def _slices(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
