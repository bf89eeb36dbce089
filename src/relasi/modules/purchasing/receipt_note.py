"""Receipt note: proof that goods of a purchase order came and were looked at. Once they are received, the stock rises."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.door import has_tool
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Body, Related, Section, Timeline, View
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.fields.image import ImageField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.pipeline.days import today
from relasi.kits.stock.ledger import NOT_ENOUGH
from relasi.kits.trade.conversion import convert
from relasi.kits.trade.priced import priced_checks
from relasi.kits.trade.taking import Way, giving_back_triggers, under_taken
from relasi.modules.purchasing import receiving
from relasi.modules.purchasing.purchase_document import PurchaseDocument
from relasi.modules.purchasing.purchase_settings import purchase_settings
from relasi.modules.purchasing.receipt_flow import (
    ARRIVAL,
    FLOW,
    LINES,
    OPEN_COLUMNS,
    TABLE,
    TAKINGS,
    ReceiptStatus,
    S,
)

_TOO_MANY = _("More than the purchase order allows. Add to the order for more.")


class ReceiptNote(PurchaseDocument):
    status = ChoiceField(ReceiptStatus, _("Status"), default=S.DRAFT, required=True)
    purchase_order = ReferenceField(
        "purchasing.PurchaseOrder", models.PROTECT, verbose_name=_("Purchase order"), related_name="receipt_notes",
        editable=False,
    )  # fmt: skip
    vendor_note_number = TextField(
        _("Vendor's delivery note number"), max_length=50, aliases="No. Surat Jalan Pemasok|No. Surat Jalan"
    )
    warehouse = TextField(_("Warehouse"), max_length=100, aliases="Gudang")
    vehicle_plate = TextField(_("Vehicle plate"), max_length=20, aliases="No. Polisi|Plat Nomor")
    driver = TextField(_("Driver"), max_length=100, aliases="Sopir|Pengemudi")
    inspected_by = ReferenceField(
        "users.User", models.PROTECT, verbose_name=_("Inspected by"), related_name="+", editable=False
    )
    received_at = DateTimeField(_("Received at"), editable=False)
    photo = ImageField(_("Photo of the goods"))
    cancel_reason = TextField(_("Cancelled because"))

    flow = FLOW
    keeps_rates = True
    goods_title = _("Receipt note")
    priced = False
    violations = (
        FLOW.violations(TABLE)
        | NOT_ENOUGH
        | {
            "purchase_line_received": ("lines", "OUT_OF_RANGE", _TOO_MANY),
            "purchase_line_received_stays": ("lines", "OUT_OF_RANGE", _TOO_MANY),
        }
        | under_taken("receipt_line", "returned")
    )

    class Meta(Record.Meta):
        verbose_name = _("receipt note")
        verbose_name_plural = _("receipt notes")
        indexes = record_indexes("receipt_note")
        constraints = [
            *priced_checks("receipt_note"),
            models.UniqueConstraint(
                fields=["vendor", "vendor_note_number"],
                condition=models.Q(trashed_at=None),
                name="receipt_note_once",
            ),
        ]
        triggers = [
            *history_triggers(),
            *FLOW.triggers(TABLE, OPEN_COLUMNS),
            *giving_back_triggers(LINES, "note_id", FLOW.idle, TAKINGS),
            *ARRIVAL.triggers(),
        ]

    class Module(Record.Module):
        slug = "receipt-notes"
        area = "purchasing"
        icon = "package-check"
        number = "RN-{n:05}"
        title = "subject"
        subtitle = "vendor"
        lines = "purchasing.ReceiptLine"
        editor = "relasi.kits.trade.editor.page"
        columns = [
            "number",
            "subject",
            "vendor",
            "status",
            "purchase_order",
            "vendor_note_number",
            "date",
            "owner",
        ]
        filters = ["status", "vendor", "purchase_order", "date", "warehouse", "owner"]
        search = {"number": "A", "subject": "A", "vendor_note_number": "A", "notes": "D"}
        form = [
            Section(
                _("Receipt note"), "subject vendor vendor_contact date vendor_note_number warehouse owner"
            ),
            Section(_("Transport"), "vehicle_plate driver photo"),
            Section(_("Texts"), "notes"),
        ]
        facts = [
            Section(
                _("Receipt note"),
                "status vendor vendor_contact purchase_order date vendor_note_number warehouse inspected_by received_at owner",
            ),
            Section(_("Transport"), "vehicle_plate driver photo"),
            Section(_("Texts"), "notes cancel_reason"),
            Section(_("Record"), "number created_at changed_at"),
        ]  # fmt: skip
        quick = "subject vendor date owner"
        headline = "status"
        fill = {"currency": "vendor.currency", "vendor_address": "vendor.address"}
        page = [
            Body("trade/body.html", "relasi.kits.trade.editor.body.body_of"),
            Timeline(),
            Related("inventory.StockMove", by="receipt_note", columns=["product", "change"], title=_("Stock ledger")),
        ]  # fmt: skip
        actions = [
            Action("receive", _("Received"), icon="package-check",
                   when=lambda note: note.status in (S.DRAFT, S.INSPECTED)),
            Action("inspect", _("Inspected"), icon="clipboard-check", quiet=True,
                   when=lambda note: note.status == S.DRAFT),
            Action("return_goods", _("Send goods back"), icon="undo-2", page="convert/purchase-returns/", quiet=True,
                   when=lambda note: note.status == S.RECEIVED),
            Action("reopen", _("Reopen"), icon="history", tool="reopen", quiet=True,
                   when=lambda note: note.status == S.RECEIVED),
            Action("cancel", _("Cancel receipt note"), icon="ban", ask=("cancel_reason",), quiet=True, danger=True,
                   when=lambda note: note.status != S.CANCELLED),
        ]  # fmt: skip
        views = [
            View("open", _("To be received"), {"field": "status", "op": "in", "value": ["draft", "inspected"]},
                 "package-check", ("date",)),
        ]  # fmt: skip
        closed = models.Q(status__in=["received", "cancelled"])
        words = "tanda terima barang penerimaan gudang receipt goods"

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        if change.is_new or not change.has("status"):
            return
        user = acting_user()
        if self.status in (S.INSPECTED, S.RECEIVED) and self.inspected_by_id is None and user is not SYSTEM:
            self.inspected_by_id = user.id
        if self.status == S.DRAFT:
            self.inspected_by_id = None
        self.received_at = timezone.now() if self.status == S.RECEIVED else None

    def clean(self, change: Change) -> None:
        super().clean(change)
        if change.has("date") and self.date and self.date > today():
            raise Refusal("date", "OUT_OF_RANGE", _("Goods cannot be received in the future."))
        order = self.purchase_order if self.purchase_order_id else None
        if change.is_new and order is None and not purchase_settings().direct_receipts:
            message = _("Make it from a purchase order: goods without one are not received here.")
            raise Refusal("purchase_order", "REQUIRED", message)
        if change.has("date") and order is not None and self.date < order.date:
            raise Refusal("date", "OUT_OF_RANGE", _("It cannot be received before it was ordered."))
        if change.is_new or not change.has("status"):
            return
        if self.status == S.RECEIVED and not any(one.record.counts for one in change.lines):
            raise Refusal("lines", "REQUIRED", _("A receipt note without lines brings nothing."))
        reopened = (change.old("status"), self.status) == (S.RECEIVED, S.DRAFT) and not change.authorised
        if reopened and not has_tool(acting_user(), "reopen"):
            raise Refusal("status", "NO_PERMISSION", _("You may not reopen this."))
        if self.status == S.CANCELLED and not self.cancel_reason:
            raise Refusal("cancel_reason", "REQUIRED", _("Write why it is cancelled."))

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        receiving.check_receiving(changes)

    def proposes(self, lines: list[Any], way: Way) -> dict[int, Decimal]:
        """What was rejected and did not go back yet; all that is left where nothing was."""
        rejected = {line.pk: line.rejected_left for line in lines if line.is_item and line.rejected_left > 0}
        return rejected or super().proposes(lines, way)

    def passes_on(self, target: Any) -> dict[str, Any]:
        return super().passes_on(target) | {"purchase_order": self.purchase_order_id}

    # The verbs.
    def inspect(self) -> ReceiptNote:
        return update(self, {"status": S.INSPECTED})

    def receive(self) -> ReceiptNote:
        return update(self, {"status": S.RECEIVED})

    def reopen(self) -> ReceiptNote:
        return update(self, {"status": S.DRAFT})

    def return_goods(self) -> Any:
        return convert(self, registry.module("purchasing.PurchaseReturn").model)

    def cancel(self, cancel_reason: Any = None) -> ReceiptNote:
        if not cancel_reason:
            raise Refused([Refusal("cancel_reason", "REQUIRED", _("Write why it is cancelled."))])
        return update(self, {"status": S.CANCELLED, "cancel_reason": cancel_reason})
