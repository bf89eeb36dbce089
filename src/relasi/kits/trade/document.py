"""Trade document: what we sell by: quotes, orders, invoices and credit notes: for whom, and what is earned by it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.record import Record
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.trade.figures import ZERO, Totals
from relasi.kits.trade.priced import PricedDocument, priced_checks
from relasi.kits.trade.shelf import Terms


class TradeDocument(PricedDocument):
    """Abstract. Of what is bought there is modules/purchasing/purchase_document.py."""

    account = ReferenceField(
        "customers.Account", models.PROTECT, verbose_name=_("Account"), related_name="%(class)ss",
        aliases="Perusahaan|Organization Name|Account Name|Pelanggan",
    )  # fmt: skip
    contact = ReferenceField(
        "customers.Contact", models.PROTECT, verbose_name=_("Contact"), related_name="%(class)ss",
        aliases="Kontak|Contact Name",
    )  # fmt: skip
    price_book = ReferenceField(
        "catalog.PriceBook",
        models.PROTECT,
        verbose_name=_("Price book"),
        related_name="+",
        aliases="Daftar Harga",
    )
    cost_total = MoneyField(_("Cost"), default=0, required=True, editable=False, currency_field="currency")
    margin_total = MoneyField(
        _("Margin"), default=0, required=True, editable=False, currency_field="currency"
    )
    margin_percent = DecimalField(_("Margin %"), places=2, editable=False, foot="average")

    parties = ("account", "contact")

    class Meta(Record.Meta):
        abstract = True

    def terms_of_sale(self) -> Terms:
        return Terms(
            self.currency, self.rate or ZERO, self.date, self.price_book_id, self.account_id, self.contact_id,
            self.tax_region_id, owner=self.owner_id,
        )  # fmt: skip

    def set_figures(self, lines: list[Any], totals: Totals) -> None:
        super().set_figures(lines, totals)
        self.cost_total, self.margin_total = totals.cost, totals.margin
        self.margin_percent = totals.margin_percent

    def clean(self, change: Change) -> None:  # type: ignore[override]
        super().clean(change)
        if self.account_id is None and self.contact_id is None:
            raise Refusal("account", "REQUIRED", _("Choose whom it is for: an account or a contact."))
        chosen = change.has("price_book") and self.price_book_id and not change.authorised
        if chosen and not self.price_book.holds_on(self.date):
            message = _("This price book does not hold on the day of the document.")
            raise Refusal("price_book", "INVALID_TRANSITION", message)
        if self.margin_percent is not None and abs(self.margin_percent) >= 10**15:
            self.margin_percent = None


def document_checks(name: str) -> list[models.CheckConstraint]:
    """What every stored document obeys, whoever wrote it: the figures add up."""
    return [
        *priced_checks(name),
        models.CheckConstraint(condition=Q(margin_total=F("goods_total") - F("cost_total")), name=f"{name}_margin"),
    ]  # fmt: skip
