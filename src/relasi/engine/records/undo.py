"""Undo: a whole change set taken back through the write door, never over what somebody did since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting, acting_user, current_acting
from relasi.engine.access.door import has_tool
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import UnknownModule, registry
from relasi.engine.fields.custom import unfolded
from relasi.engine.records import undo_lines
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.held import followers_of, hold
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, write

# So many records are taken back in one statement.
AT_ONCE = 5000

# (record id, column) of values that are taken back although somebody changed them since.
Over = Collection[tuple[int, str]]


@dataclass
class Plan:
    """What an undo would do to one module. conflicts: (record id, column) touched since, left as they are.

    stood: for each conflict the stored values before and after the act that is to be taken back, in JSON form.
    """

    module: Module
    put_back: dict[int, dict[str, Any]] = field(default_factory=dict)
    trash: list[int] = field(default_factory=list)
    restore: list[int] = field(default_factory=list)
    conflicts: list[tuple[int, str]] = field(default_factory=list)
    stood: dict[tuple[int, str], tuple[Any, Any]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len({*self.put_back, *self.trash, *self.restore})


@dataclass
class Undone:
    """change_set: of the undo itself. count: records taken back. plans: what was done, and left, in each module."""

    change_set: int | None
    count: int
    plans: list[Plan]

    @property
    def conflicts(self) -> list[tuple[Module, int, str]]:
        """(module, record id, column) of what was left because somebody changed it since."""
        return [(plan.module, id, column) for plan in self.plans for id, column in plan.conflicts]


def plans(change_set: ChangeSet, roots: Sequence[int] | None = None, over: Over = ()) -> list[Plan]:
    """What taking this change set back would do now, last written module first.

    roots: only these records, with their lines. over: values to take back although they were touched since.
    """
    by_table: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(change_set, roots):
        by_table[row[4]].append(row)
    found = []
    for table, rows in by_table.items():
        module = _undoable(table)
        if module is not None:
            found.append(_plan(change_set, module, rows, over))
    undo_lines.keep_whole(found)
    undo_lines.leave_to_wholes(found)
    return found


def roots_of(change_set: ChangeSet) -> Iterator[int]:
    """Every record an undo would touch, once, last written module first; lines count as their record."""
    rows = ChangeRow.objects.filter(change_set=change_set).order_by()
    tables = rows.values("origin").annotate(last=Max("pk")).order_by("-last").values_list("origin", flat=True)
    modules = {table: _undoable(table) for table in tables}
    known = {module.table for module in modules.values() if module and not module.is_line}
    for table, module in modules.items():
        ids = rows.filter(origin=table).values("record_id")
        if module is None:
            continue
        if not module.is_line:
            yield from ids.distinct().order_by("record_id").values_list("record_id", flat=True).iterator()
        elif undo_lines.whole_module(module).table not in known:
            wholes = module.model._base_manager.filter(pk__in=ids).values_list(
                module.whole.attname, flat=True
            )
            yield from wholes.distinct().iterator()


def _undoable(table: str) -> Module | None:
    """What the product notes for itself stays noted, unless its declaration says that an undo takes it back."""
    try:
        module = registry.by_table(table)
    except UnknownModule:
        return None
    return module if "delete" in module.verbs or module.is_line or module.taken_back else None


# Of a change row: id, record, kind, (before, after), table.
Row = tuple[int, int, str, tuple[Any, Any], str]


def _rows(change_set: ChangeSet, roots: Sequence[int] | None) -> Iterable[Any]:
    """(id, record, kind, (before, after), table) of the change set's rows, newest first."""
    rows = ChangeRow.objects.filter(change_set=change_set)
    if roots is not None:
        ids = list(roots)
        for table in rows.order_by().values_list("origin", flat=True).distinct():
            module = _undoable(table)
            if module is not None and module.is_line:
                lines = module.model._base_manager.filter(**{f"{module.whole.attname}__in": roots})
                ids += lines.values_list("pk", flat=True)
        # By record: reading the whole change set for each of its slices would take ever longer the larger it is.
        where, params = ["record_id = ANY(%s)", "change_set_id + 0 = %s"], [ids, change_set.pk]
        rows = ChangeRow.objects.extra(where=where, params=params)
    found = rows.order_by().values_list("id", "record_id", "kind", "before", "after", "origin")
    for id, record, kind, before, after, table in sorted(found, reverse=True, key=itemgetter(0)):
        yield id, record, kind, unfolded(before, after), table


