"""Showing: what a customer sees of a document: what stands on its paper, and nothing of what is internal."""

from __future__ import annotations

from typing import Any

from relasi.engine.access.acting import SYSTEM
from relasi.engine.activity.public_link import PublicLink
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import current_reader
from relasi.kits.trade.paper.letterhead import details
from relasi.kits.trade.paper.sheet import sheet_of
from relasi.kits.trade.public.answering import closed_because

GONE = ("superseded", "withdrawn", "cancelled", "void")


def shown_of(record: Any, link: PublicLink, language: str) -> dict[str, Any]:
    """For trade/public.html. sheet: as on paper. choices: row number -> (id of the optional line, chosen)."""
    sheet = sheet_of(record, SYSTEM, language, "a4")
    lines = record.lines_in_order()
    status = kind_of(record._meta.get_field("status"))
    option = {one.key: one for one in record._meta.get_field("status").options}[record.status]
    answerable = bool(getattr(record, "is_answerable", False))
    return {
        "sheet": sheet,
        "rows": list(zip(sheet["rows"], lines, strict=True)),
        "status": str(status.text_of(record, current_reader())),
        "tone": option.tone,
        "gone": record.status in GONE,
        "replaced": record.status == "superseded",
        "answerable": answerable,
        "asks": hasattr(record, "is_answerable"),
        "closed_because": "" if answerable else str(closed_because(record)),
        "answered_by": getattr(record, "accepted_by", None) or "",
        "logo": bool(details().logo),
        "pays_online": bool(getattr(record, "online_gateway", None)),
        "path": link.path,
    }
