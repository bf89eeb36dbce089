"""Duplicates: pairs of records that are probably the same, waiting to be merged or told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from procrastinate.exceptions import AlreadyEnqueued

from relasi.engine.access.door import has_tool, may, rights_of
from relasi.engine.declare.module import Module
from relasi.engine.records.double_pair import DoublePair, open_pairs
from relasi.engine.screens.asking import shell_for, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import entries_of
from relasi.engine.screens.toasts import toast
from relasi.features.duplicates.jobs import find_duplicates
from relasi.features.duplicates.scan import modules
from relasi.kits.parties.doubles import CERTAINTIES, REASONS, Resemblance

PAGE = 25
TONES = {"certain": "merah", "likely": "kuning", "possible": "gray"}


@dataclass
class Pair:
    id: int
    one: Any
    other: Any
    url: str
    certainty: str
    tone: str
    score: int
    reasons: list[str]


def _mine(request: HttpRequest) -> list[Module]:
    """The modules whose records this person may merge. 404 when there are none."""
    user = user_of(request)
    found = [m for m in modules() if may(user, "view", m)] if has_tool(user, "merge") else []
    if not found:
        raise Http404
    return found


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    mine, user = _mine(request), user_of(request)
    counts = {module: open_pairs(user, module).count() for module in mine}
    fullest = max(mine, key=lambda module: bool(counts[module]))
    chosen = next((m for m in mine if entries_of(m)[0].slug == request.GET.get("module")), fullest)
    found = Paginator(open_pairs(user, chosen), PAGE).get_page(request.GET.get("page"))
    context = {
        "shell": shell_for(request, None, (_("Duplicates"), None)),
        "tabs": [(entries_of(m)[0], counts[m], m is chosen) for m in mine],
        "total": sum(counts.values()),
        "entry": entries_of(chosen)[0],
        "page": found,
        "pairs": [_pair(pair, entries_of(chosen)[0].url) for pair in found],
        "may_scan": rights_of(user).admin,
    }
    return render_page(request, "features/duplicates/page.html", context)


def _pair(pair: DoublePair, url: str) -> Pair:
    certainty = Resemblance(pair.score, pair.reasons).certainty or "possible"
    reasons = [str(REASONS[code]) for code in pair.reasons if code in REASONS]
    return Pair(
        pair.pk, pair.one, pair.other, url, str(CERTAINTIES[certainty]), TONES[certainty], pair.score, reasons
    )


@signed_in
@require_POST
def dismiss(request: HttpRequest, id: int) -> HttpResponse:
    """These are two: nobody is asked about them again."""
    for module in _mine(request):
        if open_pairs(user_of(request), module).filter(pk=id).exists():
            DoublePair.objects.filter(pk=id).update(dismissed_by=user_of(request).pk)
            toast(request, _("Kept apart. You will not be asked about these two again."))
            return HttpResponseRedirect(f"/duplicates/?module={entries_of(module)[0].slug}")
    raise Http404


@signed_in
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Starts a look at all records now."""
    _mine(request)
    if not rights_of(user_of(request)).admin:
        raise Http404
    try:
        with transaction.atomic():
            find_duplicates.defer()
    except AlreadyEnqueued:
        toast(request, _("A search for duplicates is running already."))
    else:
        toast(request, _("The search for duplicates has started. Look again in a minute."))
    return HttpResponseRedirect("/duplicates/")
