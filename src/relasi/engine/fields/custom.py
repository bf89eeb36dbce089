"""Custom: a field whose values stand in the JSON column `custom` of its record and no column of their own.

It is a field of any kind, and queries, conditions and sorts name it like every other; only where SQL reads its column does it
read a key of that JSON instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models.expressions import Col

from relasi.engine.fields.kind import kind_of

HOME = "custom"

# The type each value is read as; what is not named is read as text.
_TYPES = {
    "IntegerField": "integer",
    "DecimalField": "numeric",
    "DateField": "date",
    "DateTimeField": "timestamptz",
    "BooleanField": "boolean",
}


class CustomColumn(Col):
    """One key of the JSON of a row, as a value of the type of its field."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        quote, field = connection.ops.quote_name, self.target
        arrow = "->" if isinstance(field, models.JSONField) else "->>"
        sql = f"({quote(self.alias)}.{quote(HOME)} {arrow} %s)"
        type = _TYPES.get(field.get_internal_type())
        return (f"{sql}::{type}" if type else sql), [field.name]


class _Custom:
    """Mixin before the field class of a kind."""

    def get_col(self: Any, alias: str, output_field: Any = None) -> CustomColumn:
        return CustomColumn(alias, self, output_field)

    def get_attname_column(self) -> tuple[str, None]:
        return self.name, None  # type: ignore[attr-defined]


class _Value:
    """What a record answers for the field: its key of `custom`, read when it is asked for the first time."""

    def __init__(self, field: Any):
        self.field = field

    def __get__(self, record: Any, owner: Any = None) -> Any:
        if record is None:
            return self
        name = self.field.name
        found = record.__dict__[name] = kind_of(self.field).from_json((record.custom or {}).get(name))
        return found


def custom_field(
    model: type[models.Model], name: str, field_class: type[models.Field], *args: Any, **kwargs: Any
) -> Any:
    """A field of this class for records of the model. args, kwargs: of the field class. It is known when laid over."""
    made = type(f"Custom{field_class.__name__}", (_Custom, field_class), {})(*args, **kwargs)
    made.set_attributes_from_name(name)
    made.model = model
    return made


def lay_over(model: Any, fields: Iterable[Any]) -> None:
    """From now on the model has these custom fields and no others. Its table and its columns stay as they are.

    Queries under way keep the names they began with: the map is put in place in one step, never changed.
    """
    meta = model._meta
    declared = {n: f for n, f in meta._forward_fields_map.items() if not isinstance(f, _Custom)}
    gone = [n for n, f in meta._forward_fields_map.items() if isinstance(f, _Custom)]
    laid = {field.name: field for field in fields}
    taken = laid.keys() & declared.keys()
    if taken:
        raise ValueError(f"{model._meta.label} declares {', '.join(sorted(taken))} already")
    for name, field in laid.items():
        setattr(model, name, _Value(field))
    meta.__dict__["_forward_fields_map"] = {**declared, **laid}
    for name in set(gone) - laid.keys():
        delattr(model, name)
