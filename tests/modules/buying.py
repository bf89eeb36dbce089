"""Buying: vendors, purchase orders and what came of them, for tests."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection
from django.db.models import Sum

from relasi.engine.records.change_set import open_change_set
from relasi.engine.records.write import create
from relasi.kits.trade.conversion import convert
from relasi.modules.purchasing.bill import OWED, Bill, BillLine
from relasi.modules.purchasing.following import follow
from relasi.modules.purchasing.purchase_order import PurchaseLine, PurchaseOrder
from relasi.modules.purchasing.vendor import Vendor
from relasi.modules.purchasing.vendor_payment import VendorPayment, VendorPaymentPart
from tests.make import again, make
from tests.modules.trading import ZERO, adds_up, line_of, thing, total

_numbers = count(1)


def approved_vendor(**values: Any) -> Vendor:
    return make("purchasing.Vendor", **values).approve()


def purchase(*lines: dict[str, Any], **values: Any) -> PurchaseOrder:
    values = {"subject": "Panel untuk gudang", **values}
    if "vendor" not in values:
        values["vendor"] = approved_vendor()
    values = {name: getattr(value, "pk", value) for name, value in values.items()}
    return create(PurchaseOrder, values, lines=list(lines) or [thing(quantity=10)])


def ordered(*lines: dict[str, Any], **values: Any) -> PurchaseOrder:
    return purchase(*lines, **values).approve()


def come(order: PurchaseOrder, *quantities: Any) -> PurchaseOrder:
    """So many of its lines, in their order, have been received in all."""
    open_change_set()
    with connection.cursor() as cursor:
        for place, quantity in enumerate(quantities):
            cursor.execute(
                "UPDATE purchasing_purchaseline SET received = %s WHERE id = %s",
                [Decimal(quantity), line_of(order, place).pk],
            )
    follow([order.pk])
    return again(order)


def bill(*lines: dict[str, Any], **values: Any) -> Bill:
    """By hand."""
    values = {"subject": "Tagihan", "vendor_invoice_number": f"FKT-{next(_numbers)}", **values}
    if "vendor" not in values:
        values["vendor"] = approved_vendor()
    values = {name: getattr(value, "pk", value) for name, value in values.items()}
    return create(Bill, values, lines=list(lines) or [thing()])


def take_bill(order: PurchaseOrder, *quantities: Any) -> Bill:
    """So many of the lines of an order, in their order."""
    items = [line for line in order.lines_in_order() if line.is_item]
    wanted = {line.pk: Decimal(n) for line, n in zip(items, quantities, strict=True)}
    return convert(order, Bill, wanted, vendor_invoice_number=f"FKT-{next(_numbers)}")


def is_sound() -> None:
    """The invariants of the conventions, of everything bought that stands in the database."""
    for model in (PurchaseOrder, Bill):
        for record in model._base_manager.all():
            adds_up(record)
    for line in PurchaseLine._base_manager.filter(kind="item"):
        rows = BillLine._base_manager.filter(purchase_line=line, trashed_at=None, bill__trashed_at=None)
        taken = rows.exclude(bill__status="cancelled").aggregate(n=Sum("quantity"))["n"] or ZERO
        assert line.billed == taken <= line.quantity, line
    for one in Bill._base_manager.all():
        rows = VendorPaymentPart._base_manager.filter(
            bill=one, trashed_at=None, payment__status="recorded", payment__trashed_at=None
        )
        if one.status in OWED:
            assert (one.paid, one.balance) == (total(rows), one.payable - total(rows))
            state = "approved" if not one.paid else "partly_paid" if one.balance else "paid"
            assert one.status == state
        else:
            assert (one.paid, one.balance, total(rows)) == (0, 0, 0)
    for payment in VendorPayment._base_manager.filter(trashed_at=None, status="recorded"):
        used = total(VendorPaymentPart._base_manager.filter(payment=payment, trashed_at=None))
        assert (payment.allocated, payment.unallocated) == (used, payment.amount - used)
