"""Weighing: what an open amount is worth by its probability, and how old stages and answers score."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from relasi.engine.fields.money import decimals_of
from relasi.engine.fields.number_text import rounded_to

HUNDRED = Decimal(100)


def weighted(amount: Decimal | None, probability: Decimal | None, currency: str) -> Decimal | None:
    """amount × probability / 100 in the currency's decimals, half away from zero; None when one is missing."""
    if amount is None or probability is None:
        return None
    return rounded_to(Decimal(amount) * Decimal(probability) / HUNDRED, decimals_of(currency))


def stage_age_score(days: int, limit: int | None) -> int:
    """100 on the first day in a stage, 50 at its limit of days, 0 at twice that. Stages without a limit never age."""
    if not limit:
        return 100
    return max(0, min(100, round(100 - 50 * days / limit)))


def completeness_score(filled: Sequence[bool]) -> int:
    """The share of what should be known that is known, in hundredths."""
    return round(100 * sum(filled) / len(filled)) if filled else 100


def mean_score(parts: Sequence[tuple[int, int]]) -> int | None:
    """The mean of (weight, score 0..100), by weight; None without a part."""
    weight = sum(part[0] for part in parts)
    return round(sum(part[0] * part[1] for part in parts) / weight) if weight else None
