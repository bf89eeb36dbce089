"""Recurring bill: what one period of recurring invoices comes to, as figures for a preview and as the draft of its invoice."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.company import company
from relasi.engine.records.write import Draft
from relasi.kits.trade.billing_cycle import Period
from relasi.kits.trade.copying import header_of, line_of
from relasi.kits.trade.figures import Totals
from relasi.kits.trade.line import PriceFrom, part_json
from relasi.kits.trade.part_period import AMOUNTS, prorate, with_part
from relasi.kits.trade.period_text import PLACES, with_period
from relasi.kits.trade.tax_change import RatesOf, changed_rules, renewed_header, renewed_line
from relasi.kits.trade.totals import totals_of
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.recurring_flow import PricesFrom

LONGEST = 255


@dataclass(frozen=True)
class Bill:
    """order, lines: copies of what stands there, with the prices and amounts of this period."""

    schedule: Any
    number: int
    period: Period
    day: date
    order: Any
    lines: list[Any]
    header: dict[str, Any]
    rules: list[dict[str, Any]]

    @property
    def due(self) -> date:
        return self.day + timedelta(days=self.schedule.payment_days or 0)

    @property
    def totals(self) -> Totals:
        return totals_of(self.order.as_figures(self.lines))

    def draft(self) -> Draft:
        """Of the invoice, with everything as it was agreed."""
        schedule, period = self.schedule, self.period
        values = header_of(self.order, Invoice) | self.order.passes_on(Invoice) | self.header | {
            "subject": self._words(schedule.invoice_text or _usual_text(schedule))[:LONGEST],
            "date": self.day, "payment_days": schedule.payment_days, "due_date": self.due,
            "recurring_invoice": schedule.pk, "period_start": period.first, "period_end": period.last,
            "owner": schedule.owner_id,
        }  # fmt: skip
        lines = [self._line(line, rules) for line, rules in zip(self.lines, self.rules, strict=True)]
        return Draft(values, lines=lines)

    def _line(self, line: Any, rules: dict[str, Any]) -> dict[str, Any]:
        values = line_of(line) | rules | {"optional": False, "chosen": False}
        for name, longest in (("name", LONGEST), ("description", None)):
            if values[name]:
                values[name] = self._words(values[name])[:longest]
        if line.is_item and not self.period.is_whole:
            values["description"] = with_part(values["description"], self.period)
        return values

    def _words(self, text: str) -> str:
        return with_period(text, self.period.first, self.period.last)


def _usual_text(schedule: Any) -> str:
    place = next(place for place, language in PLACES.items() if language == company().language)
    return f"{schedule.subject} {place}"


def bill_of(schedule: Any, number: int, order: Any, lines: Iterable[Any], day: date | None = None) -> Bill:
    """order, lines: as they stand; nothing of them is changed. day: of the invoice, where it is not that of the period."""
    period = schedule.period_of(number)
    day = day or period.first
    order, lines = copy(order), [copy(line) for line in lines if line.counts or not line.is_item]
    order.date = day
    if schedule.prices == PricesFrom.CURRENT:
        _price_anew(order, lines)
    items = [line for line in lines if line.is_item]
    if not period.is_whole:
        prorate(order, items, period)
    rules = {} if order.tax_rates == RatesOf.AGREED else changed_rules(order, items, day)
    renewed = [renewed_line(line, rules) for line in lines]
    for line, values in zip(lines, renewed, strict=True):
        line.tax_rules, line.components = values["tax_rules"], values["components"]
    header = renewed_header(order, rules) | {name: getattr(order, name) for name in AMOUNTS}
    for name, value in header.items():
        setattr(order, name, value)
    return Bill(schedule, number, period, day, order, lines, header, renewed)


def asking(schedule: Any) -> AbstractContextManager[Any]:
    """Who asks for a preview: current prices are those of the invoice to come, whatever of the catalog the reader sees."""
    return acting(SYSTEM) if schedule.prices == PricesFrom.CURRENT else nullcontext()


def _price_anew(order: Any, lines: list[Any]) -> None:
    """Prices of the day of the invoice; what somebody typed in stays."""
    listed = [line for line in lines if line.ref and line.price_from != PriceFrom.TYPED]
    wanted: dict[Any, Decimal] = {}
    for line in listed:
        wanted[line.ref] = max(line.quantity, wanted.get(line.ref, line.quantity))
    offers = order.offers(wanted) if wanted else {}
    for line in listed:
        offer = offers.get(line.ref)
        if offer is not None:
            line.reprice(offer)
            line.components = [part_json(part) for part in offer.parts] or None
