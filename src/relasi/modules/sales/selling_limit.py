"""Selling limit: how far people of a role or profile may go in selling before somebody has to approve it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.numbers import IntegerField, PercentField
from relasi.kits.trade.approval_limit import (
    BEYOND,
    FOR_WHOM,
    ApprovalLimit,
    limit_constraints,
    limit_violations,
)


class SellingLimit(ApprovalLimit):
    line_discount = PercentField(
        _("Discount of a line up to"), help_text=_("A price typed below the list counts as a discount.")
    )
    whole_discount = PercentField(
        _("All discounts together up to"),
        help_text=_("Of the lines and of the whole quote, in percent of the price before discounts."),
    )
    margin = PercentField(_("Margin at least"))
    payment_days = IntegerField(_("Payment terms up to (days)"), min=0, max=365, foot="")

    figures = ("line_discount", "whole_discount", "margin", "total", "payment_days")
    violations = limit_violations("selling_limit")

    class Meta(Tracked.Meta):
        verbose_name = _("selling limit")
        verbose_name_plural = _("selling limits")
        constraints = limit_constraints("selling_limit")

    class Module(ApprovalLimit.Module):
        slug = "selling-limits"
        icon = "badge-percent"
        columns = [
            "role", "profile", "line_discount", "whole_discount", "margin", "total", "payment_days", "approver",
        ]  # fmt: skip
        form = [
            FOR_WHOM,
            Section(_("Limits"), "line_discount whole_discount margin total payment_days"),
            BEYOND,
        ]
        words = "batas diskon persetujuan limit approval discount margin termin"
