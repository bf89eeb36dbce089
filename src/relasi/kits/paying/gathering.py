"""Gathering: the many rows of kept sums become few, a party at a time, and are cut anew where a day has passed.

Documents and rows are read in one statement and so as of one moment: what is committed later stays beside, as a row of
its own, and nothing is counted twice or left out. Only who gathers waits for who gathers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection, transaction

from relasi.kits.paying.kept import COLUMNS, CUTS, DEBT, JOINED, Kept
from relasi.kits.pipeline.days import today

AT_ONCE = 500  # parties


def band_of(day: str, on: str) -> str:
    """SQL: between which cuts a day lies, counted from 0. on: SQL of the day it is asked."""
    steps = " ".join(f"WHEN {day} >= {on} - {cut} THEN {place}" for place, cut in enumerate(CUTS))
    return f"CASE {steps} WHEN {day} IS NOT NULL THEN {len(CUTS)} END"


def straddles(on: str) -> str:
    """SQL: whether a row was put together on a day that lies too far back: what it holds has come apart since."""
    return f"(first_day <> last_day AND ({band_of('first_day', on)}) <> ({band_of('last_day', on)}))"


def gather_all(kept: Kept, on: date | None = None) -> int:
    """Of how many parties sums were put together."""
    on, count = on or today(), 0
    for some in _lots(_apart(kept, on)):
        gather(kept, some, on)
        count += len(some)
    return count


def gather(kept: Kept, parties: list[int], on: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # A statement of its own: the next one reads what others had gathered by the time this one holds.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [kept.table])
        cursor.execute(gathering_sql(kept), {"parties": parties, "on": on})


def gathering_sql(kept: Kept) -> str:
    """Of %(parties)s as of %(on)s."""
    asked = "%(parties)s::bigint[]"
    rows = JOINED.join(one.rows(one.table, more=one.of(asked)) for one in kept.sources)
    on = "%(on)s::date"
    return f"""
        WITH gone AS (DELETE FROM {kept.table} WHERE party = ANY ({asked}))
        INSERT INTO {kept.table} ({COLUMNS}, gathered)
        SELECT source, party, owner, currency, min(first_day), max(last_day), max(dated),
            sum(amount), sum(home), sum(documents), TRUE
        FROM ({rows}
        ) m GROUP BY source, party, owner, currency, {band_of("first_day", on)}, CASE WHEN dated > {on} THEN dated END"""


def _apart(kept: Kept, on: date) -> list[int]:
    """The parties whose rows are not all together, or not as of this day."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT party FROM {kept.table} WHERE NOT gathered UNION "
            f"SELECT party FROM {kept.table} WHERE source = '{DEBT}' AND {straddles('%(on)s::date')} ORDER BY party",
            {"on": on},
        )
        return [row[0] for row in cursor.fetchall()]


def _lots(parties: list[Any]) -> Iterator[list[Any]]:
    for first in range(0, len(parties), AT_ONCE):
        yield parties[first : first + AT_ONCE]
