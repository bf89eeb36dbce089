"""Overlay: what admins added, laid over the models of this process. Read with the directory of access, whose epoch every
change of it moves on, so that every process knows of it with the next thing somebody does."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from relasi.engine.customize.custom_field import CustomField
from relasi.engine.customize.custom_value import CustomValue
from relasi.engine.customize.field_kind import CHOOSING, make_field
from relasi.engine.declare.registry import registry
from relasi.engine.fields.custom import lay_over

# What is laid over now: module key -> what it was made of.
_laid: dict[str, Any] = {}


def lay_over_all() -> None:
    """Looks at what is stored and lays it over every module where it differs from what lies there."""
    rows = list(CustomField._base_manager.filter(trashed_at=None, active=True).order_by("position", "pk"))
    values: dict[int, list[CustomValue]] = defaultdict(list)
    if any(row.kind in CHOOSING for row in rows):
        living = CustomValue._base_manager.filter(trashed_at=None, field__in=[row.pk for row in rows])
        for value in living.order_by("position", "pk"):
            values[value.field_id].append(value)
    by_module: dict[str, list[CustomField]] = defaultdict(list)
    for row in rows:
        # What belongs or leads to a module that is gone waits for it to come back.
        if registry.knows(row.module) and (row.kind != "reference" or registry.knows(row.target)):
            by_module[row.module].append(row)
    for key in {*by_module, *_laid}:
        made_of = [(_said(row), [_said(value) for value in values[row.pk]]) for row in by_module.get(key, ())]
        if registry.knows(key) and made_of != _laid.get(key, []):
            fields = [
                make_field(row, [one.option for one in values[row.pk]]) for row in by_module.get(key, ())
            ]
            lay_over(registry.module(key).model, fields)
            _laid[key] = made_of


def take_off() -> None:
    """Leaves the models as the code declares them, until the directory is read anew."""
    for key in _laid:
        if registry.knows(key):
            lay_over(registry.module(key).model, [])
    _laid.clear()


def _said(row: Any) -> tuple[Any, ...]:
    """What is another one after every change, one that was rolled back included."""
    return row.pk, row.version, row.changed_at
