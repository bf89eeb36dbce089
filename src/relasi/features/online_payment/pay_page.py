"""The button of the public page: the customer is sent to the payment page of the gateway."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect

from relasi.engine.activity.public_link import PublicLink, note_visit
from relasi.engine.records.refusal import Refused
from relasi.kits.trade.public.page import by_link, document_page, nothing
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.online_paying import start


@by_link
def pay(request: HttpRequest, link: PublicLink, record: Any, language: str, ip: str | None) -> HttpResponse:
    if not isinstance(record, Invoice):
        return nothing(request, 404)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    note_visit(link, ip, counts=False)
    # Of what the request says its host is, nothing goes to the gateway.
    home = settings.PUBLIC_URL.rstrip("/")
    try:
        url = start(record, f"{home}{link.path}?language={language}&paid=1" if home else "")
    except Refused as refused:
        record.refresh_from_db()
        return document_page(request, link, record, language, refused)
    return HttpResponseRedirect(url)
