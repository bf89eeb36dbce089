"""Real commits: for what several connections must see. Afterwards every table is put back as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from tests.fingerprint import tables
from tests.worlds import let_go


@dataclass
class Kept:
    """rows: table -> all its rows, as the database copies them out. marks: table -> which versions of rows those are; a
    row that was written since has another."""

    rows: dict[str, bytes]
    marks: dict[str, str]


@contextmanager
def real_commits() -> Iterator[None]:
    """What happens inside is committed for all to see, and gone at the end. Not inside a transaction."""
    let_go()
    assert not connection.in_atomic_block
    kept = everything()
    try:
        yield
    finally:
        put_back(kept)


def everything() -> Kept:
    connection.ensure_connection()
    names = tables(without=frozenset())
    return Kept({name: _copied_out(name) for name in names}, _marks(names))


def _copied_out(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as copy:
        return b"".join(bytes(piece) for piece in copy)


def _marks(names: Iterable[str]) -> dict[str, str]:
    one = "SELECT '{0}', (SELECT md5(coalesce(string_agg(concat(ctid, ' ', xmin), ',' ORDER BY ctid), '')) FROM \"{0}\")"
    statement = " UNION ALL ".join(one.format(name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return dict(cursor.fetchall())


def put_back(kept: Kept) -> None:
    """Without triggers: this is no change but the end of a pretence. Emptying a table costs files of its own and of all
    its indexes, so only those that were written to are filled again, row by row. Whoever still writes is waited for."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        listed = ", ".join(f'"{name}"' for name in kept.rows)
        cursor.execute(f"LOCK TABLE {listed} IN SHARE ROW EXCLUSIVE MODE")
        now = _marks(kept.rows)
        written = [name for name in kept.rows if now[name] != kept.marks[name]]
        for name in written:
            cursor.execute(f'DELETE FROM "{name}"')
            with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT binary)') as copy:
                copy.write(kept.rows[name])
        if written:
            kept.marks |= _marks(written)
