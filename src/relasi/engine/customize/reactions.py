"""Reactions: what a change of a custom field leaves to the worker, in the same transaction."""

from __future__ import annotations

from relasi.engine.customize.custom_field import CustomField
from relasi.engine.customize.jobs import follow_field
from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, TRASHED, on
from relasi.engine.records.refusal import Change


@on(CREATED, "customize.CustomField")
def _made(changes: list[Change]) -> None:
    for change in changes:
        if change.record.indexed:
            follow_field.defer(field=change.record.pk)


@on(CHANGED, "customize.CustomField")
def _changed(changes: list[Change]) -> None:
    for change in changes:
        if any(change.has(name) for name in ("searched", "indexed", "active")):
            follow_field.defer(field=change.record.pk)


@on(TRASHED, "customize.CustomField")
@on(RESTORED, "customize.CustomField")
def _gone_or_back(changes: list[Change]) -> None:
    for change in changes:
        row: CustomField = change.record
        if row.searched or row.indexed:
            follow_field.defer(field=row.pk)
