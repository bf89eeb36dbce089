"""The address of a document's PDF."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse

from relasi.engine.access.door import fields_for
from relasi.engine.screens.asking import reader_of, signed_in, user_of, visible_record
from relasi.engine.screens.shell import Entry
from relasi.kits.trade.paper.printing import pdf
from relasi.kits.trade.paper.sheet import READERS, sheet_of


@signed_in
def page(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """?language=en and ?size=f4 choose what the reader's language and A4 are otherwise."""
    record = visible_record(request, entry, id)
    user = user_of(request)
    if not hasattr(record, "paper_title") or "grand_total" not in fields_for(user, "view", entry.module):
        raise Http404
    language = request.GET.get("language", reader_of(request).language)
    sheet = sheet_of(
        record,
        user,
        language if language in READERS else "id",
        "f4" if request.GET.get("size") == "f4" else "a4",
    )
    name = re.sub(r"[^A-Za-z0-9-]+", "-", record.number)
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(pdf(sheet), content_type="application/pdf", headers=headers)
