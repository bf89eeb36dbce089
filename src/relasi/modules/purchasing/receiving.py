"""Receiving: what must be so before goods are taken in, and before that is taken back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Change
from relasi.kits.stock.holding import held_products, hold_rows
from relasi.modules.purchasing.purchase_order import PurchaseLine, PurchaseOrder
from relasi.modules.purchasing.receipt_flow import S


def check_receiving(changes: list[Change]) -> None:
    """Orders, their lines and products stay taken until the transaction ends, in this order. Holds against a change what
    stands in its way."""
    moving = [
        c
        for c in changes
        if not c.is_new and c.has("status") and S.RECEIVED in (c.record.status, c.old("status"))
    ]
    lines = [line.record for change in moving for line in change.lines if line.record.is_item]
    ids = {line.purchase_line_id for line in lines if line.purchase_line_id}
    orders = set(PurchaseLine._base_manager.filter(pk__in=ids).values_list("order_id", flat=True))
    hold_rows(PurchaseOrder, orders)
    hold_rows(PurchaseLine, ids)
    held_products({line.product_id for line in lines if line.product_id})
    ordered = {line.pk: line for line in PurchaseLine._base_manager.filter(pk__in=ids)}
    for change in moving:
        if change.record.status == S.RECEIVED:
            _check_rest(change, ordered)
            _check_serials(change)
        else:
            _check_bills(change, ordered)
            _check_returns(change)


def _check_rest(change: Change, ordered: dict[int, Any]) -> None:
    for place, line in enumerate(change.lines):
        source = ordered.get(line.record.purchase_line_id)
        if source is None:
            continue
        most = source.quantity * (100 + source.over_receipt) / 100
        if source.received + line.record.accepted > most:
            text = _("Of %(name)s no more than %(left)s can be received. Add to the purchase order for more.")
            values = {"name": line.record.name, "left": f"{(most - source.received).normalize():f}"}
            change.refuse(f"lines.{place}.quantity", "OUT_OF_RANGE", text % values)


def _check_bills(change: Change, ordered: dict[int, Any]) -> None:
    """What a bill asks for was received; that stays so."""
    sources = [(line.record, ordered.get(line.record.purchase_line_id)) for line in change.lines]
    if any(
        source is not None and source.billed > max(source.received - line.accepted, 0)
        for line, source in sources
    ):
        change.refuse(
            "status", "INVALID_TRANSITION", _("Part of it is billed already. Cancel the bill first.")
        )


def _check_returns(change: Change) -> None:
    returns: Any = registry.module("purchasing.PurchaseReturn").model
    gone = returns._base_manager.filter(receipt_note=change.record.pk, status="returned", trashed_at=None)
    if number := gone.values_list("number", flat=True).first():
        text = _("Part of it went back already. Cancel %(number)s first.")
        change.refuse("status", "INVALID_TRANSITION", text % {"number": number})


def _check_serials(change: Change) -> None:
    lines = [(place, line.record) for place, line in enumerate(change.lines) if line.record.product_id]
    products: Any = registry.module("catalog.Product").model
    found = products._base_manager.filter(
        pk__in={line.product_id for _place, line in lines}, serial_tracking="serial"
    )
    tracked = set(found.values_list("pk", flat=True))
    serials: Any = registry.module("inventory.SerialNumber").model
    here = serials._base_manager.filter(product__in=tracked, state="here", trashed_at=None)
    known = (
        {(product, serial.casefold()) for product, serial in here.values_list("product_id", "serial")}
        if tracked
        else set()
    )
    for place, line in lines:
        if line.product_id not in tracked:
            continue
        if len(line.serial_list) != line.accepted:
            text = _(
                "%(name)s needs a serial number for each of its %(quantity)s pieces; there are %(found)s."
            )
            values = {
                "name": line.name,
                "quantity": f"{line.accepted.normalize():f}",
                "found": len(line.serial_list),
            }
            change.refuse(f"lines.{place}.serials", "INVALID_VALUE", text % values)
        for one in line.serial_list:
            if (line.product_id, one.casefold()) in known:
                text = _("%(serial)s is in stock already.")
                change.refuse(f"lines.{place}.serials", "NOT_UNIQUE", text % {"serial": one})
