"""Coming: the invoices that recurring invoices and subscriptions will make in a month, as things stand now."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for, may, visible_to
from relasi.engine.declare.registry import registry
from relasi.kits.trade.billing_cycle import Period
from relasi.kits.trade.priced import lines_by_document
from relasi.modules.billing.recurring_bill import Bill, asking, bill_of
from relasi.modules.billing.recurring_body import sees_amounts
from relasi.modules.billing.recurring_flow import S
from relasi.modules.billing.recurring_invoice import RecurringInvoice
from relasi.modules.subscribing.coming_bills import COMING, ComingBill, coming_bills
from relasi.modules.subscribing.subscription import Subscription

SOURCES: tuple[Any, ...] = (RecurringInvoice, Subscription)


@dataclass(frozen=True)
class Row:
    """record: what makes the invoice. payable: None where the reader may not see what it comes to. notes: (word, tone)."""

    record: Any
    day: date
    due: date
    period: Period
    payable: Decimal | None
    currency: str
    notes: list[tuple[str, str]] = field(default_factory=list)


def month_of(day: date) -> tuple[date, date]:
    """First and last day of its month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def may_see(user: Any) -> bool:
    return any(may(user, "view", registry.of(one)) for one in SOURCES)


def coming(user: Any, first: date, last: date) -> list[Row]:
    """Of what is running and this person may see, by day. What is overdue stands in the month it belongs to."""
    rows = [*_of_schedules(user, first, last), *_of_subscriptions(user, first, last)]
    return sorted(rows, key=lambda row: (row.day, row.record.pk))


def _of_schedules(user: Any, first: date, last: date) -> list[Row]:
    rows = visible_to(user, RecurringInvoice).filter(status=S.ACTIVE, next_date__lte=last)
    schedules = list(rows.select_related("account", "sales_order"))
    found: list[Row] = []
    seen = {one.sales_order_id: sees_amounts(user, one.sales_order) for one in schedules}
    shown = fields_for(user, "view", registry.of(RecurringInvoice))
    orders = registry.module("sales.SalesOrder").model
    lines = lines_by_document(orders, [one.sales_order_id for one in schedules])
    for one in schedules:
        order = one.sales_order
        held = [(_("held"), "kuning")] if one.hold and "hold" in shown else []
        with asking(one):
            for number, day in one.coming():
                if day > last:
                    break
                if day >= first:
                    found.append(_of_bill(bill_of(one, number, order, lines[order.pk]), seen[order.pk], held))
    return found


def _of_bill(bill: Bill, seen: bool, notes: list[tuple[str, str]]) -> Row:
    payable = bill.totals.payable if seen else None
    return Row(bill.schedule, bill.day, bill.due, bill.period, payable, bill.order.currency, notes)


def _of_subscriptions(user: Any, first: date, last: date) -> list[Row]:
    rows = visible_to(user, Subscription).filter(COMING, next_date__lte=last)
    shown = fields_for(user, "view", registry.of(Subscription))
    return [
        Row(one.subscription, one.day, one.due, one.bill.period, one.payable if "grand_total" in shown else None,
            one.subscription.currency, _notes(one, shown))
        for one in coming_bills(rows.select_related("account"), first, last)
    ]  # fmt: skip


def _notes(one: ComingBill, shown: Any) -> list[tuple[str, str]]:
    told = [
        (_("not billed"), "merah", one.subscription.trouble and "trouble" in shown),
        (_("change of plan"), "biru", one.changes),
        (_("discount over"), "biru", one.discount_ends),
        (_("the last one"), "gray", one.is_last),
    ]
    return [(word, tone) for word, tone, is_so in told if is_so]


def sums(rows: list[Row]) -> dict[str, Decimal]:
    """Currency -> what all of them come to that the reader may see."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.payable is not None:
            found[row.currency] += row.payable
    return dict(sorted(found.items()))
