"""Copies of a seed of records, made by the database: what the write door would have written, a million at a time.

Each copy has an id, number, owner, moment, title and keys of its own; the triggers of its table write its history and the
door's own statement its place in the search index. Indexes are left out while rows come in and built again after.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from relasi.engine.records.change_set import open_change_set
from relasi.engine.records.index_step import index_records

# Copies of one seed row differ by their place `n`; an own account gives its owner to what belongs to it.
OTHER = {
    "id": "nextval('relasi_id')",
    "number": "split_part(t.number, '-', 1) || '-' || lpad(t.n::text, greatest(5, length(t.n::text)), '0')",
    "owner_id": "(%(owners)s::bigint[])[1 + t.n %% %(count)s]",
    "created_at": "t.moment",
    "changed_at": "t.moment",
    "name": r"regexp_replace(t.name, '\d+$', t.n::text)",
    "last_name": r"regexp_replace(t.last_name, '\d+$', t.n::text)",
    "name_key": r"regexp_replace(t.name_key, '\d+', t.n::text)",
    "email": r"regexp_replace(t.email, '\d+@', t.n || '@')",
    "email_key": r"regexp_replace(t.email, '\d+@', t.n || '@')",
    "mobile": "'+62812' || 10000000 + t.n",
    "phone_key": "CASE WHEN t.phone_key IS NOT NULL THEN '812' || 10000000 + t.n END",
    "account_id": "a.id",
}


def multiply(module: Any, rows: int, owners: list[int], seed_rows: int) -> None:
    """Copies the first `seed_rows` records of the module until there are `rows`."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {module.table}")
        have = cursor.fetchone()[0]
    if have >= rows:
        return
    with transaction.atomic(), without_indexes(module.table, "records_record_index"):
        open_change_set()
        _insert(module, have, rows, owners, seed_rows)
        index_records(module)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE records_number_series SET next = %s WHERE module = %s", [rows + 1, module.key]
            )


def _insert(module: Any, have: int, rows: int, owners: list[int], seed_rows: int) -> None:
    table = module.table
    columns = [field.column for field in module.model._meta.concrete_fields]
    other, accounts = dict(OTHER), ""
    if "account_id" in columns:
        other["owner_id"] = "a.owner_id"
        accounts = "JOIN accounts a ON a.place = t.n % (SELECT count(*) FROM accounts)".replace("%", "%%")
    values = ", ".join(other.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    statement = f"""
        WITH accounts AS MATERIALIZED (
            SELECT id, owner_id, row_number() OVER (ORDER BY id) - 1 AS place FROM customers_account),
        seed AS (SELECT * FROM {table} ORDER BY id LIMIT {seed_rows}),
        t AS (SELECT seed.*, %(have)s + row_number() OVER () AS n,
                     now() - random() * interval '700 days' AS moment
              FROM generate_series(1, %(times)s), seed LIMIT %(missing)s)
        INSERT INTO {table} ({names}) SELECT {values} FROM t {accounts}
    """
    times = rows // min(have, seed_rows) + 1
    asked = {"owners": owners, "count": len(owners), "times": times, "missing": rows - have, "have": have}
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)


def copy_lines(module: Any) -> None:
    """Gives every document the lines of the seed it is a copy of, told by its subject. Without history, without triggers."""
    lines = module.lines_module
    whole = lines.whole.column
    columns = [f.column for f in lines.model._meta.concrete_fields if f.column not in ("id", whole)]
    names, values = (", ".join(f'{mark}"{name}"' for name in columns) for mark in ("", "seed."))
    with transaction.atomic(), without_indexes(lines.table), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"""
            WITH seed AS MATERIALIZED (SELECT s.subject, l.* FROM {lines.table} l JOIN {module.table} s ON s.id = l.{whole})
            INSERT INTO {lines.table} (id, {whole}, {names}) SELECT nextval('relasi_id'), d.id, {values}
            FROM {module.table} d JOIN seed ON seed.subject = d.subject
            WHERE NOT EXISTS (SELECT FROM {lines.table} l WHERE l.{whole} = d.id)
        """)


@contextmanager
def without_indexes(*tables: str) -> Iterator[None]:
    """Drops the indexes of the tables, but for those of constraints, and builds them again at the end."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND NOT EXISTS "
            "(SELECT FROM pg_constraint c WHERE c.conindid = indexname::regclass)",
            [list(tables)],
        )
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        # What keys still have to check would stand in the way of building indexes.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _name, definition in found:
            cursor.execute(definition)
