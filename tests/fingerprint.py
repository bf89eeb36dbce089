"""The database as it stands, so that a test can prove that nothing changed: every row of every table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

# Sessions hold the sentences that wait to be told, the cache counts attempts, and opening a record is noted for the
# list of recently viewed ones: none of it is what people keep.
FLEETING = frozenset(
    {
        "django_session",
        "usersessions_usersession",
        "cache_entry",
        "django_migrations",
        "pgtrigger_migrations",
        "query_viewed",
    }
)


def tables(*, without: frozenset[str] = FLEETING) -> list[str]:
    """Every table that holds rows, partitions instead of what they are parts of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall() if row[0] not in without]


def fingerprint(*, without: frozenset[str] = FLEETING) -> dict[str, str]:
    """Table -> checksum of all its rows; and one line for the files people uploaded."""
    one = (
        "SELECT '{0}', (SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) "
        'FROM "{0}" t)'
    )
    statement = " UNION ALL ".join(one.format(table) for table in tables(without=without))
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = dict(cursor.fetchall())
    return found | {"uploaded files": _files()}


def _files() -> str:
    folder = Path(settings.DATA) / "files"
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return hashlib.md5("\n".join(names).encode()).hexdigest()


def rows_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT t::text FROM "{table}" t')
        return {row[0] for row in cursor.fetchall()}


def touched() -> int:
    """How many rows this transaction has written so far, taken back or not. Cheap: no table is read, and the view over
    these numbers, which takes three times as long, is not asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)"
            " + pg_stat_get_xact_tuples_deleted(oid)), 0)::bigint FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)",
            [sorted(FLEETING)],
        )
        return int(cursor.fetchone()[0])


@contextmanager
def unchanged(*, without: frozenset[str] = FLEETING) -> Iterator[None]:
    """What happens inside leaves every row of every table, and every uploaded file, as it was."""
    if connection.in_atomic_block and without == FLEETING:
        yield from _nothing_written()
        return
    before = fingerprint(without=without)
    yield
    _compare(before, fingerprint(without=without))


def _nothing_written() -> Iterator[None]:
    """Inside a transaction: most of what is refused writes nothing at all, which is cheap to see. What was written and taken
    back is compared with what stood before, which the database gives back."""
    writes, files, point = touched(), _files(), transaction.savepoint()
    yield
    if touched() == writes:
        transaction.savepoint_commit(point)
        assert _files() == files, "changed: uploaded files"
        return
    after = fingerprint()
    transaction.savepoint_rollback(point)
    _compare(fingerprint() | {"uploaded files": files}, after)


def _compare(before: dict[str, str], after: dict[str, str]) -> None:
    kept = {name: rows_of(name) for name in after if name in before and before[name] != after[name]
            and name != "uploaded files"}  # fmt: skip
    assert before == after, f"changed: {sorted(n for n in after if before.get(n) != after[n])}\n{_some(kept)}"


def _some(kept: dict[str, set[str]]) -> str:
    return "\n".join(f"{name}: {row[:300]}" for name, rows in kept.items() for row in sorted(rows)[-3:])
