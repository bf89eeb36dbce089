"""As it stood: the rows of a tracked table as they were at a past moment, told backwards from what stands now.

Of every column the oldest change since then says what it held before. What was deleted for good since is not among the
rows, for its history holds no values any more; what was in the recycle bin then has its `trashed_at`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from relasi.engine.declare.registry import registry

_STOOD = """
    SELECT t.id, {columns} FROM {table} t LEFT JOIN (
        SELECT record_id, jsonb_object_agg(key, value) AS held FROM (
            SELECT DISTINCT ON (c.record_id, b.key) c.record_id, b.key, b.value
            FROM records_change c CROSS JOIN LATERAL jsonb_each(c.before) b
            WHERE c.at >= %s AND c.origin = %s AND c.kind = 'u' AND b.key = ANY(%s)
            ORDER BY c.record_id, b.key, c.id
        ) oldest GROUP BY record_id
    ) since ON since.record_id = t.id
    WHERE t.created_at < %s
"""
_COLUMN = "CASE WHEN since.held ? '{name}' THEN (since.held->>'{name}')::{type} ELSE t.{name} END AS {name}"


def as_it_stood(model: Any, names: list[str], moment: datetime) -> tuple[str, list[Any]]:
    """A query for the id and these columns of all records of a module there were at the moment, and its parameters.

    names: of fields. Columns whose history is not kept are as they are now.
    """
    module = registry.of(model)
    fields = [module.fields[name] for name in names]
    columns = [_COLUMN.format(name=one.column, type=one.db_type(connection)) for one in fields]
    sql = _STOOD.format(table=module.table, columns=", ".join(columns))
    return sql, [moment, module.table, [one.column for one in fields], moment]
