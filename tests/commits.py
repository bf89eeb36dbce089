"""Real commits: for what several connections must see. Afterwards every table is put back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tests.fingerprint import tables


@contextmanager
def real_commits() -> Iterator[None]:
    """What happens inside is committed for all to see, and gone at the end. Not inside a transaction."""
    assert not connection.in_atomic_block
    kept = everything()
    try:
        yield
    finally:
        put_back(kept)


def everything() -> dict[str, bytes]:
    """Table -> all its rows, as the database copies them out."""
    connection.ensure_connection()
    return {name: _copied_out(name) for name in tables(without=frozenset())}


def _copied_out(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as copy:
        return b"".join(bytes(piece) for piece in copy)


def put_back(kept: dict[str, bytes]) -> None:
    """Without triggers: this is no change but the end of a pretence."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("TRUNCATE " + ", ".join(f'"{name}"' for name in kept))
        for name, rows in kept.items():
            with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT binary)') as copy:
                copy.write(rows)
        cursor.execute("RESET session_replication_role")
