"""Custom: a field whose values stand in the JSON column `custom` of its record and no column of their own.

It is a field of any kind, and queries, conditions and sorts name it like every other; only where SQL reads its column does it
read a key of that JSON instead. On a record its value is an attribute like any other: read when it is asked for, laid out by
`unfold` for whoever changes it, and put back into the JSON by `fold`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.db.models.expressions import Col

from relasi.engine.declare.registry import registry
from relasi.engine.declare.remembered import forget_all
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.loose_reference import LooseReferenceField, Referred

HOME = "custom"
# Names of custom fields begin so: no field that a module declares, now or later, has such a name.
PREFIX = "x_"

# The type each value is read as; what is not named is read as text.
_TYPES = {
    "IntegerField": "integer",
    "BigIntegerField": "bigint",
    "DecimalField": "numeric",
    "DateField": "date",
    "DateTimeField": "timestamptz",
    "BooleanField": "boolean",
}


class CustomColumn(Col):
    """One key of the JSON of a row, as a value of the type of its field."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        field, alias = self.target, compiler.quote_name_unless_alias(self.alias)
        arrow = "->" if isinstance(field, models.JSONField) else "->>"
        sql = f"({alias}.\"{HOME}\" {arrow} '{safe_name(field.attname)}')"
        type = _TYPES.get(field.get_internal_type())
        return (f"{sql}::{type}" if type else sql), []


def safe_name(name: str) -> str:
    """The name inside SQL, where a value handed over would keep an index on it from being used."""
    if not name.isidentifier() or not name.isascii():
        raise ValueError(name)
    return name


class _Custom:
    """Mixin before the field class of a kind. is_custom: what tells one from the fields a module declares. row_id: of the
    row of CustomField it was made of."""

    is_custom = True
    row_id = 0
    searched = in_list = False

    def get_col(self: Any, alias: str, output_field: Any = None) -> CustomColumn:
        return CustomColumn(alias, self, output_field)

    def get_attname_column(self) -> tuple[str, None]:
        name: str = self.name  # type: ignore[attr-defined]
        return f"{name}_id" if isinstance(self, LooseReferenceField) else name, None

    def column_sql(self, alias: str) -> str:
        """The text of its value in SQL."""
        return f"({alias}.\"{HOME}\" ->> '{safe_name(self.name)}')"  # type: ignore[attr-defined]


class _Value:
    """What a record answers for the field: its key of `custom`, read when it is asked for the first time."""

    def __init__(self, field: Any):
        self.field = field

    def __get__(self, record: Any, owner: Any = None) -> Any:
        if record is None:
            return self
        name = self.field.attname
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


def custom_fields_of(model: Any) -> Mapping[str, Any]:
    """Those laid over the model now, by name."""
    return model._meta.__dict__.get("custom_fields", {})


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
    columns = {field.attname: field for field in laid.values()}
    for name, field in {**laid, **columns}.items():
        setattr(model, name, _Value(field) if name == field.attname else Referred(field))
    meta.__dict__["_forward_fields_map"] = {**declared, **laid, **columns}
    meta.__dict__["custom_fields"] = laid
    for name in set(gone) - laid.keys() - columns.keys():
        delattr(model, name)
    if registry.knows(meta.label):
        registry.of(model).redeclare()
    forget_all()


def unfold(record: Any) -> None:
    """Lays out every custom value of a record as the attribute it is named by, as the values of columns are."""
    for field in custom_fields_of(type(record)).values():
        getattr(record, field.attname)


def fold(record: Any) -> None:
    """Puts the laid out values back into the JSON, in a new one. What else stands there stays: notes of an import, and
    the values of fields that are turned off."""
    fields = {field.attname: kind_of(field) for field in custom_fields_of(type(record)).values()}
    found = {key: value for key, value in (record.custom or {}).items() if key not in fields}
    for column, kind in fields.items():
        value = record.__dict__[column]
        if not kind.is_empty(value):
            found[column] = kind.to_json(value)
    record.custom = found


def unfolded(before: Any, after: Any) -> tuple[Any, Any]:
    """What a row of history says of the JSON, told for each custom field by itself; both sides name the same columns."""
    if not after or HOME not in after:
        return before, after
    old, new = (before or {}).get(HOME) or {}, after[HOME] or {}
    custom = [key for key in {**old, **new} if key.startswith(PREFIX) and old.get(key) != new.get(key)]
    rest = [{k: v for k, v in side.items() if not k.startswith(PREFIX)} for side in (old, new)]
    told = []
    for side, values, others in zip((before or {}, after), (old, new), rest, strict=True):
        one = {column: value for column, value in side.items() if column != HOME}
        one |= {key: values.get(key) for key in custom}
        told.append(one | ({HOME: others} if rest[0] != rest[1] else {}))
    return told[0], told[1]
