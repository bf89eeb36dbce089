"""Vendor payment: money we paid a vendor, to which account, and which bills it pays."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Related, Section, Timeline, View
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.part import Part
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.paying.balances import Held, of_both_sides, of_what_is_paid
from relasi.kits.paying.bank_number import BankNumberField
from relasi.kits.paying.money_moved import MoneyMoved, PaymentStatus, money_checks, money_violations
from relasi.kits.trade.figures import ZERO
from relasi.modules.purchasing.bill_settling import SIDE
from relasi.modules.purchasing.vendor_bank_account import BankState, account_to_pay
from relasi.modules.purchasing.vendor_sum import KEPT, PAYMENTS


class VendorPayment(MoneyMoved):
    """to_…: the account as it was when it was paid to."""

    vendor = ReferenceField(
        "purchasing.Vendor", models.PROTECT, verbose_name=_("Vendor"), related_name="payments", required=True,
        aliases="Pemasok|Vendor Name",
    )  # fmt: skip
    bank_account = ReferenceField(
        "purchasing.VendorBankAccount", models.PROTECT, verbose_name=_("Paid to the account"), related_name="+",
        help_text=_("Empty: the confirmed account of the vendor."),
    )  # fmt: skip
    to_bank = TextField(_("Bank"), max_length=80, editable=False)
    to_number = BankNumberField(_("Account number"), editable=False)
    to_holder = TextField(_("Account holder"), max_length=150, editable=False)

    violations = money_violations("vendor_payment")

    class Meta(Record.Meta):
        verbose_name = _("payment to a vendor")
        verbose_name_plural = _("payments to vendors")
        indexes = [
            *record_indexes("vendor_payment"),
            models.Index(
                fields=["vendor", "date", "id"], name="vendor_payment_vendor", condition=Q(trashed_at=None)
            ),
        ]
        constraints = [
            *money_checks("vendor_payment"),
            models.CheckConstraint(
                condition=Q(status="reversed", allocated=0, unallocated=0)
                | Q(status="recorded", unallocated=F("amount") - F("allocated")),
                name="vendor_payment_adds_up",
            ),
        ]
        triggers = [*history_triggers(), *KEPT.triggers(PAYMENTS)]

    class Module(Record.Module):
        slug = "vendor-payments"
        area = "purchasing"
        icon = "hand-coins"
        number = "VPAY-{n:05}"
        title = "number reference"
        subtitle = "vendor"
        columns = ["number", "vendor", "date", "amount", "unallocated", "method", "status", "reference"]
        filters = ["status", "vendor", "date", "amount", "unallocated", "method", "owner"]
        search = {"number": "A", "reference": "A", "notes": "D"}
        form = [
            Section(_("Payment"), "vendor date amount currency rate method bank_account reference owner"),
            Section(_("Texts"), "notes"),
        ]
        facts = [
            Section(_("Payment"), "status vendor date amount allocated unallocated method reference owner"),
            Section(_("Paid to the account"), "bank_account to_bank to_number to_holder"),
            Section(_("Reversal"), "reversed_on reversal_reason"),
            Section(_("Texts"), "notes"),
            Section(_("Record"), "number currency rate created_at changed_at"),
        ]
        headline = "status amount unallocated"
        fill = {"currency": "vendor.currency"}
        page = [
            Timeline(),
            Related(
                "purchasing.VendorPaymentPart", by="payment", columns=["bill", "amount"], title=_("Pays")
            ),
        ]
        actions = [
            Action("spread", _("Pay the oldest bills"), icon="list-checks", when=lambda one: one.has_left),
            Action("allocate", _("Pay a bill"), icon="file-input", ask=("bill", "amount"), form="blank_part",
                   when=lambda one: one.has_left),
            Action("release", _("Take off a bill"), icon="unplug", ask=("bill",), form="blank_part", quiet=True,
                   when=lambda one: one.allocated > 0),
            Action("reverse", _("Reverse"), icon="rotate-ccw", ask=("reversal_reason",), danger=True, quiet=True,
                   when=lambda one: one.status == PaymentStatus.RECORDED),
        ]  # fmt: skip
        views = [
            View("left", _("With credit left"), {"field": "unallocated", "op": "gt", "value": 0}, "wallet"),
        ]
        words = "pembayaran pemasok vendor bayar uang keluar transfer"

    @property
    def has_left(self) -> bool:
        return self.status == PaymentStatus.RECORDED and self.unallocated > 0

    def before_save(self, change: Change) -> None:
        self.know_currency()
        if change.is_new:
            self._note_account()
        if self.status == PaymentStatus.REVERSED:
            self.allocated = self.unallocated = ZERO
        else:
            self.unallocated = (self.amount or ZERO) - self.allocated

    def _note_account(self) -> None:
        account = self.bank_account if self.bank_account_id else None
        if account is None and self.vendor_id and self.method == "transfer":
            account = account_to_pay(self.vendor_id)
        if account is not None:
            self.bank_account_id = account.pk
            self.to_bank, self.to_number, self.to_holder = account.bank, account.number, account.holder

    def clean(self, change: Change) -> None:
        super().clean(change)
        account = self.bank_account if change.is_new and self.bank_account_id else None
        if account is not None and account.vendor_id != self.vendor_id:
            raise Refusal("bank_account", "BAD_REFERENCE", _("This account belongs to another vendor."))
        if account is not None and account.state == BankState.WAITING:
            message = _("Nobody has confirmed this account yet. It is paid to only after that.")
            raise Refusal("bank_account", "INVALID_TRANSITION", message)

    followed_by_none = frozenset({"allocated"})

    @classmethod
    def followers(cls, records: list[Any], lines: Any) -> Held:
        """Of what it pays."""
        return of_what_is_paid(VendorPaymentPart, "payment", "bill", records)

    def blank_part(self) -> VendorPaymentPart:
        return VendorPaymentPart(payment=self, amount=self.unallocated)

    # The verbs.
    def spread(self) -> VendorPayment:
        return SIDE.spread(self)

    def allocate(self, bill: Any = None, amount: Any = None) -> VendorPayment:
        return SIDE.allocate(self, bill, amount)

    def release(self, bill: Any = None) -> VendorPayment:
        return SIDE.release(self, bill)


class VendorPaymentPart(Part):
    """How much of a payment pays a bill."""

    payment = ReferenceField(
        "purchasing.VendorPayment", models.CASCADE, verbose_name=_("Payment"), related_name="parts", required=True,
        editable=False,
    )  # fmt: skip
    bill = ReferenceField(
        "purchasing.Bill", models.PROTECT, verbose_name=_("Bill"), related_name="payment_parts", required=True
    )
    amount = MoneyField(_("Amount"), min=0, required=True)

    class Meta(Part.Meta):
        verbose_name = _("part of a payment to a vendor")
        verbose_name_plural = _("parts of payments to vendors")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="vendor_payment_part_amount")]
        triggers = history_triggers()

    class Module(Declaration):
        slug = "vendor-payment-parts"
        icon = "file-input"
        part_of = "payment"
        title = "payment"
        verbs = ("view",)
        taken_back = True
        columns = ["payment", "bill", "amount"]
        sort = ["-id"]
        form = [Section(_("Part of a payment"), "payment bill amount")]

    @classmethod
    def followers(cls, records: list[Any], lines: Any) -> Held:
        return of_both_sides(records, "payment", "bill")

    def __str__(self) -> str:
        return self.titled("payment")
