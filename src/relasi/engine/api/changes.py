"""Changes: rows of history as a person may hear of them, in an order in which nothing is missed.

A row of history has the number of its transaction. Only rows of transactions before the oldest that still runs are
told, in the order of that number and their own; whatever commits later has a later place.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from relasi.engine.access.door import fields_for, scope_of, visible_q
from relasi.engine.declare.module import Module
from relasi.engine.fields.custom import unfolded

WORDS = {"c": "created", "u": "changed", "d": "purged"}


class Row(NamedTuple):
    """One row of history. about_bin: whether trashed_at is among what changed; trashed: what it became."""

    xid: str
    id: int
    at: datetime
    change_set: int
    record: int
    table: str
    kind: str
    columns: list[str] | None
    about_bin: bool | None
    trashed: str | None


_ROWS = """
    SELECT xid::text, id, at, change_set_id, record_id, origin, kind::text,
           ARRAY(SELECT jsonb_object_keys(after)), after ? 'trashed_at', after ->> 'trashed_at',
           jsonb_build_object('custom', before -> 'custom'), jsonb_build_object('custom', after -> 'custom')
    FROM records_change
    WHERE (xid, id) > (%s::xid8, %s) AND xid < %s::xid8 AND origin = ANY (%s)
    ORDER BY xid, id LIMIT %s
"""

# Every transaction of this database before this one is over, and what it wrote is told. Those that run in other databases of
# the server write nothing here; one whose database cannot be told is waited for.
_END = """
    WITH here AS (SELECT pg_current_snapshot() AS seen)
    SELECT coalesce((
        SELECT min(running) FROM pg_snapshot_xip(seen) AS running
        WHERE NOT EXISTS (SELECT FROM pg_stat_activity
            WHERE backend_xid = running::xid AND datname <> current_database())
    ), pg_snapshot_xmax(seen))::text FROM here
"""


def rows_after(xid: str, last: int, end: str, tables: list[str], size: int) -> list[Row]:
    """Those behind a place, up to the end of the feed, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [xid, last, end, tables, size])
        return [_row(*row) for row in cursor.fetchall()]


def _row(*told: Any) -> Row:
    """With each custom field that changed among its columns."""
    *row, old, new = told
    found = Row(*row)
    if "custom" not in (found.columns or ()):
        return found
    _before, after = unfolded(*(json.loads(side) for side in (old, new)))
    return found._replace(columns=[*(c for c in found.columns or () if c != "custom"), *after])


def end_of_feed() -> str:
    """The transaction before which everything is over."""
    return _value(_END)


def cluster() -> str:
    """Transactions are numbered by each database server; a place of another one means nothing here."""
    return _value("SELECT system_identifier::text FROM pg_control_system()")


def _value(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return str(cursor.fetchone()[0])


def told_to(user: Any, modules: list[Module], rows: Iterable[Row]) -> list[tuple[Row, dict[str, Any]]]:
    """Those about records this person sees now, in the bin or not. One query for each module."""
    by_table = {module.table: module for module in modules}
    rows, wanted = list(rows), defaultdict(set)
    for row in rows:
        wanted[row.table].add(row.record)
    seen: dict[str, set[int]] = {}
    for table, ids in wanted.items():
        module = by_table[table]
        found = module.model._base_manager.filter(visible_q(user, module), pk__in=ids)
        seen[table] = set(found.values_list("pk", flat=True))
    told = [(row, _one(user, by_table[row.table], row, seen[row.table])) for row in rows]
    return [(row, one) for row, one in told if one is not None]


def _one(user: Any, module: Module, row: Row, seen: set[int]) -> dict[str, Any] | None:
    # Of what is gone for good nobody can tell any more whose it was: only who sees all of a module hears of it.
    if row.record not in seen and not (row.kind == "d" and scope_of(user, "view", module).everyone):
        return None
    what = WORDS[row.kind] if not row.about_bin else "deleted" if row.trashed else "restored"
    fields = fields_for(user, "view", module)
    changed = sorted(
        name
        for name, field in module.fields.items()
        if field.attname in (row.columns or ()) and name in fields and not getattr(field, "secret", False)
    )
    if what == "changed" and not changed:
        return None
    told = changed if what == "changed" else []
    return {
        "module": module.slug, "id": row.record, "what": what, "fields": told, "at": row.at,
        "change_set": row.change_set,
    }  # fmt: skip
