"""A blank record with its defaults, made without Django's constructor, whose cost counts a hundred thousand times."""

from __future__ import annotations

import copy
from typing import Any

from django.db import models
from django.db.models.base import ModelState
from django.db.models.fields import NOT_PROVIDED

from relasi.engine.declare.remembered import remembered
from relasi.engine.fields.custom import custom_fields_of


@remembered
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Column -> plain default, and column -> function or mutable default to be made anew."""
    plain: dict[str, Any] = {}
    made: dict[str, Any] = {}
    for field in (*model._meta.concrete_fields, *custom_fields_of(model).values()):
        default = field.default
        if default is NOT_PROVIDED:
            plain[field.attname] = None
        elif callable(default):
            made[field.attname] = default
        elif isinstance(default, dict | list):
            made[field.attname] = lambda value=default: copy.deepcopy(value)
        else:
            plain[field.attname] = getattr(default, "value", default)
    return plain, made


def blank_record(model: type[models.Model]) -> Any:
    plain, made = _defaults(model)
    record = model.__new__(model)
    record.__dict__.update(plain)
    for column, make in made.items():
        record.__dict__[column] = make()
    record._state = ModelState()
    return record
