"""Recurring body: the next invoices of a schedule with their dates and amounts, as its page shows them."""

from __future__ import annotations

from typing import Any

from relasi.engine.access.door import fields_for, may
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.money import amount
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Refusal
from relasi.kits.trade.period_text import period_text
from relasi.modules.billing.recurring_bill import asking
from relasi.modules.billing.recurring_flow import S
from relasi.modules.billing.recurring_steps import coming_bills

MOST = 12


def body_of(schedule: Any, user: Any) -> dict[str, Any]:
    """For billing/recurring.html. rows: of the next periods; money: whether the reader may see what they come to."""
    order = schedule.sales_order
    money, shown = sees_amounts(user, order), fields_for(user, "view", registry.of(schedule))
    return {
        "rows": [] if schedule.status in (S.DONE, S.STOPPED) else rows_of(schedule, order, money),
        "money": money,
        "paused": schedule.status == S.PAUSED,
        "off": schedule.status == S.OFF,
        "endless": schedule.end_date is None and schedule.occurrences is None,
        "hold": schedule.hold if "hold" in shown else "",
        "trouble": schedule.trouble if "trouble" in shown else "",
    }


def sees_amounts(user: Any, order: Any) -> bool:
    module = registry.of(order)
    return may(user, "view", module, order) and "grand_total" in fields_for(user, "view", module)


def rows_of(schedule: Any, order: Any, money: bool) -> list[dict[str, Any]]:
    reader, day = current_reader(), schedule.today()
    lines = order.lines_in_order()
    with asking(schedule):
        bills = coming_bills(schedule, order, lines, MOST)
    return [
        {
            "number": bill.number, "day": write_date(bill.day, reader), "due": write_date(bill.due, reader),
            "period": period_text(bill.period.first, bill.period.last, reader.language),
            "late": bill.day <= day, "part": not bill.period.is_whole,
            "amount": _payable(bill, reader) if money else "",
        }
        for bill in bills
    ]  # fmt: skip


def _payable(bill: Any, reader: Any) -> str:
    """Nothing where the order, as it stands, does not add up to an invoice."""
    try:
        return amount(bill.totals.payable, bill.order.currency, reader)
    except Refusal:
        return ""
