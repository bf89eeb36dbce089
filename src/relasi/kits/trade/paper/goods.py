"""Goods: what stands on the paper that travels with goods, and on the certificate that they were handed over."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import reading_as
from relasi.kits.pipeline.days import company_day
from relasi.kits.trade.editor.rows import Row, row_of
from relasi.kits.trade.paper.letterhead import letterhead, png_of
from relasi.kits.trade.paper.sheet import READERS, labels_of

FACTS = (
    "date", "planned_delivery", "sales_order", "purchase_order", "receipt_note", "vendor_note_number", "reason",
    "acknowledgement_number", "customer_po", "carrier", "tracking_number", "vehicle_plate", "driver", "packages", "weight",
)  # fmt: skip
HANDED = ("sales_order", "customer_po", "delivered_at", "received_by", "received_as")


def goods_sheet_of(
    note: Any, user: Any, language: str, size: str, *, handover: bool = False
) -> dict[str, Any]:
    """For goods.typ. size: "a4", "f4" or "a5". handover: the certificate instead of the delivery note. What the person may
    not see is left out, and prices unless the company wants them."""
    with translation.override(language), reading_as(READERS[language]) as reader:
        module = registry.of(note)
        shown = fields_for(user, "view", module)
        rows = [row_of(line, reader) for line in note.lines_in_order()]
        received = getattr(note, "received_by", None) or "" if "received_by" in shown else ""
        return {
            **letterhead(module.slug, reader), "template": "goods", "size": size, "language": language,
            "title": str(note.handover_title if handover else note.goods_title), "number": note.number,
            "watermark": _("VOID") if note.status == "cancelled" else "", "subject": note.subject,
            "to": _addressee(note, shown, reader), "facts": _facts(note, module, shown, reader, handover),
            "opening": _opening(note, reader) if handover else "",
            "closing": _("The goods were received complete and in good order.") if handover else "",
            "rows": [_row(row) for row in rows], "priced": note.priced,
            "boxes": _boxes(note, received, handover),
            "signature": png_of(note.signature) if "signature" in shown and hasattr(note, "signature") else [],
            "labels": labels_of(note.currency) | {
                "serials": _("Serial numbers"),
                "ship_to": _("From") if _comes(note) else _("Deliver to"),
            },
        }  # fmt: skip


def _comes(note: Any) -> bool:
    """Whether its goods come to us and are inspected here."""
    return hasattr(note, "inspected_by_id")


def _boxes(note: Any, received: str, handover: bool) -> list[list[str]]:
    """[role, name] of everybody who signs, the receiver last."""
    if _comes(note):
        checker = str(note.inspected_by) if note.inspected_by_id else ""
        return [
            [_("Driver"), note.driver or ""],
            [_("Inspected by"), checker],
            [_("Received by"), str(note.owner)],
        ]
    sender = [_("Handed over by") if handover else _("Sender"), str(note.owner)]
    receiver = [_("Received by") if handover else _("Receiver"), received]
    return [sender, receiver] if handover else [sender, [_("Driver"), note.driver or ""], receiver]


def _opening(note: Any, reader: Any) -> str:
    day = company_day(note.delivered_at) if note.delivered_at else note.date
    text = _("On %(day)s the goods below were handed over to the receiver by delivery note %(number)s.")
    return text % {"day": write_date(day, reader), "number": note.number}


def _addressee(note: Any, shown: set[str], reader: Any) -> list[str]:
    found = [
        kind_of(note._meta.get_field(name)).title(note)  # type: ignore[attr-defined]
        for name in note.parties
        if name in shown and getattr(note, f"{name}_id")
    ]
    found += place_of(note, shown, reader).splitlines()
    return [line for line in found if line]


def place_of(note: Any, shown: set[str], reader: Any) -> str:
    """Where the goods go or come from, in lines; empty where nobody knows. shown: the fields that may be read."""
    names = ["shipping_address", "billing_address"] if hasattr(note, "handover_title") else ["vendor_address"]
    for name in names:
        if name in shown and getattr(note, name):
            return str(kind_of(note._meta.get_field(name)).show(getattr(note, name), reader))
    return ""


def _facts(note: Any, module: Any, shown: set[str], reader: Any, handover: bool) -> list[list[str]]:
    found = []
    for name in HANDED if handover else FACTS:
        if (
            name not in module.fields
            or name not in shown
            or getattr(note, module.fields[name].attname) is None
        ):
            continue
        kind = kind_of(module.fields[name])
        text = (
            getattr(note, name).number if name.endswith(("_order", "_note")) else kind.text_of(note, reader)
        )
        if text:
            found.append([str(kind.label), str(text)])
    return found


def _batch_of(line: Any) -> str:
    batch = getattr(line, "batch", None)
    return _("Batch %(batch)s") % {"batch": batch} if batch else ""


def _row(row: Row) -> dict[str, Any]:
    line: Any = row.line
    return {
        "kind": row.kind, "name": row.texts.get("name", ""), "unit": row.unit,
        "sub": " · ".join(filter(None, [getattr(line, "code", ""), row.texts.get("description", ""), _batch_of(line)])),
        "quantity": row.texts.get("quantity", ""), "price": row.texts.get("price", ""), "amount": row.amount,
        "serials": ", ".join(getattr(line, "serial_list", ())),
        "parts": [[part.name, part.quantity, part.unit] for part in row.parts],
    }  # fmt: skip
