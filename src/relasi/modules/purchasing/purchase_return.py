"""Purchase return: goods that go back to the vendor: those that were rejected, and those that were taken in before."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Body, Related, Section, Timeline, View
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.pipeline.days import today
from relasi.kits.stock.ledger import NOT_ENOUGH
from relasi.kits.trade.priced import priced_checks
from relasi.kits.trade.taking import giving_back_triggers, over_taken
from relasi.modules.purchasing import returning
from relasi.modules.purchasing.purchase_document import PurchaseDocument
from relasi.modules.purchasing.return_flow import (
    DEPARTURE,
    FLOW,
    GONE,
    LINES,
    NOT_GONE,
    OPEN_COLUMNS,
    TABLE,
    TAKINGS,
    ReturnReason,
    ReturnStatus,
    S,
)

_KINDS = _("More than was accepted or more than was rejected of it.")
_CAME_ANEW = _("What went back has come again since: the purchase order allows no more.")


class PurchaseReturn(PurchaseDocument):
    status = ChoiceField(ReturnStatus, _("Status"), default=S.DRAFT, required=True)
    receipt_note = ReferenceField(
        "purchasing.ReceiptNote", models.PROTECT, verbose_name=_("Receipt note"), related_name="returns",
        editable=False,
    )  # fmt: skip
    purchase_order = ReferenceField(
        "purchasing.PurchaseOrder", models.PROTECT, verbose_name=_("Purchase order"), related_name="returns",
        editable=False,
    )  # fmt: skip
    reason = ChoiceField(ReturnReason, _("Reason"), aliases="Alasan|Alasan Retur")
    acknowledgement_number = TextField(
        _("Vendor's acknowledgement number"), max_length=50, aliases="No. Tanda Terima Retur"
    )
    carrier = TextField(_("Carrier"), max_length=100, aliases="Ekspedisi|Kurir")
    vehicle_plate = TextField(_("Vehicle plate"), max_length=20, aliases="No. Polisi|Plat Nomor")
    driver = TextField(_("Driver"), max_length=100, aliases="Sopir|Pengemudi")
    returned_at = DateTimeField(_("Sent back at"), editable=False)
    cancel_reason = TextField(_("Cancelled because"))

    flow = FLOW
    keeps_rates = True
    goods_title = _("Return note")
    priced = False
    violations = (
        FLOW.violations(TABLE)
        | NOT_ENOUGH
        | over_taken("receipt_line", "returned")
        | {
            "receipt_line_returned_kinds": ("lines", "QTY_EXCEEDED", _KINDS),
            "purchase_line_received": ("lines", "OUT_OF_RANGE", _CAME_ANEW),
            "purchase_line_received_stays": ("lines", "OUT_OF_RANGE", _CAME_ANEW),
        }
    )

    class Meta(Record.Meta):
        verbose_name = _("purchase return")
        verbose_name_plural = _("purchase returns")
        indexes = record_indexes("purchase_return")
        constraints = priced_checks("purchase_return")
        triggers = [
            *history_triggers(),
            *FLOW.triggers(TABLE, OPEN_COLUMNS),
            *giving_back_triggers(LINES, "purchase_return_id", FLOW.idle, TAKINGS),
            *giving_back_triggers(LINES, "purchase_return_id", NOT_GONE, GONE, name="returns"),
            *DEPARTURE.triggers(),
        ]

    class Module(Record.Module):
        slug = "purchase-returns"
        area = "purchasing"
        icon = "undo-2"
        number = "RTR-{n:05}"
        title = "subject"
        subtitle = "vendor"
        lines = "purchasing.ReturnLine"
        editor = "relasi.kits.trade.editor.page"
        columns = ["number", "subject", "vendor", "status", "receipt_note", "reason", "date", "owner"]
        filters = ["status", "reason", "vendor", "purchase_order", "receipt_note", "date", "owner"]
        search = {"number": "A", "subject": "A", "acknowledgement_number": "A", "notes": "D"}
        form = [
            Section(
                _("Purchase return"), "subject vendor vendor_contact date reason acknowledgement_number owner"
            ),
            Section(_("Transport"), "carrier vehicle_plate driver"),
            Section(_("Texts"), "notes"),
        ]
        facts = [
            Section(
                _("Purchase return"),
                "status reason vendor vendor_contact receipt_note purchase_order date acknowledgement_number "
                "returned_at owner",
            ),
            Section(_("Transport"), "carrier vehicle_plate driver"),
            Section(_("Texts"), "notes cancel_reason"),
            Section(_("Record"), "number created_at changed_at"),
        ]
        quick = "subject vendor date reason owner"
        headline = "status reason"
        fill = {"currency": "vendor.currency", "vendor_address": "vendor.address"}
        page = [
            Body("trade/body.html", "relasi.kits.trade.editor.body.body_of"),
            Timeline(),
            Related("inventory.StockMove", by="purchase_return", columns=["product", "change"], title=_("Stock ledger")),
        ]  # fmt: skip
        actions = [
            Action("send_back", _("Sent back"), icon="undo-2", when=lambda one: one.status == S.DRAFT),
            Action("cancel", _("Cancel return"), icon="ban", ask=("cancel_reason",), quiet=True, danger=True,
                   when=lambda one: one.status != S.CANCELLED),
        ]  # fmt: skip
        views = [
            View("open", _("To be sent back"), {"field": "status", "op": "is", "value": "draft"}, "undo-2", ("date",)),
        ]  # fmt: skip
        closed = models.Q(status__in=["returned", "cancelled"])
        words = "retur pembelian surat retur barang kembali return"

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        if self.reason is None and (change.is_new or change.old("status") == S.DRAFT):
            self.reason = next(
                (one.record.reject_reason for one in change.lines if one.record.reject_reason), None
            )
        if not change.is_new and change.has("status"):
            self.returned_at = timezone.now() if self.status == S.RETURNED else None

    def clean(self, change: Change) -> None:
        super().clean(change)
        if change.has("date") and self.date and self.date > today():
            raise Refusal("date", "OUT_OF_RANGE", _("Goods cannot go back in the future."))
        if change.has("date") and self.receipt_note_id and self.date < self.receipt_note.date:
            raise Refusal("date", "OUT_OF_RANGE", _("It cannot go back before it came."))
        if change.is_new or not change.has("status"):
            return
        if self.status == S.RETURNED and not any(one.record.counts for one in change.lines):
            raise Refusal("lines", "REQUIRED", _("A purchase return without lines sends nothing back."))
        if self.status == S.RETURNED and self.reason is None:
            raise Refusal("reason", "REQUIRED", _("Say why it goes back."))
        if self.status == S.CANCELLED and not self.cancel_reason:
            raise Refusal("cancel_reason", "REQUIRED", _("Write why it is cancelled."))

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        returning.check_returning(changes)

    # The verbs.
    def send_back(self, confirmed: Any = ()) -> PurchaseReturn:
        return update(self, {"status": S.RETURNED}, confirmed=confirmed)

    def cancel(self, cancel_reason: Any = None) -> PurchaseReturn:
        if not cancel_reason:
            raise Refused([Refusal("cancel_reason", "REQUIRED", _("Write why it is cancelled."))])
        return update(self, {"status": S.CANCELLED, "cancel_reason": cancel_reason})
