"""The columns of a list: which are shown and in what order, how wide they are, and what it is sorted by."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.fields.kind import Invalid
from relasi.engine.query.arrangement import set_widths
from relasi.engine.query.paging import MOST_KEYS
from relasi.engine.query.path import resolve
from relasi.engine.screens.asking import back_to, go_to, must, shell_for, signed_in, user_of
from relasi.engine.screens.field_choices import field_choices, flat
from relasi.engine.screens.list_state import MOST_COLUMNS, ListState
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry


@signed_in
def column_chooser(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The shown columns in their order, then all others. Their order in the form is their order in the list."""
    must(request, "view", entry)
    user = user_of(request)
    state = ListState.read(request, entry, user)
    labels = flat(field_choices(entry.module, user, related=True))
    shown, error = _moved(request, state, labels), ""
    if "apply" in request.GET:
        if len(shown) <= MOST_COLUMNS:
            return go_to(request, state.url(columns=tuple(shown) or None))
        error = _("A list shows up to %(most)s columns. Untick some.") % {"most": MOST_COLUMNS}
    context = {
        "shell": shell_for(request, entry, (_("Columns"), None)),
        "entry": entry,
        "state": state,
        "shown": [(name, labels[name]) for name in shown],
        "others": [
            (group, [(name, label) for name, label in pairs if name not in shown])
            for group, pairs in field_choices(entry.module, user, related=True)
        ],
        "error": error,
        "most": MOST_COLUMNS,
    }
    status = 422 if error else 200
    return render_page(request, "screens/column_chooser.html", context, part="editor", status=status)


def _moved(request: HttpRequest, state: ListState, labels: dict[str, str]) -> list[str]:
    """The columns as the form has them; up, down: one moved a place, which scripts do by dragging."""
    get = request.GET
    asked = get.getlist("column") if "column" in get else state.shown_columns
    shown = [name for name in state.in_order(asked) if name in labels]
    for word, step in (("up", -1), ("down", 1)):
        if get.get(word) in shown[1:]:
            at = shown.index(get[word])
            to = min(max(at + step, 1), len(shown) - 1)
            shown.insert(to, shown.pop(at))
    return shown


@signed_in
@require_POST
def widths(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Keeps the widths of this person's columns in the module: {"name": 240}, in CSS pixels."""
    must(request, "view", entry)
    try:
        given = json.loads(request.POST.get("widths", ""))
        chosen = {name: int(width) for name, width in given.items() if _known(request, entry, name)}
    except (ValueError, TypeError, AttributeError):
        raise Http404 from None
    set_widths(user_of(request), entry.module, chosen)
    if request.headers.get("X-Requested-With"):
        return HttpResponse(status=204)
    return HttpResponseRedirect(back_to(request, entry.url))


def _known(request: HttpRequest, entry: Entry, name: Any) -> bool:
    try:
        return bool(resolve(entry.module, str(name), user_of(request)))
    except Invalid:
        return False


@signed_in
def sort_editor(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Up to three sort keys, the first deciding."""
    must(request, "view", entry)
    user = user_of(request)
    state = ListState.read(request, entry, user)
    choices = [
        (group, [(name, label) for name, label in pairs if resolve(entry.module, name, user).sortable])
        for group, pairs in field_choices(entry.module, user, related=True, filtering=True)
    ]
    known = {name for _group, pairs in choices for name, _label in pairs}
    if "apply" in request.GET:
        pairs = zip(request.GET.getlist("key"), request.GET.getlist("way"), strict=False)
        keys = dict.fromkeys(name for name, _way in pairs if name in known)
        ways = dict(zip(request.GET.getlist("key"), request.GET.getlist("way"), strict=False))
        sort = tuple(f"-{name}" if ways[name] == "down" else name for name in keys)[:MOST_KEYS]
        return go_to(request, state.url(sort=sort or None))
    standing = [(text.lstrip("-"), text.startswith("-")) for text in state.shown_sort]
    context = {
        "shell": shell_for(request, entry, (_("Sort"), None)),
        "entry": entry,
        "state": state,
        "choices": choices,
        "keys": [*standing, *[("", False)] * MOST_KEYS][:MOST_KEYS],
    }
    return render_page(request, "screens/sort_editor.html", context, part="editor")
