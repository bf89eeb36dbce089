"""The table of contents of this area."""

from relasi.modules.catalog.category import ProductCategory
from relasi.modules.catalog.charge import Charge
from relasi.modules.catalog.price_book import PriceBook, PriceBookCustomer, PriceBookItem
from relasi.modules.catalog.product import Product
from relasi.modules.catalog.product_bundle import BundleComponent, ProductBundle
from relasi.modules.catalog.service import Service
from relasi.modules.catalog.tax import Tax, TaxRate, TaxRegion

__all__ = [
    "BundleComponent",
    "Charge",
    "PriceBook",
    "PriceBookCustomer",
    "PriceBookItem",
    "Product",
    "ProductBundle",
    "ProductCategory",
    "Service",
    "Tax",
    "TaxRate",
    "TaxRegion",
]
