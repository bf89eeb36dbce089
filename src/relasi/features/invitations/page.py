"""The page on which somebody without an account answers an invitation, and the answers of colleagues inside the product."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from relasi.engine.access.acting import SYSTEM, acting, current_acting
from relasi.engine.access.company import company
from relasi.engine.activity.public_link import note_visit, too_many
from relasi.engine.fields.reader import reading_as
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.asking import go_to, signed_in, user_of, visible_record
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import toast
from relasi.modules.agenda.answering import answer, is_open, my_invitation, possible_answers
from relasi.modules.agenda.invitee import Invitee
from relasi.modules.agenda.inviting import invitee_of, reader_of_invitee, token_of, when_of


@login_not_required
@never_cache
def asked(request: HttpRequest, token: str) -> HttpResponse:
    """What the invitation says, and three answers. Nothing else is reachable from it."""
    ip = get_adapter(request).get_client_ip(request)
    if too_many(ip):
        return _nothing(request, 429)
    with acting(SYSTEM, via="public") as stretch, transaction.atomic():
        note_visit(None, ip)
        invitee = invitee_of(token)
        if invitee is None:
            return _nothing(request, 404)
        stretch.reason = str(invitee)
        reader = reader_of_invitee(invitee)
        with translation.override(reader.language), reading_as(reader):
            return _private(_answered(request, invitee) or _page(request, invitee))


def _answered(request: HttpRequest, invitee: Invitee) -> HttpResponse | None:
    if request.method != "POST":
        return None
    try:
        answer(invitee, request.POST.get("answer", ""))
    except Refused as refused:
        return _page(request, invitee, [(one.field, str(one.message)) for one in refused.refusals], 422)
    return HttpResponseRedirect(request.path)


def _page(request: HttpRequest, invitee: Invitee, refusals: Any = (), status: int = 200) -> HttpResponse:
    event = invitee.event
    context = {
        "event": event, "invitee": invitee, "refusals": refusals, "company_name": company().name,
        "when": when_of(event, reader_of_invitee(invitee)), "open": is_open(event),
        "path": f"/invitation/{token_of(invitee)}/",
        "answers": possible_answers(),
    }  # fmt: skip
    return render_page(request, "features/invitations/answer.html", context, status=status)


def _nothing(request: HttpRequest, status: int) -> HttpResponse:
    context = {"busy": status == 429, "company_name": ""}
    return _private(render_page(request, "trade/public_nothing.html", context, status=status))


def _private(reply: HttpResponse) -> HttpResponse:
    reply["X-Robots-Tag"] = "noindex, nofollow"
    reply["Referrer-Policy"] = "same-origin"
    return reply


@signed_in
@require_POST
def answer_here(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """The answer of whoever is signed in; 404 for who is not invited."""
    event, user = visible_record(request, entry, id), user_of(request)
    mine = my_invitation(event, user)
    if mine is None:
        raise Http404
    try:
        saved = answer(mine, request.POST.get("answer", ""))
    except Refused as refused:
        toast(request, " ".join(str(one.message) for one in refused.refusals), kind="error")
        return go_to(request, f"{entry.url}{event.pk}/")
    change_set = current_acting().change_set
    sentence = _("Your answer: %(answer)s") % {"answer": dict(possible_answers())[saved.response]}
    toast(request, sentence, undo=f"/changes/{change_set}/undo/" if change_set else "")
    return go_to(request, f"{entry.url}{event.pk}/")
