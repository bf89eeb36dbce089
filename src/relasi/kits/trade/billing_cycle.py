"""Billing cycle: the days on which something is billed again and again, and the part of a period an amount is for.

Pure functions. Every day is worked out from the anchor and never from the day before it, so what is billed on the 31st
is billed on 28 February and on 31 March again.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import count

from relasi.kits.trade.rounding import Exact, rounded

LAST_DAY = 31  # of whatever month it is
_DAY = timedelta(days=1)


class Unit(StrEnum):
    DAY, WEEK, MONTH, YEAR = "day", "week", "month", "year"


# The names people use for how often -> the unit, and how many of it.
FREQUENCIES: dict[str, tuple[Unit, int]] = {
    "daily": (Unit.DAY, 1),
    "weekly": (Unit.WEEK, 1),
    "monthly": (Unit.MONTH, 1),
    "quarterly": (Unit.MONTH, 3),
    "four_monthly": (Unit.MONTH, 4),
    "half_yearly": (Unit.MONTH, 6),
    "yearly": (Unit.YEAR, 1),
}
_LENGTHS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 1, Unit.YEAR: 12}  # in days, or in months


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included. whole: days of the full period it is a part of, as many as its own
    where it is complete."""

    first: date
    last: date
    whole: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_whole(self) -> bool:
        return self.days == self.whole

    @property
    def share(self) -> Fraction:
        """How much of the full period it is: 1 where it is complete."""
        return Fraction(self.days, self.whole)

    def until(self, day: date | None) -> Period:
        """What of it lies up to that day, the day included; itself where it ends before. Raises ValueError."""
        if day is None or day >= self.last:
            return self
        if day < self.first:
            raise ValueError(f"{day} lies before {self.first}")
        return replace(self, last=day)

    def since(self, day: date) -> Period:
        """What remains of it from that day on, the day included. Raises ValueError."""
        if day <= self.first:
            return self
        if day > self.last:
            raise ValueError(f"{day} lies after {self.last}")
        return replace(self, first=day)

    def part_of(self, amount: Exact, decimals: int) -> Decimal:
        """What of the amount for a full period is for this part of it, by days, half away from zero."""
        return rounded(Fraction(amount) * self.share, decimals)


@dataclass(frozen=True)
class Cycle:
    """every: each second, third … one. anchor: the day of the month (1 to 31) it is billed on, cut to the end of a shorter
    month; for weeks the day of the week (1 Monday to 7). Without one that of the start.

    stub: whether the days from the start to the first anchor day are a period of their own; without it the first period
    begins on that day. Raises ValueError.
    """

    start: date
    unit: Unit
    every: int = 1
    anchor: int | None = None
    stub: bool = False

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError("at least every one")
        most = {Unit.DAY: 0, Unit.WEEK: 7}.get(self.unit, LAST_DAY)
        if self.anchor is not None and not 1 <= self.anchor <= most:
            raise ValueError(f"no anchor {self.anchor} for a {self.unit}")

    @classmethod
    def of(
        cls, frequency: str, start: date, every: int = 1, anchor: int | None = None, stub: bool = False
    ) -> Cycle:
        """By the name of the frequency; an anchor that says nothing there is left out."""
        unit, many = FREQUENCIES[frequency]
        return cls(start, unit, many * every, None if unit is Unit.DAY else anchor, stub)

    @property
    def _step(self) -> int:
        return _LENGTHS[self.unit] * self.every

    @property
    def _by_months(self) -> bool:
        return self.unit in (Unit.MONTH, Unit.YEAR)

    @cached_property
    def regular(self) -> date:
        """The first anchor day on or after the start."""
        if not self._by_months:
            weekday = self.anchor if self.unit is Unit.WEEK and self.anchor else self.start.isoweekday()
            return self.start + timedelta(days=(weekday - self.start.isoweekday()) % 7)
        anchor = self.anchor or self.start.day
        here = _in_month(self.start.year * 12 + self.start.month - 1, anchor)
        return here if here >= self.start else _in_month(self.start.year * 12 + self.start.month, anchor)

    @property
    def begins_with_stub(self) -> bool:
        return self.stub and self.regular != self.start

    def _on_grid(self, steps: int) -> date:
        if not self._by_months:
            return self.regular + timedelta(days=steps * self._step)
        month = self.regular.year * 12 + self.regular.month - 1 + steps * self._step
        return _in_month(month, self.anchor or self.start.day)

    def day(self, k: int) -> date:
        """The day of the k-th period, counted from 0. Raises ValueError below that, OverflowError past the year 9999."""
        if k < 0:
            raise ValueError("counted from 0")
        if not self.begins_with_stub:
            return self._on_grid(k)
        return self.start if k == 0 else self._on_grid(k - 1)

    def period(self, k: int) -> Period:
        """From its day to the day before the next."""
        first, last = self.day(k), self.day(k + 1) - _DAY
        begins = self._on_grid(-1) if k == 0 and self.begins_with_stub else first
        return Period(first, last, (last - begins).days + 1)

    def k_on_or_after(self, day: date) -> int:
        """The first period that begins on that day or later."""
        passed = _months(self.regular, day) if self._by_months else (day - self.regular).days
        k = max(0, passed // self._step - 1)
        while self.day(k) < day:
            k += 1
        return k

    def k_of(self, day: date) -> int | None:
        """The period that holds the day; None before the first."""
        k = self.k_on_or_after(day)
        if self.day(k) == day:
            return k
        return k - 1 if k else None

    def days(self, since: int = 0) -> Iterator[tuple[int, date]]:
        """(k, its day), without end."""
        return ((k, self.day(k)) for k in count(since))


def _in_month(month: int, day: int) -> date:
    """month: counted from the year 0."""
    year, place = divmod(month, 12)
    try:
        return date(year, place + 1, min(day, monthrange(year, place + 1)[1]))
    except ValueError:
        raise OverflowError(f"year {year}") from None


def _months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
