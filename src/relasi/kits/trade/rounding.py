"""Rounding: half away from zero, at the places the conventions name and nowhere else; and shares that add up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

Exact = Decimal | Fraction | int


def rounded(value: Exact, decimals: int) -> Decimal:
    """The value with so many decimals, half away from zero: 0.5 → 1, −0.5 → −1. Exact for any fraction."""
    return rounded_ratio(*value.as_integer_ratio(), decimals)


def rounded_product(one: Exact, other: Exact, decimals: int, per: int = 1) -> Decimal:
    """The product divided by `per`, 100 for a percentage, and rounded."""
    (upper, lower), (above, below) = one.as_integer_ratio(), other.as_integer_ratio()
    return rounded_ratio(upper * above, lower * below * per, decimals)


def rounded_ratio(upper: int, lower: int, decimals: int) -> Decimal:
    """upper / lower, rounded. lower: above zero. Whole numbers all the way: a document of 200 lines does this often."""
    doubled = 2 * abs(upper) * 10**decimals
    whole = (doubled + lower) // (2 * lower)
    return _units(whole if upper >= 0 else -whole, decimals)


def shares(total: Decimal, weights: Sequence[Exact], decimals: int) -> list[Decimal]:
    """The total spread in proportion to the weights so that the shares add up to it exactly.

    Every share is first cut towards zero; what is left goes in smallest units to the largest remainders, the
    earlier one first. Weights of one sign; all zero spreads over equal weights. total: with so many decimals.
    """
    if not weights:
        if total:
            raise ValueError("there is nothing to spread over")
        return []
    upper, lower = total.as_integer_ratio()
    units, rest = divmod(abs(upper) * 10**decimals, lower)
    if rest:
        raise ValueError(f"{total} has more than {decimals} decimals")
    sign = -1 if upper < 0 else 1
    if len(weights) == 1:
        return [_units(sign * units, decimals)]
    parts = _whole_numbers(weights)
    whole = sum(parts)
    if not whole:
        parts, whole = [1] * len(parts), len(parts)
    found, remainders = [], []
    for part in parts:
        exact = units * part if whole > 0 else -units * part
        share = exact // abs(whole) if exact >= 0 else -(-exact // abs(whole))
        found.append(share)
        remainders.append(share * abs(whole) - exact)
    left = units - sum(found)
    if left:
        for place in sorted(range(len(found)), key=lambda i: (remainders[i], i))[:left]:
            found[place] += 1
    return [_units(sign * one, decimals) for one in found]


def _whole_numbers(weights: Sequence[Exact]) -> list[int]:
    """Whole numbers in the same proportion."""
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = lcm(*{below for _above, below in ratios})
    return [above * (common // below) for above, below in ratios]


def _units(whole: int, decimals: int) -> Decimal:
    # Written out, since arithmetic on decimals would round at the 28 digits of its context.
    return Decimal(f"{whole}E-{decimals}") if decimals else Decimal(whole)
