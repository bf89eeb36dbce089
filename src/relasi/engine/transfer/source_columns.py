"""Source columns: what the headings of a known program mean, laid over what the headings told by themselves."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.transfer.foreign_id import ForeignIds
from relasi.engine.transfer.heading import plain
from relasi.engine.transfer.known_source import KnownSource
from relasi.engine.transfer.mapping import EXTRA, Column
from relasi.engine.transfer.references import References
from relasi.engine.transfer.target import EXACT, Target


def lay_over(source: KnownSource, module: Module, columns: list[Column], targets: dict[str, Target]) -> None:
    """Changes the columns in place."""
    sheet = source.sheets[module.key]
    by_heading = {plain(column.heading): column for column in reversed(columns)}
    done: set[str] = set()
    for heading, key in sheet.columns.items():
        column, target = by_heading.get(heading), targets.get(key)
        if column is None or (key != EXTRA and target is None):
            continue
        name = target.name if target is not None else ""
        if target is not None and target.by_their_id and (why := _nothing_to_link(source, target)):
            column.doubt = why
        elif not name or name not in done:
            done.add(name)
            _settle(column, key, name, columns, targets)
    for column in columns:
        target = targets.get(column.to)
        if column.to in sheet.values and target is not None:
            column.values = _that_exist(target, sheet.values[column.to])


def _settle(column: Column, key: str, name: str, columns: list[Column], targets: dict[str, Target]) -> None:
    """The column fills the field, and no other one does."""
    for other in columns:
        held = targets.get(other.to)
        if other is not column and name and held is not None and held.name == name and not held.part:
            other.to, other.sure = EXTRA, 0
    column.to, column.sure, column.doubt = key, EXACT, ""


def _nothing_to_link(source: KnownSource, target: Target) -> str:
    assert target.kind is not None
    other = registry.of(target.kind.field.related_model)
    if ForeignIds(other, source.key).any():
        return ""
    return _("Import %(records)s from %(program)s first, and this column will link to them by their ids.") % {
        "records": str(other.model._meta.verbose_name_plural), "program": source.label,
    }  # fmt: skip


def _that_exist(target: Target, values: Mapping[str, str]) -> dict[str, str] | None:
    """Names of records that an admin has renamed mean nothing here."""
    found = dict(values)
    if target.is_reference:
        assert target.kind is not None
        known = References(target.kind.field).find(set(values.values()))
        found = {written: name for written, name in values.items() if isinstance(known.get(name), int)}
    return found or None
