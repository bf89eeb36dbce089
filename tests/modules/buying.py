"""Buying: vendors, purchase orders and what came of them, for tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import connection

from relasi.engine.records.change_set import open_change_set
from relasi.engine.records.write import create
from relasi.modules.purchasing.following import follow
from relasi.modules.purchasing.purchase_order import PurchaseOrder
from relasi.modules.purchasing.vendor import Vendor
from tests.make import again, make
from tests.modules.trading import line_of, thing


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
