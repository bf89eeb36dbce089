"""History: what happened to a record, in words, read from the change sets."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from relasi.engine.access.door import fields_for, may
from relasi.engine.access.prepared import Given, prepared
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.custom import unfolded
from relasi.engine.fields.kind import Kind, kind_of
from relasi.engine.records.absorbed import STORY
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.record import title_of

SILENT = {"trashed_by_id", "custom"}


@dataclass
class FieldChange:
    kind: Kind
    before: Any
    after: Any


@dataclass
class Entry:
    """One thing that happened. what: created, changed, trashed, restored. place: where the next older one begins."""

    change_set: ChangeSet
    at: datetime
    what: str
    fields: list[FieldChange]
    place: Place | None = None


# A moment and the id of a row of history: what is older than both comes after.
Place = tuple[datetime, int]


def history_of(record: Any, user: Any, *, limit: int = 50, before: Place | None = None) -> list[Entry]:
    """Newest first, older than `before`: `limit` entries, or the last ones there are. Fields the person may not see
    are left out, and entries that then say nothing."""
    module = registry.of(record)
    found: list[Entry] = []
    seen = fields_for(user, "view", module)
    last = before[1] if before else None
    while len(found) < limit:
        read = _whole_acts(record.pk, module.table, limit + 1, last)
        for group in _by_change_set(read).values():
            last = group[-1].pk
            entry = _entry(module, group, seen)
            if entry:
                entry.place = (group[-1].at, last)
                found.append(entry)
        if len(read) <= limit:
            break
    del found[limit:]
    name_references(found, user)
    return found


def _by_change_set(rows: list[ChangeRow]) -> dict[int, list[ChangeRow]]:
    found: dict[int, list[ChangeRow]] = defaultdict(list)
    for row in rows:
        found[row.change_set_id].append(row)
    return found


def _whole_acts(record: int, table: str, limit: int, before: int | None) -> list[ChangeRow]:
    """The newest rows; the last act among them with all its rows, or it would tell half of what happened."""
    asked = {"record": record, "table": table, "before": before}
    shape = ("history", limit, before is None)
    found = prepared(shape, lambda: _rows(before is None).order_by("-id")[:limit], by_key=True).run(asked)
    if len(found) == limit:
        last = found[-1]
        rows = _rows(True).filter(change_set=Given("act"), pk__lt=Given("last")).order_by("-id")
        found += prepared("rest of an act", lambda: rows, by_key=True).run(
            {**asked, "act": last.change_set_id, "last": last.pk}
        )
    return found


def _rows(all_of_them: bool) -> QuerySet:
    rows = ChangeRow.objects.filter(origin=Given("table")).extra(where=[STORY], params=[Given("record")])
    rows = rows if all_of_them else rows.filter(pk__lt=Given("before"))
    names = [
        f"change_set__{who}__{name}"
        for who in ("user", "impersonator")
        for name in ("first_name", "last_name")
    ]
    fields = [f"change_set__{field.name}" for field in ChangeSet._meta.fields]
    return rows.select_related("change_set__user", "change_set__impersonator").only(
        *(field.name for field in ChangeRow._meta.fields), *fields, *names
    )


def net_changes(user: Any, wanted: dict[int, tuple[Module, list[int]]]) -> dict[int, Entry]:
    """Record -> what the change sets did to it all in all, as far as this person may see it; nothing, no entry.

    wanted: record id -> its module and the ids of the change sets. One query, and one for each module referred to.
    """
    sets = {change_set for _module, some in wanted.values() for change_set in some}
    rows = ChangeRow.objects.filter(change_set__in=sets, record_id__in=list(wanted))
    by_record: dict[int, list[ChangeRow]] = defaultdict(list)
    for row in rows.select_related("change_set__user", "change_set__impersonator").order_by("-at", "-id"):
        module, some = wanted[row.record_id]
        if row.origin == module.table and row.change_set_id in some:
            by_record[row.record_id].append(row)
    found = {}
    for id, group in by_record.items():
        module = wanted[id][0]
        entry = _entry(module, group, fields_for(user, "view", module))
        if entry:
            found[id] = entry
    name_references(list(found.values()), user)
    return found


def acts_of(module: Module, rows: list[ChangeRow], seen: set[str]) -> list[Entry]:
    """What happened to one record: an entry for each act of these rows, which come newest first. seen: names of fields.

    References stand as ids until `name_references` names them.
    """
    entries = (_entry(module, group, seen) for group in _by_change_set(rows).values())
    return [entry for entry in entries if entry]


def _entry(module: Module, rows: list[ChangeRow], seen: set[str]) -> Entry | None:
    """One entry for all rows of one change set: created swallows changed."""
    newest, oldest = rows[0], rows[-1]
    if oldest.kind == "c":
        return Entry(oldest.change_set, oldest.at, "created", [])
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for row in rows:
        old, new = unfolded(row.before, row.after)
        before.update(old or {})
        after = {**(new or {}), **after}
    if "trashed_at" in after:
        return Entry(newest.change_set, newest.at, "trashed" if after["trashed_at"] else "restored", [])
    fields = []
    for field in module.fields.values():
        column = field.attname
        if (
            column in after
            and column not in SILENT
            and field.name in seen
            and before[column] != after[column]
        ):
            kind = kind_of(field)
            fields.append(FieldChange(kind, kind.from_json(before[column]), kind.from_json(after[column])))
    return Entry(newest.change_set, newest.at, "changed", fields) if fields else None


def name_references(entries: list[Entry], user: Any) -> None:
    """Turns ids in reference fields into titles, one query for each module. What is hidden has a number alone."""
    wanted: dict[Any, set[int]] = defaultdict(set)
    for entry in entries:
        for change in entry.fields:
            target = getattr(change.kind.field, "related_model", None)
            if target:
                wanted[target] |= {value for value in (change.before, change.after) if value is not None}
    names = {target: _names(target, ids, user) for target, ids in wanted.items() if ids}
    for entry in entries:
        for change in entry.fields:
            target = getattr(change.kind.field, "related_model", None)
            if target:
                change.before = _named(names, target, change.before)
                change.after = _named(names, target, change.after)


def _names(target: Any, ids: set[int], user: Any) -> dict[int, str]:
    rows = target._base_manager.filter(pk__in=ids)
    module = registry.of(target) if registry.knows(target._meta.label) else None
    if module is None or not module.is_record:
        return {row.pk: title_of(row) for row in rows}
    return {row.pk: title_of(row) if may(user, "view", module, row) else row.number for row in rows}


def _named(names: dict[Any, dict[int, str]], target: Any, id: int | None) -> str | None:
    return None if id is None else names.get(target, {}).get(id, f"#{id}")
