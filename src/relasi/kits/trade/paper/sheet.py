"""Sheet: everything that stands on the paper of a document, as texts. The figures are those that are stored."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import ENGLISH, INDONESIAN, reading_as
from relasi.kits.trade.editor.rows import Row, add_subtotals, row_of
from relasi.kits.trade.editor.summary import Summary, summary_of
from relasi.kits.trade.paper.letterhead import letterhead
from relasi.kits.trade.paper.qr import qr_of
from relasi.kits.trade.paper.ways import banks_beside, ways_of

READERS = {"id": INDONESIAN, "en": ENGLISH}
# Documents that come to more than this, in rupiah, bear a duty stamp (e-meterai).
STAMPED_ABOVE = Decimal(5_000_000)
WITH_BANKS = ("quotes", "sales-orders", "invoices")
UNDONE = ("draft",)


def sheet_of(document: Any, user: Any, language: str, size: str) -> dict[str, Any]:
    """For document.typ. language: "id" or "en". size: "a4" or "f4". What the person may not see is left out."""
    with translation.override(language), reading_as(READERS[language]) as reader:
        module = registry.of(document)
        shown = fields_for(user, "view", module)
        rows = [row_of(line, reader) for line in document.lines_in_order()]
        add_subtotals(rows, reader)
        summary = summary_of(document, rows, user, module, reader)
        head = letterhead(module.slug, reader)
        own = (document.terms or "") if "terms" in shown else ""
        ways = ways_of(document, reader) if "balance" in shown else None
        return {
            **head, "size": size, "language": language, "title": str(document.paper_title),
            "number": document.number, "watermark": _watermark(document), "subject": document.subject,
            "to": _addressee(document, shown, reader), "facts": _facts(document, module, shown, reader),
            "rows": [_row(row) for row in rows], "sums": _sums(document, summary),
            "words": summary.words, "parts": [[f"{p['percent']}% {p['label']}", p["amount"]] for p in summary.parts],
            "terms": own or head["usual_terms"], "state": _state(document, shown, reader),
            "banks": banks_beside(document, ways) if module.slug in WITH_BANKS else [], "ways": ways,
            "qr": qr_of(document), "signer": str(document.owner) if "owner" in shown else "",
            "stamp": _needs_stamp(document), "labels": labels_of(summary.currency),
        }  # fmt: skip


def _watermark(document: Any) -> str:
    if document.status in UNDONE:
        return _("DRAFT")
    if document.status == "pending":
        return _("NOT APPROVED")
    return _("VOID") if document.status in ("cancelled", "void", "withdrawn", "superseded") else ""


def _state(document: Any, shown: set[str], reader: Any) -> list[list[str]]:
    """What is paid and what is left, of a document that is paid."""
    if not hasattr(document, "balance") or not (document.received or document.credited):
        return []
    found = []
    for name in ("received", "credited", "balance"):
        if name in shown and (getattr(document, name) or name == "balance"):
            kind = kind_of(document._meta.get_field(name))
            found.append([str(kind.label), str(kind.text_of(document, reader))])
    return found


def _needs_stamp(document: Any) -> bool:
    return document.payable * (document.rate or 1) > STAMPED_ABOVE


def _addressee(document: Any, shown: set[str], reader: Any) -> list[str]:
    found = [
        kind_of(document._meta.get_field(name)).title(document)  # type: ignore[attr-defined]
        for name in document.parties
        if name in shown and getattr(document, f"{name}_id")
    ]
    if document.paper_address in shown:
        kind = kind_of(document._meta.get_field(document.paper_address))
        text = kind.show(getattr(document, document.paper_address), reader)
        found += str(text).splitlines()
    return [line for line in found if line]


def _facts(document: Any, module: Any, shown: set[str], reader: Any) -> list[list[str]]:
    found = []
    for name in (*document.paper_facts, "rate"):
        if name not in module.fields or name not in shown or (name == "rate" and document.rate == 1):
            continue
        kind = kind_of(module.fields[name])
        text = kind.text_of(document, reader)
        if text:
            found.append([str(kind.label), str(text)])
    return found


def _row(row: Row) -> dict[str, Any]:
    line = row.line
    return {
        "kind": row.kind, "name": row.texts.get("name", ""), "unit": row.unit, "amount": row.amount,
        "sub": " · ".join(filter(None, [getattr(line, "code", ""), row.texts.get("description", "")])),
        "quantity": row.texts.get("quantity", ""), "price": row.texts.get("price", ""),
        "discount": row.texts.get("discount", ""), "optional": bool(line is not None and line.is_item and not line.counts),
        "parts": [[part.name, part.quantity, part.unit] for part in row.parts],
    }  # fmt: skip


def _sums(document: Any, summary: Summary) -> list[list[str]]:
    """[label, amount, tone] of every row under the lines."""
    sums = summary.sums
    found = [[_("Subtotal"), sums["subtotal"], ""]]
    if document.discount_total:
        found.append([_("Discount"), sums["discount_total"], ""])
    found += [[one.label, one.value, ""] for one in summary.charges]
    found.append([_("Before tax"), sums["before_tax"], "strong"])
    found += [[one.label, one.value, "soft" if one.tone == "soft" else ""] for one in summary.taxes]
    if document.adjustment:
        kind = kind_of(document._meta.get_field("adjustment"))
        found.append([str(kind.label), str(kind.text_of(document)), ""])
    found.append([_("Total"), sums["grand_total"], "grand"])
    found += [[one.label, one.value, "soft"] for one in summary.withheld]
    if document.withheld_total:
        found.append([_("Payable"), sums["payable"], "strong"])
    return found


def labels_of(currency: str) -> dict[str, str]:
    return {
        "to": _("To"), "item": _("Item"), "quantity": _("Qty"), "unit": _("Unit"), "price": _("Price"),
        "discount": _("Disc."), "amount": _("Amount (%(currency)s)") % {"currency": currency},
        "words": _("In words"), "terms": _("Terms and conditions"), "payment": _("Payment terms"),
        "regards": _("Yours sincerely,"), "stamp": _("Duty stamp (e-meterai) Rp10,000"), "page": _("Page"),
        "optional": _("Optional"), "of": _("of"), "bank": _("Pay by transfer to"), "holder": _("in the name of"),
        "online": _("Read it online"),
    }  # fmt: skip
