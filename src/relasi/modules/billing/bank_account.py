"""Bank account: where customers pay us, and how a payment there tells which invoice it pays."""

from __future__ import annotations

import re

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.paying.qris import LONGEST as LONGEST_CODE
from relasi.kits.paying.qris import BadCode, check_static
from relasi.kits.paying.virtual_account import LONGEST, PREFIX

# The year and the running number of an invoice: "INV/2026/00012" has nine digits.
DIGITS_OF_INVOICE = 9


class NumberOf(Choices):
    CUSTOMER = "customer", _("The customer's number"), "biru"
    INVOICE = "invoice", _("The invoice's number"), "toska"


class CodeWay(Choices):
    ADDED = "added", _("Added to the amount"), "biru"
    TAKEN_OFF = "taken_off", _("Taken off the amount"), "toska"


class BankAccount(Tracked):
    bank = TextField(_("Bank"), max_length=80, required=True)
    number = TextField(_("Account number"), max_length=40, required=True)
    holder = TextField(_("Account holder"), max_length=150, required=True)
    branch = TextField(_("Branch office"), max_length=80)
    position = IntegerField(
        _("Order"), min=0, default=0, required=True,
        help_text=_("The first account on documents is the one whose payments below are told on invoices."), foot=""
    )  # fmt: skip
    printed = BooleanField(_("On documents"), default=True)
    va_prefix = TextField(
        _("Virtual account prefix"), max_length=20, help_text=_("The digits your bank gave your company.")
    )
    va_number_of = ChoiceField(NumberOf, _("Followed by"))
    va_digits = IntegerField(
        _("Digits after the prefix"),
        min=1,
        max=17,
        help_text=_("Zeros stand before a shorter number."),
        foot="",
    )
    qris = TextField(
        _("QRIS text"), max_length=LONGEST_CODE,
        help_text=_("What a QR reader shows of your printed QRIS code. Each invoice gets a code with its amount."),
    )  # fmt: skip
    transfer_code = ChoiceField(
        CodeWay, _("Unique transfer code"),
        help_text=_("1 to 999 rupiah by which a transfer tells which open invoice it pays."),
    )  # fmt: skip

    class Meta(Tracked.Meta):
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "number"], condition=models.Q(trashed_at=None), name="bank_account_once"
            )
        ]

    class Module(Declaration):
        slug = "bank-accounts"
        area = "settings"
        icon = "banknote"
        title = "bank"
        columns = ["bank", "number", "holder", "branch", "position", "printed", "transfer_code"]
        sort = ["position"]
        form = [
            Section(_("Bank account"), "bank number holder branch position printed"),
            Section(_("Payments that name their invoice"), "va_prefix va_number_of va_digits qris transfer_code"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.bank} {self.number}"

    def before_save(self, change: Change) -> None:
        if self.va_prefix:
            self.va_prefix = re.sub(r"[\s.\-]", "", self.va_prefix)

    def clean(self, change: Change) -> None:
        if self.va_prefix:
            self._check_virtual_account()
        if self.qris:
            try:
                check_static(self.qris)
            except BadCode as wrong:
                raise Refusal("qris", "INVALID_VALUE", wrong.args[0])

    def _check_virtual_account(self) -> None:
        if not PREFIX.fullmatch(self.va_prefix or ""):
            raise Refusal("va_prefix", "INVALID_VALUE", _("Write the prefix with its 3 to 12 digits."))
        if not self.va_number_of:
            raise Refusal("va_number_of", "REQUIRED", _("Choose which number follows the prefix."))
        if not self.va_digits:
            raise Refusal("va_digits", "REQUIRED", _("Write how many digits follow the prefix."))
        if len(self.va_prefix or "") + self.va_digits > LONGEST:
            raise Refusal("va_digits", "OUT_OF_RANGE", _("A virtual account has at most 20 digits in all."))
        if self.va_number_of == NumberOf.INVOICE and self.va_digits < DIGITS_OF_INVOICE:
            sentence = _("The number of an invoice needs 9 digits: the year and five more.")
            raise Refusal("va_digits", "OUT_OF_RANGE", sentence)
