"""List views that people want to be everybody's: an admin looks at them, approves or refuses with a reason."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import current_reader
from relasi.engine.query.condition import read
from relasi.engine.query.path import resolve
from relasi.engine.query.saved_view import Answer, SavedView, Sharing, pending_views
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import update
from relasi.engine.screens.asking import user_of
from relasi.engine.screens.shell import entries_of
from relasi.features.settings.frame import admin_only, because, done, settings_page

BY_ADMIN = "an admin answers"


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, wrong: dict[int, str] | None = None) -> HttpResponse:
    user = user_of(request)
    rows = [_row(view, user) for view in pending_views() if registry.knows(view.module)]
    shared = SavedView.objects.filter(sharing=Sharing.PUBLIC, trashed_at=None).order_by("module", "name")
    public = [_row(view, user) for view in shared if registry.knows(view.module)]
    context = {"rows": rows, "public": public, "wrong": wrong or {}}
    return settings_page(request, "pending_views.html", "list-views", context, status=422 if wrong else 200)


def _row(view: SavedView, user: Any) -> dict[str, Any]:
    """The view in words: what it filters, and which columns it shows."""
    module = registry.module(view.module)
    try:
        condition = read(view.condition, module, user).text(current_reader())
        columns = ", ".join(resolve(module, name, user).label for name in view.columns)
    except Invalid as wrong:
        condition, columns = str(wrong.message), ""
    return {
        "view": view,
        "module": module,
        "condition": condition,
        "columns": columns,
        "url": view.address(entries_of(module)[0].url),
    }


def _pending(id: int) -> SavedView:
    view = SavedView.objects.filter(pk=id, sharing=Sharing.PENDING, trashed_at=None).first()
    if view is None:
        raise Http404
    return view


@admin_only
@require_POST
def approve(request: HttpRequest, id: int) -> HttpResponse:
    view = _pending(id)
    answer(request, view, Answer.APPROVED, "")
    done(request, _("Everybody may use “%(name)s” now.") % {"name": view.name})
    return HttpResponseRedirect("/settings/list-views/")


@admin_only
@require_POST
def refuse(request: HttpRequest, id: int) -> HttpResponse:
    """Needs a reason; the view stays with its owner as a private one."""
    view = _pending(id)
    try:
        answer(request, view, Answer.REFUSED, request.POST.get("reason", ""))
    except Refused as refused:
        return _page(request, {id: " ".join(refused.by_field().values())})
    done(request, _("“%(name)s” stays private. Its owner is told why.") % {"name": view.name})
    return HttpResponseRedirect("/settings/list-views/")


def answer(request: HttpRequest, view: SavedView, said: Answer, reason: str) -> None:
    """Raises Refused for a refusal without a reason."""
    reason = reason.strip()
    if said == Answer.REFUSED and not reason:
        raise Refused([Refusal("reason", "REQUIRED", _("Say why, so that the owner understands it."))])
    because(reason or _("List view approved"))
    sharing = Sharing.PUBLIC if said == Answer.APPROVED else Sharing.PRIVATE
    values = {
        "sharing": str(sharing),
        "answer": str(said),
        "reason": reason[:1000],
        "answered_by": user_of(request).id,
    }
    update(view, values, authorised=BY_ADMIN)
