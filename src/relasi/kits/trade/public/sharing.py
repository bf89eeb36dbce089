"""Sharing: on the page of a document: making and ending its public links, and sending it by mail."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _

from relasi.engine.access.door import may
from relasi.engine.activity.public_link import end_link, links_of, make_link
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.asking import go_to, signed_in, user_of, visible_record, whole
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry, Shell
from relasi.engine.screens.toasts import toast
from relasi.kits.trade.public.mailing import Letter, can_be_mailed, first_words, send
from relasi.kits.trade.public.showing import GONE


def panel_of(document: Any, user: Any) -> dict[str, Any]:
    """For trade/panel.html: who may change a document may show it to whom it is for once it is no draft."""
    if not may(user, "edit", registry.of(document), document):
        return {"may_share": False}
    links = links_of(document.pk)
    return {
        "may_share": True,
        "may_link": can_be_shown(document),
        "may_mail": can_be_mailed(document),
        "links": links,
        "shared_with": _("For the vendor") if document.parties[0] == "vendor" else _("For the customer"),
    }


def can_be_shown(document: Any) -> bool:
    return document.status not in (*document.flow.inside, *GONE)


def _document(request: HttpRequest, entry: Entry, id: int) -> Any:
    record = visible_record(request, entry, id)
    if not hasattr(record, "paper_title"):
        raise Http404
    return record


def _refuse_unless_allowed(request: HttpRequest, entry: Entry, record: Any) -> HttpResponse | None:
    if may(user_of(request), "edit", entry.module, record):
        return None
    from relasi.engine.screens.errors import forbidden

    return forbidden(request)


@signed_in
def links(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """POST do=make makes a link; do=end with link=<id> ends one."""
    record = _document(request, entry, id)
    forbidden = _refuse_unless_allowed(request, entry, record)
    if forbidden is not None:
        return forbidden
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if request.POST.get("do") == "end":
        wanted = whole(request.POST.get("link"))
        link = next((one for one in links_of(record.pk) if one.pk == wanted), None)
        if link is None:
            raise Http404
        end_link(link)
        toast(request, _("The link leads nowhere any more."))
    elif can_be_shown(record):
        make_link(record.pk)
        toast(request, _("The public link is made. Copy it from its page."))
    else:
        toast(request, _("In this state the document cannot be shown to anybody outside."), kind="bad")
    return go_to(request, f"/{entry.slug}/{record.pk}/")


@signed_in
def mail(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    record = _document(request, entry, id)
    forbidden = _refuse_unless_allowed(request, entry, record)
    if forbidden is not None:
        return forbidden
    refused: Refused | None = None
    letter = first_words(record, user_of(request))
    if request.method == "POST":
        letter = Letter.given(request.POST, letter.language)
        try:
            send(record, letter, user_of(request))
        except Refused as wrong:
            refused = wrong
        else:
            toast(request, _("The mail is sent."))
            return go_to(request, f"/{entry.slug}/{record.pk}/")
    url = f"/{entry.slug}/{record.pk}/"
    crumbs = [(entry.plural, entry.url), (record.number, url), (_("Send by email"), None)]
    context = {
        "shell": Shell(request, current=entry.slug, crumbs=crumbs), "record": record, "letter": letter, "url": url,
        "errors": refused.by_field() if refused else {},
        "refusals": [(one.field, str(one.message)) for one in refused.refusals] if refused else [],
    }  # fmt: skip
    return render_page(request, "trade/mail.html", context, status=refused.status if refused else 200)
