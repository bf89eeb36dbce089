"""Coming: the recurring invoices that will be made in a month, as things stand now."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from relasi.engine.access.door import visible_to
from relasi.engine.declare.registry import registry
from relasi.kits.trade.priced import lines_by_document
from relasi.modules.billing.recurring_bill import Bill, asking, bill_of
from relasi.modules.billing.recurring_body import sees_amounts
from relasi.modules.billing.recurring_flow import S
from relasi.modules.billing.recurring_invoice import RecurringInvoice

Row = tuple[Bill, bool]  # whether the reader may see what it comes to


def month_of(day: date) -> tuple[date, date]:
    """First and last day of its month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def coming(user: Any, first: date, last: date) -> list[Row]:
    """Of the active schedules this person may see, by day. What is overdue stands in the month it belongs to."""
    rows = visible_to(user, RecurringInvoice).filter(status=S.ACTIVE, next_date__lte=last)
    schedules = list(rows.select_related("account", "sales_order"))
    found: list[Row] = []
    seen = {one.sales_order_id: sees_amounts(user, one.sales_order) for one in schedules}
    orders = registry.module("sales.SalesOrder").model
    lines = lines_by_document(orders, [one.sales_order_id for one in schedules])
    for one in schedules:
        order = one.sales_order
        with asking(one):
            for number, day in one.coming():
                if day > last:
                    break
                if day >= first:
                    found.append((bill_of(one, number, order, lines[order.pk]), seen[order.pk]))
    return sorted(found, key=lambda row: (row[0].day, row[0].schedule.pk))


def sums(rows: list[Row]) -> dict[str, Decimal]:
    """Currency -> what all of them come to that the reader may see."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for bill, seen in rows:
        if seen:
            found[bill.order.currency] += bill.totals.payable
    return dict(sorted(found.items()))
