"""Overlay: what admins added, laid over the models of this process. Read with the directory of access, whose epoch every
change of it moves on, so that every process knows of it with the next thing somebody does."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from django.db import connection

from relasi.engine.customize.arranging import forget_arrangements, read_arrangements
from relasi.engine.customize.choice_list import ListValue, fields_of
from relasi.engine.customize.custom_field import CustomField
from relasi.engine.customize.custom_value import CustomValue
from relasi.engine.customize.field_kind import CHOOSING, make_field
from relasi.engine.customize.field_rule import FieldRule
from relasi.engine.customize.label import Label
from relasi.engine.customize.labelling import any_laid, lay_labels
from relasi.engine.customize.layout import Layout
from relasi.engine.declare.registry import registry
from relasi.engine.declare.remembered import forget_all
from relasi.engine.fields.choice import OpenList, Option, open_lists
from relasi.engine.fields.custom import lay_over

# What is laid over now: module key -> what it was made of.
_laid: dict[str, Any] = {}
_lists: dict[str, Any] = {}


def lay_over_all() -> None:
    """Looks at what is stored and lays it over every module where it differs from what lies there."""
    if not _anything_stored() and not _laid and not _lists and not any_laid():
        forget_arrangements()
        return
    read_arrangements()
    lay_labels(list(Label._base_manager.filter(trashed_at=None).order_by("pk")))
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
    _lay_lists()


def _anything_stored() -> bool:
    """One short question, for the many companies that are content with what there is."""
    tables = [model._meta.db_table for model in (CustomField, ListValue, Layout, FieldRule, Label)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " OR ".join(f'EXISTS (SELECT FROM "{table}")' for table in tables))
        return bool(cursor.fetchone()[0])


def _lay_lists() -> None:
    """Gives the fields of every changed list the options an admin made of it, and those of the others their own."""
    options: dict[str, list[Option]] = defaultdict(list)
    made_of: dict[str, list[Any]] = defaultdict(list)
    rows = ListValue._base_manager.filter(trashed_at=None, list__trashed_at=None).select_related("list")
    for row in rows.order_by("position", "pk"):
        options[row.list.list].append(row.option)
        made_of[row.list.list].append(_said(row))
    for key in {*made_of, *_lists}:
        if made_of.get(key, []) != _lists.get(key, []) and key in open_lists():
            _offer(open_lists()[key], options.get(key))
            _lists[key] = made_of.get(key, [])


def _offer(known: OpenList, options: list[Option] | None) -> None:
    """options: None for those of the code. What the code has gained since the list was changed stands at its end."""
    chosen = tuple(options or ())
    keys = {option.key for option in chosen}
    offered = (*chosen, *(option for option in known.declared if option.key not in keys))
    aliases = {option.key: option.aliases for option in known.declared}
    offered = tuple(replace(option, aliases=aliases.get(option.key, ())) for option in offered)
    for field in fields_of(known.choices):
        field.options = offered if options else known.declared
        field.__dict__.pop("_relasi_kind", None)
    forget_all()


def take_off() -> None:
    """Leaves the models as the code declares them, until the directory is read anew."""
    for key in _laid:
        if registry.knows(key):
            lay_over(registry.module(key).model, [])
    for key in _lists:
        _offer(open_lists()[key], None)
    _laid.clear()
    _lists.clear()
    lay_labels([])
    forget_arrangements()


def _said(row: Any) -> tuple[Any, ...]:
    """What is another one after every change, one that was rolled back included."""
    return row.pk, row.version, row.changed_at
