"""Transfer code: a few rupiah more or less, by which a transfer tells which invoice it pays."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

MOST = 999
# Below this a code would be a large part of what is paid.
LEAST_AMOUNT = Decimal(10_000)


def free_code(
    payable: Decimal, sign: int, taken: Collection[int], amounts: Collection[Decimal], last: int
) -> int | None:
    """The next code after the last one given, in rupiah: positive to pay more, negative to pay less.

    taken: codes of the open invoices, without sign. amounts: what they are paid with, which must differ too. last: the
    code given before this one; those paid long ago come last, so that a late second transfer is not taken for another
    invoice's. None where nothing is free, or the invoice is too small.
    """
    if payable < LEAST_AMOUNT or len(taken) >= MOST:
        return None
    for step in range(MOST):
        code = (abs(last) + step) % MOST + 1
        if code not in taken and payable + sign * code not in amounts:
            return sign * code
    return None
