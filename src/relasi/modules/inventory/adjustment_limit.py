"""Adjustment limit: up to which worth people of a role or profile may correct stock before somebody has to approve it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.tracked import Tracked
from relasi.engine.fields.money import MoneyField
from relasi.kits.trade.approval_limit import ApprovalLimit, limit_constraints, limit_violations


class AdjustmentLimit(ApprovalLimit):
    total = MoneyField(
        _("Worth up to"), min=0, help_text=_("What one adjustment may add or take, at cost, in the currency of the company."),
        foot="",
    )  # fmt: skip

    violations = limit_violations("adjustment_limit")

    class Meta(Tracked.Meta):
        verbose_name = _("stock adjustment limit")
        verbose_name_plural = _("stock adjustment limits")
        constraints = limit_constraints("adjustment_limit")

    class Module(ApprovalLimit.Module):
        slug = "adjustment-limits"
        words = "batas penyesuaian stok opname persetujuan limit approval adjustment"
