"""What ties out of the stock: the ledger in itself and with its documents, and what orders say was delivered and taken."""

from __future__ import annotations

from collections.abc import Iterator

from relasi.engine.declare.registry import registry
from relasi.engine.records.tying import Check, tied
from relasi.kits.stock.tying import adjusting_ties, ledger_ties, posting_ties
from relasi.kits.trade.tying import Taker, counted
from relasi.modules.inventory.delivery_flow import NOT_DELIVERED, POSTING


@tied
def stock() -> Iterator[Check]:
    yield from ledger_ties()
    yield posting_ties(POSTING)
    yield adjusting_ties("inventory.StockAdjustment")


@tied
def delivered() -> Iterator[Check]:
    orders, notes = registry.module("sales.OrderLine"), registry.module("inventory.DeliveryLine")
    yield counted(orders, "delivered", [Taker(notes, "order_line_id", "quantity", NOT_DELIVERED)])
    # What was moved stands on the line as long as it counts.
    invoices = registry.module("billing.InvoiceLine")
    takers = [Taker(lines, "order_line_id", "moved", frozenset()) for lines in (notes, invoices)]
    yield counted(orders, "issued", takers)
