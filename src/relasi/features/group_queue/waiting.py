"""Waiting: the open records of the groups a person is in, of all modules, the oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from relasi.engine.access.door import fields_for, may, visible_to
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.query.listing import Listing
from relasi.engine.query.path import visible_paths
from relasi.engine.records.taking import groups_of
from relasi.engine.screens.list import Row, rows_of
from relasi.engine.screens.shell import Entry, entries_of

MOST = 100


@dataclass
class Waiting:
    """since: when the record was made. may_take: whether this person may make it theirs."""

    entry: Entry
    row: Row
    group: str
    since: datetime | None
    may_take: bool


def waiting(user: Any, reader: Any, group: int | None = None) -> list[Waiting]:
    """At most one more than MOST. group: of this one alone, if the person is in it."""
    owners = groups_of(user)
    owners = owners & {group} if group is not None else owners
    if not owners:
        return []
    found = [
        one
        for module in registry.records
        if module.is_record and module.whole is None and module.area and may(user, "view", module)
        for one in _of_module(user, reader, module, owners)
    ]
    return sorted(found, key=lambda one: one.row.record.pk)[: MOST + 1]


def _of_module(user: Any, reader: Any, module: Module, owners: set[int]) -> list[Waiting]:
    rows = visible_to(user, module.model).filter(owner__in=sorted(owners))
    rows = rows.exclude(module.closed) if module.closed is not None else rows
    # Ids count on through all modules, so they tell what came first.
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not ids:
        return []
    columns = visible_paths(module, [module.subtitle] if module.subtitle else [], user)
    also = visible_paths(module, ["owner", "created_at"], user)
    listing = Listing(module, user, columns=columns, also=also)
    records = listing.page_of(visible_to(user, module.model).filter(pk__in=ids), MOST + 1).rows
    entry = entries_of(module)[0]
    takes = may(user, "edit", module) and "owner" in fields_for(user, "edit", module)
    return [
        Waiting(
            entry, row,
            group=row.record.owner.name if "owner" in also else "",
            since=row.record.created_at if "created_at" in also else None,
            may_take=takes,
        )
        for row in rows_of(entry, listing.paths, records, reader)
    ]  # fmt: skip
