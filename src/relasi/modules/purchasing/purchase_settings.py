"""Purchase settings: how far bills may differ from orders, how much more may be received, and what vendors are judged by."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.one_row import OneRow, one_living
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import IntegerField, PercentField
from relasi.engine.records.refusal import Change, Refusal

MEMO = "purchasing.settings"


class PurchaseSettings(OneRow):
    """One row."""

    price_tolerance = PercentField(
        _("Price may differ by"), default=Decimal(2), required=True,
        help_text=_("In percent of the price of the order, up or down, before a bill has to be looked at."),
    )  # fmt: skip
    amount_tolerance = MoneyField(
        _("Or by this amount"), min=0, default=0, required=True,
        help_text=_("Of one unit, in the currency of the bill. The wider of the two counts."), foot=""
    )  # fmt: skip
    over_receipt = PercentField(
        _("More may be received"), default=0, required=True,
        help_text=_("In percent of what was ordered; copied onto a purchase order as it is written."),
    )  # fmt: skip
    direct_receipts = BooleanField(
        _("Goods may be received without a purchase order"), default=True,
        help_text=_("If not, a receipt note is made from the order it belongs to."),
    )  # fmt: skip
    direct_bills = BooleanField(
        _("Bills may come without a purchase order"), default=True,
        help_text=_("If not, a bill is made from the order it belongs to; nothing unordered is paid."),
    )  # fmt: skip
    bank_change_by_two = BooleanField(
        _("Bank accounts of vendors need a second person"), default=True,
        help_text=_("A changed account is paid to only after somebody else has confirmed it."),
    )  # fmt: skip
    weight_on_time = IntegerField(_("Weight: on time"), min=0, max=100, default=40, required=True)
    weight_filled = IntegerField(_("Weight: delivered in full"), min=0, max=100, default=30, required=True)
    weight_quality = IntegerField(_("Weight: quality"), min=0, max=100, default=20, required=True)
    weight_price = IntegerField(_("Weight: price"), min=0, max=100, default=10, required=True)

    class Meta(OneRow.Meta):
        verbose_name = _("purchase settings")
        verbose_name_plural = _("purchase settings")
        constraints = one_living("purchase_settings_one")

    class Module(Declaration):
        slug = "purchase-settings"
        area = "settings"
        icon = "shopping-cart"
        title = "price_tolerance"
        columns = ["price_tolerance", "amount_tolerance", "over_receipt", "bank_change_by_two"]
        sort = ["id"]
        form = [
            Section(_("Bills"), "price_tolerance amount_tolerance direct_bills"),
            Section(_("Receipts"), "over_receipt direct_receipts"),
            Section(
                _("Vendors"), "bank_change_by_two weight_on_time weight_filled weight_quality weight_price"
            ),
        ]
        words = "pengaturan pembelian toleransi vendor"

    @property
    def weights(self) -> dict[str, int]:
        """By the figures of a scorecard (scorecard.py)."""
        return {"on_time": self.weight_on_time, "filled": self.weight_filled, "quality": self.weight_quality,
                "price": self.weight_price}  # fmt: skip

    def clean(self, change: Change) -> None:
        if not sum(self.weights.values()):
            raise Refusal("weight_on_time", "OUT_OF_RANGE", _("At least one weight is more than zero."))


def purchase_settings() -> PurchaseSettings:
    """Those of the company; the usual ones while nobody has set any."""
    memo = current_acting().memo
    if MEMO not in memo:
        memo[MEMO] = PurchaseSettings.now()
    return memo[MEMO]


def forget_settings(changes: list[Any]) -> None:
    current_acting().memo.pop(MEMO, None)
