"""Return line: how many of one thing go back to the vendor, and how many of them were never taken in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Section
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.stock.numbered import Numbered
from relasi.kits.trade.flow import line_triggers
from relasi.kits.trade.line import WHAT, TradeLine, line_checks
from relasi.kits.trade.taking import taking_triggers
from relasi.modules.purchasing.receipt_flow import RejectReason
from relasi.modules.purchasing.return_flow import FLOW, NOT_GONE, TABLE, TAKINGS

ZERO = Decimal(0)


class ReturnLine(Numbered, TradeLine):
    """quantity: goes back now. accepted: what of it was taken in and leaves the stock."""

    purchase_return = ReferenceField(
        "purchasing.PurchaseReturn", models.CASCADE, verbose_name=_("Purchase return"), related_name="lines",
        required=True, editable=False,
    )  # fmt: skip
    receipt_line = ReferenceField(
        "purchasing.ReceiptLine",
        models.PROTECT,
        verbose_name=_("Receipt line"),
        related_name="+",
        editable=False,
    )
    purchase_line = ReferenceField(
        "purchasing.PurchaseLine", models.PROTECT, verbose_name=_("Purchase order line"), related_name="+",
        editable=False,
    )  # fmt: skip
    accepted = DecimalField(_("Leaves the stock"), default=0, required=True, editable=False)
    rejected = DecimalField(_("Rejected"), default=0, min=0, required=True, aliases="Ditolak")
    reject_reason = ChoiceField(RejectReason, _("Rejected because"), aliases="Alasan Tolak")
    serials = LongTextField(_("Serial numbers"), aliases="Nomor Seri|Serial Number")

    takes = {"receipt_line": "returned"}
    gives_back = {"purchase_line": ("received", "accepted", NOT_GONE)}
    extra = ("rejected", "reject_reason", "serials")
    violations = FLOW.violations(TABLE)

    class Meta(TradeLine.Meta):
        verbose_name = _("return line")
        verbose_name_plural = _("return lines")
        constraints = [
            *line_checks("return_line"),
            models.CheckConstraint(
                condition=~Q(kind="item")
                | Q(accepted__gte=0, rejected__gte=0, quantity=F("accepted") + F("rejected")),
                name="return_line_kinds",
            ),
        ]
        triggers = [
            *history_triggers(),
            *line_triggers(TABLE, "purchase_return_id", FLOW.frozen),
            *taking_triggers(TABLE, "purchase_return_id", FLOW.idle, TAKINGS),
        ]

    class Module(Declaration):
        slug = "purchase-return-lines"
        icon = "list"
        part_of = "purchase_return"
        title = "name"
        verbs = ("view",)
        columns = [
            "name",
            "purchase_return",
            "quantity",
            "accepted",
            "rejected",
            "reject_reason",
            "unit",
            "serials",
        ]
        sort = ["position"]
        form = [
            Section(_("Return line"), "kind name description quantity unit rejected reject_reason serials")
        ]

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        if not self.is_item:
            self.accepted = self.rejected = ZERO
            self.reject_reason = self.serials = None
            return
        if self.price is None and not self.ref:
            self.price = ZERO
        if change.is_new and self.receipt_line_id and not self.rejected:
            # Those that were never taken in go first.
            self.rejected = min(self.quantity or ZERO, self.receipt_line.rejected_left)
            self.reject_reason = self.receipt_line.reject_reason
        self.rejected = self.rejected or ZERO
        if not self.rejected:
            self.reject_reason = None
        self.accepted = (self.quantity or ZERO) - self.rejected
        self.tidy_serials()

    def clean(self, change: Any = None) -> None:
        super().clean(change)
        if not self.is_item:
            return
        if self.service_id or self.bundle_id:
            raise Refusal("name", "INVALID_VALUE", _("Only products go back."))
        if self.rejected > self.quantity:
            raise Refusal("rejected", "OUT_OF_RANGE", _("More of it was rejected than goes back."))
        if not change.is_new and self.receipt_line_id and WHAT & set(change.columns()):
            message = _("This line comes from a receipt note: only its quantity can change.")
            raise Refusal("name", "CLOSED_RECORD", message)
        self.check_serials_once()
