"""Reordering: a draft of a purchase order for what runs short, from the vendor to be asked first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import may, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import create
from relasi.kits.pipeline.days import today
from relasi.modules.purchasing.purchase_order import PurchaseLine, PurchaseOrder
from relasi.modules.purchasing.vendor_price import VendorPrice, suggested

NOT_YET = ("draft", "pending")  # ordered by nobody yet, but written


def order_missing(product: Any) -> PurchaseOrder:
    """Orders this product and whatever else runs short and is bought from the same vendor. Raises Refused."""
    if not may(acting_user(), "create", registry.of(PurchaseOrder)):
        raise Refused([Refusal("", "NO_PERMISSION", _("You may not create this."))])
    model: Any = type(product)
    short = {one.pk: one for one in visible_to(acting_user(), model).filter(runs_short=True, active=True)}
    missing = _missing({product.pk: product, **short})
    if product.pk not in missing:
        raise Refused(
            [Refusal("", "INVALID_TRANSITION", _("Enough of it is available, on its way or being ordered."))]
        )
    vendors = _vendors(missing)
    vendor = vendors.get(product.pk)
    if vendor is None:
        raise Refused(
            [Refusal("", "REQUIRED", _("No vendor has a price for it. Add one to the product first."))]
        )
    ids = [product.pk, *(id for id in sorted(missing) if id != product.pk and vendors.get(id) == vendor)]
    lines = [{"product": id, "quantity": missing[id]} for id in ids]
    return create(PurchaseOrder, {"subject": _("Restocking"), "vendor": vendor}, lines=lines)


def _missing(products: dict[int, Any]) -> dict[int, Decimal]:
    """Product -> how many to order, less what stands on orders that are being written."""
    rows = PurchaseLine._base_manager.filter(
        product__in=products, trashed_at=None, order__trashed_at=None, order__status__in=NOT_YET
    )
    written = dict(rows.values_list("product_id").annotate(Sum("quantity")))
    found = {}
    for id, product in products.items():
        amount = product.wanted
        if amount > 0 and not written.get(id):
            found[id] = amount
    return found


def _vendors(missing: dict[int, Decimal]) -> dict[int, int]:
    """Product -> the vendor to be asked, of those that are approved."""
    day = today()
    prices: dict[int, list[VendorPrice]] = {}
    rows = VendorPrice._base_manager.filter(
        product__in=missing, trashed_at=None, vendor__trashed_at=None, vendor__status="approved"
    )
    for one in rows.select_related("vendor"):
        if one.holds(missing[one.product_id], day):
            prices.setdefault(one.product_id, []).append(one)
    found = {id: suggested(held, day) for id, held in prices.items()}
    return {id: one.vendor_id for id, one in found.items() if one is not None}
