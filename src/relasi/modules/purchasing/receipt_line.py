"""Receipt line: how many of one thing came, how many of them were taken in, and why the others were not."""

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
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.stock.numbered import Numbered
from relasi.kits.trade.flow import line_triggers
from relasi.kits.trade.line import WHAT, TradeLine, line_checks
from relasi.kits.trade.taking import counted_checks, taking_triggers
from relasi.modules.purchasing.receipt_flow import COUNTED, FLOW, TABLE, TAKINGS, RejectReason

ZERO = Decimal(0)


class ReceiptLine(Numbered, TradeLine):
    """quantity: delivered now. accepted: what of it was taken in. returned: what of all that goes back to the vendor, of
    the accepted and the rejected ones together."""

    note = ReferenceField(
        "purchasing.ReceiptNote", models.CASCADE, verbose_name=_("Receipt note"), related_name="lines",
        required=True, editable=False,
    )  # fmt: skip
    purchase_line = ReferenceField(
        "purchasing.PurchaseLine", models.PROTECT, verbose_name=_("Purchase order line"), related_name="+",
        editable=False,
    )  # fmt: skip
    accepted = DecimalField(_("Accepted"), default=0, required=True, editable=False)
    rejected = DecimalField(_("Rejected"), default=0, min=0, required=True, aliases="Ditolak")
    reject_reason = ChoiceField(RejectReason, _("Rejected because"), aliases="Alasan Tolak")
    returned = DecimalField(_("Goes back"), default=0, required=True, editable=False)
    accepted_returned = DecimalField(_("Goes back of the accepted"), default=0, required=True, editable=False)
    rejected_returned = DecimalField(_("Goes back of the rejected"), default=0, required=True, editable=False)
    batch = TextField(_("Batch"), max_length=50, aliases="Nomor Batch|Lot")
    expires_on = DateField(_("Expires on"), aliases="Kedaluwarsa")
    serials = LongTextField(_("Serial numbers"), aliases="Nomor Seri|Serial Number")

    takes = {"purchase_line": "received"}
    taken_amount = "accepted"
    counted = ("returned",)
    left_words = {"returned": _("%(left)s stay here")}
    passes = ("purchase_line",)
    extra = ("rejected", "reject_reason", "batch", "expires_on", "serials")
    violations = FLOW.violations(TABLE)

    class Meta(TradeLine.Meta):
        verbose_name = _("receipt line")
        verbose_name_plural = _("receipt lines")
        constraints = [
            *line_checks("receipt_line"),
            models.CheckConstraint(
                condition=~Q(kind="item")
                | Q(accepted__gte=0, rejected__gte=0, quantity=F("accepted") + F("rejected")),
                name="receipt_line_inspected",
            ),
            *counted_checks("receipt_line", "returned"),
            models.CheckConstraint(
                condition=Q(accepted_returned__gte=0, accepted_returned__lte=F("accepted"))
                & Q(rejected_returned__gte=0, rejected_returned__lte=F("rejected")),
                name="receipt_line_returned_kinds",
            ),
        ]
        triggers = [
            *history_triggers(*COUNTED),
            *line_triggers(TABLE, "note_id", FLOW.frozen, COUNTED),
            *taking_triggers(TABLE, "note_id", FLOW.idle, TAKINGS),
        ]

    class Module(Declaration):
        slug = "receipt-lines"
        icon = "list"
        part_of = "note"
        title = "name"
        verbs = ("view",)
        columns = ["name", "note", "quantity", "accepted", "rejected", "reject_reason", "unit", "serials"]
        sort = ["position"]
        form = [
            Section(_("Receipt line"), "kind name description quantity unit rejected reject_reason serials")
        ]

    @classmethod
    def open_to(cls, source: Any, left: Decimal) -> Decimal:
        """Services are not received."""
        return ZERO if source.service_id else max(left, ZERO)

    @property
    def rejected_left(self) -> Decimal:
        """How many of the rejected ones go back by no return yet."""
        return self.rejected - self.rejected_returned

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        if not self.is_item:
            self.accepted = self.rejected = ZERO
            self.reject_reason = self.serials = None
            return
        if self.price is None and not self.ref:
            self.price = ZERO
        self.rejected = self.rejected or ZERO
        if not self.rejected:
            self.reject_reason = None
        self.accepted = (self.quantity or ZERO) - self.rejected
        self.tidy_serials()

    def clean(self, change: Any = None) -> None:
        super().clean(change)
        if not self.is_item:
            return
        if self.service_id:
            raise Refusal("name", "INVALID_VALUE", _("Services are not received."))
        if self.rejected > self.quantity:
            raise Refusal("rejected", "OUT_OF_RANGE", _("More was rejected than was delivered."))
        if self.rejected and not self.reject_reason:
            raise Refusal("reject_reason", "REQUIRED", _("Say why it was rejected."))
        if not change.is_new and self.purchase_line_id and WHAT & set(change.columns()):
            raise Refusal(
                "name", "CLOSED_RECORD", _("This line comes from an order: only its quantity can change.")
            )
        self.check_serials_once()
