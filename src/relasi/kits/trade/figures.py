"""Figures: what a trade document is worked out from, and what comes of it. Values alone, no arithmetic.

Amounts are in the currency of the document, rounded to its decimals; quantities have at most three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.refusal import Refusal
from relasi.kits.trade.rounding import rounded, rounded_product
from relasi.kits.trade.tax_rule import TaxAmount, Taxes
from relasi.kits.trade.taxed import NOTHING, Taxed

ZERO = Decimal(0)


class LineKind(StrEnum):
    ITEM, SECTION, NOTE = "item", "section", "note"


class TaxMode(StrEnum):
    """Tax worked out and rounded on each line, or once on the whole document."""

    INDIVIDUAL, GROUP = "individual", "group"


@dataclass(frozen=True, slots=True)
class Discount:
    """Either a percentage or an amount; neither is no discount."""

    percent: Decimal | None = None
    amount: Decimal | None = None

    def off(self, whole: Decimal, decimals: int, name: str) -> Decimal:
        """What comes off the whole. name: of the field a refusal speaks of. Raises Refusal."""
        if self.amount is not None:
            low, high = (whole, ZERO) if whole < 0 else (ZERO, whole)
            if not low <= self.amount <= high:
                message = _("The discount cannot be more than what it is taken off.")
                raise Refusal(name, "OUT_OF_RANGE", message)
            return rounded(self.amount, decimals)
        percent = self.percent or ZERO
        if not 0 <= percent <= 100:
            raise Refusal(name, "OUT_OF_RANGE", _("A discount is between 0% and 100%."))
        return rounded_product(whole, percent, decimals, per=100) if percent else rounded(ZERO, decimals)


NO_DISCOUNT = Discount()


@dataclass(frozen=True, slots=True)
class Component:
    """What a bundle holds. quantity: in one bundle. price, cost: of one unit."""

    quantity: Decimal
    price: Decimal
    cost: Decimal = ZERO
    taxes: Taxes = ()


@dataclass(frozen=True, slots=True)
class Line:
    """counts: False for an option nobody has chosen, which shows its figures and adds nothing."""

    quantity: Decimal = ZERO
    price: Decimal = ZERO
    discount: Discount = NO_DISCOUNT
    taxes: Taxes = ()
    cost: Decimal = ZERO
    components: Sequence[Component] = ()
    kind: LineKind = LineKind.ITEM
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Charge:
    """Shipping, insurance: an amount, or a percentage of the discounted lines."""

    name: str
    amount: Decimal | None = None
    percent: Decimal | None = None
    taxes: Taxes = ()


@dataclass(frozen=True, slots=True)
class Document:
    """includes_tax: prices, discounts and charges are given with their taxes inside."""

    lines: Sequence[Line]
    decimals: int
    discount: Discount = NO_DISCOUNT
    mode: TaxMode = TaxMode.INDIVIDUAL
    group_taxes: Taxes = ()
    charges: Sequence[Charge] = ()
    adjustment: Decimal = ZERO
    includes_tax: bool = False


@dataclass(slots=True)
class LineFigures:
    """gross: quantity × price. net: after the line's own discount. share: its part of the document's discount.

    taxed: what is left, before tax, its tax, and both. cost: of all units. subtotal: of a section alone.
    """

    gross: Decimal = ZERO
    discount: Decimal = ZERO
    net: Decimal = ZERO
    share: Decimal = ZERO
    taxed: Taxed = NOTHING
    taxes: list[TaxAmount] = field(default_factory=list)
    withheld: list[TaxAmount] = field(default_factory=list)
    cost: Decimal = ZERO
    subtotal: Decimal | None = None

    @property
    def margin(self) -> Decimal:
        return self.taxed.net - self.cost

    @property
    def margin_percent(self) -> Decimal | None:
        return margin_percent(self.margin, self.taxed.net)


@dataclass(frozen=True, slots=True)
class ChargeFigures:
    name: str
    taxed: Taxed
    taxes: list[TaxAmount]


@dataclass(frozen=True, slots=True)
class Totals:
    """Of the lines that count. subtotal: Σ net. goods: the lines after all discounts. charged: all charges.

    taxes: of the lines; charge_taxes: of the charges; withheld: what the buyer keeps back for the tax office.
    """

    lines: list[LineFigures]
    charges: list[ChargeFigures]
    gross: Decimal
    line_discount: Decimal
    subtotal: Decimal
    discount: Decimal
    goods: Taxed
    charged: Taxed
    taxes: list[TaxAmount]
    charge_taxes: list[TaxAmount]
    withheld: list[TaxAmount]
    adjustment: Decimal
    cost: Decimal

    @property
    def grand_total(self) -> Decimal:
        return self.goods.gross + self.charged.gross + self.adjustment

    @property
    def withheld_total(self) -> Decimal:
        return sum((one.amount for one in self.withheld), ZERO)

    @property
    def payable(self) -> Decimal:
        return self.grand_total - self.withheld_total

    @property
    def margin(self) -> Decimal:
        return self.goods.net - self.cost

    @property
    def margin_percent(self) -> Decimal | None:
        return margin_percent(self.margin, self.goods.net)


def margin_percent(margin: Decimal, base: Decimal) -> Decimal | None:
    """With two decimals; None where there is no base."""
    return rounded(Fraction(margin) * 100 / Fraction(base), 2) if base else None
