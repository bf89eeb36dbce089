"""Delivery note: the paper that travels with goods: what and how many. When they are delivered, the stock falls."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import has_tool
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Body, Calendar, Related, Section, Timeline, View
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.image import ImageField
from relasi.engine.fields.numbers import DecimalField, IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.stock.ledger import NOT_ENOUGH
from relasi.kits.stock.policy import policy
from relasi.kits.trade.conversion import convert
from relasi.kits.trade.document import TradeDocument, document_checks
from relasi.kits.trade.taking import giving_back_triggers, over_taken, under_taken
from relasi.kits.trade.tax_change import OutlivesRates
from relasi.modules.inventory import delivering
from relasi.modules.inventory.delivery_flow import (
    DELIVERED,
    FLOW,
    LINES,
    NOT_DELIVERED,
    NOTED,
    OPEN_COLUMNS,
    POSTING,
    TABLE,
    DeliveryStatus,
    S,
)

INVOICED_STAYS = _("It is invoiced already. Cancel or credit the invoice first.")


class NoteInvoiced(Choices):
    NONE = "none", _("Not invoiced"), "gray"
    PARTLY = "partly", _("Partly invoiced"), "kuning"
    FULLY = "fully", _("Fully invoiced"), "hijau"


class DeliveryNote(OutlivesRates, TradeDocument):
    status = ChoiceField(DeliveryStatus, _("Status"), default=S.OPEN, required=True)
    invoiced = ChoiceField(
        NoteInvoiced, _("Invoiced"), default=NoteInvoiced.NONE, required=True, editable=False
    )
    sales_order = ReferenceField(
        "sales.SalesOrder", models.PROTECT, verbose_name=_("Sales order"), related_name="delivery_notes",
        editable=False,
    )  # fmt: skip
    deal = ReferenceField("sales.Deal", models.PROTECT, verbose_name=_("Deal"), related_name="delivery_notes")
    customer_po = TextField(_("Customer's PO"), max_length=50, aliases="No. PO Pelanggan")
    planned_delivery = DateField(_("Planned delivery"), aliases="Rencana Kirim")
    carrier = TextField(_("Carrier"), max_length=100, aliases="Ekspedisi|Kurir")
    tracking_number = TextField(_("Tracking number"), max_length=100, aliases="No. Resi|Resi")
    vehicle_plate = TextField(_("Vehicle plate"), max_length=20, aliases="No. Polisi|Plat Nomor")
    driver = TextField(_("Driver"), max_length=100, aliases="Sopir|Pengemudi")
    packages = IntegerField(_("Packages"), min=0, aliases="Koli", foot="sum")
    weight = DecimalField(_("Weight (kg)"), min=0, aliases="Berat")
    dispatched_at = DateTimeField(_("Dispatched at"), editable=False)
    delivered_at = DateTimeField(_("Delivered at"), editable=False)
    received_by = TextField(_("Received by"), max_length=150, aliases="Penerima|Diterima Oleh")
    received_as = TextField(_("Position of the receiver"), max_length=100, aliases="Jabatan Penerima")
    signature = ImageField(_("Signature"))
    photo = ImageField(_("Photo of the delivery"))
    cancel_reason = TextField(_("Cancelled because"))

    flow = FLOW
    goods_title = _("Delivery note")
    handover_title = _("Handover certificate")
    violations = (
        FLOW.violations(TABLE)
        | over_taken("order_line", "noted")
        | over_taken("order_line", "delivered")
        | under_taken("delivery_line", "invoiced")
        | NOT_ENOUGH
        | {"delivery_invoiced": ("status", "INVALID_TRANSITION", INVOICED_STAYS)}
    )

    class Meta(Record.Meta):
        verbose_name = _("delivery note")
        verbose_name_plural = _("delivery notes")
        indexes = record_indexes("delivery_note")
        constraints = document_checks("delivery_note")
        triggers = [
            *history_triggers(),
            *FLOW.triggers(TABLE, (*OPEN_COLUMNS, "dispatched_at")),
            *giving_back_triggers(LINES, "note_id", FLOW.idle, NOTED),
            *giving_back_triggers(LINES, "note_id", NOT_DELIVERED, DELIVERED, name="delivers"),
            *POSTING.triggers(),
            pgtrigger.Trigger(
                name="invoiced", level=pgtrigger.Row, when=pgtrigger.Before, operation=pgtrigger.Update,
                func=f"""
    IF OLD.status = 'delivered' AND (NEW.status <> 'delivered' OR NEW.trashed_at IS NOT NULL)
       AND EXISTS (SELECT FROM {LINES} l WHERE l.note_id = NEW.id AND l.invoiced > 0) THEN
        RAISE EXCEPTION 'invoiced' USING ERRCODE = '23514', CONSTRAINT = 'delivery_invoiced';
    END IF;
    RETURN NEW;
    """,
            ),
        ]  # fmt: skip

    class Module(Record.Module):
        slug = "delivery-notes"
        area = "inventory"
        icon = "truck"
        number = "SJ-{n:05}"
        title = "subject"
        subtitle = "account"
        lines = "inventory.DeliveryLine"
        editor = "relasi.kits.trade.editor.page"
        columns = ["number", "subject", "account", "status", "sales_order", "planned_delivery", "delivered_at", "invoiced",
                   "owner"]  # fmt: skip
        filters = [
            "status",
            "invoiced",
            "account",
            "sales_order",
            "planned_delivery",
            "delivered_at",
            "driver",
            "owner",
        ]
        search = {"number": "A", "subject": "A", "tracking_number": "B", "customer_po": "B", "notes": "D"}
        form = [
            Section(
                _("Delivery note"), "subject account contact deal date planned_delivery customer_po owner"
            ),
            Section(_("Transport"), "carrier tracking_number vehicle_plate driver packages weight"),
            Section(_("Addresses"), "shipping_address billing_address"),
            Section(_("Texts"), "terms notes"),
        ]
        facts = [
            Section(
                _("Delivery note"),
                "status invoiced account contact deal sales_order date planned_delivery customer_po owner",
            ),
            Section(_("Transport"), "carrier tracking_number vehicle_plate driver packages weight dispatched_at"),
            Section(_("Proof of delivery"), "delivered_at received_by received_as signature photo"),
            Section(_("Addresses"), "shipping_address"),
            Section(_("Texts"), "terms notes cancel_reason"),
            Section(_("Record"), "number created_at changed_at"),
        ]  # fmt: skip
        quick = "subject account contact planned_delivery owner"
        headline = "status planned_delivery"
        fill = {
            "account": "deal.account", "contact": "deal.contact", "currency": "account.currency",
            "billing_address": "account.billing_address", "shipping_address": "account.shipping_address",
        }  # fmt: skip
        page = [
            Body("trade/body.html", "relasi.kits.trade.editor.body.body_of"),
            Timeline(),
            Related("inventory.StockMove", by="delivery_note", columns=["product", "change"], title=_("Stock ledger")),
        ]  # fmt: skip
        actions = [
            Action("deliver", _("Delivered"), icon="circle-check", page="proof/",
                   when=lambda note: note.status in (S.OPEN, S.DISPATCHED)),
            Action("dispatch", _("Dispatch"), icon="truck", when=lambda note: note.status == S.OPEN),
            Action("invoice", _("Make an invoice"), icon="receipt", ask=("tax_rates",), page="convert/invoices/",
                   when=lambda note: note.status == S.DELIVERED and note.invoiced != NoteInvoiced.FULLY),
            Action("reopen", _("Reopen"), icon="history", tool="reopen", quiet=True,
                   when=lambda note: note.status == S.DELIVERED),
            Action("cancel", _("Cancel delivery note"), icon="ban", ask=("cancel_reason",), quiet=True, danger=True,
                   when=lambda note: note.status in (S.OPEN, S.DISPATCHED)),
        ]  # fmt: skip
        views = [
            View("open", _("To be delivered"), {"field": "status", "op": "in", "value": ["open", "dispatched"]},
                 "truck", ("planned_delivery",)),
            View("uninvoiced", _("To be invoiced"), {"all": [{"field": "status", "op": "is", "value": "delivered"},
                 {"field": "invoiced", "op": "is_not", "value": "fully"}]}, "receipt"),
        ]  # fmt: skip
        calendar = Calendar(
            start="planned_delivery", tone="status", open=models.Q(status__in=["open", "dispatched"])
        )
        closed = models.Q(status__in=["delivered", "cancelled"])
        words = "surat jalan pengiriman kirim barang delivery bast"

    @property
    def priced(self) -> bool:
        """Whether page and paper show prices."""
        return bool(policy().prices_on_notes)

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        if change.is_new or not change.has("status"):
            return
        if self.status == S.DISPATCHED:
            self.dispatched_at = timezone.now()
        self.delivered_at = timezone.now() if self.status == S.DELIVERED else None

    def clean(self, change: Change) -> None:
        super().clean(change)
        if change.is_new:
            if self.sales_order_id is None and not policy().direct_notes:
                message = _("Make it from an order: notes without one are not allowed here.")
                raise Refusal("sales_order", "REQUIRED", message)
            return
        if not change.has("status"):
            return
        if self.status in delivering.LEAVES and not any(one.record.counts for one in change.lines):
            raise Refusal("lines", "REQUIRED", _("A delivery note without lines brings nothing."))
        if change.old("status") == S.DELIVERED:
            if not change.authorised and not has_tool(acting_user(), "reopen"):
                raise Refusal("status", "NO_PERMISSION", _("You may not reopen this."))
            if any(one.record.invoiced for one in change.lines):
                raise Refusal("status", "INVALID_TRANSITION", INVOICED_STAYS)

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        delivering.check_leaving(changes)

    @classmethod
    def before_trash_all(cls, changes: list[Change]) -> None:
        delivering.hold_orders([change.record for change in changes])

    # The verbs.
    def dispatch(self) -> DeliveryNote:
        return update(self, {"status": S.DISPATCHED})

    def deliver(self, **proof: Any) -> DeliveryNote:
        """proof: received_by, received_as, signature, photo. Raises Refused."""
        confirmed = proof.pop("confirmed", ())
        given = {name: value for name, value in proof.items() if value not in (None, "")}
        return update(self, {**given, "status": S.DELIVERED}, confirmed=confirmed)

    def reopen(self) -> DeliveryNote:
        return update(self, {"status": S.OPEN})

    def cancel(self, cancel_reason: Any = None) -> DeliveryNote:
        if not cancel_reason:
            raise Refused([Refusal("cancel_reason", "REQUIRED", _("Write why it is cancelled."))])
        return update(self, {"status": S.CANCELLED, "cancel_reason": cancel_reason})

    def invoice(self, tax_rates: Any = None) -> Any:
        return convert(self, registry.module("billing.Invoice").model, tax_rates=tax_rates)
