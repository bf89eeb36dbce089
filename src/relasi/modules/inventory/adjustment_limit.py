"""Adjustment limit: up to which worth people of a role or profile may correct stock before somebody has to approve it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.kits.trade.approval_limit import ApprovalLimit, limit_constraints, limit_violations


class AdjustmentLimit(ApprovalLimit):
    violations = limit_violations("adjustment_limit")

    class Meta(Tracked.Meta):
        verbose_name = _("stock adjustment limit")
        verbose_name_plural = _("stock adjustment limits")
        constraints = limit_constraints("adjustment_limit")

    class Module(Declaration):
        slug = "adjustment-limits"
        area = "settings"
        icon = "badge-check"
        title = "role profile"
        columns = ["role", "profile", "total", "approver"]
        sort = ["role", "profile"]
        form = [
            Section(_("For whom"), "role profile"),
            Section(_("Limits"), "total"),
            Section(_("Beyond them"), "approver"),
        ]
        words = "batas penyesuaian stok opname persetujuan limit approval adjustment"
