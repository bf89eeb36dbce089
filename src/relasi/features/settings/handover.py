"""Handover: what a colleague who leaves has, what goes to an heir and what keeps the old name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.query.saved_view import SavedView
from relasi.engine.records.write import Draft, update, write

AT_ONCE = 5000


@dataclass
class Share:
    """The records of one module somebody owns. open, closed: how many."""

    module: Module
    open: int
    closed: int


def owned_by(owner: int) -> list[Share]:
    """What this user or group owns, module by module, empty ones left out."""
    found = []
    for module in registry.records:
        if module.whole is None:
            whole = _owned(module, owner).count()
            going = open_records(module, owner).count() if whole else 0
            if whole:
                found.append(Share(module, going, whole - going))
    return found


def _owned(module: Module, owner: int) -> QuerySet[Any]:
    return module.model._base_manager.filter(owner_id=owner, trashed_at=None)


def open_records(module: Module, owner: int) -> QuerySet[Any]:
    """The records of this owner that are not closed, as the module says what closed is."""
    rows = _owned(module, owner)
    return rows if module.closed is None else rows.exclude(module.closed)


def hand_over(owner: int, heir: int, *, everything: bool = False) -> int:
    """Gives the records of one owner to another: the open ones, or all of them. Returns how many.

    The records stay as they are but for the owner, so that a rule made since they were saved cannot hold them back.
    """
    count = 0
    for module in registry.records:
        if module.whole is not None:
            continue
        rows = _owned(module, owner) if everything else open_records(module, owner)
        for ids in _slices(list(rows.order_by("pk").values_list("pk", flat=True))):
            drafts = [Draft({"owner_id": heir}, id=id) for id in ids]
            write(module, drafts, exact=True, authorised="handed over by an admin")
            count += len(ids)
    return count


def views_of(user: int) -> QuerySet[SavedView]:
    """The list views a person made."""
    return SavedView.objects.filter(user_id=user, trashed_at=None)


def hand_over_views(user: int, heir: int) -> int:
    """Gives the list views others use too to the heir. Private ones stay. Returns how many."""
    taken = {(view.module, view.name) for view in views_of(heir)}
    moving = [view for view in views_of(user) if view.sharing != "private"]
    for view in moving:
        name, number = view.name, 2
        while (view.module, name) in taken:
            name, number = f"{view.name} ({number})", number + 1
        taken.add((view.module, name))
        update(view, {"user": heir, "name": name}, authorised="handed over by an admin")
    return len(moving)


def _slices(items: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
