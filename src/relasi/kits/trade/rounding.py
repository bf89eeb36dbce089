"""Rounding: half away from zero, at the places the conventions name and nowhere else; and shares that add up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

Exact = Decimal | Fraction | int


def rounded(value: Exact, decimals: int) -> Decimal:
    """The value with so many decimals, half away from zero: 0.5 → 1, −0.5 → −1. Exact for any fraction."""
    scaled = abs(Fraction(value)) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return _units(whole if value >= 0 else -whole, decimals)


def shares(total: Decimal, weights: Sequence[Exact], decimals: int) -> list[Decimal]:
    """The total spread in proportion to the weights so that the shares add up to it exactly.

    Every share is first cut towards zero; what is left goes in smallest units to the largest remainders, the
    earlier one first. Weights of one sign; all zero spreads over equal weights. total: with so many decimals.
    """
    if not weights:
        if total:
            raise ValueError("there is nothing to spread over")
        return []
    parts = [Fraction(w) for w in weights]
    whole = sum(parts)
    parts = parts if whole else [Fraction(1)] * len(weights)
    units = abs(Fraction(total)) * 10**decimals
    if units.denominator != 1:
        raise ValueError(f"{total} has more than {decimals} decimals")
    exact = [units * part / (whole or len(weights)) for part in parts]
    found = [int(one) for one in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (found[i] - exact[i], i))
    for place in by_remainder[: int(units) - sum(found)]:
        found[place] += 1
    sign = -1 if total < 0 else 1
    return [_units(sign * one, decimals) for one in found]


def _units(whole: int, decimals: int) -> Decimal:
    # Written out, since arithmetic on decimals would round at the 28 digits of its context.
    return Decimal(f"{whole}E-{decimals}")
