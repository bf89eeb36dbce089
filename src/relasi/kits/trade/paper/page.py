"""The address of a document's PDF, and of the official receipt of a payment."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from relasi.engine.access.door import fields_for
from relasi.engine.screens.asking import reader_of, signed_in, user_of, visible_record
from relasi.engine.screens.shell import Entry
from relasi.kits.trade.paper.goods import goods_sheet_of
from relasi.kits.trade.paper.letterhead import details, language_for
from relasi.kits.trade.paper.printing import pdf
from relasi.kits.trade.paper.receipt import receipt_of
from relasi.kits.trade.paper.sheet import READERS, sheet_of

SIZES: tuple[str, ...] = ("a4", "f4")
# What a person must be allowed to see of a record to print it.
NEEDED: dict[Any, set[str]] = {sheet_of: {"grand_total"}, receipt_of: {"amount"}, goods_sheet_of: set()}


@signed_in
def page(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """?language=en and ?size=f4 choose what the customer's language and the company's paper are otherwise; ?paper=handover
    the certificate of what a delivery note brought."""
    record = visible_record(request, entry, id)
    user = user_of(request)
    shown = fields_for(user, "view", entry.module)
    made, known = maker_of(record), SIZES
    if made is None or not NEEDED[made] <= shown:
        raise Http404
    language = request.GET.get("language") or language_for(record, reader_of(request).language)
    size = request.GET.get("size") or details().paper_size
    if made is goods_sheet_of:
        made = partial(
            made, handover=request.GET.get("paper") == "handover" and hasattr(record, "handover_title")
        )
        known = (*SIZES, "a5")
    sheet = made(record, user, language if language in READERS else "id", size if size in known else "a4")
    return answer(sheet, record.number)


def maker_of(record: Any) -> Any:
    """What makes the sheet of this record; None for a record that has no paper."""
    if hasattr(record, "paper_title"):
        return sheet_of
    if hasattr(record, "goods_title"):
        return goods_sheet_of
    is_receipt = hasattr(record, "receipt_title") and record.direction == "in"
    return receipt_of if is_receipt else None


def answer(sheet: dict[str, Any], number: str) -> HttpResponse:
    name = re.sub(r"[^A-Za-z0-9-]+", "-", number)
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(pdf(sheet), content_type="application/pdf", headers=headers)
