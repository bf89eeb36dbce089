"""Buying limit: up to which total people of a role or profile may order from vendors before somebody has to approve it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.kits.trade.approval_limit import ApprovalLimit, limit_constraints, limit_violations


class BuyingLimit(ApprovalLimit):
    violations = limit_violations("buying_limit")

    class Meta(Tracked.Meta):
        verbose_name = _("buying limit")
        verbose_name_plural = _("buying limits")
        constraints = limit_constraints("buying_limit")

    class Module(Declaration):
        slug = "buying-limits"
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
        words = "batas pembelian persetujuan po limit approval purchase"
