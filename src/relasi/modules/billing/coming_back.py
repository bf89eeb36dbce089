"""Coming back: what must be so before goods of a credit note are back in the stock, and before that is taken back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Change
from relasi.kits.stock.held import products_of
from relasi.kits.stock.holding import hold_rows
from relasi.kits.stock.leaving import check_there

VOID, STOCK = "void", "stock"


def check_coming_back(changes: list[Change]) -> None:
    """Holds against a change what stands in its way: pieces that are not at the customer, goods that left again."""
    check_pieces([c for c in changes if _brings(c.record.status, c.record.return_to_stock)])
    undone = [c for c in changes if not c.is_new and _brought(c)]
    lines = [(one.record, one.record.moved) for c in undone for one in c.lines if one.record.moved]
    if not lines:
        return
    invoiced = {line.invoice_line_id for line, _n in lines if line.invoice_line_id}
    sold = registry.module("billing.InvoiceLine").model._base_manager.filter(pk__in=invoiced)
    orders = {id for id in sold.values_list("order_line_id", flat=True) if id}
    hold_rows(registry.module("sales.OrderLine").model, orders)
    gone = {
        id(c): products_of([(one.record, one.record.moved) for one in c.lines if one.record.moved])
        for c in undone
    }
    check_there(undone, gone)


def _brings(status: Any, return_to_stock: Any) -> bool:
    return status != VOID and return_to_stock == STOCK


def _brought(change: Change) -> bool:
    """Whether its goods are back and shall not be any more."""
    return _brings(change.old("status"), change.old("return_to_stock")) and not _brings(
        change.record.status, change.record.return_to_stock
    )


def check_pieces(changes: list[Change]) -> None:
    """A product tracked by serial numbers comes back with as many of them as pieces, which are at that customer."""
    asked = [c for c in changes if c.has("return_to_stock") or any(_named_anew(one) for one in c.lines)]
    lines = [
        (c, place, one.record) for c in asked for place, one in enumerate(c.lines) if one.record.product_id
    ]
    products: Any = registry.module("catalog.Product").model._base_manager
    found = products.filter(pk__in={line.product_id for *_c, line in lines}, serial_tracking="serial")
    tracked = set(found.values_list("pk", flat=True)) if lines else set()
    if not tracked:
        return
    serials: Any = registry.module("inventory.SerialNumber").model._base_manager
    rows = serials.filter(product__in=tracked, trashed_at=None).exclude(state="returned")
    known = {(one.product_id, one.serial.casefold()): one for one in rows}
    for change, place, line in lines:
        if line.product_id in tracked:
            _check_line(change, f"lines.{place}.serials", line, known)


def _named_anew(one: Change) -> bool:
    return one.is_new or one.has("serials") or one.has("quantity") or one.has("product")


def _check_line(change: Change, name: str, line: Any, known: dict[tuple[int, str], Any]) -> None:
    if len(line.serial_list) != line.quantity:
        text = _("%(name)s needs a serial number for each of its %(quantity)s pieces; there are %(found)s.")
        amount = f"{line.quantity.normalize():f}"
        values = {"name": line.name, "quantity": amount, "found": len(line.serial_list)}
        change.refuse(name, "INVALID_VALUE", text % values)
    note = change.record
    for serial in line.serial_list:
        piece = known.get((line.product_id, serial.casefold()))
        there = piece is not None and (
            (piece.state == "delivered" and piece.account_id == note.account_id)
            or (piece.state == "here" and note.pk is not None and piece.credit_note_id == note.pk)
        )
        if not there:
            text = _("%(serial)s is not at this customer.")
            change.refuse(name, "BAD_REFERENCE", text % {"serial": serial})
