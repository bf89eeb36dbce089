"""Price book: other prices than the standard ones, for some customers, a channel, a currency or a season."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.company import company
from relasi.engine.bulk.by_percent import Rounding
from relasi.engine.declare.computed import computed
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.words import Match, Related, Section, Timeline, View
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.money import CurrencyField, MoneyField, decimals_of
from relasi.engine.fields.numbers import DecimalField, IntegerField, PercentField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.circle import refuse_circles
from relasi.engine.records.part import Part
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.parties.industry import Industry
from relasi.modules.catalog.offered import ACTIVE, INACTIVE
from relasi.modules.catalog.tax import days


class BookKind(Choices):
    PRICES = "prices", _("A price for each item"), "biru", "Explicit|Harga per barang"
    PERCENTAGE = "percentage", _("Percentage of another price"), "toska", "Percentage|Persentase"


class Base(Choices):
    STANDARD = "standard", _("Standard price")
    COST = "cost", _("Purchase cost")
    BOOK = "book", _("Another price book")


class PriceBook(Record):
    name = TextField(_("Name"), required=True, aliases="Nama|Price Book Name|Nama Daftar Harga")
    currency = CurrencyField(_("Currency"), required=True, aliases="Mata Uang")
    active = BooleanField(_("Active"), default=True, aliases="Aktif")
    valid_from = DateField(_("Valid from"), aliases="Berlaku Mulai")
    valid_to = DateField(_("Valid to"), aliases="Berlaku Sampai")
    kind = ChoiceField(BookKind, _("Kind"), default=BookKind.PRICES, required=True)
    base = ChoiceField(Base, _("Percentage of"), default=Base.STANDARD, required=True)
    other_book = ReferenceField(
        "self", models.PROTECT, verbose_name=_("That price book"), related_name="derived_books"
    )
    percentage = PercentField(
        _("More or less, in percent"), min=-100, max=500, help_text=_("−8 is eight percent less.")
    )
    rounding = ChoiceField(Rounding, _("Rounding"), default=Rounding.NONE, required=True)
    priority = IntegerField(
        _("Priority"), min=0, default=0, help_text=_("Of several, the highest counts."), foot=""
    )
    description = LongTextField(_("Description"))

    class Meta(Record.Meta):
        verbose_name = _("price book")
        verbose_name_plural = _("price books")
        indexes = record_indexes("price_book", "name")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(trashed_at=None), name="price_book_name_once"
            )
        ]

    class Module(Record.Module):
        slug = "price-books"
        area = "catalog"
        icon = "tags"
        number = "PB-{n:05}"
        title = "name"
        columns = ["name", "currency", "kind", "percentage", "valid_from", "valid_to", "priority", "active"]
        filters = ["currency", "kind", "active", "valid_to", "owner"]
        sort = ["name"]
        search = {"name": "A", "description": "D"}
        form = [
            Section(_("Price book"), "name currency active valid_from valid_to owner"),
            Section(_("Prices"), "kind base other_book percentage rounding priority description"),
        ]
        quick = "name currency kind percentage"
        page = [
            Timeline(),
            Related("catalog.PriceBookItem", by="book", columns=["price", "min_quantity"], title=_("Prices")),
            Related(
                "catalog.PriceBookCustomer",
                by="book",
                columns=["account", "contact", "industry", "province", "role"],
                title=_("For whom"),
            ),
        ]
        views = [
            View("active", _("Active"), ACTIVE, "circle-check"),
            View("inactive", _("Inactive"), INACTIVE, "archive"),
        ]
        matches = {"name": Match(_("Same name"), of="name")}
        words = "daftar harga buku harga price list pricelist"

    def before_save(self, change: Change) -> None:
        if self.currency is None:
            self.currency = company().currency
        if self.kind == BookKind.PRICES:
            self.percentage = None
        if self.base != Base.BOOK:
            self.other_book_id = None

    def clean(self, change: Change) -> None:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise Refusal("valid_to", "OUT_OF_RANGE", _("The end lies before the beginning."))
        if self.kind == BookKind.PERCENTAGE and self.percentage is None:
            raise Refusal("percentage", "REQUIRED", _("How many percent more or less?"))
        if self.kind == BookKind.PERCENTAGE and self.base == Base.BOOK and self.other_book_id is None:
            raise Refusal("other_book", "REQUIRED", _("Choose the price book it is a percentage of."))

        if change.has("currency") and change.old("currency") is not None and self.items.exists():
            raise Refusal(
                "currency",
                "INVALID_TRANSITION",
                _("There are prices in %(currency)s already. Make another price book for this currency.")
                % {"currency": change.old("currency")},
            )

    def holds_on(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return (
            self.trashed_at is None
            and self.active
            and begun
            and (self.valid_to is None or day <= self.valid_to)
        )

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        refuse_circles(changes, "other_book", _("The price books would be percentages of each other."))


ONE_ITEM = (
    models.Q(product=None, service=None, bundle__isnull=False)
    | models.Q(product=None, service__isnull=False, bundle=None)
    | models.Q(product__isnull=False, service=None, bundle=None)
)


class PriceBookItem(Part):
    """The price of one item in a price book, from a quantity on, in a stretch of days."""

    book = ReferenceField(
        "catalog.PriceBook", models.CASCADE, verbose_name=_("Price book"), related_name="items", required=True
    )
    product = ReferenceField(
        "catalog.Product", models.PROTECT, verbose_name=_("Product"), related_name="book_prices"
    )
    service = ReferenceField(
        "catalog.Service", models.PROTECT, verbose_name=_("Service"), related_name="book_prices"
    )
    bundle = ReferenceField(
        "catalog.ProductBundle", models.PROTECT, verbose_name=_("Bundle"), related_name="book_prices"
    )
    price = MoneyField(_("Price"), min=0, required=True, currency_field="currency", foot="average")
    currency = CurrencyField(_("Currency"), editable=False)
    min_quantity = DecimalField(_("From quantity"), default=1, min=0, required=True, foot="")
    valid_from = DateField(_("Valid from"))
    valid_to = DateField(_("Valid to"))
    note = TextField(_("Note"))

    class Meta(Part.Meta):
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.CheckConstraint(
                condition=ONE_ITEM, name="price_book_item_one_thing",
                violation_error_message=_("Choose one product, service or bundle."),
            ),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="price_book_item_price"),
            ExclusionConstraint(
                name="price_book_item_once",
                expressions=[
                    ("book", RangeOperators.EQUAL),
                    (Coalesce("product", "service", "bundle"), RangeOperators.EQUAL),
                    ("min_quantity", RangeOperators.EQUAL),
                    (days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(trashed_at=None),
                violation_error_message=_("This item has a price for that quantity on some of these days."),
            ),
        ]  # fmt: skip

    class Module(Declaration):
        slug = "prices"
        icon = "tag"
        part_of = "book"
        quick = "book product service bundle price min_quantity"
        title = "product service bundle"
        columns = ["item", "book", "price", "min_quantity", "valid_from", "valid_to", "note"]
        filters = ["product", "service", "valid_to"]
        sort = ["min_quantity"]
        form = [
            Section(_("Price"), "book product service bundle price min_quantity valid_from valid_to note")
        ]

    def __str__(self) -> str:
        return self.item

    @property
    def decimals(self) -> int:
        return decimals_of(self.book.currency)

    def before_save(self, change: Change) -> None:
        """An amount knows its currency without asking for the book."""
        if self.book_id and (self.currency is None or change.has("book")):
            self.currency = self.book.currency

    @computed(_("Item"), needs="product service bundle")
    def item(self) -> str:
        return self.titled("product", "service", "bundle")

    def clean(self, change: Any = None) -> None:
        if sum(one is not None for one in (self.product_id, self.service_id, self.bundle_id)) != 1:
            raise Refusal("product", "REQUIRED", _("Choose one product, service or bundle."))
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise Refusal("valid_to", "OUT_OF_RANGE", _("The end lies before the beginning."))


SEGMENT = ("industry", "province", "role")


class PriceBookCustomer(Part):
    """Who gets the prices of a book without anybody choosing it: an account, a contact, or a segment: an industry, a
    province, and who sells; of these all that are named must hold."""

    book = ReferenceField(
        "catalog.PriceBook", models.CASCADE, verbose_name=_("Price book"), related_name="customers",
        required=True,
    )  # fmt: skip
    account = ReferenceField(
        "customers.Account", models.CASCADE, verbose_name=_("Account"), related_name="price_books"
    )
    contact = ReferenceField(
        "customers.Contact", models.CASCADE, verbose_name=_("Contact"), related_name="price_books"
    )
    industry = ChoiceField(Industry, _("Industry"), aliases="Industri|Bidang Usaha")
    province = TextField(
        _("Province"), max_length=100, aliases="Provinsi|Wilayah",
        help_text=_("As in the billing address of the account."),
    )  # fmt: skip
    role = ReferenceField(
        "access.Role", models.PROTECT, verbose_name=_("Sold by"), related_name="+",
        help_text=_("The role of the owner of the document."),
    )  # fmt: skip

    class Meta(Part.Meta):
        verbose_name = _("customer of a price book")
        verbose_name_plural = _("customers of price books")
        constraints = [
            models.UniqueConstraint(
                fields=["book", "account"],
                condition=models.Q(trashed_at=None),
                name="price_book_account_once",
            ),
            models.UniqueConstraint(
                fields=["book", "contact"],
                condition=models.Q(trashed_at=None),
                name="price_book_contact_once",
            ),
            models.UniqueConstraint(
                "book",
                "industry",
                Lower("province"),
                "role",
                condition=models.Q(trashed_at=None, account=None, contact=None),
                nulls_distinct=False,
                name="price_book_segment_once",
                violation_error_message=_("This segment has the price book already."),
            ),
        ]

    class Module(Declaration):
        slug = "price-book-customers"
        icon = "users-round"
        part_of = "book"
        title = "account contact"
        quick = "book account contact industry province role"
        columns = ["whom", "book", "account", "contact", *SEGMENT]
        form = [
            Section(_("Price book"), "book"),
            Section(_("One customer"), "account contact"),
            Section(_("Or a segment"), "industry province role"),
        ]

    def __str__(self) -> str:
        return self.whom

    @computed(_("For whom"), needs="account contact industry province role")
    def whom(self) -> str:
        if not self.is_segment:
            return self.titled("account", "contact")
        industry = kind_of(self._meta.get_field("industry")).show(self.industry) if self.industry else ""
        return ", ".join(filter(None, [industry, self.province, self.role and str(self.role)]))

    @property
    def is_segment(self) -> bool:
        return any(getattr(self, name) for name in ("industry", "province", "role_id"))

    def clean(self, change: Any = None) -> None:
        whom = (bool(self.account_id), bool(self.contact_id), self.is_segment)
        if sum(whom) != 1:
            raise Refusal("account", "REQUIRED", _("Choose one account, one contact, or a segment."))
