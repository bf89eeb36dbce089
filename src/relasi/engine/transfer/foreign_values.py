"""Foreign values: what a file writes that a field does not know, and what a person may say it means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from relasi.engine.access.owner import Owner
from relasi.engine.declare.registry import registry
from relasi.engine.fields.choice import WithOptions
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import Reader
from relasi.engine.transfer.cells import by_name
from relasi.engine.transfer.mapping import Column
from relasi.engine.transfer.references import References
from relasi.engine.transfer.target import Target

MOST_VALUES = 30
# A list of more would be none to choose from.
MOST_MEANINGS = 300


def unknown_values(
    target: Target, cells: Sequence[Any], column: Column, reader: Reader
) -> list[tuple[str, str]]:
    """(as written, what it was said to mean) of the values the field does not know, in the order of the file."""
    texts = list(dict.fromkeys(str(cell).strip() for cell in cells))
    said = {written.strip().casefold(): meant for written, meant in (column.values or {}).items()}
    if isinstance(target.kind, WithOptions) and not target.part:
        unknown = [text for text in texts if not _is_known(target, text, reader)]
    elif _has_few_records(target):
        assert target.kind is not None
        names = {text: by_name(text, reader).text for text in texts}
        known = References(target.kind.field).find(set(names.values()))
        unknown = [text for text, name in names.items() if name not in known]
    else:
        return []
    return [(text, said.get(text.casefold(), "")) for text in unknown[:MOST_VALUES]]


def meanings_of(target: Target) -> list[tuple[str, str]]:
    """(key, label) of what may be chosen: options of a choice, stages by name, users and groups who can own."""
    if isinstance(target.kind, WithOptions):
        return [(option.key, str(option.label)) for option in target.kind.options if option.active]
    assert target.kind is not None
    model = target.kind.field.related_model
    rows = model._base_manager.all() if model is Owner else model._base_manager.filter(trashed_at=None)
    if any(field.name == "active" for field in model._meta.fields):
        rows = rows.filter(active=True)
    names = dict.fromkeys(str(row.name) for row in rows.order_by("pk")[:MOST_MEANINGS])
    return [(name, name) for name in names]


def _is_known(target: Target, text: str, reader: Reader) -> bool:
    assert target.kind is not None
    try:
        target.kind.parse(text, reader)
    except Invalid:
        return False
    return True


def _has_few_records(target: Target) -> bool:
    """Settings and owners: what is missing there is not made by an import."""
    if not target.is_reference or target.line or target.by_their_id or target.may_create:
        return False
    assert target.kind is not None
    model = target.kind.field.related_model
    if model is Owner:
        return True
    known = registry.knows(model._meta.label) and registry.of(model).is_settings
    return known and any(field.name == "name" for field in model._meta.fields)
