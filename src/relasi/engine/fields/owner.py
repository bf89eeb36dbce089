"""Owner: the user or the group a record belongs to."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from markupsafe import Markup

from relasi.engine.fields.avatar import TITLES, small_avatar
from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, shows_as
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.reference import ReferenceKind

OwnerSets = Callable[[str], Collection[int]]

# Owners that are named by a word, not one by one.
_SETS = ("me", "my_team", "my_groups", "inactive")

_owner_sets: OwnerSets | None = None


def register_owner_sets(function: OwnerSets) -> None:
    """function("me" | "my_team" | "my_groups" | "inactive") -> owner ids, for the acting person."""
    global _owner_sets
    _owner_sets = function


def owner_set(which: str) -> frozenset[int]:
    if _owner_sets is None:
        raise LookupError("no owner sets are registered")
    return frozenset(_owner_sets(which))


class OwnerField(DeclaredField, models.ForeignKey):
    """A user or a group. Lists have an index of their own on the owner, so the key brings none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args:
            kwargs["verbose_name"] = args[0]
        kwargs.setdefault("to", "access.Owner")
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        kwargs.setdefault("db_index", False)
        super().__init__(**kwargs)


@shows_as(OwnerField)
class OwnerKind(ReferenceKind):
    name = "owner"
    input = "owner"
    operators: tuple[str, ...] = ("me", "my_team", "my_groups", "in", "not_in", "inactive")
    width = "9rem"

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        """The avatar and the first name of a person, for a column has room for no more; a group's whole name."""
        if value is None:
            return EMPTY_CELL
        owner = getattr(record, self.key) if record is not None else None
        return _short_person(self._name(value, record), getattr(owner, "kind", "user") != "group")

    def fact(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if value is None:
            return Markup("")
        name = self._name(value, record)
        return Markup('<span class="row g-3">%s<span>%s</span></span>') % (small_avatar(name), name)

    def _name(self, value: Any, record: Any) -> str:
        return self.show(value) if record is None else self.title(record)

    def order(self, path: str) -> Any:
        return Upper(f"{path}__name")

    def operand(self, operator: str, raw: Any, reader: Reader | None = None) -> Any:
        return None if operator in _SETS else super().operand(operator, raw, reader)

    def where(self, path: str, operator: str, operand: Any, reader: Reader | None = None) -> Q:
        if operator in _SETS:
            return Q(**{f"{path}__in": sorted(owner_set(operator))})
        return super().where(path, operator, operand, reader)

    def holds(self, value: Any, operator: str, operand: Any, reader: Reader | None = None) -> bool:
        if operator in _SETS:
            return value in owner_set(operator)
        return super().holds(value, operator, operand, reader)


@lru_cache(maxsize=4096)
def _short_person(name: str, is_person: bool) -> Markup:
    drawn = Markup('<span class="row g-3">%s<span class="soft trunc">%s</span></span>')
    return drawn % (small_avatar(name), call_name(name) if is_person else name)


def call_name(name: str) -> str:
    """The first word of a name that is no title."""
    words = name.split()
    return next((word for word in words if word.strip(".").lower() not in TITLES), name)
