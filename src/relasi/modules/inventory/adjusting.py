"""Adjusting: what a count finds against the ledger, what that is worth, and whether somebody has to say yes first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.stock.holding import held_products
from relasi.kits.trade.approving import APPROVED, PENDING, actors, approvers_of

ZERO = Decimal(0)


def count(changes: list[Change]) -> None:
    """What the ledger says now, of products nobody else moves meanwhile; a later count of the same one goes on from the
    earlier, if that one stands."""
    fresh = [change for change in changes if change.is_new]
    products = held_products({change.record.product_id for change in fresh})
    said = {id: product.on_hand for id, product in products.items()}
    for change in fresh:
        one = change.record
        one.expected = said.get(one.product_id, ZERO)
        one.difference = one.counted - one.expected
        one.worth = _worth(one, products.get(one.product_id))
        _ask(change)
        if one.status == APPROVED:
            said[one.product_id] = one.counted


def _worth(one: Any, product: Any) -> Decimal:
    costs = [one.unit_cost] if product is None else [one.unit_cost, product.average_cost, product.cost]
    cost = next((cost for cost in costs if cost is not None), ZERO)
    return round(one.difference * cost, 2)


def _ask(change: Change) -> None:
    """Beyond the limits of who counted it waits for somebody else by itself."""
    one = change.record
    one.status = PENDING if one.beyond() else APPROVED
    if one.status == PENDING:
        one.approval_asked_by_id = next(iter(actors()), None)
        try:
            one.approvers = approvers_of(one)
        except Refusal as refusal:
            change.refuse(refusal.field, refusal.code, refusal.message)


def body_of(adjustment: Any, user: Any) -> dict[str, Any]:
    """For trade/approval_alone.html."""
    return {"approval": adjustment.approval_bar(), "url": f"/stock-adjustments/{adjustment.pk}/"}
