"""Approval: an offer or an order beyond the limits of its seller waits for somebody who may go that far."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import current_acting
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.trade.approving import APPROVED, DRAFT, NeedsApproval, actors, said
from relasi.kits.trade.copying import AS_AGREED
from relasi.kits.trade.limits import Reach, discount_of, furthest, reach_of, whole_discount_of


class SaleNeedsApproval(NeedsApproval):
    """Abstract, beside TradeDocument. What limits a sale are its discounts, its margin, its total and its terms."""

    highest_discount = DecimalField(
        _("Highest discount of a line (%)"), places=4, editable=False, foot="average"
    )
    effective_discount = DecimalField(
        _("All discounts together (%)"), places=4, editable=False, foot="average"
    )

    limited_by = "sales.SellingLimit"

    class Meta:
        abstract = True

    @property
    def reach(self) -> Reach:
        return reach_of(self, self.highest_discount, self.effective_discount)

    def follow_approval(self, change: Change) -> None:
        if change.is_new or change.old("status") not in self.flow.frozen:  # type: ignore[attr-defined]
            lines = [one.record for one in change.lines if one.record.is_item]
            self.highest_discount = max((discount_of(line) for line in lines), default=Decimal(0))
            self.effective_discount = whole_discount_of(self, lines)
        if not change.is_new and not change.has("status") and change.old("status") == APPROVED:
            self.follow_change(change)
        else:
            super().follow_approval(change)

    def follow_change(self, change: Change) -> None:
        """What becomes of an approved one that somebody changes."""
        raise NotImplementedError


class OfferNeedsApproval(SaleNeedsApproval):
    tells_approved = True

    class Meta:
        abstract = True

    def needs_yes(self, before: str) -> bool:
        # What a customer picks of our own offer was offered to them already.
        return self.status == "sent" and current_acting().via != "public"

    def follow_change(self, change: Change) -> None:
        """A new question when an approved offer went further since."""
        if self.beyond():
            self.status = DRAFT


class OrderNeedsApproval(SaleNeedsApproval):
    """What was agreed in the quote it came from is agreed for the order too. An approved order stays one: goods and bills
    may have come of it. Whoever may go that far agrees to a change by making it."""

    class Meta:
        abstract = True

    def needs_yes(self, before: str) -> bool:
        return (before, self.status) == (DRAFT, APPROVED)

    def follow_approval(self, change: Change) -> None:
        super().follow_approval(change)
        quote = getattr(self, "quote", None)
        if change.is_new and quote is not None and change.authorised == AS_AGREED:
            # A part of a quote may look worse than the whole although each line is as it was.
            self.approved_reach = furthest([quote.reach, self.reach]).as_json()

    def follow_change(self, change: Change) -> None:
        if self._goes_on(change) and actors() and self.beyond() and self._may_agree():
            self.agree()

    def check_approval(self, change: Change) -> None:
        super().check_approval(change)
        if change.is_new or change.has("status") or self.status != APPROVED or not self._goes_on(change):
            return
        if not change.authorised:
            self._refuse_beyond(change)

    def clean_back(self, change: Change) -> None:
        super().clean_back(change)
        if self.status == APPROVED and self._goes_on(change) and not self._may_agree():
            self._refuse_beyond(change)

    def _refuse_beyond(self, change: Change) -> None:
        if actors() and (beyond := self.beyond()):
            why = _("Only somebody who may go that far can change an approved order so. %(why)s")
            raise Refusal(_field(change), "INVALID_TRANSITION", why % {"why": " ".join(said(beyond))})

    def _goes_on(self, change: Change) -> bool:
        """Whether any figure the limits speak of may have changed."""
        return any(line.columns() for line in change.lines) or any(map(change.has, FIGURES))


FIGURES = (
    "discount_percent", "discount_amount", "payment_days", "rate", "grand_total", "goods_total", "highest_discount",
    "effective_discount", "margin_total",
)  # fmt: skip


def _field(change: Change) -> str:
    return next((name for name in FIGURES[:3] if change.has(name)), "lines")
