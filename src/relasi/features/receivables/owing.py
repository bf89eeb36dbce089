"""Owing: who owes today, in any order, from the kept sums (kits/paying/kept.py): a page costs as much as there are parties,
however many documents each has.

Exact always: of a party whose sums were put together on an earlier day and have come apart since, or of whom something was
paid since, the documents themselves are asked.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from relasi.engine.access.prepared import planned_once
from relasi.features.receivables.ageing import BANDS, Row, named
from relasi.features.receivables.sides import Side
from relasi.kits.paying.gathering import straddles
from relasi.kits.paying.kept import CUTS, DEBT, LEFT, NOTE
from relasi.kits.paying.kept_reading import Asked, documents_seen, sums_seen

OLDEST, LARGEST = "oldest", "largest"
# Those who owe first, then those who only have a credit.
_ORDERS = {
    OLDEST: "(documents = 0), oldest, party, currency",
    LARGEST: "(documents = 0), currency, coalesce(total, 0) DESC, party",
}

_SUMS = """
    SELECT {who} AS party, currency, {bands}, coalesce(sum(amount) FILTER (WHERE source <> 'debt'), 0) AS credit,
        coalesce(sum(documents) FILTER (WHERE source = 'debt'), 0) AS documents,
        sum(amount) FILTER (WHERE source = 'debt') AS total,
        min(first_day) FILTER (WHERE source = 'debt' AND documents > 0) AS oldest,
        bool_or(source = 'debt' AND (documents < 0 OR {straddles})) AS asked
    FROM ({rows}
    ) rows WHERE (dated IS NULL OR dated <= {on}){of} GROUP BY {groups}
"""
_PLAIN = (
    "SELECT o.*, count(*) OVER (), bool_or(asked) OVER () FROM ({sums}) o WHERE documents > 0 OR credit > 0"
)
# The debts of parties whose sums do not tell enough are read from the documents.
_ASKED = """
        SELECT kept.* FROM kept WHERE source <> 'debt' OR party NOT IN (SELECT party FROM asked)
        UNION ALL {documents}"""
_WITH = """
    WITH kept AS MATERIALIZED ({rows}
    ),
    asked AS (SELECT DISTINCT party FROM kept WHERE source = 'debt' AND (documents < 0 OR {straddles}){of})
"""
_ALL = (DEBT, LEFT, NOTE)


class Owing:
    """What one person sees, as of today or a day to come; of one party, or of all."""

    def __init__(self, user: Any, on: date, side: Side, party: int | None = None):
        self.user, self.on, self.side = user, on, side
        self._of = "" if party is None else f" AND party = {int(party)}"

    def rows(self, order: str, first: int = 0, most: int | None = None) -> tuple[list[Row], int]:
        """Some of the rows with their titles, and how many there are in all."""
        limit = "" if most is None else f" LIMIT {int(most)} OFFSET {int(first)}"
        found = self._ask("party, currency", "party", f" ORDER BY {_ORDERS[order]}{limit}")
        return named([self._row(one) for one in found], self.side), int(found[0][-2]) if found else 0

    def sums(self) -> list[Row]:
        """One row for each currency."""
        return [self._row(one) for one in self._ask("currency", "NULL::bigint", " ORDER BY currency")]

    def _ask(self, groups: str, who: str, order: str) -> list[Any]:
        seen = sums_seen(self.side.kept, _ALL, self.user)
        if seen is None:
            return []
        found = self._read("", seen, groups, who, order)
        if not any(row[-1] for row in found):
            return found
        rows, values = seen
        documents = documents_seen(self.side.kept, DEBT, self.user, "SELECT party FROM asked")
        if documents is not None:
            started = _WITH.format(rows=rows, straddles=straddles(self._day), of=self._of)
            found = self._read(
                started, (_ASKED.format(documents=documents[0]), [*values, *documents[1]]), groups, who, order
            )
        return found

    def _read(self, started: str, rows: Asked, groups: str, who: str, order: str) -> list[Any]:
        bands = ", ".join(self._band(place) for place in range(len(BANDS)))
        sums = _SUMS.format(
            rows=rows[0],
            bands=bands,
            on=self._day,
            straddles=straddles(self._day),
            groups=groups,
            who=who,
            of=self._of,
        )
        with connection.cursor() as cursor:
            planned_once(cursor).execute(f"{started}{_PLAIN.format(sums=sums)}{order}", rows[1])
            return cursor.fetchall()

    def _band(self, place: int) -> str:
        """SQL: what is due between two cuts."""
        within = f"source = 'debt' AND first_day >= {self._day} - {CUTS[place]}" if place < len(CUTS) else ""
        before = f"source = 'debt' AND first_day < {self._day} - {CUTS[place - 1]}" if place else ""
        which = " AND ".join(filter(None, (within, before)))
        return f"sum(amount) FILTER (WHERE {which})"

    @property
    def _day(self) -> str:
        return f"'{self.on.isoformat()}'::date"

    def _row(self, found: Any) -> Row:
        party, currency, *rest = found
        row = Row(party or None, currency)
        row.bands = {band: amount for band, amount in zip(BANDS, rest, strict=False) if amount}
        row.credit = rest[len(BANDS)]
        return row
