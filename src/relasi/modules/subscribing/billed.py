"""Billed: what one period of a subscription comes to, as figures and as the draft of its invoice."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.reader import ENGLISH, INDONESIAN
from relasi.kits.trade.billing_cycle import Period
from relasi.kits.trade.copying import header_of, line_of
from relasi.kits.trade.figures import ZERO, Totals
from relasi.kits.trade.line import Kind
from relasi.kits.trade.part_period import prorate, with_part
from relasi.kits.trade.tax_change import changed_rules, renewed_header, renewed_line
from relasi.kits.trade.totals import totals_of
from relasi.modules.subscribing.subscription_line import Billed, SubscriptionLine

LONGEST = 255


@dataclass(frozen=True)
class Bill:
    """document, lines: copies of what stands there, with the prices and amounts of this period."""

    number: int
    period: Period
    document: Any
    lines: list[Any]

    @property
    def totals(self) -> Totals:
        return totals_of(self.document.as_figures(self.lines))

    def header(self) -> dict[str, Any]:
        """Values of the invoice."""
        return header_of(self.document, registry.module("billing.Invoice").model) | {
            "subject": self._subject()[:LONGEST], "date": self.period.first, "deal": None,
            "payment_days": self.document.payment_days, "quote": self.document.quote_id,
        }  # fmt: skip

    def line_values(self) -> list[dict[str, Any]]:
        return [line_of(line) | {"optional": False, "chosen": False} for line in self.lines]

    def _subject(self) -> str:
        reader = INDONESIAN if company().language == "id" else ENGLISH
        days = f"{write_date(self.period.first, reader)} – {write_date(self.period.last, reader)}"
        return f"{self.document.subject[: LONGEST - len(days) - 2]}, {days}"


def bill_of(
    subscription: Any, lines: Iterable[Any], number: int, more: Iterable[tuple[str, Decimal]] = ()
) -> Bill:
    """number: of the period, counted from 1. more: (name, amount) of what is billed with it once."""
    period = subscription.period_of(number)
    document, found = _of_period(subscription, lines, number)
    document.date = period.first
    if not period.is_whole:
        periodic = [line for line in found if line.is_item and line.billed != Billed.ONCE]
        prorate(document, periodic, period)
        for line in periodic:
            line.description = with_part(line.description, period)
    extra = list(more)
    if number == 1 and subscription.setup_fee:
        with translation.override(company().language):
            extra.insert(0, (_("Setup fee"), subscription.setup_fee))
    found += [_once(document, found, name, amount) for name, amount in extra]
    rules = changed_rules(document, [line for line in found if line.is_item], period.first)
    for line in found:
        for name, value in renewed_line(line, rules).items():
            setattr(line, name, value)
    for name, value in renewed_header(document, rules).items():
        setattr(document, name, value)
    return Bill(number, period, document, found)


def net_of_period(subscription: Any, lines: Iterable[Any], number: int) -> Decimal:
    """Before tax, of a full period, without what is billed once."""
    document, found = _of_period(subscription, lines, number)
    document.shipping = document.other_charges = document.adjustment = None
    found = [line for line in found if line.billed != Billed.ONCE]
    return totals_of(document.as_figures(found)).goods.net if any(line.is_item for line in found) else ZERO


def _of_period(subscription: Any, lines: Iterable[Any], number: int) -> tuple[Any, list[Any]]:
    document, found = copy(subscription), [copy(line) for line in lines if line.is_billed_in(number)]
    for line in found:
        if not line.has_discount_in(number):
            line.discount_percent = line.discount_amount = None
    return document, found


def _once(document: Any, beside: list[Any], name: str, amount: Decimal) -> SubscriptionLine:
    """With the taxes of the plan it comes with."""
    plan = next((line for line in beside if line.is_item and not line.components), None)
    line = SubscriptionLine(kind=Kind.ITEM, name=name[:LONGEST], quantity=Decimal(1), price=amount)
    line.set_taxes(plan.rules if plan is not None else document.usual_taxes("services"))
    return line
