"""Approval: a quote beyond the limits of its seller waits for somebody who may go that far."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import current_acting
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.records.refusal import Change
from relasi.kits.trade.approving import APPROVED, DRAFT, NeedsApproval
from relasi.kits.trade.limits import Reach, discount_of, reach_of, whole_discount_of


class OfferNeedsApproval(NeedsApproval):
    """Abstract, beside TradeDocument. What limits an offer are its discounts, its margin and its total."""

    highest_discount = DecimalField(
        _("Highest discount of a line (%)"), places=4, editable=False, foot="average"
    )
    effective_discount = DecimalField(
        _("All discounts together (%)"), places=4, editable=False, foot="average"
    )

    limited_by = "sales.SellingLimit"

    class Meta:
        abstract = True

    def note_discounts(self, change: Change) -> None:
        lines = [one.record for one in change.lines if one.record.is_item]
        self.highest_discount = max((discount_of(line) for line in lines), default=Decimal(0))
        self.effective_discount = whole_discount_of(self, lines)

    @property
    def reach(self) -> Reach:
        return reach_of(self, self.highest_discount, self.effective_discount)

    def needs_yes(self, before: str) -> bool:
        # What a customer picks of our own offer was offered to them already.
        return self.status == "sent" and current_acting().via != "public"

    def follow_approval(self, change: Change) -> None:
        """A new question when an approved offer went further since."""
        if not change.is_new and not change.has("status") and change.old("status") == APPROVED:
            if self.beyond():
                self.status = DRAFT
        else:
            super().follow_approval(change)
