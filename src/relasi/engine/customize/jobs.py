"""Jobs of custom fields in the worker: what takes longer than a page among many records. Each may run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from relasi.engine.access.directory import directory
from relasi.engine.customize.custom_field import CustomField
from relasi.engine.customize.indexing import follow_index
from relasi.engine.declare.registry import registry
from relasi.engine.records.index_step import index_records


@app.task
def follow_field(field: int) -> None:
    """Makes the search index and the index of the database what a custom field asks for."""
    row = CustomField._base_manager.filter(pk=field).first()
    if row is None or not registry.knows(row.module):
        return
    directory()
    index_records(registry.module(row.module))
    follow_index(row)
