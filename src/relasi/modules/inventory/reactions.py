"""Reactions of the stock area: serial numbers follow their notes, notes their invoices, and settings are read anew."""

from __future__ import annotations

from typing import Any

from relasi.engine.declare.registry import registry
from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, TRASHED, on
from relasi.engine.records.refusal import Change
from relasi.engine.records.write import Draft, write
from relasi.kits.stock.policy import forget_policy
from relasi.kits.trade.approval_limit import forget_limits
from relasi.kits.trade.approval_news import tell_of_approvals
from relasi.kits.trade.conversion import all_taken
from relasi.kits.trade.taking import sources_of
from relasi.modules.inventory.delivery_note import DeliveryNote
from relasi.modules.inventory.reorder_news import tell_what_runs_short
from relasi.modules.inventory.serials_follow import (
    follow_credits,
    follow_notes,
    follow_receipts,
    follow_returns,
)

ALWAYS = (CREATED, CHANGED, TRASHED, RESTORED)


def read_settings_anew(changes: list[Change]) -> None:
    forget_policy()


def say_how_much_is_invoiced(changes: list[Change]) -> None:
    """A note is invoiced as far as invoices stand that came of it."""
    moved = [c for c in changes if c.is_new or c.lines or c.has("status") or c.has("trashed_at")]
    ids = sorted(sources_of([change.record for change in moved]).get(DeliveryNote, ()))
    sums = all_taken(DeliveryNote, ids, "invoiced") if ids else {}
    drafts = []
    for id in DeliveryNote._base_manager.filter(pk__in=ids, trashed_at=None).values_list("pk", flat=True):
        held, taken = sums.get(id, (0, 0))
        said = "none" if not taken else "partly" if taken < held else "fully"
        drafts.append(Draft({"invoiced": said}, id=id))
    if drafts:
        write(registry.of(DeliveryNote), drafts, authorised="it follows from what came of it")


def serials_follow_their_notes(changes: list[Change]) -> None:
    follow_notes([change.record for change in changes if change.has("status") or change.has("trashed_at")])


def serials_follow_their_receipts(changes: list[Change]) -> None:
    follow_receipts([change.record for change in changes if change.has("status") or change.has("trashed_at")])


def serials_follow_their_returns(changes: list[Change]) -> None:
    follow_returns([change.record for change in changes if change.has("status") or change.has("trashed_at")])


def serials_follow_their_credits(changes: list[Change]) -> None:
    follow_credits([change.record for change in changes if change.is_new or _tells_of_goods(change)])


def _tells_of_goods(change: Change) -> bool:
    return change.lines_changed or any(
        change.has(name) for name in ("status", "trashed_at", "return_to_stock")
    )


def stock_may_run_short(changes: list[Any]) -> None:
    tell_what_runs_short()


on(CREATED, "inventory.StockAdjustment")(tell_of_approvals)
on(CHANGED, "inventory.StockAdjustment", field="status")(tell_of_approvals)
for what in ALWAYS:
    on(what, "inventory.AdjustmentLimit")(forget_limits)
    on(what, "inventory.StockSettings")(read_settings_anew)
    on(what, "billing.Invoice")(say_how_much_is_invoiced)
    on(what, "inventory.DeliveryNote")(serials_follow_their_notes)
    on(what, "purchasing.ReceiptNote")(serials_follow_their_receipts)
    on(what, "billing.CreditNote")(serials_follow_their_credits)
    on(what, "purchasing.PurchaseReturn")(serials_follow_their_returns)
    for label in (
        "inventory.StockAdjustment",
        "inventory.DeliveryNote",
        "purchasing.PurchaseReturn",
        "sales.SalesOrder",
        "billing.Invoice",
        "billing.CreditNote",
    ):
        on(what, label)(stock_may_run_short)
on(CHANGED, "catalog.Product", field="reorder_level")(stock_may_run_short)
