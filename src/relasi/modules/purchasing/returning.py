"""Returning: what must be so before goods go back to a vendor, and the draft that what was rejected makes by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Change
from relasi.engine.records.write import trash
from relasi.kits.stock.held import products_of
from relasi.kits.stock.holding import hold_rows
from relasi.kits.stock.leaving import check_there
from relasi.kits.trade.conversion import convert
from relasi.modules.purchasing.purchase_order import PurchaseLine, PurchaseOrder
from relasi.modules.purchasing.receipt_flow import S as Receipt
from relasi.modules.purchasing.return_flow import S


def check_returning(changes: list[Change]) -> None:
    """Orders, their lines and products stay taken until the transaction ends, in this order. Holds against a change what
    stands in its way."""
    moving = [
        c
        for c in changes
        if not c.is_new and c.has("status") and S.RETURNED in (c.record.status, c.old("status"))
    ]
    lines = [one.record for change in moving for one in change.lines if one.record.is_item]
    ids = {line.purchase_line_id for line in lines if line.purchase_line_id}
    hold_rows(PurchaseOrder, orders_of(ids))
    hold_rows(PurchaseLine, ids)
    leaving = [change for change in moving if change.record.status == S.RETURNED]
    for change in [one for one in leaving if not _is_here(one.record)]:
        change.refuse("status", "INVALID_TRANSITION", _("Its receipt note is not received any more."))
        leaving.remove(change)
    _check_serials(leaving)
    check_there(leaving, {id(change): _leaving(change) for change in leaving})


def orders_of(lines: Iterable[int]) -> set[int]:
    """Of these lines of purchase orders."""
    return set(PurchaseLine._base_manager.filter(pk__in=set(lines)).values_list("order_id", flat=True))


def _is_here(document: Any) -> bool:
    note = document.receipt_note if document.receipt_note_id else None
    return note is None or (note.status == Receipt.RECEIVED and note.trashed_at is None)


def _leaving(change: Change) -> dict[int, Any]:
    return products_of([(one.record, one.record.accepted) for one in change.lines if one.record.accepted])


def _check_serials(changes: list[Change]) -> None:
    """A product tracked by serial numbers goes back with as many of them as pieces, which lie here."""
    lines = [
        (c, place, one.record) for c in changes for place, one in enumerate(c.lines) if one.record.product_id
    ]
    products: Any = registry.module("catalog.Product").model
    found = products._base_manager.filter(
        pk__in={line.product_id for *_c, line in lines}, serial_tracking="serial"
    )
    tracked = set(found.values_list("pk", flat=True))
    if not tracked:
        return
    serials: Any = registry.module("inventory.SerialNumber").model
    rows = serials._base_manager.filter(product__in=tracked, state="here", trashed_at=None)
    here = {(product, serial.casefold()) for product, serial in rows.values_list("product_id", "serial")}
    for change, place, line in lines:
        if line.product_id not in tracked:
            continue
        if len(line.serial_list) != line.accepted:
            text = _(
                "%(name)s needs a serial number for each of its %(quantity)s pieces; there are %(found)s."
            )
            amount = f"{line.accepted.normalize():f}"
            values = {"name": line.name, "quantity": amount, "found": len(line.serial_list)}
            change.refuse(f"lines.{place}.serials", "INVALID_VALUE", text % values)
        for one in line.serial_list:
            if (line.product_id, one.casefold()) not in here:
                text = _("%(serial)s is not in stock.")
                change.refuse(f"lines.{place}.serials", "BAD_REFERENCE", text % {"serial": one})


def returns_follow(changes: list[Change]) -> None:
    """A reaction to receipt notes: what was rejected makes a draft; what was received no more goes back no more."""
    moved = [c for c in changes if not c.is_new and c.has("status")]
    for change in moved:
        if change.record.status == Receipt.RECEIVED and current_acting().reverts is None:
            _draft_for(change.record)
    undone = [c.record.pk for c in moved if c.old("status") == Receipt.RECEIVED]
    drafts = _returns()._base_manager.filter(receipt_note__in=undone, status=S.DRAFT, trashed_at=None)
    if undone and (ids := list(drafts.values_list("pk", flat=True))):
        trash(_returns(), ids, authorised="its goods were not received")


def _draft_for(note: Any) -> None:
    lines = note.lines_in_order()
    rejected = {line.pk: line.rejected_left for line in lines if line.is_item and line.rejected_left > 0}
    if rejected:
        convert(note, _returns(), rejected, by_itself=True)


def _returns() -> Any:
    return registry.module("purchasing.PurchaseReturn").model
