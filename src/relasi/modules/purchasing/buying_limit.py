"""Buying limit: up to which total people of a role or profile may order from vendors before somebody has to approve it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.tracked import Tracked
from relasi.kits.trade.approval_limit import ApprovalLimit, limit_constraints, limit_violations


class BuyingLimit(ApprovalLimit):
    violations = limit_violations("buying_limit")

    class Meta(Tracked.Meta):
        verbose_name = _("buying limit")
        verbose_name_plural = _("buying limits")
        constraints = limit_constraints("buying_limit")

    class Module(ApprovalLimit.Module):
        slug = "buying-limits"
        words = "batas pembelian persetujuan po limit approval purchase"
