"""Trade: the lines of a document as programs send and read them: LineItems, each with product, quantity, price and taxes."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from relasi.engine.access.door import fields_for
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.features.compat import faces
from relasi.features.compat.field import Given
from relasi.features.compat.ids import Id, read_id
from relasi.features.compat.references import sees
from relasi.features.compat.trade_fields import Figure, FirstLine
from relasi.features.compat.trade_taxes import chosen_codes, told_taxes
from relasi.features.compat.values import meant, money, plain
from relasi.features.compat.wrong import Wrong, no_value, wrong_reference

LINE_ITEM = 33
# What programs call it -> a field of our lines.
VALUES = {
    "quantity": "quantity", "listprice": "price", "comment": "description", "discount_percent": "discount_percent",
    "discount_amount": "discount_amount", "purchase_cost": "cost",
}  # fmt: skip
SOLD = ("product", "service", "bundle")
MOST = 500
_TAX = re.compile(r"tax\d{1,3}", re.ASCII)


def prepare(face: Any, given: Given) -> dict[str, Any]:
    """Reads the lines that were sent into `given`. Returns what has to be written afterwards: a document begins as a draft,
    whatever state it is meant to be in."""
    lines = face.module.lines_module
    if lines is None:
        return {}
    items = _items(face, given)
    if items:
        known = {one.pk: one for one in given.record.lines_in_order()} if given.record is not None else {}
        given.lines = [_line(lines, item, known) for item in items]
    status, flow = given.values.get("status"), getattr(face.module.model, "flow", None)
    if given.record is None and flow is not None and status and status not in flow.first:
        return {"status": given.values.pop("status")}
    return {}


def _items(face: Any, given: Given) -> list[dict[str, Any]]:
    sent = given.element.get("LineItems")
    if isinstance(sent, str):
        try:
            sent = json.loads(sent) if sent.strip() else []
        except (ValueError, RecursionError):
            sent = []
    if isinstance(sent, dict):
        sent = list(sent.values())
    items = [one for one in sent if isinstance(one, dict)] if isinstance(sent, list) else []
    if len(items) > MOST:
        raise Wrong("ACCESS_DENIED", f"A document has at most {MOST} lines")
    if items or given.record is not None:
        return items
    head = {name: given.element[name] for name, one in face.fields.items()
            if isinstance(one, FirstLine) and plain(given.element.get(name)).strip()}  # fmt: skip
    if "productid" not in head:
        raise no_value("LineItems")
    return [head]


def _line(lines: Any, item: dict[str, Any], known: dict[int, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    id = read_id(plain(item.get("id")))
    if id is not None and id.module == LINE_ITEM and id.record in known:
        found["id"] = id.record
    stands = known.get(found.get("id", 0))
    for name, ours in VALUES.items():
        if name in item and ours in lines.fields:
            found[ours] = _value(lines, name, ours, plain(item[name]))
    found |= _sold(lines, item, stands)
    taxes = {name: plain(value).strip() for name, value in item.items() if _TAX.fullmatch(name)}
    if taxes and "taxes" in lines.fields:
        found["taxes"] = chosen_codes(taxes, stands)
    return found


def _value(lines: Any, name: str, ours: str, text: str) -> Any:
    kind = kind_of(lines.fields[ours])
    try:
        value = meant(kind, text)
    except Invalid as wrong:
        raise Wrong("FAILED_TO_CREATE", f"LineItems: {name}: {wrong.message}") from None
    if ours.startswith("discount") and isinstance(value, Decimal) and not value:
        return None
    return value


def _sold(lines: Any, item: dict[str, Any], stands: Any) -> dict[str, Any]:
    """What the line is about: something of the catalog, or a text."""
    text = plain(item.get("productid")).strip()
    if not text:
        name = plain(item.get("product_name")).strip()
        if stands is None and not name:
            raise no_value("productid")
        return {"name": name} if name and stands is None else {}
    id = read_id(text)
    targets = {face.id: name for name in SOLD if name in lines.fields
               for face in faces.of_model(lines.fields[name].related_model)}  # fmt: skip
    name = targets.get(id.module) if id is not None else None
    if id is None or name is None or not sees(lines.fields[name].related_model, id.record):
        raise wrong_reference("productid")
    if stands is not None and getattr(stands, f"{name}_id") == id.record:
        return {}
    return {other: id.record if other == name else None for other in SOLD if other in lines.fields}


# Out.
def lines_told(face: Any, record: Any) -> dict[str, Any]:
    """The lines of a document, and its figures once more as the original groups them."""
    rows = record.lines_in_order()
    items = [line_told(face, record, row, place) for place, row in enumerate(rows, 1)]
    first: dict[str, Any] = next((one for one in items if one["productid"]), {})
    head = {name: first.get(name, "") for name, one in face.fields.items() if isinstance(one, FirstLine)}
    return head | {
        "LineItems": items,
        "LineItems_FinalDetails": {"1": {"final_details": _final(face, record)}},
    }


def line_told(face: Any, record: Any, row: Any, place: int) -> dict[str, Any]:
    lines = face.module.lines_module
    names = fields_for(face.user, "view", lines)
    product, entity = _product(lines, row)

    def seen(name: str, text: str) -> str:
        return text if name in names else ""

    return {
        "parent_id": str(Id(face.id, record.pk)), "productid": product, "sequence_no": str(place),
        "quantity": seen("quantity", "" if row.quantity is None else f"{row.quantity:.3f}"),
        "listprice": seen("price", money(row.price)),
        "discount_percent": seen("discount_percent", "" if row.discount_percent is None else f"{row.discount_percent:.3f}"),
        "discount_amount": seen("discount_amount", money(row.discount_amount)),
        "comment": seen("description", row.description or ""), "description": seen("description", row.description or ""),
        "purchase_cost": seen("cost", money(row.cost)), "margin": seen("cost_total", money(row.base - row.cost_total)),
        "incrementondel": "0", "image": "", **told_taxes(row), "id": str(Id(LINE_ITEM, row.pk)),
        "product_name": seen("name", row.name or ""), "entity_type": entity, "deleted": "0",
    }  # fmt: skip


def _product(lines: Any, row: Any) -> tuple[str, str]:
    for name in SOLD:
        id = getattr(row, f"{name}_id", None)
        found = faces.of_model(lines.fields[name].related_model) if id else []
        if found:
            return str(Id(found[0].id, id)), found[0].name
    return "", ""


def _final(face: Any, record: Any) -> dict[str, str]:
    names = fields_for(face.user, "view", face.module)
    figures = {
        "hdnSubTotal": "subtotal", "discountTotal_final": "discount_total", "preTaxTotal": "goods_total",
        "tax_totalamount": "tax_total", "shipping_handling_charge": "charge_total",
        "shtax_totalamount": "charge_tax_total", "adjustment": "adjustment", "grandTotal": "grand_total",
    }  # fmt: skip
    return {"taxtype": record.tax_mode} | {
        name: money(getattr(record, ours) or Decimal(0)) for name, ours in figures.items() if ours in names
    }


def with_numbers(face: Any, told: dict[str, Any]) -> dict[str, Any]:
    """The answer to create tells the figures of a document as numbers."""
    for name, one in face.fields.items():
        if isinstance(one, Figure) and told.get(name):
            told[name] = float(told[name])
    return told


def line_modules() -> list[tuple[Any, Any]]:
    """(face of the document, module of its lines) of every document with lines the person sees."""
    found = []
    for one in faces.every().values():
        module = getattr(one, "module", None)
        lines = module.lines_module if module is not None else None
        if lines is not None and one.opens("view"):
            found.append((one, lines))
    return found
