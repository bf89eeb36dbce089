"""From sales: what a sales order still needs is ordered from the vendors whose prices suit best, one order for each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.company import company
from relasi.engine.access.door import may
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import create
from relasi.kits.pipeline.days import today
from relasi.kits.trade.conversion import check_open
from relasi.kits.trade.shelf import Ref
from relasi.modules.purchasing.purchase_order import PurchaseOrder
from relasi.modules.purchasing.vendor import VendorStatus
from relasi.modules.purchasing.vendor_price import VendorPrice, suggested


def order_for(sales_order: Any) -> PurchaseOrder:
    """The first of the drafts made. Items without a price of an approved vendor are left for later. Raises Refused."""
    if not may(acting_user(), "create", registry.of(PurchaseOrder)):
        raise Refused([Refusal("", "NO_PERMISSION", _("You may not create this."))])
    with transaction.atomic():
        # Whoever else orders for it waits here, and then sees what is left.
        order = type(sales_order)._base_manager.select_for_update().get(pk=sales_order.pk)
        check_open(order, PurchaseOrder)
        needed = [(line, line.quantity - line.purchased) for line in order.lines_in_order() if line.counts]
        needed = [(line, left) for line, left in needed if left > 0 and (line.product_id or line.service_id)]
        if not needed:
            raise _refused("INVALID_TRANSITION", _("Nothing is left of it to be ordered from vendors."))
        by_vendor = _by_vendor(order, needed)
        if not by_vendor:
            names = ", ".join(line.name for line, _left in needed)
            raise _refused("REQUIRED", _("No approved vendor has a price for: %(names)s.") % {"names": names})
        made = [_draft(order, vendor, lines) for vendor, lines in sorted(by_vendor.items())]
    return made[0]


def _by_vendor(order: Any, needed: list[tuple[Any, Decimal]]) -> dict[int, list[tuple[Any, Decimal]]]:
    which = Q()
    for line, _left in needed:
        which |= Q(**{line.ref.kind: line.ref.id})
    rows = VendorPrice.objects.filter(
        which, currency=company().currency, vendor__status=VendorStatus.APPROVED, vendor__trashed_at=None
    ).select_related("vendor")
    prices: dict[Ref, list[VendorPrice]] = {}
    for row in rows:
        ref = Ref("product", row.product_id) if row.product_id else Ref("service", row.service_id)
        prices.setdefault(ref, []).append(row)
    found: dict[int, list[tuple[Any, Decimal]]] = {}
    for line, left in needed:
        fitting = [one for one in prices.get(line.ref, ()) if one.holds(left, today())]
        best = suggested(fitting, today(), order.delivery_date)
        if best is not None:
            found.setdefault(best.vendor_id, []).append((line, left))
    return found


def _draft(order: Any, vendor: int, lines: list[tuple[Any, Decimal]]) -> PurchaseOrder:
    due = order.delivery_date if order.delivery_date and order.delivery_date >= today() else None
    values = {"subject": order.subject, "vendor": vendor, "sales_order": order.pk, "due_date": due}
    drafts = [
        {line.ref.kind: line.ref.id, "quantity": left, "sales_line": line.pk, "description": line.description}
        for line, left in lines
    ]
    return create(PurchaseOrder, values, lines=drafts, authorised="a sales order needs it")


def _refused(code: str, message: str) -> Refused:
    return Refused([Refusal("", code, message)])
