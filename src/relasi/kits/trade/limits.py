"""Limits: how far a seller may go on a document alone: discounts, margin and total. Beyond them somebody must agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

LINE, WHOLE, MARGIN, TOTAL, DAYS = "line_discount", "whole_discount", "margin", "total", "payment_days"
# Of these a smaller figure is the worse one.
FALLING = frozenset({MARGIN})
STEP = Decimal("0.0001")


@dataclass(frozen=True)
class Reach:
    """How far a document goes, or how far it may go. None: there is no such figure, or no limit.

    line_discount: the highest of its lines, in percent. whole_discount: all discounts together, in percent of the
    gross. Both count a price typed below the list as a discount. margin: in percent of what is left before tax. total:
    with tax, in the currency of the company. payment_days: how long the customer may take to pay.
    Percentages have four decimals and are rounded to the worse side.
    """

    line_discount: Decimal | None = None
    whole_discount: Decimal | None = None
    margin: Decimal | None = None
    total: Decimal | None = None
    payment_days: Decimal | None = None

    def as_json(self) -> dict[str, str | None]:
        return {name: None if value is None else str(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, str | None] | None) -> Reach:
        found = {name: None if value is None else Decimal(value) for name, value in (stored or {}).items()}
        return cls(**found)


@dataclass(frozen=True)
class Breach:
    """One figure that goes beyond its limit. name: of a field of Reach."""

    name: str
    value: Decimal
    limit: Decimal


NAMES = tuple(one.name for one in fields(Reach))


def breaches(reach: Reach, limits: Reach, agreed: Reach | None = None) -> list[Breach]:
    """What goes too far. agreed: how far somebody said it may go all the same; what is no worse than that is fine."""
    found = []
    for name in NAMES:
        value, limit = getattr(reach, name), getattr(limits, name)
        if value is None or limit is None or not _worse(name, value, limit):
            continue
        allowed = getattr(agreed, name) if agreed else None
        if allowed is None or _worse(name, value, allowed):
            found.append(Breach(name, value, limit))
    return found


def widest(limits: Iterable[Reach]) -> Reach:
    """Of several limits the one that allows most, figure by figure. Of none: no limit."""
    known = list(limits)
    found: dict[str, Any] = {}
    for name in NAMES:
        values = [getattr(one, name) for one in known]
        if values and None not in values:
            found[name] = min(values) if name in FALLING else max(values)
    return Reach(**found)


def furthest(reaches: Iterable[Reach]) -> Reach:
    """Of several documents the one that goes furthest, figure by figure; what none of them says is not said."""
    known = list(reaches)
    found: dict[str, Any] = {}
    for name in NAMES:
        values = [value for one in known if (value := getattr(one, name)) is not None]
        if values:
            found[name] = min(values) if name in FALLING else max(values)
    return Reach(**found)


def _worse(name: str, value: Decimal, than: Decimal) -> bool:
    return value < than if name in FALLING else value > than


def discount_of(line: Any) -> Decimal:
    """A line's own discount in percent of its gross, or how far it stays below the list, whichever is more."""
    own = line.discount_percent
    if own is None:
        own = _percent(line.discount, line.gross, ROUND_CEILING)
    asked = line.gross + _below_list(line)
    return max(Decimal(own or 0), _percent(asked - line.net, asked, ROUND_CEILING) or Decimal(0))


def _below_list(line: Any) -> Decimal:
    """How much less the typed price comes to than that of the list."""
    if line.list_price is None or line.price is None or line.price >= line.list_price:
        return Decimal(0)
    return (line.list_price - line.price) * line.quantity


def reach_of(document: Any, highest: Decimal | None, together: Decimal | None) -> Reach:
    """highest: the highest discount of its lines. together: all of its discounts, in percent."""
    margin = _percent(document.margin_total, document.goods_total, ROUND_FLOOR)
    if margin is None and document.cost_total > 0:
        margin = Decimal(-100)  # something that costs us is given away
    total = document.grand_total * (document.rate or 1)
    days = document.payment_days
    return Reach(highest, together, margin, total, None if days is None else Decimal(days))


def whole_discount_of(document: Any, lines: Iterable[Any]) -> Decimal | None:
    """All discounts together, of the lines, of the whole and of prices below the list, in percent of what would have been
    asked without them; None where nothing is sold."""
    below = sum((_below_list(line) for line in lines if line.counts), Decimal(0))
    taken = document.line_discount_total + document.discount_total
    return _percent(taken + below, document.gross_total + below, ROUND_CEILING)


def _percent(part: Decimal, whole: Decimal, rounding: str) -> Decimal | None:
    if whole <= 0:
        return None
    exact = Fraction(part) * 100 / Fraction(whole)
    floor = Decimal(exact.numerator * 10_000 // exact.denominator) * STEP
    return floor + STEP if rounding == ROUND_CEILING and Fraction(floor) != exact else floor
