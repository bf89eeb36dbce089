"""Reactions of subscriptions: transactions follow invoices, and the revenue follows subscriptions."""

from __future__ import annotations

from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, TRASHED, on
from relasi.engine.records.refusal import Change
from relasi.modules.subscribing import charge_news
from relasi.modules.subscribing.following import follow_invoices
from relasi.modules.subscribing.jobs import write_receipt
from relasi.modules.subscribing.mrr_move import keep_moves
from relasi.modules.subscribing.reconciled import follow_movements

__all__ = ["charge_news"]


@on(CHANGED, "billing.Invoice", field="balance")
def invoices_changed(changes: list[Change]) -> None:
    follow_invoices(change.record.pk for change in changes)


@on(CREATED, "subscribing.Transaction")
@on(CHANGED, "subscribing.Transaction", field="status")
def receipts(changes: list[Change]) -> None:
    """Who paid gets the receipt by mail, from a job."""
    for change in changes:
        one = change.record
        if (
            one.status == "succeeded"
            and change.old("status") != "disputed"
            and one.payment_id
            and one.invoice_id
        ):
            write_receipt.defer(transaction=one.pk)


@on(CREATED, "subscribing.Transaction")
@on(CHANGED, "subscribing.Transaction", field="payment")
def booked(changes: list[Change]) -> None:
    follow_movements(change.record.payment_id for change in changes)


@on(CREATED, "billing.BankMovement")
@on(CHANGED, "billing.BankMovement", field="payment")
@on(TRASHED, "billing.BankMovement")
@on(RESTORED, "billing.BankMovement")
def movements_changed(changes: list[Change]) -> None:
    follow_movements(
        id for change in changes for id in (change.record.payment_id, change.old("payment")) if id
    )


@on(CREATED, "subscribing.Subscription")
@on(CHANGED, "subscribing.Subscription", field="counted_mrr")
def subscriptions_changed(changes: list[Change]) -> None:
    keep_moves(changes)
