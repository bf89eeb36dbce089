"""The body of a purchase order's page: its lines and figures, and how far it is received, billed and paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for, may
from relasi.engine.declare.registry import registry
from relasi.engine.fields.money import amount
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import current_reader
from relasi.kits.trade.editor.body import body_of as trade_body
from relasi.modules.purchasing.bill import OWED, Bill
from relasi.modules.purchasing.purchase_flow import STANDING

ZERO = Decimal(0)


def body_of(order: Any, user: Any) -> dict[str, Any]:
    """For trade/body.html. progress: (what, percent, in words) of an order that was agreed."""
    return trade_body(order, user) | {"progress": _progress(order, user) if order.status in STANDING else []}


def _progress(order: Any, user: Any) -> list[tuple[str, Decimal, str]]:
    shown = fields_for(user, "view", registry.of(order))
    steps = [
        (label, getattr(order, name), "")
        for name, label in (("received_percent", _("Received")), ("billed_percent", _("Billed")))
        if name in shown
    ]
    bills = registry.of(Bill)
    if may(user, "view", bills) and "paid" in fields_for(user, "view", bills) and "payable" in shown:
        paid = Bill._base_manager.filter(purchase_order=order.pk, status__in=sorted(OWED), trashed_at=None)
        done = paid.aggregate(n=Sum("paid", default=ZERO))["n"]
        steps.append(
            (_("Paid out"), _percent(done, order.payable), amount(done, order.currency, current_reader()))
        )
    reader = current_reader()
    return [
        (
            label,
            percent,
            " · ".join(filter(None, [write_number(percent, reader, 2, shortest=True) + "%", said])),
        )
        for label, percent, said in steps
    ]


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return min(round(100 * part / whole, 2), Decimal(100)) if whole else ZERO
