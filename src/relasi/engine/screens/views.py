"""List views of a person: saving a list under a name, sharing it, and all that one does with it afterwards."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.directory import directory
from relasi.engine.access.door import has_tool, rights_of
from relasi.engine.access.structures import MEMBER_KINDS
from relasi.engine.declare.registry import registry
from relasi.engine.query.arrangement import set_first_view, set_pinned
from relasi.engine.query.saved_view import (
    SHOWN,
    Answer,
    SavedView,
    Sharing,
    built_in_views,
    may_change,
    may_use,
)
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import Draft, trash, update, write
from relasi.engine.screens.asking import back_to, go_to, must, shell_for, signed_in, user_of, whole, wholes
from relasi.engine.screens.list_state import ListState
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import toast

OWN = "a person's own list view"

# Where each kind of member of a shared view is looked up.
LOOKUPS = {"user": "users.user", "role": "access.role", "role_tree": "access.role", "group": "access.group"}


def view_of(request: HttpRequest, entry: Entry, id: int, *, to_change: bool = False) -> SavedView:
    """The view, or 404 for one that is not there, not for this person, or (to_change) not theirs to change."""
    must(request, "view", entry)
    view = SavedView.objects.filter(pk=id, module=entry.module.key, trashed_at=None).first()
    user = user_of(request)
    if view is None or not (may_change if to_change else may_use)(user, view):
        raise Http404
    return view


@signed_in
def save(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Asks for a name and whom it is for, then keeps what the address says: filter, columns, sort."""
    must(request, "view", entry)
    state = ListState.read(request, entry, user_of(request))
    errors: dict[str, str] = {}
    if request.method == "POST":
        values = {**_named(request), **_shown(state), "module": entry.module.key, "user": user_of(request).id}
        try:
            view = write(registry.of(SavedView), [Draft(values)], authorised=OWN).records[0]
        except Refused as refused:
            errors = refused.by_field()
        else:
            return _saved(request, state, view)
    return _form(request, entry, state, None, errors)


