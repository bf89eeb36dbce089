"""Money moved: a payment, whichever way it goes: when, how much, how, and how much of it pays something."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.company import company
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.money import CurrencyField, MoneyField
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.record import Record
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.pipeline.days import today
from relasi.kits.trade.closed_period import check_open_period, check_period_back, open_today


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
OPEN = frozenset({
    "notes", "reference", "owner", "method", "status", "reversed_on", "reversal_reason", "allocated", "unallocated",
    "given", "custom",
})  # fmt: skip


class MoneyMoved(Record):
    """Abstract. The concrete class says whose money it is and works out what is allocated of it."""

    date = DateField(_("Date"), required=True, aliases="Tanggal")
    amount = MoneyField(_("Amount"), min=0, required=True, currency_field="currency", aliases="Jumlah|Nilai")
    currency = CurrencyField(_("Currency"), aliases="Mata Uang")
    rate = DecimalField(_("Exchange rate"), places=6, min=0, aliases="Kurs", foot="")
    method = ChoiceField(Method, _("Paid by"), default=Method.TRANSFER, required=True)
    reference = TextField(_("Reference"), max_length=100, aliases="Referensi|No. Bukti")
    status = ChoiceField(
        PaymentStatus, _("Status"), default=PaymentStatus.RECORDED, required=True, editable=False
    )
    reversed_on = DateField(_("Reversed on"), editable=False)
    reversal_reason = TextField(_("Reversed because"), editable=False)
    allocated = MoneyField(
        _("Allocated"), default=0, required=True, editable=False, currency_field="currency"
    )
    unallocated = MoneyField(
        _("Credit left"), default=0, required=True, editable=False, currency_field="currency"
    )
    notes = LongTextField(_("Internal notes"), aliases="Catatan")

    open_fields: ClassVar[frozenset[str]] = OPEN

    class Meta(Record.Meta):
        abstract = True

    def know_currency(self) -> None:
        """Part of before_save."""
        home = company().currency
        if self.currency is None:
            self.currency = home
        if self.currency == home:
            self.rate = Decimal(1)

    def clean(self, change: Change) -> None:  # type: ignore[override]
        if not self.amount or self.amount <= 0:
            raise Refusal("amount", "OUT_OF_RANGE", _("This must be more than zero."))
        if not self.rate:
            raise Refusal("rate", "REQUIRED", _("Write the exchange rate of this currency."))
        if change.is_new:
            check_open_period(self.date)
            return
        fields = {f.name for f in self._meta.fields if f.attname in change.columns()}
        if fields - self.open_fields:
            sentence = _("A recorded payment does not change. Reverse it and record it again.")
            raise Refusal(min(fields - self.open_fields), "CLOSED_RECORD", sentence)

    def clean_back(self, change: Change) -> None:
        """What was reversed in a month that is closed stays reversed there, and so does what money was moved."""
        if change.has("status"):
            for day in (change.old("reversed_on"), self.reversed_on):
                check_open_period(day)
        if any(map(change.has, ("date", "amount", "rate"))):
            check_period_back(change)

    def before_trash(self) -> None:
        if self.allocated > 0 or self.status == PaymentStatus.REVERSED:
            raise Refusal("", "LOCKED", _("This payment is in use and is not deleted. Reverse it instead."))

    def reverse(self, reversal_reason: Any = None) -> Any:
        if not reversal_reason:
            raise Refused([Refusal("reversal_reason", "REQUIRED", _("Write why it is reversed."))])
        if self.status == PaymentStatus.REVERSED:
            raise Refused([Refusal("status", "INVALID_TRANSITION", _("This payment is reversed already."))])
        open_today()
        values = {
            "status": PaymentStatus.REVERSED,
            "reversed_on": today(),
            "reversal_reason": reversal_reason,
        }
        return update(self, values, authorised="reversing a payment")


def money_checks(name: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(condition=Q(amount__gt=0), name=f"{name}_amount"),
        models.CheckConstraint(condition=Q(allocated__gte=0, unallocated__gte=0), name=f"{name}_not_over"),
    ]


def money_violations(name: str) -> dict[str, tuple[str, str, Any]]:
    sentence = _("That is more than what is left of the payment.")
    return {f"{name}_not_over": ("amount", "OVER_ALLOCATED", sentence)}
