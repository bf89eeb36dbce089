"""Adjustment limit: up to which worth people of a role or profile may correct stock before somebody has to approve it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.tracked import Tracked
from relasi.kits.trade.approval_limit import ApprovalLimit, limit_constraints, limit_violations


class AdjustmentLimit(ApprovalLimit):
    violations = limit_violations("adjustment_limit")

    class Meta(Tracked.Meta):
        verbose_name = _("stock adjustment limit")
        verbose_name_plural = _("stock adjustment limits")
        constraints = limit_constraints("adjustment_limit")

    class Module(ApprovalLimit.Module):
        slug = "adjustment-limits"
        words = "batas penyesuaian stok opname persetujuan limit approval adjustment"