@signed_in
def edit(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """Renames a view and says for whom it is. What it shows stays."""
    view = view_of(request, entry, id, to_change=True)
    state = ListState.read(request, entry, user_of(request))
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            view = update(view, _named(request, view), authorised=OWN)
        except Refused as refused:
            errors = refused.by_field()
        else:
            return _saved(request, state, view)
    return _form(request, entry, state, view, errors)


def _saved(request: HttpRequest, state: ListState, view: SavedView) -> HttpResponse:
    if view.sharing == Sharing.PENDING:
        toast(request, _("Saved. It becomes public once an admin approves."))
    else:
        toast(request, _("The list view “%(name)s” is saved.") % {"name": view.name})
    return go_to(request, state.view_url(view))


def _named(request: HttpRequest, view: SavedView | None = None) -> dict[str, Any]:
    """Name, sharing, members and roles as the form has them. Who may not publish asks for it."""
    data, user = request.POST, user_of(request)
    sharing = data.get("sharing", "")
    if sharing not in (Sharing.SHARED, Sharing.PUBLIC):
        sharing = Sharing.PRIVATE
    already = view is not None and view.sharing == Sharing.PUBLIC
    if sharing == Sharing.PUBLIC and not already and not has_tool(user, "publish_views"):
        sharing = Sharing.PENDING
    found: dict[str, Any] = {"name": data.get("name", ""), "sharing": str(sharing)}
    found["members"] = members_in(data) if sharing == Sharing.SHARED else []
    if rights_of(user).admin:
        roles = _ids(data, "default_role") if sharing in (Sharing.SHARED, Sharing.PUBLIC) else []
        found["default_roles"] = roles
    return found


def members_in(data: Any) -> list[dict[str, Any]]:
    """The members a form names: member-user=4&member-role_tree=7."""
    return [{"kind": kind, "id": id} for kind in MEMBER_KINDS for id in _ids(data, f"member-{kind}")]


def _ids(data: Any, name: str) -> list[int]:
    texts = dict.fromkeys(data.getlist(name))
    return wholes(texts)


def _shown(state: ListState) -> dict[str, Any]:
    found = {"condition": state.tree, "columns": state.shown_columns, "sort": state.shown_sort}
    return found | {"screen": state.screen, "options": state.told}


def _form(
    request: HttpRequest, entry: Entry, state: ListState, view: SavedView | None, errors: dict[str, str]
) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    sharing = posted.get("sharing", "") if posted else view.sharing if view else Sharing.PRIVATE
    members = members_in(posted) if posted else view.members if view else []
    roles = _ids(posted, "default_role") if posted else view.default_roles if view else []
    names = directory().name_of
    context = {
        "shell": shell_for(request, entry, (_("List view"), None)),
        "entry": entry,
        "state": state,
        "view": view,
        "name": posted.get("name", "") if posted else view.name if view else "",
        "sharing": Sharing.PUBLIC if sharing == Sharing.PENDING else sharing,
        "pickers": [
            (kind, label, f"/lookup/{LOOKUPS[kind]}/",
             [(m["id"], names(kind, m["id"])) for m in members if m["kind"] == kind])
            for kind, label in MEMBER_KINDS.items()
        ],
        "roles": [(id, names("role", id)) for id in roles],
        "is_admin": rights_of(user_of(request)).admin,
        "may_publish": has_tool(user_of(request), "publish_views"),
        "errors": errors,
    }  # fmt: skip
    status = 422 if errors else 200
    return render_page(request, "screens/save_view.html", context, part="drawer", status=status)


@signed_in
@require_POST
def keep(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """The view takes over what the address shows: filter, columns and sort. It goes on opening on its own screen."""
    view = view_of(request, entry, id, to_change=True)
    state = ListState.read(request, entry, user_of(request))
    shown = _shown(state)
    if state.screen != view.screen:
        shown |= {"screen": view.screen, "options": view.options}
    update(view, shown, authorised=OWN)
    return _saved(request, state, view)


@signed_in
@require_POST
def copy(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """A private view of one's own that shows the same."""
    view, user = view_of(request, entry, id), user_of(request)
    taken = set(
        SavedView.objects.filter(module=view.module, user_id=user.id, trashed_at=None).values_list(
            "name", flat=True
        )
    )
    names = (_("Copy of %(name)s") % {"name": view.name}, *(f"{view.name} ({n})" for n in range(2, 1000)))
    values = {
        "module": view.module, "user": user.id, "name": next(n for n in names if n[:100] not in taken)[:100],
        **{name: getattr(view, name) for name in SHOWN}, "colours": view.colours,
    }  # fmt: skip
    made = write(registry.of(SavedView), [Draft(values)], authorised=OWN).records[0]
    toast(request, _("The list view “%(name)s” is saved.") % {"name": made.name})
    return HttpResponseRedirect(made.address(entry.url))


@signed_in
@require_POST
def delete(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    view = view_of(request, entry, id, to_change=True)
    trash(SavedView, [id], authorised=OWN)
    undo = f"{entry.url}views/{id}/restore/"
    toast(request, _("List view “%(name)s” deleted.") % {"name": view.name}, undo=undo)
    return HttpResponseRedirect(f"{entry.url}?view=all")


@signed_in
@require_POST
def restore(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """Takes a deletion back."""
    must(request, "view", entry)
    view = SavedView.objects.filter(pk=id, module=entry.module.key, trashed_at__isnull=False).first()
    if view is None or not may_change(user_of(request), view):
        raise Http404
    try:
        write(registry.of(SavedView), [Draft({}, id=id)], verb="restore", authorised=OWN)
    except Refused as refused:
        toast(request, " ".join(str(r.message) for r in refused.refusals), kind="bad")
        return HttpResponseRedirect(f"{entry.url}?view=all")
    return HttpResponseRedirect(view.address(entry.url))


@signed_in
@require_POST
def first(request: HttpRequest, entry: Entry, key: str) -> HttpResponse:
    """The view the module opens with, for this person. Chosen once more, it is so no longer."""
    must(request, "view", entry)
    user = user_of(request)
    url = f"{entry.url}?view={key}"
    if key not in {view.key for view in built_in_views(entry.module)}:
        url = view_of(request, entry, whole(key) or 0).address(entry.url)
    wanted = bool(request.POST.get("on"))
    set_first_view(user, entry.module, key if wanted else "")
    toast(
        request, _("This list opens first from now on.") if wanted else _("This list opens first no longer.")
    )
    return HttpResponseRedirect(url)


@signed_in
@require_POST
def pin(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """Puts the view into the person's sidebar, or takes it out."""
    view = view_of(request, entry, id)
    set_pinned(user_of(request), view.pk, bool(request.POST.get("on")))
    return HttpResponseRedirect(back_to(request, view.address(entry.url)))


@signed_in
@require_POST
def read_answer(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """The owner has read what an admin answered."""
    view = view_of(request, entry, id, to_change=True)
    if view.user_id == user_of(request).id and view.answer:
        update(view, {"answer": str(Answer.NONE), "reason": ""}, authorised=OWN)
    return HttpResponseRedirect(view.address(entry.url))
