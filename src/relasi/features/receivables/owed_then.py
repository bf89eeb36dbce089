"""Owed then: who owed at the end of a day that is over, the largest first: told from the documents, of all of them at once."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from relasi.features.receivables.ageing import Row, ageing, named
from relasi.features.receivables.sides import Side


class OwedThen:
    """What one person sees. Those who owed stand by currency and amount before those who only had a credit."""

    def __init__(self, user: Any, on: date, side: Side):
        self.user, self.on, self.side = user, on, side

    @cached_property
    def _all(self) -> list[Row]:
        return sorted(ageing(self.user, self.on, side=self.side), key=lambda row: not row.bands)

    def rows(self, order: str, first: int = 0, most: int | None = None) -> tuple[list[Row], int]:
        """Some of the rows with their titles, and how many there are in all. There is one order."""
        last = None if most is None else first + most
        return named(self._all[first:last], self.side), len(self._all)

    def sums(self) -> list[Row]:
        """One row for each currency."""
        found: dict[str, Row] = {}
        for row in self._all:
            sum_ = found.setdefault(row.currency, Row(None, row.currency))
            sum_.credit += row.credit
            for band, amount in row.bands.items():
                sum_.bands[band] = sum_.bands.get(band, 0) + amount
        return [found[currency] for currency in sorted(found)]
