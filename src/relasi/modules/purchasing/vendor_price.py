"""Vendor price: what a vendor asks for an item, from a quantity on, and how soon it delivers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.company import company
from relasi.engine.declare.computed import computed
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.money import CurrencyField, MoneyField
from relasi.engine.fields.numbers import DecimalField, IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.part import Part
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.trade.shelf import Ref

_DAYS = Func("valid_from", "valid_to", Value("[]"), function="daterange", output_field=DateRangeField())


class VendorPrice(Part):
    vendor = ReferenceField(
        "purchasing.Vendor", models.CASCADE, verbose_name=_("Vendor"), related_name="prices", required=True
    )
    product = ReferenceField(
        "catalog.Product", models.PROTECT, verbose_name=_("Product"), related_name="vendor_prices"
    )
    service = ReferenceField(
        "catalog.Service", models.PROTECT, verbose_name=_("Service"), related_name="vendor_prices"
    )
    price = MoneyField(_("Price"), min=0, required=True, currency_field="currency", foot="average")
    currency = CurrencyField(_("Currency"))
    min_quantity = DecimalField(_("From quantity"), default=1, min=0, required=True, foot="")
    lead_days = IntegerField(
        _("Lead time (days)"), min=0, max=3650, help_text=_("Empty: the usual one of the vendor.")
    )
    vendor_code = TextField(
        _("Vendor's part number"), max_length=50, aliases="Vendor Part No|No Part Pemasok"
    )
    preferred = BooleanField(_("Preferred"), help_text=_("Of several vendors this one is asked first."))
    valid_from = DateField(_("Valid from"))
    valid_to = DateField(_("Valid to"))

    class Meta(Part.Meta):
        verbose_name = _("price of a vendor")
        verbose_name_plural = _("prices of vendors")
        constraints = [
            models.CheckConstraint(
                condition=Q(product=None, service__isnull=False) | Q(product__isnull=False, service=None),
                name="vendor_price_one_thing",
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="vendor_price_price"),
            ExclusionConstraint(
                name="vendor_price_once",
                expressions=[
                    ("vendor", RangeOperators.EQUAL),
                    (Coalesce("product", "service"), RangeOperators.EQUAL),
                    ("currency", RangeOperators.EQUAL),
                    ("min_quantity", RangeOperators.EQUAL),
                    (_DAYS, RangeOperators.OVERLAPS),
                ],
                condition=Q(trashed_at=None),
                violation_error_message=_("This item has a price for that quantity on some of these days."),
            ),
        ]  # fmt: skip

    class Module(Declaration):
        slug = "vendor-prices"
        icon = "tag"
        part_of = "vendor"
        title = "product service"
        quick = "vendor product service price currency min_quantity lead_days preferred"
        columns = [
            "item",
            "vendor",
            "price",
            "min_quantity",
            "lead_days",
            "preferred",
            "valid_from",
            "valid_to",
        ]
        filters = ["product", "service", "valid_to", "preferred"]
        sort = ["min_quantity"]
        form = [
            Section(_("Price"), "vendor product service price currency min_quantity lead_days vendor_code preferred "
                                "valid_from valid_to"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.item

    @computed(_("Item"), needs="product service")
    def item(self) -> str:
        return self.titled("product", "service")

    def before_save(self, change: Change) -> None:
        if self.currency is None:
            self.currency = (self.vendor.currency if self.vendor_id else None) or company().currency

    def clean(self, change: Any = None) -> None:
        if sum(one is not None for one in (self.product_id, self.service_id)) != 1:
            raise Refusal("product", "REQUIRED", _("Choose one product or service."))
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise Refusal("valid_to", "OUT_OF_RANGE", _("The end lies before the beginning."))

    def holds(self, quantity: Decimal, day: date) -> bool:
        return bool(
            self.min_quantity <= quantity
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )

    @property
    def days_needed(self) -> int:
        """Until it is here; nothing where nobody said so."""
        return int(self.lead_days if self.lead_days is not None else self.vendor.lead_time_days or 0)


def prices_of(vendor: int, wanted: Mapping[Ref, Decimal], currency: str, day: date) -> dict[Ref, VendorPrice]:
    """The price of this vendor for each of these quantities, in this currency; items without one are missing."""
    which = Q()
    for ref in wanted:
        which |= Q(**{ref.kind: ref.id})
    rows = VendorPrice._base_manager.filter(which, vendor=vendor, currency=currency, trashed_at=None)
    found: dict[Ref, VendorPrice] = {}
    for row in rows.order_by("min_quantity"):
        ref = Ref("product", row.product_id) if row.product_id else Ref("service", row.service_id)
        if ref in wanted and row.holds(wanted[ref], day):
            found[ref] = row
    return found


def suggested(prices: Iterable[VendorPrice], day: date, needed_by: date | None = None) -> VendorPrice | None:
    """Of prices of one item, all in one currency, the one to order at: of those that are here in time the preferred,
    then the cheapest. Where none is in time, the quickest."""
    known = list(prices)
    in_time = [
        one for one in known if needed_by is None or day + timedelta(days=one.days_needed) <= needed_by
    ]
    if in_time:
        return min(in_time, key=lambda one: (not one.preferred, one.price, one.days_needed, one.pk))
    return min(known, key=lambda one: (one.days_needed, one.price, one.pk), default=None)
