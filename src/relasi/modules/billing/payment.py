"""Payment: money a customer paid us, and which invoices it pays; or money we paid back."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Body, Related, Section, Timeline, View
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.part import Part
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change
from relasi.kits.paying.balances import Held, of_both_sides, of_what_is_paid
from relasi.kits.paying.money_moved import MoneyMoved, PaymentStatus, money_checks, money_violations
from relasi.kits.trade.figures import ZERO
from relasi.modules.billing import settling
from relasi.modules.billing.customer_sum import KEPT, PAYMENTS


class Direction(Choices):
    IN = "in", _("From the customer"), "hijau"
    OUT = "out", _("Back to the customer"), "jingga"


class Payment(MoneyMoved):
    account = ReferenceField(
        "customers.Account", models.PROTECT, verbose_name=_("Account"), related_name="payments", required=True,
        aliases="Perusahaan|Pelanggan|Account Name",
    )  # fmt: skip
    direction = ChoiceField(Direction, _("Direction"), default=Direction.IN, required=True, editable=False)
    credit_note = ReferenceField(
        "billing.CreditNote",
        models.PROTECT,
        verbose_name=_("Credit note"),
        related_name="refunds",
        editable=False,
    )
    given = MoneyField(
        _("Transfer codes taken off"), default=0, required=True, editable=False, currency_field="currency",
        help_text=_("What invoices asked to be paid less by their transfer codes. It settles them as money does."),
    )  # fmt: skip

    receipt_title = _("Official receipt")
    violations = {
        **money_violations("payment"),
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
            *money_checks("payment"),
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
        triggers = [*history_triggers(), *KEPT.triggers(PAYMENTS)]

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
            Related("billing.BankMovement", by="payment", columns=["date", "description", "bank_account"]),
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
        self.know_currency()
        if self.status == PaymentStatus.REVERSED:
            self.allocated = self.unallocated = self.given = ZERO
        else:
            if self.direction == Direction.OUT:
                self.allocated = self.amount or ZERO
            self.unallocated = (self.amount or ZERO) + self.given - self.allocated

    followed_by_none = frozenset({"allocated", "given"})

    @classmethod
    def followers(cls, records: list[Any], lines: Any) -> Held:
        """Of what it pays, and of the credit note it pays back."""
        yield from of_both_sides(records, "credit_note")
        yield from of_what_is_paid(PaymentPart, "payment", "invoice", records)

    def blank_part(self) -> PaymentPart:
        return PaymentPart(payment=self, amount=self.unallocated)

    # The verbs.
    def spread(self) -> Payment:
        return settling.spread(self)

    def allocate(self, invoice: Any = None, amount: Any = None) -> Payment:
        return settling.allocate(self, invoice, amount)

    def release(self, invoice: Any = None) -> Payment:
        return settling.release(self, invoice)


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

    @classmethod
    def followers(cls, records: list[Any], lines: Any) -> Held:
        return of_both_sides(records, "payment", "invoice")

    def __str__(self) -> str:
        return self.titled("payment")
