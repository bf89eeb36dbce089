"""Loose reference: one record of another module by its id, kept where no foreign key can stand: in the JSON of a record.

It shows like any reference. What it leads to is read when it is asked for; lists read it for all their rows at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from markupsafe import Markup

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, shows_as
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.reference import ReferenceKind


class LooseReferenceField(DeclaredField, models.BigIntegerField):
    """related_model: the model of the records it leads to. The id stands under the name with _id behind it."""

    def __init__(self, to: type[models.Model], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.related_model = to


class Referred:
    """What a record answers for the record referred to: None for one that is gone for good."""

    def __init__(self, field: Any):
        self.field = field

    def __get__(self, record: Any, owner: Any = None) -> Any:
        if record is None:
            return self
        cached, name = record._state.fields_cache, self.field.name
        if name not in cached:
            id = getattr(record, self.field.attname)
            cached[name] = self.field.related_model._base_manager.filter(pk=id).first() if id else None
        return cached[name]


def load_referred(rows: Iterable[Any], fields: Iterable[Any]) -> None:
    """Reads what the loose ones among these fields of the rows lead to, one query for each field."""
    for field in fields:
        if isinstance(field, LooseReferenceField):
            ids = {row.pk: getattr(row, field.attname) for row in rows}
            wanted = {id for id in ids.values() if id is not None}
            found = field.related_model._base_manager.in_bulk(wanted) if wanted else {}  # type: ignore[union-attr]
            for row in rows:
                row._state.fields_cache[field.name] = found.get(ids[row.pk])


@shows_as(LooseReferenceField)
class LooseReferenceKind(ReferenceKind):
    name = "loose_reference"
    sortable = False

    def _leads_nowhere(self, record: Any) -> bool:
        return record is not None and getattr(record, self.key, None) is None

    def hides(self, record: Any) -> bool:
        return not self._leads_nowhere(record) and super().hides(record)

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return EMPTY_CELL if self._leads_nowhere(record) else super().cell(value, record, reader)

    def fact(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return Markup("") if self._leads_nowhere(record) else super().fact(value, record, reader)
