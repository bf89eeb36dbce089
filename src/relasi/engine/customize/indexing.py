"""Indexing: an index of the database on the values of a custom field, made and dropped while people work."""

from __future__ import annotations

from typing import Any

from django.db import connection

from relasi.engine.fields.custom import HOME, safe_name

# What an index can hold: the read value of these never depends on who asks. A text is asked for in one letter case.
_INDEXED_AS = {
    "text": "upper({})", "email": "upper({})", "phone": "upper({})", "url": "upper({})", "choice": "{}",
    "integer": "({}::integer)", "decimal": "({}::numeric)", "money": "({}::numeric)", "percent": "({}::numeric)",
    "boolean": "({}::boolean)",
}  # fmt: skip


def follow_index(row: Any) -> None:
    """Makes the index a row of CustomField asks for, or drops the one it had. Must not run inside a transaction."""
    name = f"custom_field_{row.pk}"
    wanted = row.indexed and row.active and row.trashed_at is None and row.kind in _INDEXED_AS
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
        found = cursor.fetchone()
        if found and not (wanted and found[0]):
            cursor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
        if wanted and not (found and found[0]):
            cursor.execute(_statement(row, name))


def _statement(row: Any, name: str) -> str:
    value = _INDEXED_AS[row.kind].format(f"(\"{HOME}\" ->> '{safe_name(row.key)}')")
    table = row.home.model._meta.db_table
    return f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{name}" ON "{table}" ({value}, id) WHERE trashed_at IS NULL'
