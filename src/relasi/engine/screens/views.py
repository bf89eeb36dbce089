"""Saving a list under a name: private, shared or public."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.door import has_tool
from relasi.engine.declare.registry import registry
from relasi.engine.query.saved_view import SavedView, Sharing
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import Draft, trash, write
from relasi.engine.screens.asking import go_to, must, shell_for, signed_in, user_of
from relasi.engine.screens.list_state import ListState
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import toast

OWN = "a person's own list view"


@signed_in
def save(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Asks for a name and whom it is for, then keeps what the address says: filter, columns, sort."""
    must(request, "view", entry)
    user = user_of(request)
    state = ListState.read(request, entry, user)
    mine = state.saved if state.saved and state.saved.user_id == user.id else None
    error = ""
    if request.method == "POST":
        values = _values(request, entry, state)
        draft = (
            Draft(values, id=mine.pk)
            if mine and request.POST.get("keep")
            else Draft(values | {"user": user.id})
        )
        try:
            view = write(registry.of(SavedView), [draft], authorised=OWN).records[0]
        except Refused as refused:
            error = " ".join(refused.by_field().values())
        else:
            if view.sharing == Sharing.PENDING:
                toast(request, _("Saved. It becomes public once an admin approves."))
            return go_to(request, state.view_url(view))
    context = {
        "shell": shell_for(request, entry, (_("Save view"), None)),
        "entry": entry,
        "state": state,
        "mine": mine,
        "name": request.POST.get("name", mine.name if mine else ""),
        "sharing": request.POST.get("sharing", mine.sharing if mine else Sharing.PRIVATE),
        "may_publish": has_tool(user, "publish_views"),
        "error": error,
    }
    return render_page(
        request, "screens/save_view.html", context, part="drawer", status=422 if error else 200
    )


def _values(request: HttpRequest, entry: Entry, state: ListState) -> dict[str, Any]:
    sharing = Sharing.PUBLIC if request.POST.get("sharing") == "public" else Sharing.PRIVATE
    if sharing == Sharing.PUBLIC and not has_tool(user_of(request), "publish_views"):
        sharing = Sharing.PENDING
    return {
        "module": entry.module.key,
        "name": request.POST.get("name", ""),
        "sharing": sharing,
        "condition": state.tree,
        "columns": state.shown_columns,
        "sort": state.shown_sort,
    }


@signed_in
@require_POST
def delete(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    view = SavedView.objects.filter(pk=id, module=entry.module.key, trashed_at=None).first()
    user = user_of(request)
    if view is None or not (view.user_id == user.id or (view.sharing == Sharing.PUBLIC and user.is_admin)):
        raise Http404
    trash(SavedView, [id], authorised=OWN)
    toast(request, _("List view “%(name)s” deleted.") % {"name": view.name})
    return HttpResponseRedirect(entry.url)
