"""Ways to pay: what an invoice tells its customer to pay with, as it stood when it was issued: the bank account, a virtual
account, a QRIS code and a transfer code. Of invoices in rupiah only."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.registry import registry
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.kits.paying.qris import MOST, for_amount
from relasi.kits.paying.virtual_account import LONGEST, number_for
from relasi.modules.billing.payment_gateway import PaymentGateway, gateway
from relasi.modules.billing.transfer_codes import STILL_OWED, TransferCodes

NEEDS = "status balance transfer_code"


class WaysToPay(models.Model):
    """Abstract. pay_to: the account as it was (bank, number, holder, branch), `qris`: the text of its code, `va`: the
    prefix and rule of its virtual accounts. transfer_code: rupiah to pay more, or less where it is negative; it is told
    to the customer and is no part of any total."""

    bank_account = ReferenceField(
        "billing.BankAccount", models.PROTECT, verbose_name=_("Paid into"), related_name="invoices", editable=False
    )  # fmt: skip
    pay_to = HiddenField(_("Paid into"))
    virtual_account = TextField(_("Virtual account"), max_length=LONGEST, editable=False)
    transfer_code = IntegerField(_("Transfer code"), editable=False, foot="")

    class Meta:
        abstract = True

    @property
    def is_owed(self) -> bool:
        return self.status in STILL_OWED and self.balance > 0 and self.trashed_at is None

    @property
    def code_now(self) -> int:
        """The transfer code, where what is left to pay is more than it takes off."""
        code = self.transfer_code or 0
        return code if self.is_owed and self.balance + code > 0 else 0

    @computed(_("Amount to transfer"), kind="money", needs=NEEDS)
    def transfer_amount(self) -> Decimal | None:
        return self.balance + self.code_now if self.is_owed and self.transfer_code else None

    @computed(_("QRIS with the amount"), needs=f"{NEEDS} pay_to")
    def qris_with_amount(self) -> str | None:
        text = (self.pay_to or {}).get("qris")
        amount = self.balance + self.code_now if self.is_owed else Decimal(0)
        return for_amount(text, amount) if text and 0 < amount <= MOST else None

    @property
    def online_gateway(self) -> PaymentGateway | None:
        """Where the customer can pay what is left online."""
        whole = self.is_owed and self.currency == "IDR" and self.balance == int(self.balance)
        found = gateway() if whole else None
        return found if found is not None and found.active and found.is_readable else None

    @property
    def online_charges(self) -> list[Any]:
        """The last tries to pay online, the newest first."""
        return list(self.charges.order_by("-pk")[:5]) if self.issued_at else []

    def after_number(self) -> None:
        rule = (self.pay_to or {}).get("va")
        if rule and rule["of"] == "invoice":
            self.virtual_account = number_for(rule["prefix"], rule["digits"], self.number)

    def tell_account(self, account: Any) -> None:
        """The account as it stands now."""
        self.bank_account_id = account.pk
        self.pay_to = {
            name: getattr(account, name) or "" for name in ("bank", "number", "holder", "branch", "qris")
        }
        if account.va_prefix:
            self.pay_to["va"] = {
                "prefix": account.va_prefix,
                "of": account.va_number_of,
                "digits": account.va_digits,
            }
            if account.va_number_of == "customer":
                number = self.account.number if self.account is not None else ""
                self.virtual_account = number_for(account.va_prefix, account.va_digits, number)


def choose_ways(invoices: Iterable[Any]) -> None:
    """At issue, with their figures worked out. The first account on documents; without one they tell nothing."""
    telling = [one for one in invoices if one.currency == "IDR"]
    account = _first_account() if telling else None
    if account is None:
        return
    for one in telling:
        one.tell_account(account)
    if account.transfer_code:
        codes = TransferCodes(account.pk, telling)
        for one in telling:
            codes.draw(one, 1 if account.transfer_code == "added" else -1)


def _first_account() -> Any:
    rows = registry.module("billing.BankAccount").model._base_manager.filter(trashed_at=None, printed=True)
    return rows.order_by("position", "pk").first()


def code_constraints() -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(
            fields=["bank_account", "transfer_code"], name="invoice_code_once",
            condition=Q(transfer_code__isnull=False, status__in=STILL_OWED, trashed_at=None),
        ),
        models.CheckConstraint(
            condition=Q(transfer_code=None) | Q(transfer_code__range=(-999, -1)) | Q(transfer_code__range=(1, 999)),
            name="invoice_code",
        ),
    ]  # fmt: skip


def code_index() -> models.Index:
    """For the code given last."""
    return models.Index(
        fields=["bank_account", "-issued_at", "-id"], name="invoice_last_code", condition=Q(transfer_code__isnull=False)
    )  # fmt: skip


CODE_TAKEN = {
    "invoice_code_once": (
        "transfer_code", "NOT_UNIQUE",
        _("Its transfer code belongs to another open invoice by now. Reverse the payment instead."),
    )
}  # fmt: skip
