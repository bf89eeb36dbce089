"""Delivering: what must be so before goods leave: enough of them, and each one known by its serial number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Change
from relasi.kits.stock.holding import hold_rows
from relasi.kits.stock.leaving import check_enough
from relasi.modules.inventory.delivery_flow import S
from relasi.modules.inventory.delivery_line import DeliveryLine
from relasi.modules.inventory.serial_number import SerialNumber

_GONE = {
    "delivered": gettext_lazy("%(serial)s was delivered already."),
    "returned": gettext_lazy("%(serial)s went back to the vendor."),
}
LEAVES = (S.DISPATCHED, S.DELIVERED)


def hold_orders(notes: Iterable[Any]) -> None:
    """The orders of these notes, before anything of them is counted: who makes a note of an order holds it first, too."""
    ids = [note.pk for note in notes if note.pk]
    found = DeliveryLine._base_manager.filter(note__in=ids, order_line__isnull=False)
    orders = set(found.values_list("order_line__order_id", flat=True)) if ids else set()
    hold_rows(registry.module("sales.SalesOrder").model, orders)


def check_leaving(changes: list[Change]) -> None:
    """Holds against a change what stands in the way of its goods."""
    known = [change for change in changes if not change.is_new and (change.has("status") or change.lines)]
    hold_orders([change.record for change in known])
    leaving = [c for c in known if c.has("status") and c.record.status in LEAVES]
    check_serials(leaving)
    check_enough([c for c in leaving if c.record.status == S.DELIVERED], "goods")


def check_serials(changes: list[Change]) -> None:
    """A product tracked by serial numbers leaves with as many of them as pieces, none of which has left before."""
    lines = [(change, place, line.record) for change in changes for place, line in enumerate(change.lines)]
    ids = {line.product_id for _change, _place, line in lines if line.product_id}
    if not ids:
        return
    model: Any = registry.module("catalog.Product").model
    tracked = set(
        model._base_manager.filter(pk__in=ids, serial_tracking="serial").values_list("pk", flat=True)
    )
    gone = _gone(tracked)
    for change, place, line in lines:
        if line.product_id not in tracked:
            continue
        if len(line.serial_list) != line.quantity:
            text = _(
                "%(name)s needs a serial number for each of its %(quantity)s pieces; there are %(found)s."
            )
            values = {
                "name": line.name,
                "quantity": f"{line.quantity.normalize():f}",
                "found": len(line.serial_list),
            }
            change.refuse(f"lines.{place}.serials", "INVALID_VALUE", text % values)
        for one in line.serial_list:
            if (line.product_id, one.casefold()) in gone:
                change.refuse(
                    f"lines.{place}.serials",
                    "NOT_UNIQUE",
                    _GONE[gone[line.product_id, one.casefold()]] % {"serial": one},
                )


def _gone(products: set[int]) -> dict[tuple[int, str], str]:
    """(product, number) -> its state."""
    rows = SerialNumber._base_manager.filter(product__in=products, state__in=list(_GONE), trashed_at=None)
    found = rows.values_list("product_id", "serial", "state")
    return {(product, serial.casefold()): state for product, serial, state in found}
