"""Recurring revenue: what something billed again and again is worth in a month, and what a change within a period costs.

Pure functions; fractions inside, rounded once at the end, half away from zero.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from relasi.kits.trade.billing_cycle import Period, Unit
from relasi.kits.trade.rounding import Exact, rounded

# How many of a unit a month holds on average.
_IN_A_MONTH = {
    Unit.DAY: Fraction(365, 12), Unit.WEEK: Fraction(52, 12), Unit.MONTH: Fraction(1), Unit.YEAR: Fraction(1, 12),
}  # fmt: skip


def monthly(amount: Exact, unit: Unit, every: int = 1) -> Fraction:
    """What an amount for each `every` units is worth in a month. Raises ValueError."""
    if every < 1:
        raise ValueError("at least every one")
    return Fraction(amount) * _IN_A_MONTH[unit] / every


def difference(old: Exact, new: Exact, period: Period, day: date, decimals: int) -> Decimal:
    """What is to be paid for the rest of a period, that day included, when its amount changes: less than nothing where it
    falls. old, new: for a full period. Raises ValueError for a day after the period."""
    return period.since(day).part_of(Fraction(new) - Fraction(old), decimals)


def share_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """Percent with one place; None of nothing."""
    return rounded(Fraction(part) * 100 / Fraction(whole), 1) if whole else None
