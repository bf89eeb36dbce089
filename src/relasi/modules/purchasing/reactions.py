"""Reactions of the purchasing area: orders follow what came of them, settings are read anew."""

from __future__ import annotations

from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, TRASHED, on
from relasi.kits.trade.approval_limit import forget_limits
from relasi.kits.trade.approval_news import tell_of_approvals
from relasi.modules.purchasing.following import approved_anew
from relasi.modules.purchasing.purchase_settings import forget_settings

ALWAYS = (CREATED, CHANGED, TRASHED, RESTORED)

on(CHANGED, "purchasing.PurchaseOrder", field="status")(tell_of_approvals)
on(CHANGED, "purchasing.PurchaseOrder", field="status", to="approved")(approved_anew)
for what in ALWAYS:
    on(what, "purchasing.BuyingLimit")(forget_limits)
    on(what, "purchasing.PurchaseSettings")(forget_settings)
