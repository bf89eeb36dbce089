"""Product bundle: products and services sold together as one item."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.words import Match, Related, Section, Timeline, View
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import DecimalField, IntegerField, PercentField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.part import Part
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal
from relasi.modules.catalog import bundle_contents
from relasi.modules.catalog.offered import ACTIVE, INACTIVE, Offered, code_once, price_checks


class Pricing(Choices):
    OWN = "own", _("Own price"), "biru"
    SUM = "sum", _("Sum of what it holds"), "toska"
    PERCENT_OFF = "percent_off", _("Sum less a percentage"), "ungu"
    AMOUNT_OFF = "amount_off", _("Sum less an amount"), "jingga"


class ProductBundle(Offered):
    pricing = ChoiceField(Pricing, _("Pricing"), default=Pricing.OWN, required=True)
    discount_percent = PercentField(_("Less percent"))
    discount_amount = MoneyField(_("Less amount"), min=0)
    shows_components = BooleanField(_("Documents show what it holds"), default=True)

    kind = "bundle"

    class Meta(Record.Meta):
        verbose_name = _("product bundle")
        verbose_name_plural = _("product bundles")
        indexes = record_indexes("product_bundle", "name")
        constraints = [code_once("product_bundle"), *price_checks("product_bundle")]

    class Module(Record.Module):
        slug = "product-bundles"
        area = "catalog"
        icon = "boxes"
        number = "PKT-{n:05}"
        title = "name"
        subtitle = "code"
        columns = ["name", "code", "pricing", "price", "cost", "margin", "active"]
        filters = ["active", "pricing", "owner"]
        sort = ["name"]
        search = {"name": "A", "code": "A", "description": "D"}
        form = [
            Section(_("Bundle"), "name code unit active owner"),
            Section(_("Price"), "pricing price discount_percent discount_amount shows_components"),
            Section(_("Details"), "sales_start sales_end commission ledger_account description"),
        ]
        facts = [
            Section(_("Bundle"), "code price cost margin pricing discount_percent discount_amount unit active"),
            Section(_("Details"), "shows_components sales_start sales_end commission ledger_account description"),
            Section(_("Record"), "owner number created_at changed_at"),
        ]  # fmt: skip
        quick = "name code unit pricing price"
        headline = "code price"
        page = [
            Timeline(),
            Related(
                "catalog.BundleComponent", by="bundle", columns=["quantity", "optional"], title=_("Holds")
            ),
        ]
        views = [
            View("active", _("Active"), ACTIVE, "circle-check"),
            View("inactive", _("Inactive"), INACTIVE, "archive"),
        ]
        matches = {"code": Match(_("Same code"), of="code")}
        words = "paket bundel bundle kumpulan produk"

    def before_save(self, change: Change) -> None:
        """Price and cost follow from what it holds. Its taxes are those of what it holds too."""
        if self.pricing != Pricing.PERCENT_OFF:
            self.discount_percent = None
        if self.pricing != Pricing.AMOUNT_OFF:
            self.discount_amount = None
        bundle_contents.follow_contents(self)

    def clean(self, change: Change) -> None:
        super().clean(change)
        if self.pricing == Pricing.OWN and self.price is None:
            raise Refusal("price", "REQUIRED", _("A bundle with a price of its own needs one."))
        if self.pricing == Pricing.PERCENT_OFF and self.discount_percent is None:
            raise Refusal("discount_percent", "REQUIRED", _("How many percent less?"))
        if self.pricing == Pricing.AMOUNT_OFF and self.discount_amount is None:
            raise Refusal("discount_amount", "REQUIRED", _("How much less?"))


class BundleComponent(Part):
    """One thing a bundle holds: a product, a service, or another bundle."""

    bundle = ReferenceField(
        "catalog.ProductBundle", models.CASCADE, verbose_name=_("Bundle"), related_name="components",
        required=True,
    )  # fmt: skip
    product = ReferenceField(
        "catalog.Product", models.PROTECT, verbose_name=_("Product"), related_name="in_bundles"
    )
    service = ReferenceField(
        "catalog.Service", models.PROTECT, verbose_name=_("Service"), related_name="in_bundles"
    )
    inner = ReferenceField(
        "catalog.ProductBundle", models.PROTECT, verbose_name=_("Other bundle"), related_name="in_bundles"
    )
    quantity = DecimalField(_("Quantity"), default=1, min=0, required=True)
    optional = BooleanField(_("Optional"), help_text=_("Left out unless somebody chooses it."))
    position = IntegerField(_("Order"), min=0, default=0, foot="")

    class Meta(Part.Meta):
        verbose_name = _("bundle component")
        verbose_name_plural = _("bundle components")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(product=None, service=None, inner__isnull=False)
                | models.Q(product=None, service__isnull=False, inner=None)
                | models.Q(product__isnull=False, service=None, inner=None),
                name="bundle_component_one_thing",
                violation_error_message=_("Choose one product, service or bundle."),
            ),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="bundle_component_quantity"),
        ]

    class Module(Declaration):
        slug = "bundle-components"
        icon = "boxes"
        part_of = "bundle"
        quick = "bundle product service inner quantity"
        title = "product service inner"
        columns = ["item", "bundle", "quantity", "optional"]
        sort = ["position"]
        form = [Section(_("Component"), "bundle product service inner quantity optional position")]

    def __str__(self) -> str:
        return str(self.item)

    @computed(_("Item"), needs="product service inner")
    def item(self) -> str:
        return self.titled("product", "service", "inner")

    def clean(self, change: Any = None) -> None:
        chosen = [self.product_id, self.service_id, self.inner_id]
        if sum(one is not None for one in chosen) != 1:
            raise Refusal("product", "REQUIRED", _("Choose one product, service or bundle."))
        if self.quantity <= 0:
            raise Refusal("quantity", "OUT_OF_RANGE", _("This must be more than zero."))
        if self.inner_id is not None:
            bundle_contents.refuse_loop(self)
        item = self.product or self.service or self.inner
        if item is not None and not item.active:
            raise Refusal("product", "INVALID_TRANSITION", _("What a bundle holds must be active."))
