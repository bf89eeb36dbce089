"""Reactions of the purchasing area: orders follow what came of them, balances what was paid, settings are read anew."""

from __future__ import annotations

from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, TRASHED, on
from relasi.engine.records.refusal import Change
from relasi.kits.trade.approval_limit import forget_limits
from relasi.kits.trade.approval_news import tell_of_approvals
from relasi.kits.trade.closed_period import keep_closed_periods
from relasi.modules.purchasing import bill_settling
from relasi.modules.purchasing.following import approved_anew, follow_returns, follow_takers
from relasi.modules.purchasing.purchase_settings import forget_settings
from relasi.modules.purchasing.receipt_news import tell_buyers
from relasi.modules.purchasing.returning import returns_follow
from relasi.modules.purchasing.vendor_payment import VendorPaymentPart

ALWAYS = (CREATED, CHANGED, TRASHED, RESTORED)


def parts_changed(changes: list[Change]) -> None:
    bill_settling.settle_payments(change.record.payment_id for change in changes)
    bill_settling.settle_bills(change.record.bill_id for change in changes)


def payments_changed(changes: list[Change]) -> None:
    ids = [change.record.pk for change in changes]
    bill_settling.settle_payments(ids)
    parts = VendorPaymentPart._base_manager.filter(payment__in=ids, trashed_at=None)
    bill_settling.settle_bills(parts.values_list("bill_id", flat=True))


on(CHANGED, "purchasing.PurchaseOrder", field="status")(tell_of_approvals)
on(CHANGED, "purchasing.PurchaseOrder", field="status", to="approved")(approved_anew)
for what in ALWAYS:
    on(what, "purchasing.Bill")(follow_takers)
    on(what, "purchasing.ReceiptNote")(follow_takers)
    on(what, "purchasing.PurchaseReturn")(follow_returns)
    on(what, "purchasing.VendorPaymentPart")(parts_changed)
    on(what, "purchasing.BuyingLimit")(forget_limits)
    on(what, "purchasing.PurchaseSettings")(forget_settings)
on(CHANGED, "purchasing.ReceiptNote", field="status")(returns_follow)
on(CHANGED, "purchasing.ReceiptNote", field="status", to="received")(tell_buyers)
for what in (TRASHED, RESTORED):
    on(what, "purchasing.VendorPayment")(payments_changed)
    on(what, "purchasing.VendorPayment")(keep_closed_periods)
on(CREATED, "purchasing.VendorPayment")(payments_changed)
on(CHANGED, "purchasing.VendorPayment", field="status")(payments_changed)
