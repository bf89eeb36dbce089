"""The public page of a document: who holds the link reads it, takes it as PDF, and accepts or declines a quote."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import translation
from django.views.decorators.cache import never_cache

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.public_link import PublicLink, link_called, note_visit, too_many
from relasi.engine.declare.registry import registry
from relasi.engine.fields.image import open_picture
from relasi.engine.fields.reader import reading_as
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.pages import render_page
from relasi.kits.trade.paper.letterhead import details, language_for
from relasi.kits.trade.paper.page import answer as as_pdf
from relasi.kits.trade.paper.sheet import READERS, sheet_of
from relasi.kits.trade.public.answering import accept, ask, customer_of, decline, was_opened
from relasi.kits.trade.public.showing import shown_of

View = Callable[..., HttpResponse]


def by_link(view: View) -> View:
    """Finds the document of the token, or says that the link leads nowhere. The view gets the link, the document and
    the language of the page; it acts as the product, in the name of the customer."""

    @wraps(view)
    @login_not_required
    @never_cache
    def checked(request: HttpRequest, token: str) -> HttpResponse:
        ip = get_adapter(request).get_client_ip(request)
        if too_many(ip):
            return nothing(request, 429)
        link = link_called(token)
        with acting(SYSTEM, via="public") as stretch:
            record = _document(link)
            if link is None or record is None:
                note_visit(None, ip)
                return nothing(request, 404)
            stretch.reason = customer_of(record)
            language = _language(request, record)
            with translation.override(language), reading_as(READERS[language]):
                return _private(view(request, link, record, language, ip))

    return checked


def _document(link: PublicLink | None) -> Any:
    if link is None:
        return None
    model: Any = registry.module(link.record.module).model
    if not hasattr(model, "paper_title"):
        return None
    record = model._base_manager.filter(pk=link.record_id, trashed_at=None).first()
    return None if record is None or record.status in record.flow.inside else record


def _language(request: HttpRequest, record: Any) -> str:
    chosen = request.GET.get("language", "")
    if chosen in READERS:
        return chosen
    found = language_for(record)
    return found if found in READERS else "id"


def nothing(request: HttpRequest, status: int) -> HttpResponse:
    context = {"busy": status == 429, "company_name": details().legal_name or ""}
    return _private(render_page(request, "trade/public_nothing.html", context, status=status))


def _private(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "same-origin"
    return answer


@by_link
def page(request: HttpRequest, link: PublicLink, record: Any, language: str, ip: str | None) -> HttpResponse:
    ours = request.visitor.signed_in  # type: ignore[attr-defined]
    if note_visit(link, ip, counts=not ours and request.method == "GET"):
        record = was_opened(record)
    return document_page(request, link, record, language)


def document_page(
    request: HttpRequest,
    link: PublicLink,
    record: Any,
    language: str,
    refused: Refused | None = None,
    asked: str = "",
) -> HttpResponse:
    context = {
        "document": shown_of(record, link, language), "link": link, "language": language, "asked": asked,
        "errors": refused.by_field() if refused else {}, "said": request.POST,
        "refusals": [(one.field, str(one.message)) for one in refused.refusals] if refused else [],
        "picked": {text for text in request.POST.getlist("line") if text.isdigit()} if refused else None,
    }  # fmt: skip
    status = refused.status if refused else 200
    return render_page(request, "trade/public.html", context, status=status)


@by_link
def paper(request: HttpRequest, link: PublicLink, record: Any, language: str, ip: str | None) -> HttpResponse:
    note_visit(link, ip, counts=False)
    if record.status == "superseded":
        return nothing(request, 404)
    return as_pdf(sheet_of(record, SYSTEM, language, details().paper_size), record.number)


@by_link
def logo(request: HttpRequest, link: PublicLink, record: Any, language: str, ip: str | None) -> HttpResponse:
    found = details().logo
    if not found:
        return nothing(request, 404)
    with open_picture(found) as stored:
        return HttpResponse(stored.read(), content_type="image/webp")


@by_link
def say_yes(
    request: HttpRequest, link: PublicLink, record: Any, language: str, ip: str | None
) -> HttpResponse:
    return _answered(request, link, record, language, ip, "accept")


@by_link
def say_no(
    request: HttpRequest, link: PublicLink, record: Any, language: str, ip: str | None
) -> HttpResponse:
    return _answered(request, link, record, language, ip, "decline")


@by_link
def ask_us(
    request: HttpRequest, link: PublicLink, record: Any, language: str, ip: str | None
) -> HttpResponse:
    return _answered(request, link, record, language, ip, "ask")


def _answered(
    request: HttpRequest, link: PublicLink, record: Any, language: str, ip: str | None, what: str
) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    note_visit(link, ip, counts=False)
    name = " ".join(request.POST.get("name", "").split())
    try:
        if what == "accept":
            picked = {int(text) for text in request.POST.getlist("line") if text.isdigit() and len(text) < 19}
            signed = request.POST.get("signature", "")
            accept(link, record, name, bool(request.POST.get("agree")), picked, ip, signed)
        elif what == "ask":
            ask(record, name, request.POST.get("question", "").strip())
        else:
            decline(link, record, name, request.POST.get("reason", "").strip(), ip)
    except Refused as refused:
        return document_page(request, link, record, language, refused, what)
    asked = "&asked=1" if what == "ask" else ""
    return HttpResponseRedirect(f"{link.path}?language={language}{asked}")
