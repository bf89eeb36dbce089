"""Parties: who owes, the largest first, a page at a time, however many there are; and what all of them owe together."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Count, QuerySet, Sum

from relasi.features.receivables.ageing import Row, credits, debts, named, unpaid
from relasi.features.receivables.sides import Side

Key = tuple[int | None, str]


class Parties:
    """A list of Rows for a Paginator: those who owe by currency and amount, then those who only have a credit."""

    def __init__(self, user: Any, on: date, side: Side):
        self.user, self.on, self.side = user, on, side
        self.credits = credits(user, on, side=side)

    @cached_property
    def _debts(self) -> QuerySet[Any]:
        return unpaid(self.user, self.on, self.side).order_by()

    @cached_property
    def _groups(self) -> QuerySet[Any]:
        totals = self._debts.values_list(self.side.party, "currency").annotate(total=Sum("left"))
        return totals.order_by("currency", "-total", self.side.party)

    @cached_property
    def _debtors(self) -> int:
        return self._groups.count()

    @cached_property
    def only_credit(self) -> list[Key]:
        """Those who owe nothing and have paid ahead."""
        ids = {id for id, _currency in self.credits}
        some = self._debts.filter(**{f"{self.side.party}__in": ids}) if ids else self._debts.none()
        owing = set(some.values_list(self.side.party, "currency").distinct())
        return sorted(
            (key for key in self.credits if key not in owing), key=lambda key: (key[1], key[0] or 0)
        )

    def __len__(self) -> int:
        return self._debtors + len(self.only_credit)

    def __getitem__(self, part: slice) -> list[Row]:
        first, last = part.start or 0, len(self) if part.stop is None else part.stop
        keys: list[Key] = [(id, currency) for id, currency, _total in self._groups[first:last]]
        beyond = max(first - self._debtors, 0), max(last - self._debtors, 0)
        keys += self.only_credit[slice(*beyond)]
        return self.rows(keys)

    def rows(self, keys: list[Key]) -> list[Row]:
        """In the order of the keys."""
        ids = {id for id, _currency in keys}
        found = debts(self.user, self.on, ids, self.side)
        rows = [found.get(key) or Row(*key) for key in keys]
        for key, row in zip(keys, rows, strict=True):
            row.credit = self.credits.get(key, row.credit)
        return named(rows, self.side)

    def sums(self) -> list[Row]:
        """One row for each currency."""
        found: dict[str, Row] = {}
        for currency, band, amount, n in self._debts.values_list("currency", "band").annotate(
            amount=Sum("left"), n=Count("pk")
        ):
            found.setdefault(currency, Row(None, currency)).bands[band] = (amount, n)
        for (_id, currency), amount in self.credits.items():
            found.setdefault(currency, Row(None, currency)).credit += amount
        return [found[currency] for currency in sorted(found)]
