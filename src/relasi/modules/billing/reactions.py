"""Reactions of the billing area: every balance follows payments, credits and their parts, undo and the bin included."""

from __future__ import annotations

from relasi.engine.declare.registry import registry
from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, TRASHED, on
from relasi.engine.records.refusal import Change
from relasi.engine.records.write import Draft, write
from relasi.kits.trade.closed_period import forget, keep_closed_periods
from relasi.modules.billing import recurring_reactions, settling
from relasi.modules.billing.bank_movement import PAIRED, BankMovement
from relasi.modules.billing.credit_note import CreditPart
from relasi.modules.billing.jobs import end_outdated_online_charges
from relasi.modules.billing.online_charge import UNDECIDED, OnlineCharge
from relasi.modules.billing.payment import PaymentPart

ALWAYS = (CREATED, CHANGED, TRASHED, RESTORED)


def payment_parts_changed(changes: list[Change]) -> None:
    settling.settle_payments(change.record.payment_id for change in changes)
    settling.settle_invoices(change.record.invoice_id for change in changes)


def credit_parts_changed(changes: list[Change]) -> None:
    settling.settle_notes(change.record.credit_note_id for change in changes)
    settling.settle_invoices(change.record.invoice_id for change in changes)


def payments_changed(changes: list[Change]) -> None:
    ids = [change.record.pk for change in changes]
    settling.settle_payments(ids)
    parts = PaymentPart._base_manager.filter(payment__in=ids, trashed_at=None)
    settling.settle_invoices(parts.values_list("invoice_id", flat=True))
    settling.settle_notes(note for change in changes if (note := change.record.credit_note_id))


def notes_changed(changes: list[Change]) -> None:
    ids = [change.record.pk for change in changes]
    parts = CreditPart._base_manager.filter(credit_note__in=ids, trashed_at=None)
    settling.settle_invoices(parts.values_list("invoice_id", flat=True))


def open_movements_again(changes: list[Change]) -> None:
    """What a bank told of a payment that does not stand any more is no payment yet."""
    rows = BankMovement._base_manager.filter(payment__in=[change.record.pk for change in changes])
    drafts = [Draft({"status": "open", "payment": None}, id=id) for id in rows.values_list("pk", flat=True)]
    if drafts:
        write(registry.of(BankMovement), drafts, authorised=PAIRED)


@on(CHANGED, "billing.Invoice", field="balance")
def end_outdated_charges(changes: list[Change]) -> None:
    """By a job: who books what a gateway told holds the charge first and then the invoice, which is held here already."""
    ids = [change.record.pk for change in changes]
    rows = OnlineCharge.objects.filter(invoice__in=ids, state__in=UNDECIDED).order_by()
    if found := list(rows.values_list("invoice_id", flat=True)):
        end_outdated_online_charges.defer(invoices=found)


for what in ALWAYS:
    on(what, "billing.PaymentPart")(payment_parts_changed)
    on(what, "billing.CreditPart")(credit_parts_changed)
    on(what, "billing.ClosedPeriod")(forget)
for what in (TRASHED, RESTORED):
    on(what, "billing.Payment")(payments_changed)
    on(what, "billing.CreditNote")(notes_changed)
on(CREATED, "billing.Payment")(payments_changed)
on(CHANGED, "billing.Payment", field="status")(payments_changed)
on(CHANGED, "billing.Payment", field="status", to="reversed")(open_movements_again)
on(TRASHED, "billing.Payment")(open_movements_again)


for what in (TRASHED, RESTORED):
    for money in ("billing.Payment", "billing.CreditNote"):
        on(what, money)(keep_closed_periods)

__all__ = ["recurring_reactions"]
