"""Looking as another user, and why a person can or cannot see a record."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.why import explain
from relasi.engine.declare.registry import registry
from relasi.engine.records.record import RecordIndex
from relasi.engine.screens.asking import signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.visitor import AS_USER
from relasi.features.rights.admins import for_admins, settings_shell
from relasi.users.user import User


@for_admins
@require_POST
def start(request: HttpRequest, id: int) -> HttpResponse:
    """From here on the admin sees what this user sees. History names both."""
    user = User.objects.filter(pk=id, trashed_at=None).first()
    if user is None or not user.is_active:
        raise Http404
    if user.pk != user_of(request).pk:
        request.session[AS_USER] = id
    return HttpResponseRedirect("/")


@signed_in
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    request.session.pop(AS_USER, None)
    return HttpResponseRedirect("/settings/")


@for_admins
def why(request: HttpRequest) -> HttpResponse:
    """?user=&record=: a user's id, and a record's number or id."""
    user = User.objects.filter(pk=_whole(request.GET.get("user", ""))).first()
    wanted = request.GET.get("record", "").strip()
    row = None
    if wanted:
        row = RecordIndex.objects.filter(number__iexact=wanted).first()
        row = row or RecordIndex.objects.filter(pk=_whole(wanted)).first()
    answers = []
    if user is not None and row is not None:
        record = registry.module(row.module).model._base_manager.get(pk=row.pk)
        answers = [(verb, explain(user, record, verb)) for verb in ("view", "edit", "delete")]
    context = {
        "shell": settings_shell(request, (_("Why?"), None)),
        "people": [
            (person.pk, person.full_name) for person in User.objects.order_by("first_name", "last_name")
        ],
        "user": user,
        "wanted": wanted,
        "row": row,
        "answers": answers,
        "missing": bool(wanted) and row is None,
    }
    return render_page(request, "features/rights/why.html", context)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
