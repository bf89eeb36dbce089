"""Adjusting: what a count finds against the ledger, what that is worth, and whether somebody has to say yes first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

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
    """What is gone costs what the ledger says, whatever somebody types; what came to light no less than that."""
    costs = [] if product is None else [product.average_cost or product.cost]
    if one.difference > 0 or not any(costs):
        costs.append(one.unit_cost)
    return Decimal(round(one.difference * max((cost for cost in costs if cost is not None), default=ZERO), 2))


def check_newest(changes: list[Change]) -> None:
    """A count that waited says nothing any more once the stock of its product was corrected after it."""
    saying_yes = [c for c in changes if not c.is_new and c.has("status") and c.record.status == APPROVED]
    if not saying_yes:
        return
    held_products({change.record.product_id for change in saying_yes})
    for change in saying_yes:
        one = change.record
        since = type(one)._base_manager.filter(product=one.product_id, status=APPROVED, trashed_at=None)
        since = since.filter(Q(pk__gt=one.pk) | Q(approved_at__gt=one.created_at)).exclude(pk=one.pk)
        if later := since.order_by("pk").first():
            sentence = _("The stock was corrected by %(number)s since. Count once more.")
            change.refuse("status", "INVALID_TRANSITION", sentence % {"number": later.number})


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
