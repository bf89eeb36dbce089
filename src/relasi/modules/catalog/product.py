"""Product: goods that are bought or made, kept and sold."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Match, Related, Section, Timeline, View
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.image import ImageField
from relasi.engine.fields.numbers import DecimalField, IntegerField
from relasi.engine.fields.reference import ReferenceField, ReferencesField
from relasi.engine.fields.text import TextField
from relasi.engine.fields.url import UrlField
from relasi.engine.records.record import Record, record_indexes
from relasi.kits.stock.figures import UNTOLD, Stocked, stock_checks, stock_triggers
from relasi.modules.catalog.offered import ACTIVE, INACTIVE, Offered, code_once, price_checks
from relasi.modules.catalog.tax_rules import usual_product_taxes


class SerialTracking(Choices):
    NONE = "none", _("None"), "gray"
    SERIAL = "serial", _("Serial number"), "biru"
    BATCH = "batch", _("Batch"), "toska"


class Product(Stocked, Offered):
    category = ReferenceField(
        "catalog.ProductCategory", models.PROTECT, verbose_name=_("Category"), related_name="products",
        aliases="Kategori|Product Category",
    )  # fmt: skip
    brand = TextField(_("Brand"), max_length=100, aliases="Merek|Merk|Manufacturer|Pabrikan")
    barcode = TextField(_("Barcode"), max_length=50, aliases="Kode Batang|EAN|UPC")
    vendor_code = TextField(
        _("Vendor's part number"), max_length=50, aliases="Vendor Part No|No Part Pemasok"
    )
    maker_code = TextField(_("Maker's part number"), max_length=50, aliases="Mfr PartNo|No Part Pabrik")
    tax_code = TextField(_("Goods code (Faktur Pajak)"), max_length=20, aliases="Kode Barang Pajak")
    serial_tracking = ChoiceField(SerialTracking, _("Tracked by"), default=SerialTracking.NONE, required=True)
    warranty_months = IntegerField(
        _("Warranty in months"), min=0, max=1200, aliases="Garansi|Garansi (bulan)"
    )
    support_start = DateField(_("Supported from"), aliases="Support Start Date")
    support_end = DateField(_("Supported until"), aliases="Support Expiry Date")
    reorder_level = DecimalField(_("Reorder level"), min=0, aliases="Reorder Level|Stok Minimum", foot="")
    reorder_quantity = DecimalField(_("Reorder quantity"), min=0, foot="")
    least_order = DecimalField(_("Minimum order quantity"), min=0, foot="")
    weight = DecimalField(_("Weight (kg)"), min=0, aliases="Berat", foot="")
    dimensions = TextField(_("Dimensions"), max_length=100, aliases="Dimensi|Ukuran")
    picture = ImageField(_("Picture"))
    website = UrlField(_("Data sheet or page"), aliases="Website|Product Sheet")

    taxes = ReferencesField("catalog.Tax", _("Taxes"), default=usual_product_taxes, aliases="Pajak")

    kind = "product"
    violations = {
        "stock_by_ledger": ("on_hand", "NO_PERMISSION", _("Stock follows its ledger. Adjust it instead."))
    }

    class Meta(Record.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [
            *record_indexes("product", "name"),
            models.Index(
                fields=["name", "id", "owner"], name="product_runs_short",
                condition=models.Q(trashed_at=None, runs_short=True),
            ),
        ]  # fmt: skip
        constraints = [
            code_once("product"),
            *price_checks("product"),
            models.UniqueConstraint(
                fields=["barcode"], condition=models.Q(trashed_at=None), name="product_barcode"
            ),
            *stock_checks("product"),
        ]
        triggers = [*history_triggers(*UNTOLD), *stock_triggers()]

    class Module(Record.Module):
        slug = "products"
        area = "catalog"
        icon = "package"
        number = "PRO-{n:05}"
        title = "name"
        subtitle = "code"
        columns = ["name", "code", "category", "unit", "available", "on_hand", "price", "cost", "active"]
        filters = ["category", "brand", "active", "price", "unit", "available", "on_hand", "runs_short",
                   "serial_tracking", "owner"]  # fmt: skip
        sort = ["name"]
        search = {"name": "A", "code": "A", "barcode": "A", "vendor_code": "B", "maker_code": "B", "brand": "C",
                  "description": "D"}  # fmt: skip
        form = [
            Section(_("Product"), "name code category brand unit active owner"),
            Section(_("Price and taxes"), "price cost taxes commission sales_start sales_end"),
            Section(_("Purchase and stock"), "vendor_code maker_code barcode serial_tracking reorder_level "
                                             "reorder_quantity least_order"),
            Section(_("Details"), "warranty_months support_start support_end weight dimensions tax_code "
                                  "ledger_account website picture description"),
        ]  # fmt: skip
        facts = [
            Section(_("Stock"), "on_hand committed available incoming average_cost"),
            *form,
            Section(_("Record"), "number created_at changed_at"),
        ]
        quick = "name code unit price cost taxes"
        headline = "code price available"
        page = [
            Timeline(),
            Related(
                "catalog.PriceBookItem", by="product", columns=["price", "min_quantity"], title=_("Prices")
            ),
            Related(
                "inventory.StockMove",
                by="product",
                columns=["document", "change"],
                title=_("Stock ledger"),
            ),
            Related(
                "purchasing.VendorPrice",
                by="product",
                columns=["vendor", "price", "min_quantity", "lead_days", "preferred"],
                title=_("Prices of vendors"),
            ),
            Related("catalog.BundleComponent", by="product", columns=["quantity"], title=_("In bundles")),
        ]
        actions = [
            Action("reorder", _("Order what is missing"), icon="shopping-cart", quiet=True,
                   when=lambda product: product.active and product.wanted > 0),
        ]  # fmt: skip
        views = [
            View("active", _("Active"), ACTIVE, "circle-check"),
            View("inactive", _("Inactive"), INACTIVE, "archive"),
            View("short", _("Below the reorder level"), {"field": "runs_short", "op": "is", "value": True},
                 "circle-alert"),
        ]  # fmt: skip
        matches = {
            "code": Match(_("Same code"), of="code"),
            "name": Match(_("Same name"), of="name", usual=False),
        }
        words = "produk barang product sku stok"

    # The verbs.
    def reorder(self) -> Any:
        """A draft of a purchase order of what is missing, and of what else the same vendor has of what runs short."""
        model: Any = registry.module("purchasing.PurchaseOrder").model
        return model.of_missing(self)
