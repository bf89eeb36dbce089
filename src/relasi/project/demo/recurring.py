"""Recurring: maintenance and monitoring that customers of solar plants are invoiced for again and again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from heapq import heappush
from typing import Any

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create
from relasi.kits.trade.credit import CREDIT
from relasi.modules.billing.recurring_flow import S
from relasi.modules.billing.recurring_run import REASON, settle
from relasi.project.demo.trade import Trade, again

# Subject, service, price, months since the start, what the schedule says besides.
PLANS: list[tuple[str, str, int, int, dict[str, Any]]] = [
    ("Pemeliharaan PLTS", "OM-12", 4_500_000, 7, {"frequency": "monthly", "anchor_day": "1", "occurrences": 24}),
    ("Pemantauan jarak jauh", "OM-12", 1_250_000, 10, {"frequency": "monthly", "anchor_day": "last"}),
    ("Pemeriksaan berkala PLTS", "OM-VST", 12_500_000, 8, {"frequency": "quarterly", "anchor_day": "15"}),
    ("Paket dukungan", "JSA-20J", 9_000_000, 9, {"frequency": "half_yearly"}),
    ("Pemeliharaan gardu", "OM-12", 6_750_000, 5, {"frequency": "monthly", "anchor_day": "10", "prices": "current"}),
    ("Pemantauan jarak jauh", "OM-12", 950_000, 6, {"frequency": "monthly", "anchor_day": "20", "occurrences": 5}),
]  # fmt: skip
TEXT = "{periode}"


def begin_recurring(trade: Trade, deals: list[Any], sellers: dict[int, Any]) -> None:
    """deals: won, one for each plan."""
    for place, (plan, deal) in enumerate(zip(PLANS, deals, strict=False)):
        begun = trade.clock.at_work(trade.clock.now - timedelta(days=31 * plan[3]))
        trade.then(begun, 0, 0.1, lambda at, plan=plan, deal=deal, place=place: _ordered(
            trade, plan, deal, sellers[deal.owner_id], at, place))  # fmt: skip


def _ordered(trade: Trade, plan: Any, deal: Any, seller: Any, at: datetime, place: int) -> None:
    subject, code, price, _months, values = plan
    service = trade.catalog[code]
    order_of, model = (
        registry.module("sales.SalesOrder").model,
        registry.module("billing.RecurringInvoice").model,
    )
    head = {"subject": f"{subject} – {deal.account}", "account": deal.account_id, "contact": deal.contact_id,
            "date": at.date(), "owner": seller.pk, "payment_days": 14}  # fmt: skip
    line = {"service": service.pk, "quantity": 1, "price": price, "name": f"{subject} {TEXT}"}
    order = trade.act(seller, at, lambda: create(order_of, head, lines=[line]))
    trade.act(seller, at + timedelta(minutes=9), order.approve, seen=(CREDIT,))
    given = {"subject": subject, "sales_order": order.pk, "start": at.date(), "makes": "issued", "payment_days": 14,
             "invoice_text": f"{subject} {TEXT}", "owner": seller.pk, **values}  # fmt: skip
    schedule = trade.act(seller, at + timedelta(minutes=20), lambda: create(model, given))
    trade.act(seller, at + timedelta(minutes=30), schedule.start_now)
    for _number, day in again(schedule).coming():
        moment = _morning(day, trade)
        if moment >= trade.clock.now:
            break
        heappush(trade.coming, (moment, next(trade.order), lambda at, one=schedule, seller=seller: _invoiced(
            trade, one, seller, at)))  # fmt: skip
    if place == len(PLANS) - 2:
        pausing = trade.clock.now - timedelta(days=2)
        heappush(
            trade.coming,
            (pausing, next(trade.order), lambda at: trade.act(seller, at, again(schedule).pause)),
        )


def _morning(day: date, trade: Trade) -> datetime:
    return datetime.combine(day, time(5, 10), trade.clock.now.tzinfo)


def _invoiced(trade: Trade, schedule: Any, seller: Any, at: datetime) -> None:
    one = again(schedule)
    if one.status != S.ACTIVE:
        return
    with acting(SYSTEM, via="system", reason=REASON) as stretch:
        [step] = settle([one], ahead=True)
    if step.invoice is None:
        return
    for record in (step.invoice, one):
        trade.past.moments[stretch.change_set or 0, record.pk] = at
    invoice = step.invoice
    trade.then(at, 6, 20, lambda at: trade.paid(invoice, seller, at, again(invoice).payable))
