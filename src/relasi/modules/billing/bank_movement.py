"""Bank movement: money that came in by the statement of our bank or the report of a payment service, and the payment it is."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.company import company
from relasi.engine.access.door import visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Section, Timeline, View
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.money import CurrencyField, MoneyField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.paying.money_moved import Method, PaymentStatus
from relasi.kits.paying.settling import id_of
from relasi.modules.billing import settling
from relasi.modules.billing.payment import Direction, Payment, PaymentPart


class MovementStatus(Choices):
    OPEN = "open", _("Not matched"), "kuning", "Belum cocok"
    MATCHED = "matched", _("Matched"), "hijau", "Cocok"
    SET_ASIDE = "set_aside", _("Set aside"), "gray", "Dikesampingkan"


S = MovementStatus
# What may still change of a movement that is matched; the rest is what the bank says.
LOOSE = frozenset({"status", "payment", "owner", "notes", "custom"})
PAIRED = "pairing what a bank tells with a payment"


class BankMovement(Record):
    """fee: what a payment service kept of the amount. mark: of a row of a file, by which it is known when it comes again."""

    date = DateField(_("Date"), required=True, aliases="Tanggal|Tanggal Transaksi|Transaction Date")
    amount = MoneyField(
        _("Amount"), min=0, required=True, currency_field="currency", aliases="Jumlah|Nominal|Kredit|Credit"
    )
    currency = CurrencyField(_("Currency"), aliases="Mata Uang")
    fee = MoneyField(_("Fee"), default=0, required=True, min=0, currency_field="currency", aliases="Biaya")
    bank_account = ReferenceField(
        "billing.BankAccount", models.PROTECT, verbose_name=_("Bank account"), related_name="movements"
    )
    payer = TextField(_("Payer"), aliases="Nama|Pengirim")
    description = LongTextField(_("Description"), aliases="Keterangan|Uraian|Remarks")
    reference = TextField(_("Reference"), max_length=100, aliases="Referensi|No. Referensi|Order ID")
    virtual_account = TextField(_("Virtual account"), max_length=40, aliases="No. VA")
    method = ChoiceField(Method, _("Paid by"), default=Method.TRANSFER, required=True)
    status = ChoiceField(MovementStatus, _("Status"), default=S.OPEN, required=True, editable=False)
    payment = ReferenceField(
        "billing.Payment", models.PROTECT, verbose_name=_("Payment"), related_name="movements", editable=False
    )
    set_aside_reason = TextField(_("Set aside because"), editable=False)
    file_name = TextField(_("From the file"), max_length=200, editable=False)
    mark = TextField(_("Mark of the row"), max_length=64, editable=False, secret=True)
    notes = LongTextField(_("Internal notes"), aliases="Catatan")

    violations = {
        "bank_movement_once": ("", "NOT_UNIQUE", _("This movement is here already.")),
        "bank_movement_payment": (
            "payment",
            "NOT_UNIQUE",
            _("This payment is matched with another movement."),
        ),
    }

    class Meta(Record.Meta):
        verbose_name = _("bank movement")
        verbose_name_plural = _("bank movements")
        indexes = [
            *record_indexes("bank_movement"),
            models.Index(
                fields=["date", "id"], name="bank_movement_open", condition=Q(status="open", trashed_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, fee__gte=0), name="bank_movement_amount"),
            models.CheckConstraint(
                condition=Q(status="matched", payment__isnull=False)
                | Q(status__in=["open", "set_aside"], payment=None),
                name="bank_movement_matched",
            ),
            models.UniqueConstraint(
                fields=["mark"], condition=Q(trashed_at=None, mark__isnull=False), name="bank_movement_once"
            ),
            models.UniqueConstraint(
                fields=["payment"], condition=Q(trashed_at=None, payment__isnull=False), name="bank_movement_payment"
            ),
        ]  # fmt: skip
        triggers = history_triggers("mark")

    class Module(Record.Module):
        slug = "bank-movements"
        area = "billing"
        icon = "landmark"
        number = "BM-{n:06}"
        title = "number payer"
        subtitle = "description"
        columns = ["number", "date", "amount", "payer", "description", "status", "payment", "bank_account"]
        filters = [
            "status", "date", "amount", "bank_account", "method", "currency", "payment", "file_name", "owner",
        ]  # fmt: skip
        sort = ["-date"]
        search = {"number": "A", "payer": "A", "reference": "A", "virtual_account": "B", "description": "C",
                  "notes": "D"}  # fmt: skip
        form = [
            Section(_("Bank movement"), "date amount currency fee bank_account method owner"),
            Section(_("What the bank says"), "payer description reference virtual_account"),
            Section(_("Texts"), "notes"),
        ]
        facts = [
            Section(_("Bank movement"), "status payment date amount fee bank_account method owner"),
            Section(_("What the bank says"), "payer description reference virtual_account"),
            Section(_("Texts"), "notes set_aside_reason"),
            Section(_("Record"), "number currency file_name created_at changed_at"),
        ]
        headline = "status amount"
        page = [Timeline()]
        actions = [
            Action("match", _("Pay an invoice"), icon="receipt", ask=("invoice",), form="blank_part",
                   when=lambda one: one.status == S.OPEN),
            Action("link", _("It is a recorded payment"), icon="link", ask=("payment",),
                   when=lambda one: one.status == S.OPEN),
            Action("book", _("Credit of a customer"), icon="wallet", ask=("account",), form="blank_payment", quiet=True,
                   when=lambda one: one.status == S.OPEN and not one.is_foreign),
            Action("book_foreign", _("Credit of a customer"), icon="wallet", ask=("account", "rate"),
                   form="blank_payment", quiet=True, when=lambda one: one.status == S.OPEN and one.is_foreign),
            Action("set_aside", _("Set aside"), icon="archive", ask=("set_aside_reason",), quiet=True,
                   when=lambda one: one.status == S.OPEN),
            Action("reopen", _("Open again"), icon="rotate-ccw", quiet=True,
                   when=lambda one: one.status == S.SET_ASIDE),
            Action("unlink", _("Undo the match"), icon="unplug", quiet=True,
                   when=lambda one: one.status == S.MATCHED),
        ]  # fmt: skip
        views = [
            View("open", _("Not matched"), {"field": "status", "op": "is", "value": "open"}, "hourglass", ("date",)),
        ]  # fmt: skip
        closed = ~Q(status="open")
        words = "mutasi rekening koran bank statement rekonsiliasi transfer masuk settlement"

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        if self.currency is None:
            self.currency = company().currency
        if self.virtual_account:
            self.virtual_account = "".join(self.virtual_account.split())

    def clean(self, change: Change) -> None:
        if not self.amount or self.amount <= 0:
            raise Refusal("amount", "OUT_OF_RANGE", _("This must be more than zero."))
        if self.fee > self.amount:
            raise Refusal("fee", "OUT_OF_RANGE", _("The fee cannot be more than the amount."))
        if not change.is_new and change.old("status") == S.MATCHED:
            closed = {f.name for f in self._meta.fields if f.attname in change.columns()} - LOOSE
            if closed:
                sentence = _("It is matched with a payment. Undo the match before you change it.")
                raise Refusal(min(closed), "CLOSED_RECORD", sentence)

    def before_trash(self) -> None:
        if self.status == S.MATCHED:
            sentence = _("It is matched with a payment. Undo the match before you delete it.")
            raise Refusal("", "LOCKED", sentence)

    def blank_part(self) -> PaymentPart:
        return PaymentPart()

    def blank_payment(self) -> Payment:
        return Payment(currency=self.currency)

    @property
    def is_foreign(self) -> bool:
        return self.currency != company().currency

    @property
    def as_payment(self) -> dict[str, Any]:
        """What a payment made of it has."""
        text = self.reference or (self.description or "").strip()[:100]
        return {
            "date": self.date, "amount": self.amount, "method": self.method, "reference": text or self.number,
        }  # fmt: skip

    # The verbs.
    def match(self, invoice: Any = None) -> BankMovement:
        """A payment of the whole amount that pays the invoice; what is more stays with it as credit. Raises Refused."""
        with transaction.atomic():
            held = self._held()
            model = registry.module("billing.Invoice").model
            found = visible_to(acting_user(), model).filter(pk=id_of(invoice)).first()
            if found is None:
                raise _no("invoice", "REQUIRED", _("Choose the invoice."))
            if found.currency != held.currency:
                raise _no("invoice", "BAD_REFERENCE", _("This invoice is in another currency."))
            if not found.is_owed:
                raise _no("invoice", "INVALID_TRANSITION", _("There is nothing left to pay of this invoice."))
            return held._pair(settling.receive(found, held.as_payment))

    def link(self, payment: Any = None) -> BankMovement:
        """It is this payment, which somebody recorded before. Raises Refused."""
        with transaction.atomic():
            held = self._held()
            seen = visible_to(acting_user(), Payment).filter(pk=id_of(payment)).exists()
            found = (
                Payment._base_manager.select_for_update().filter(pk=id_of(payment)).first() if seen else None
            )
            if found is None:
                raise _no("payment", "REQUIRED", _("Choose the payment."))
            held._check_same(found)
            return held._pair(found)

    def book(self, account: Any = None) -> BankMovement:
        """Money of this customer that pays nothing yet. Raises Refused."""
        return self.book_foreign(account)

    def book_foreign(self, account: Any = None, rate: Any = None) -> BankMovement:
        """The same, in another currency than the company's."""
        with transaction.atomic():
            held = self._held()
            if not id_of(account):
                raise _no("account", "REQUIRED", _("Choose the customer."))
            values = {**held.as_payment, **({"rate": rate} if rate not in (None, "") else {})}
            return held._pair(settling.hold(id_of(account), held.currency, values))

    def set_aside(self, set_aside_reason: Any = None) -> BankMovement:
        """It is no payment of a customer. Raises Refused."""
        if not set_aside_reason:
            raise _no("set_aside_reason", "REQUIRED", _("Write why it is set aside."))
        with transaction.atomic():
            return self._held()._become(S.SET_ASIDE, set_aside_reason=set_aside_reason)

    def reopen(self) -> BankMovement:
        with transaction.atomic():
            return self._held(S.SET_ASIDE)._become(S.OPEN, set_aside_reason=None)

    def unlink(self) -> BankMovement:
        """The payment stays; reverse it where the money was somebody else's."""
        with transaction.atomic():
            return self._held(S.MATCHED)._become(S.OPEN, payment=None)

    def _held(self, state: str = S.OPEN) -> BankMovement:
        """This movement as it stands, held until the transaction ends. Raises Refused where somebody was faster."""
        held = BankMovement._base_manager.select_for_update().get(pk=self.pk)
        if held.status != state or held.trashed_at is not None:
            raise _no(
                "",
                "INVALID_TRANSITION",
                _("Somebody has just dealt with this movement. Load the page again."),
            )
        return held

    def _check_same(self, payment: Any) -> None:
        if payment.direction != Direction.IN or payment.status != PaymentStatus.RECORDED:
            raise _no(
                "payment", "INVALID_TRANSITION", _("Only a payment that came in and stands can be matched.")
            )
        if payment.currency != self.currency:
            raise _no("payment", "BAD_REFERENCE", _("This payment is in another currency."))
        if payment.amount not in (self.amount, self.amount + self.fee):
            raise _no("payment", "OUT_OF_RANGE", _("This payment has another amount."))
        if BankMovement._base_manager.filter(payment=payment.pk, trashed_at=None).exists():
            raise _no("payment", "NOT_UNIQUE", _("This payment is matched with another movement."))

    def _pair(self, payment: Any) -> BankMovement:
        return self._become(S.MATCHED, payment=payment.pk)

    def _become(self, status: str, **values: Any) -> BankMovement:
        return update(self, {"status": status, **values}, authorised=PAIRED)


def _no(field: str, code: str, sentence: Any) -> Refused:
    return Refused([Refusal(field, code, sentence)])
