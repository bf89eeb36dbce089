"""Payment: money a customer paid us, and which invoices it pays; or money we paid back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.company import company
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Body, Related, Section, Timeline, View
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.money import CurrencyField, MoneyField
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.part import Part
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.pipeline.days import today
from relasi.kits.trade.figures import ZERO
from relasi.modules.billing import settling
from relasi.modules.billing.closed_period import check_open_period


class Direction(Choices):
    IN = "in", _("From the customer"), "hijau"
    OUT = "out", _("Back to the customer"), "jingga"


class PaymentStatus(Choices):
    RECORDED = "recorded", _("Recorded"), "hijau"
    REVERSED = "reversed", _("Reversed"), "merah"


class Method(Choices):
    TRANSFER = "transfer", _("Bank transfer"), "biru", "Transfer"
    VIRTUAL_ACCOUNT = "va", _("Virtual account"), "biru", "VA"
    QRIS = "qris", _("QRIS"), "toska"
    CARD = "card", _("Card"), "ungu", "Kartu"
    CASH = "cash", _("Cash"), "hijau", "Tunai"
    CHEQUE = "cheque", _("Cheque or giro"), "kuning", "Cek|Giro"
    OTHER = "other", _("Other way"), "gray", "Lainnya"


# What may still change of a payment; the rest is reversed and recorded anew.
OPEN = {"notes", "reference", "owner", "method", "status", "reversed_on", "reversal_reason", "allocated", "unallocated",
        "given", "custom"}  # fmt: skip


class Payment(Record):
    account = ReferenceField(
        "customers.Account", models.PROTECT, verbose_name=_("Account"), related_name="payments", required=True,
        aliases="Perusahaan|Pelanggan|Account Name",
    )  # fmt: skip
    date = DateField(_("Date"), required=True, aliases="Tanggal")
    amount = MoneyField(_("Amount"), min=0, required=True, currency_field="currency", aliases="Jumlah|Nilai")
    currency = CurrencyField(_("Currency"), aliases="Mata Uang")
    rate = DecimalField(_("Exchange rate"), places=6, min=0, aliases="Kurs")
    method = ChoiceField(Method, _("Paid by"), default=Method.TRANSFER, required=True)
    reference = TextField(_("Reference"), max_length=100, aliases="Referensi|No. Bukti")
    direction = ChoiceField(Direction, _("Direction"), default=Direction.IN, required=True, editable=False)
    credit_note = ReferenceField(
        "billing.CreditNote",
        models.PROTECT,
        verbose_name=_("Credit note"),
        related_name="refunds",
        editable=False,
    )
    status = ChoiceField(
        PaymentStatus, _("Status"), default=PaymentStatus.RECORDED, required=True, editable=False
    )
    reversed_on = DateField(_("Reversed on"), editable=False)
    reversal_reason = TextField(_("Reversed because"), editable=False)
    allocated = MoneyField(
        _("Allocated"), default=0, required=True, editable=False, currency_field="currency"
    )
    given = MoneyField(
        _("Transfer codes taken off"), default=0, required=True, editable=False, currency_field="currency",
        help_text=_("What invoices asked to be paid less by their transfer codes. It settles them as money does."),
    )  # fmt: skip
    unallocated = MoneyField(
        _("Credit left"), default=0, required=True, editable=False, currency_field="currency"
    )
    notes = LongTextField(_("Internal notes"), aliases="Catatan")

    receipt_title = _("Official receipt")
    violations = {
        "payment_not_over": ("amount", "OVER_ALLOCATED", _("That is more than what is left of the payment.")),
        "credit_note_not_over": (
            "amount",
            "OVER_ALLOCATED",
            _("That is more than what is left of the credit note."),
        ),
    }

    class Meta(Record.Meta):
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        indexes = [
            *record_indexes("payment"),
            models.Index(
                fields=["account", "date", "id"], name="payment_account", condition=Q(trashed_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount"),
            models.CheckConstraint(
                condition=Q(allocated__gte=0, unallocated__gte=0), name="payment_not_over"
            ),
            models.CheckConstraint(
                condition=Q(status="reversed", allocated=0, unallocated=0, given=0)
                | Q(status="recorded", given__gte=0, unallocated=F("amount") + F("given") - F("allocated")),
                name="payment_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(direction="in", credit_note=None) | Q(direction="out", credit_note__isnull=False),
                name="payment_direction",
            ),
        ]
        triggers = history_triggers()

    class Module(Record.Module):
        slug = "payments"
        area = "billing"
        icon = "banknote"
        number = "PAY-{n:05}"
        title = "number reference"
        subtitle = "account"
        columns = [
            "number", "account", "date", "amount", "unallocated", "method", "direction", "status", "reference",
        ]  # fmt: skip
        filters = ["status", "direction", "account", "date", "amount", "unallocated", "method", "owner"]
        search = {"number": "A", "reference": "A", "notes": "D"}
        form = [
            Section(_("Payment"), "account date amount currency rate method reference owner"),
            Section(_("Texts"), "notes"),
        ]
        facts = [
            Section(
                _("Payment"),
                "status direction account credit_note date amount given allocated unallocated method reference owner",
            ),
            Section(_("Reversal"), "reversed_on reversal_reason"),
            Section(_("Texts"), "notes"),
            Section(_("Record"), "number currency rate created_at changed_at"),
        ]  # fmt: skip
        headline = "status amount unallocated"
        fill = {"currency": "account.currency"}
        page = [
            Body("trade/receipt.html", "relasi.kits.trade.editor.body.receipt_body_of"),
            Timeline(),
            Related("billing.PaymentPart", by="payment", columns=["invoice", "amount"], title=_("Pays")),
        ]
        actions = [
            Action("spread", _("Pay the oldest invoices"), icon="list-checks", when=lambda one: one.has_left),
            Action("allocate", _("Pay an invoice"), icon="receipt", ask=("invoice", "amount"), form="blank_part",
                   when=lambda one: one.has_left),
            Action("release", _("Take off an invoice"), icon="unplug", ask=("invoice",), form="blank_part",
                   quiet=True, when=lambda one: one.direction == Direction.IN and one.allocated > 0),
            Action("reverse", _("Reverse"), icon="rotate-ccw", ask=("reversal_reason",), danger=True, quiet=True,
                   when=lambda one: one.status == PaymentStatus.RECORDED),
        ]  # fmt: skip
        views = [
            View("left", _("With credit left"), {"field": "unallocated", "op": "gt", "value": 0}, "wallet"),
        ]
        words = "pembayaran bayar terima uang masuk receipt kwitansi"

    @property
    def has_left(self) -> bool:
        return (
            self.direction == Direction.IN and self.status == PaymentStatus.RECORDED and self.unallocated > 0
        )

    def before_save(self, change: Change) -> None:
        home = company().currency
        if self.currency is None:
            self.currency = home
        if self.currency == home:
            self.rate = Decimal(1)
        if self.status == PaymentStatus.REVERSED:
            self.allocated = self.unallocated = self.given = ZERO
        else:
            if self.direction == Direction.OUT:
                self.allocated = self.amount or ZERO
            self.unallocated = (self.amount or ZERO) + self.given - self.allocated

    def clean(self, change: Change) -> None:
        if not self.amount or self.amount <= 0:
            raise Refusal("amount", "OUT_OF_RANGE", _("This must be more than zero."))
        if not self.rate:
            raise Refusal("rate", "REQUIRED", _("Write the exchange rate of this currency."))
        if change.is_new:
            check_open_period(self.date)
            return
        fields = {f.name for f in self._meta.fields if f.attname in change.columns()}
        if fields - OPEN:
            sentence = _("A recorded payment does not change. Reverse it and record it again.")
            raise Refusal(min(fields - OPEN), "CLOSED_RECORD", sentence)

    def before_trash(self) -> None:
        if self.allocated > 0 or self.status == PaymentStatus.REVERSED:
            raise Refusal("", "LOCKED", _("This payment is in use and is not deleted. Reverse it instead."))

    def blank_part(self) -> PaymentPart:
        return PaymentPart(payment=self, amount=self.unallocated)

    # The verbs.
    def spread(self) -> Payment:
        return settling.spread(self)

    def allocate(self, invoice: Any = None, amount: Any = None) -> Payment:
        return settling.allocate(self, invoice, amount)

    def release(self, invoice: Any = None) -> Payment:
        return settling.release(self, invoice)

    def reverse(self, reversal_reason: Any = None) -> Payment:
        if not reversal_reason:
            raise Refused([Refusal("reversal_reason", "REQUIRED", _("Write why it is reversed."))])
        if self.status == PaymentStatus.REVERSED:
            raise Refused([Refusal("status", "INVALID_TRANSITION", _("This payment is reversed already."))])
        settling.open_today()
        values = {
            "status": PaymentStatus.REVERSED,
            "reversed_on": today(),
            "reversal_reason": reversal_reason,
        }
        return update(self, values, authorised="reversing a payment")


class PaymentPart(Part):
    """How much of a payment pays an invoice. given: how much of it is no money, but what the transfer code took off."""

    payment = ReferenceField(
        "billing.Payment", models.CASCADE, verbose_name=_("Payment"), related_name="parts", required=True,
        editable=False,
    )  # fmt: skip
    invoice = ReferenceField(
        "billing.Invoice",
        models.PROTECT,
        verbose_name=_("Invoice"),
        related_name="payment_parts",
        required=True,
    )
    amount = MoneyField(_("Amount"), min=0, required=True)
    given = MoneyField(_("Transfer code taken off"), default=0, required=True, editable=False)

    class Meta(Part.Meta):
        verbose_name = _("part of a payment")
        verbose_name_plural = _("parts of payments")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_part_amount"),
            models.CheckConstraint(condition=Q(given__gte=0, given__lte=999), name="payment_part_given"),
        ]
        triggers = history_triggers()

    class Module(Declaration):
        slug = "payment-parts"
        icon = "receipt"
        part_of = "payment"
        title = "payment"
        verbs = ("view",)
        taken_back = True
        columns = ["payment", "invoice", "amount", "given"]
        sort = ["-id"]
        form = [Section(_("Part of a payment"), "payment invoice amount")]

    def __str__(self) -> str:
        return self.titled("payment")
