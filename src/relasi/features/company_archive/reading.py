"""Reading: the rows of a module some hundred at a time with all they refer to, and beside them what belongs to each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import models
from django.db.models import QuerySet

from relasi.engine.access.door import may
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.loose_reference import LooseReferenceField, load_referred
from relasi.engine.fields.reference import mark_sight

CHUNK = 500  # rows in memory at a time
FETCHED = 2000  # rows of what belongs to them


def chunks(module: Module, rows: QuerySet, user: Any) -> Iterator[list[Any]]:
    """All rows in the order of their ids, with what they refer to loaded."""
    last = -1
    while some := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        load_references(module, some, user)
        last = some[-1].pk
        yield some


def load_references(module: Module, records: list[Any], user: Any) -> None:
    """One query for each field. What is confidential to others keeps its title to itself."""
    for field in module.fields.values():
        if isinstance(field, LooseReferenceField):
            load_referred(records, [field])
        elif isinstance(field, models.ForeignKey):
            _load(field, records, user)


def _load(field: Any, records: list[Any], user: Any) -> None:
    target = field.related_model
    ids = {getattr(record, field.attname) for record in records} - {None}
    home = registry.of(target) if registry.knows(target._meta.label) else None
    found: dict[int, Any] = {}
    if ids:
        titles = [n for n in home.title_fields if _is_key(home, n)] if home is not None else []
        found = target._base_manager.select_related(*titles).in_bulk(ids)
    hides = home is not None and home.confidential is not None
    for record in records:
        other = found.get(getattr(record, field.attname))
        field.set_cached_value(record, other)
        if hides and other is not None:
            mark_sight(record, field.name, may(user, "view", home, other))  # type: ignore[arg-type]


def _is_key(home: Module, name: str) -> bool:
    return isinstance(home.fields.get(name), models.ForeignKey)


class Beside:
    """What belongs to the rows of a module, read once in the order of their ids: `of` is asked with rising ids."""

    def __init__(self, rows: QuerySet, key: str, *then: str, values: tuple[str, ...] = ()):
        rows = rows.exclude(**{key: None}).order_by(key, *then)
        if values:
            rows = rows.values_list(key, *values)
        self._key: Callable[[Any], int] = (lambda row: row[0]) if values else (lambda row: getattr(row, key))
        self._rows = rows.iterator(chunk_size=FETCHED)
        self._next = next(self._rows, None)

    def of(self, id: int) -> list[Any]:
        found = []
        while self._next is not None and self._key(self._next) <= id:
            if self._key(self._next) == id:
                found.append(self._next)
            self._next = next(self._rows, None)
        return found
