"""Owing: who owes today, in any order, from the kept sums (kits/paying/kept.py): a page costs as much as there are parties,
however many documents each has.

Exact always: of a party whose sums were put together on an earlier day and have come apart since, or of whom something was
paid since, the documents themselves are asked.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from relasi.features.receivables.ageing import BANDS, Row, named
from relasi.features.receivables.sides import Side
from relasi.kits.paying.gathering import band_of, straddles
from relasi.kits.paying.kept import DEBT, LEFT, NOTE
from relasi.kits.paying.kept_reading import Asked, documents_seen, joined, sums_seen

OLDEST, LARGEST = "oldest", "largest"
# Those who owe first, then those who only have a credit.
_ORDERS = {
    OLDEST: "(documents = 0), oldest, party, currency",
    LARGEST: "(documents = 0), currency, total DESC, party",
}

_OWING = """
    WITH kept AS MATERIALIZED ({kept}
    ),
    asked AS (SELECT DISTINCT party FROM kept WHERE documents < 0 OR {straddles}),
    debts AS (
        SELECT party, currency, first_day AS due, amount, documents FROM kept
        WHERE dated <= {on} AND party NOT IN (SELECT party FROM asked)
        UNION ALL
        SELECT party, currency, first_day, amount, documents FROM ({documents}
        ) d WHERE dated <= {on}
    ),
    open AS (
        SELECT party, currency, due, amount, documents, 0 AS credit, ({band}) AS band FROM debts
        UNION ALL
        SELECT party, currency, NULL, 0, 0, amount, NULL FROM ({credits}
        ) c
    )
    SELECT {who} AS party, currency, {bands}, coalesce(sum(credit), 0) AS credit, sum(documents) AS documents,
        sum(amount) AS total, min(due) FILTER (WHERE documents > 0) AS oldest
    FROM open GROUP BY {groups} HAVING sum(documents) > 0 OR sum(credit) > 0
"""
_NO_DEBTS = "SELECT NULL::text, 0::bigint AS party, ''::text AS currency, NULL::date AS first_day, NULL::date AS last_day, NULL::date AS dated, 0::numeric AS amount, 0::numeric AS home, 0 AS documents WHERE FALSE"  # noqa: E501


class Owing:
    """What one person sees, as of today or a day to come."""

    def __init__(self, user: Any, on: date, side: Side):
        self.user, self.on, self.side = user, on, side

    def rows(self, order: str, first: int = 0, most: int | None = None) -> tuple[list[Row], int]:
        """Some of the rows with their titles, and how many there are in all."""
        limit = "" if most is None else f" LIMIT {int(most)} OFFSET {int(first)}"
        found = self._ask(
            "party, currency", "party", f"SELECT o.*, count(*) OVER () FROM ({{owing}}) o ORDER BY {_ORDERS[order]}{limit}"
        )
        return named([self._row(one) for one in found], self.side), int(found[0][-1]) if found else 0

    def sums(self) -> list[Row]:
        """One row for each currency."""
        return [self._row(one) for one in self._ask("currency", "NULL::bigint", "{owing} ORDER BY currency")]

    def _ask(self, groups: str, who: str, around: str) -> list[Any]:
        sql, values = self._worded(groups, who)
        with connection.cursor() as cursor:
            cursor.execute(around.replace("{owing}", sql), values)
            return cursor.fetchall()

    def _worded(self, groups: str, who: str) -> Asked:
        kept, on = self.side.kept, f"'{self.on.isoformat()}'::date"
        sums = sums_seen(kept, (DEBT,), self.user) or (_NO_DEBTS, [])
        documents = documents_seen(kept, DEBT, self.user, "SELECT party FROM asked") or (_NO_DEBTS, [])
        credits = sums_seen(kept, (LEFT, NOTE), self.user) or (_NO_DEBTS, [])
        bands = ", ".join(
            f"sum(amount) FILTER (WHERE band = {n}), coalesce(sum(documents) FILTER (WHERE band = {n}), 0)"
            for n in range(len(BANDS))
        )
        sql = _OWING.format(
            kept=sums[0], documents=documents[0], credits=credits[0], on=on, straddles=straddles(on),
            band=band_of("due", on), bands=bands, groups=groups, who=who,
        )  # fmt: skip
        return sql, joined([sums, documents, credits])[1]

    def _row(self, found: Any) -> Row:
        party, currency, *rest = found
        row = Row(party or None, currency)
        for place, band in enumerate(BANDS):
            amount, count = rest[2 * place], int(rest[2 * place + 1])
            if count:
                row.bands[band] = (amount, count)
        row.credit = rest[2 * len(BANDS)] or Decimal(0)
        return row
