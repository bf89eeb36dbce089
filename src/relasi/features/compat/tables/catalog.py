"""Products, services, price books and what is bought from whom."""

from __future__ import annotations

from relasi.features.compat.currency import CurrencyRef
from relasi.features.compat.faces import Table
from relasi.features.compat.field import Absent, Plain, Title
from relasi.features.compat.references import Ref
from relasi.features.compat.tables.customers import plain

_OFFERED = {"unit_price": "price", "discontinued": "active", "commissionrate": "commission", "purchase_cost": "cost",
            "sales_start_date": "sales_start", "sales_end_date": "sales_end", "start_date": "support_start",
            "expiry_date": "support_end", "website": "website", "description": "description"}  # fmt: skip

PRODUCTS = Table(
    14, "Products", "products", "Products", "Product", label_fields="productname", number="product_no",
    fields=[
        *plain(productname="name", productcode="code", manufacturer="brand", vendor_part_no="vendor_code",
               mfr_part_no="maker_code", usageunit="unit", reorderlevel="reorder_level", glacct="ledger_account",
               qtyinstock="on_hand", qtyindemand="committed", **_OFFERED),
        Title("productcategory", "category"), Ref("vendor_id", "vendor"),
        Absent("taxclass"), Absent("productsheet"), Absent("serial_no"), Absent("qty_per_unit"),
        Absent("imagename"), Absent("imageattachmentids"), Absent("currency_id", "21x1", "reference"),
    ],
)  # fmt: skip

SERVICES = Table(
    26, "Services", "services", "Services", "Service", label_fields="servicename", number="service_no",
    fields=[
        *plain(servicename="name", servicecategory="category", service_usageunit="unit", qty_per_unit="units_in_one",
               **_OFFERED),
        Absent("taxclass"), Absent("currency_id", "21x1", "reference"),
    ],
)  # fmt: skip

PRICE_BOOKS = Table(
    8, "PriceBooks", "price-books", "Price Books", "Price Book", label_fields="bookname", number="pricebook_no",
    fields=[Plain("bookname", "name"), Plain("active", "active"), CurrencyRef("currency_id", "currency"),
            Plain("description", "description")],
)  # fmt: skip

VENDORS = Table(
    2, "Vendors", "vendors", "Vendors", "Vendor", label_fields="vendorname", number="vendor_no",
    fields=[
        *plain(vendorname="name", phone="phone", email="email", website="website", glacct="ledger_account",
               street="address.street", city="address.city", state="address.province", postalcode="address.postal_code",
               country="address.country", pobox="address.po_box", description="description"),
        Title("category", "category"),
    ],
)  # fmt: skip

TABLES = [PRODUCTS, SERVICES, PRICE_BOOKS, VENDORS]
