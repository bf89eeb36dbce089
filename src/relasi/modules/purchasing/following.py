"""Following: how far a purchase order is fulfilled, its state, and how its bills compare with it, follow from what came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Change
from relasi.engine.records.write import Draft, write
from relasi.kits.trade.taking import sources_of
from relasi.modules.purchasing.matching import match_bills
from relasi.modules.purchasing.purchase_document import weighed
from relasi.modules.purchasing.purchase_flow import PurchaseStatus
from relasi.modules.purchasing.purchase_order import PurchaseLine, PurchaseOrder
from relasi.modules.purchasing.return_line import ReturnLine

S = PurchaseStatus
SETTLED = ("paid", "match_status", "variance_accepted_at")
BY_RECEIPTS = (S.APPROVED, S.SENT, S.PARTLY, S.RECEIVED)


def follow_takers(changes: list[Change]) -> None:
    """A reaction to documents that take from purchase orders: receipt notes and bills."""
    moved = [c for c in changes if c.is_new or c.lines or c.has("status") or c.has("trashed_at")]
    ids = sources_of([c.record for c in moved if not _takes_the_same(c)]).get(PurchaseOrder, set())
    follow(ids)
    match_bills(ids)


def _takes_the_same(change: Change) -> bool:
    """A bill that is approved, paid or compared takes no more and no less of its order; nobody holds that one then."""
    if change.is_new or change.lines_changed or change.has("trashed_at"):
        return False
    idle = change.record.flow.idle
    moved = change.has("status") and (change.old("status") in idle) != (change.record.status in idle)
    return not moved and bool({"status", *SETTLED} & set(change.columns()))


def follow_returns(changes: list[Change]) -> None:
    """A reaction to purchase returns: what was taken in and went back is outstanding again."""
    moved = [change.record.pk for change in changes if change.has("status") or change.has("trashed_at")]
    rows = ReturnLine._base_manager.filter(purchase_return__in=moved, purchase_line__isnull=False)
    ids = set(rows.values_list("purchase_line__order_id", flat=True))
    follow(ids)
    match_bills(ids)


def follow(ids: Iterable[int]) -> None:
    """Works out how far these orders are received and billed, and the state that follows."""
    lines: dict[int, list[Any]] = {}
    ids = sorted(set(ids))
    for line in PurchaseLine._base_manager.filter(order__in=ids, trashed_at=None):
        lines.setdefault(line.order_id, []).append(line)
    drafts = []
    for order in PurchaseOrder._base_manager.filter(pk__in=ids, trashed_at=None):
        own = [line for line in lines.get(order.pk, ()) if line.counts]
        values = {"received_percent": weighed(own, "received"), "billed_percent": weighed(own, "billed")}
        values["status"] = _status(order, own)
        if any(getattr(order, name) != value for name, value in values.items()):
            drafts.append(Draft(values, id=order.pk))
    if drafts:
        write(registry.of(PurchaseOrder), drafts, authorised="it follows from what was received and billed")


def _status(order: PurchaseOrder, lines: list[Any]) -> str:
    if order.status not in BY_RECEIPTS:
        return str(order.status)
    if lines and all(line.received >= line.quantity for line in lines):
        return S.RECEIVED.value
    if any(line.received for line in lines):
        return S.PARTLY.value
    return (S.SENT if order.sent_at else S.APPROVED).value


def approved_anew(changes: list[Change]) -> None:
    """An amended order that was received in part before is so again as soon as it is approved."""
    ids = [change.record.pk for change in changes if change.old("status") in (S.DRAFT, S.PENDING)]
    if ids:
        follow(ids)