def _plan(change_set: ChangeSet, module: Module, rows: list[Row], over: Over) -> Plan:
    """rows: newest first, so the oldest `before` and the newest `after` of each column win."""
    plan = Plan(module)
    first: dict[int, dict[str, Any]] = defaultdict(dict)
    last: dict[int, dict[str, Any]] = defaultdict(dict)
    made = set()
    for _id, record, kind, (before, after), _table in rows:
        if kind == "c":
            made.add(record)
        elif kind == "u" and before:  # what is gone for good has left no values
            first[record].update(before)
            last[record] = {**after, **last[record]}
    since = _touched_since(change_set, rows)
    living = _living(module, [*made, *first])
    for id in made:
        if id in living and living[id] is None:
            if since[id] and not any((id, column) in over for column in since[id]):
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
            _plan_one(plan, id, really, {c for c in since[id] if (id, c) not in over})
            plan.stood.update({(id, c): (really[c], last[id][c]) for c in really.keys() & since[id]})
    return plan


def _living(module: Module, ids: list[int]) -> dict[int, Any]:
    """Those that are still there, in the bin or not -> since when they lie in it."""
    rows = module.model._base_manager.extra(where=[f'"{module.table}".id = ANY(%s)'], params=[ids])
    return dict(rows.values_list("pk", "trashed_at"))


def _plan_one(plan: Plan, id: int, before: dict[str, Any], since: set[str]) -> None:
    columns = {c: v for c, v in before.items() if c not in since}
    plan.conflicts += [(id, column) for column in sorted(before.keys() & since)]
    if "trashed_at" in columns:
        (plan.trash if columns.pop("trashed_at") else plan.restore).append(id)
    columns.pop("trashed_by_id", None)
    if columns:
        plan.put_back[id] = columns


def _touched_since(change_set: ChangeSet, rows: list[Row]) -> dict[int, set[str]]:
    """Record -> columns that later change sets left other than this one did. Changed and changed back is untouched,
    and so is what an undo of this one put back."""
    newest = max(row[0] for row in rows)
    left: dict[int, dict[str, Any]] = defaultdict(dict)
    now: dict[int, dict[str, Any]] = defaultdict(dict)
    found = ChangeRow.objects.filter(kind="u", id__gt=newest, before__isnull=False).order_by("id")
    found = found.extra(where=["record_id = ANY(%s)"], params=[list({row[1] for row in rows})])
    found = found.exclude(change_set=change_set).exclude(change_set__in=list(_undos(change_set)))
    later: Any = found.values_list("record_id", "before", "after")
    for record_id, *sides in later:
        before, after = unfolded(*sides)
        left[record_id] = {**before, **left[record_id]}
        now[record_id].update(after)
    return defaultdict(
        set,
        {
            id: {c for c, value in columns.items() if not _same(c, left[id][c], value)}
            for id, columns in now.items()
        },
    )


def _undos(change_set: ChangeSet) -> Any:
    return ChangeSet.objects.filter(reverts=change_set).values_list("pk", flat=True)


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
    with acting(mine.user, via="undo", impersonator=mine.impersonator, reverts=change_set.pk):
        return revert_some(change_set)


def revert_some(change_set: ChangeSet, roots: Sequence[int] | None = None, over: Over = ()) -> Undone:
    """The same for some of its records, inside a stretch of acting that says what it reverts.

    over: these values are taken back although somebody changed them since, and of their records nothing else is.
    Raises Refused, after which nothing has changed.
    """
    with transaction.atomic():
        _hold(change_set, roots)
        todo = plans(change_set, roots, over)
        for plan in todo:
            if over:
                _narrow(plan, over)
            _carry_out(plan, undo_lines.authority(plan) or _authority(change_set, acting_user()))
        undo_lines.work_out_again(todo)
    return Undone(current_acting().change_set, sum(plan.size for plan in todo), todo)


def _hold(change_set: ChangeSet, roots: Sequence[int] | None) -> None:
    """Before it is planned, so that what the plan is made from stays; and not in the reverse order of the act."""
    rows = ChangeRow.objects.filter(change_set=change_set).order_by()
    wanted: list[tuple[Module, Any]] = []
    for table in rows.values_list("origin", flat=True).distinct():
        module = _undoable(table)
        if module is not None:
            ids = rows.filter(origin=table).values("record_id") if roots is None else list(roots)
            wanted += [(module, ids)] if module.is_record else []
            wanted += followers_of(module, ids)
    hold(wanted)


def _narrow(plan: Plan, over: Over) -> None:
    """Leaves what an earlier undo has dealt with."""
    ids = {id for id, _column in over}
    plan.put_back = {
        id: {column: value for column, value in values.items() if (id, column) in over}
        for id, values in plan.put_back.items()
        if id in ids
    }
    plan.put_back = {id: values for id, values in plan.put_back.items() if values}
    plan.trash = [id for id in plan.trash if id in ids]
    plan.restore = [id for id in plan.restore if (id, "trashed_at") in over]
    plan.conflicts = []


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
        write(plan.module, drafts, verb=verb, authorised=authorised, anyway=True)


def _put_back(plan: Plan, ids: list[int], authorised: str) -> None:
    for some in _slices(ids):
        drafts = [Draft(dict(plan.put_back[id]), id=id) for id in some]
        write(plan.module, drafts, exact=True, authorised=authorised)


def _slices(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
