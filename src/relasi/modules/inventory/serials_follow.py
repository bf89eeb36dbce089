"""Serials follow: where each numbered piece is, worked out from the documents that stand."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date
from typing import Any

from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, trash, write
from relasi.kits.pipeline.days import company_day
from relasi.modules.inventory.delivery_flow import S
from relasi.modules.inventory.delivery_line import DeliveryLine
from relasi.modules.inventory.serial_number import SerialNumber

FOLLOWS = "a numbered piece is where its documents say"


def follow_notes(notes: Iterable[Any]) -> None:
    """Pieces named on delivered notes are at the customer; those of notes that are so no more lie here again."""
    ids = [note.pk for note in notes]
    if not ids:
        return
    lines = DeliveryLine._base_manager.filter(
        note__in=ids, note__status=S.DELIVERED, note__trashed_at=None, trashed_at=None, serials__isnull=False,
        product__isnull=False,
    )  # fmt: skip
    there = {
        (line.product_id, serial): line
        for line in lines.select_related("note", "product") for serial in line.serial_list
    }  # fmt: skip
    back = SerialNumber._base_manager.filter(delivery_note__in=ids, trashed_at=None)
    known = {(one.product_id, one.serial): one.pk for one in back}
    if not there and not known:
        return
    rows = SerialNumber._base_manager.filter(
        product__in={product for product, _serial in there}, trashed_at=None
    )
    known |= {(one.product_id, one.serial): one.pk for one in rows.filter(serial__in=[s for _p, s in there])}
    here = {
        "state": "here",
        "account": None,
        "delivery_note": None,
        "delivered_on": None,
        "warranty_until": None,
    }
    drafts = [Draft(dict(here), id=id) for key, id in known.items() if key not in there]
    for (product, serial), line in there.items():
        drafts.append(
            Draft(
                {"product": product, "serial": serial, **_at_customer(line)}, id=known.get((product, serial))
            )
        )
    write(registry.of(SerialNumber), drafts, authorised=FOLLOWS)


def follow_receipts(notes: Iterable[Any]) -> None:
    """Pieces named on receipts that stand lie here; those of a receipt that was taken back are known no more."""
    ids = [note.pk for note in notes]
    if not ids:
        return
    lines: Any = registry.module("purchasing.ReceiptLine").model
    rows = lines._base_manager.filter(
        note__in=ids, note__status="received", note__trashed_at=None, trashed_at=None, serials__isnull=False,
        product__isnull=False,
    )  # fmt: skip
    come = {(line.product_id, serial): line for line in rows for serial in line.serial_list}
    stored = SerialNumber._base_manager.filter(trashed_at=None)
    theirs = stored.filter(receipt_note__in=ids)
    gone = [one.pk for one in theirs if (one.product_id, one.serial) not in come and one.state == "here"]
    if gone:
        trash(SerialNumber, gone, authorised=FOLLOWS)
    known = {
        (one.product_id, one.serial): one.pk
        for one in stored.filter(product__in={product for product, _serial in come}, serial__in=[s for _p, s in come])
    }  # fmt: skip
    drafts = []
    for (product, serial), line in come.items():
        values = {"receipt_note": line.note_id, "batch": line.batch, "expires_on": line.expires_on, "state": "here",
                  "account": None, "delivery_note": None, "delivered_on": None, "warranty_until": None,
                  "purchase_return": None}  # fmt: skip
        drafts.append(
            Draft({"product": product, "serial": serial, **values}, id=known.get((product, serial)))
        )
    if drafts:
        write(registry.of(SerialNumber), drafts, authorised=FOLLOWS)


def follow_returns(documents: Iterable[Any]) -> None:
    """Pieces named on returns that stand are back at the vendor; those of returns that were cancelled lie here again."""
    ids = [one.pk for one in documents]
    if not ids:
        return
    lines: Any = registry.module("purchasing.ReturnLine").model
    rows = lines._base_manager.filter(
        purchase_return__in=ids, purchase_return__status="returned", purchase_return__trashed_at=None, trashed_at=None,
        serials__isnull=False, product__isnull=False,
    )  # fmt: skip
    gone = {(line.product_id, serial.casefold()): line for line in rows for serial in line.serial_list}
    stored = SerialNumber._base_manager.filter(trashed_at=None)
    drafts = []
    for one in stored.filter(purchase_return__in=ids):
        if (one.product_id, one.serial.casefold()) not in gone:
            drafts.append(Draft({"state": "here", "purchase_return": None}, id=one.pk))
    for one in stored.filter(product__in={product for product, _serial in gone}, state="here"):
        if line := gone.get((one.product_id, one.serial.casefold())):
            drafts.append(Draft({"state": "returned", "purchase_return": line.purchase_return_id}, id=one.pk))
    if drafts:
        write(registry.of(SerialNumber), drafts, authorised=FOLLOWS)


def follow_credits(notes: Iterable[Any]) -> None:
    """Pieces that came back by credit notes that stand lie here; those of notes that do not are at the customer again."""
    ids = [one.pk for one in notes]
    if not ids:
        return
    lines: Any = registry.module("billing.CreditLine").model
    rows = lines._base_manager.filter(
        credit_note__in=ids, credit_note__return_to_stock="stock", credit_note__trashed_at=None, trashed_at=None,
        serials__isnull=False, product__isnull=False,
    ).exclude(credit_note__status="void")  # fmt: skip
    back = {(line.product_id, serial.casefold()): line for line in rows for serial in line.serial_list}
    stored = SerialNumber._base_manager.filter(trashed_at=None)
    drafts = []
    for one in stored.filter(credit_note__in=ids, state="here"):
        if (one.product_id, one.serial.casefold()) not in back and (line := _last_line(one)):
            drafts.append(Draft(_at_customer(line), id=one.pk))
    here = {
        "state": "here",
        "account": None,
        "delivery_note": None,
        "delivered_on": None,
        "warranty_until": None,
    }
    for one in stored.filter(product__in={product for product, _serial in back}, state="delivered"):
        if line := back.get((one.product_id, one.serial.casefold())):
            drafts.append(Draft(here | {"credit_note": line.credit_note_id}, id=one.pk))
    if drafts:
        write(registry.of(SerialNumber), drafts, authorised=FOLLOWS)


def _last_line(piece: SerialNumber) -> Any:
    """By which it was delivered last."""
    rows = DeliveryLine._base_manager.filter(
        product=piece.product_id, note__status=S.DELIVERED, note__trashed_at=None, trashed_at=None,
        serials__icontains=piece.serial,
    ).select_related("note", "product")  # fmt: skip
    named = (line for line in rows.order_by("-pk") if piece.serial in line.serial_list)
    return next(named, None)


def _at_customer(line: Any) -> dict[str, Any]:
    note = line.note
    day = company_day(note.delivered_at)
    months = line.product.warranty_months
    return {
        "state": "delivered", "credit_note": None, "account": note.account_id, "delivery_note": note.pk, "delivered_on": day,
        "warranty_until": months_after(day, months) if months else None,
    }  # fmt: skip


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
