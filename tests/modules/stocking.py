"""Stocking: products with stock for tests, and what must be true of every product whatever happened."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from relasi.kits.stock.held import products_of
from relasi.modules.catalog.product import Product
from relasi.modules.inventory.stock_adjustment import StockAdjustment
from relasi.modules.inventory.stock_move import StockMove
from relasi.modules.sales.sales_order import SalesOrder
from tests.make import again, make
from tests.modules.trading import thing

ZERO = Decimal(0)


def counted(product: Any, n: Any, **values: Any) -> StockAdjustment:
    return make("inventory.StockAdjustment", product=product, counted=n, **values)


def goods(n: Any = 0, **values: Any) -> Product:
    """A product of which n lie here."""
    product = make("catalog.Product", **values)
    if n:
        counted(product, n)
    return again(product)


def of(product: Any, quantity: Any, **values: Any) -> dict[str, Any]:
    """A line of that product."""
    return thing(1000, quantity, product=product.pk, **values)


def figures(product: Any) -> tuple[Decimal, Decimal, Decimal]:
    """On hand, committed, available."""
    found = again(product)
    return found.on_hand, found.committed, found.available


def stock_is_sound() -> None:
    """The first invariant of the conventions, of every product in the database."""
    wanted: dict[int, Decimal] = {}
    for order in SalesOrder._base_manager.filter(status="approved", trashed_at=None):
        open_lines = [(line, line.quantity - line.issued) for line in order.lines_in_order() if line.counts]
        for product, amount in products_of(open_lines).items():
            wanted[product] = wanted.get(product, ZERO) + amount
    for product in Product._base_manager.all():
        moves = list(StockMove._base_manager.filter(product=product).order_by("step"))
        assert [move.step for move in moves] == list(range(1, len(moves) + 1))
        closing = ZERO
        for move in moves:
            assert move.opening == closing, f"{product} {move.step}"
            closing = move.opening + move.received - move.issued
            assert move.closing == closing
        assert product.on_hand == closing == sum((m.received - m.issued for m in moves), ZERO)
        assert product.committed == wanted.get(product.pk, ZERO), product
        assert product.available == product.on_hand - product.committed
