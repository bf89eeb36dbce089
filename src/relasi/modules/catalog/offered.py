"""Offered: what products, services and bundles share: a price, a cost, taxes, and a time in which they are sold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import PercentField
from relasi.engine.fields.reference import ReferencesField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.record import Record
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.trade.figures import margin_percent
from relasi.kits.trade.in_documents import used_items
from relasi.kits.trade.unit import Unit

GOODS_CODE = re.compile("[0-9]{6}")


class Offered(Record):
    name = TextField(_("Name"), required=True, aliases="Nama|Product Name|Service Name|Nama Produk|Nama Jasa")
    code = TextField(_("Code"), max_length=50, aliases="SKU|Part Number|Kode|Kode Barang|Product Code")
    active = BooleanField(_("Active"), default=True, aliases="Aktif|Product Active|Service Active")
    unit = ChoiceField(
        Unit, _("Unit"), default=Unit.UNIT, required=True, aliases="Satuan|Usage Unit|Service Usage Unit"
    )
    price = MoneyField(_("Price"), min=0, aliases="Harga|Harga Jual|Unit Price", foot="average")
    cost = MoneyField(
        _("Purchase cost"),
        min=0,
        aliases="Harga Beli|Harga Pokok|Purchase Cost|Cost Per Unit",
        foot="average",
    )
    taxes = ReferencesField("catalog.Tax", _("Taxes"), aliases="Pajak")
    commission = PercentField(_("Commission"), aliases="Komisi|Commission Rate")
    ledger_account = TextField(_("Ledger account"), max_length=50, aliases="GL Account|Akun GL")
    sales_start = DateField(_("Sold from"), aliases="Mulai Dijual|Sales Start Date")
    sales_end = DateField(_("Sold until"), aliases="Akhir Dijual|Sales End Date")
    description = LongTextField(_("Description"), aliases="Deskripsi|Keterangan")

    kind = "product"  # the reference of a line to it

    class Meta(Record.Meta):
        abstract = True

    @computed(_("Margin"), kind="percent", needs="price cost")
    def margin(self) -> Decimal | None:
        if self.price is None or self.cost is None:
            return None
        return margin_percent(self.price - self.cost, self.price)

    def clean(self, change: Change) -> None:
        if self.sales_start and self.sales_end and self.sales_end < self.sales_start:
            raise Refusal("sales_end", "OUT_OF_RANGE", _("The end lies before the beginning."))
        code = getattr(self, "tax_code", None)
        if code and change.has("tax_code") and not GOODS_CODE.fullmatch(code):
            message = _("A code of goods or services for the Faktur Pajak has six digits.")
            raise Refusal("tax_code", "INVALID_VALUE", message)

    def why_not_bought(self) -> str:
        """Why it cannot be put on a new line of a purchase; empty when it can."""
        if self.trashed_at is not None or not self.active:
            return now_in_words("%(name)s is not active.") % {"name": self.name}
        return ""

    def why_not_sold(self, day: date) -> str:
        """Why it cannot be put on a new line of that day; empty when it can."""
        if why := self.why_not_bought():
            return why
        if (self.sales_start and day < self.sales_start) or (self.sales_end and day > self.sales_end):
            return now_in_words("%(name)s is not sold on this date.") % {"name": self.name}
        return ""

    @classmethod
    def before_trash_all(cls, changes: list[Change]) -> None:
        used = used_items(cls.kind, [change.record.pk for change in changes])
        for change in changes:
            if change.record.pk in used:
                message = _("It stands on documents. Deactivate it instead.")
                change.refuse("", "INVALID_TRANSITION", message)


def code_once(name: str) -> models.UniqueConstraint:
    """A code names one item of its module; without one there may be many."""
    return models.UniqueConstraint(fields=["code"], condition=models.Q(trashed_at=None), name=f"{name}_code")


def price_checks(name: str) -> Sequence[models.CheckConstraint]:
    fine = models.Q(price=None) | models.Q(price__gte=0), models.Q(cost=None) | models.Q(cost__gte=0)
    return [
        models.CheckConstraint(condition=fine[0], name=f"{name}_price"),
        models.CheckConstraint(condition=fine[1], name=f"{name}_cost"),
    ]


ACTIVE: dict[str, Any] = {"field": "active", "op": "is", "value": True}
INACTIVE: dict[str, Any] = {"field": "active", "op": "is", "value": False}
