"""Filtering a list: one condition, the whole filter with its groups, and the small window under a column's head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.known_above import titles_of
from relasi.engine.fields.operators import operators_of
from relasi.engine.fields.reference import ReferenceKind
from relasi.engine.query.condition import typed
from relasi.engine.query.listing import Listing
from relasi.engine.query.path import Path, resolve
from relasi.engine.screens.asking import go_to, must, shell_for, signed_in, user_of, whole
from relasi.engine.screens.condition_form import ConditionForm, as_typed
from relasi.engine.screens.faces import number
from relasi.engine.screens.field_choices import field_choices
from relasi.engine.screens.list_state import ListState
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry


@signed_in
def filter_editor(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Chooses a field, an operator and a value; with all three it leads back to the list with one more chip."""
    must(request, "view", entry)
    user = user_of(request)
    state = ListState.read(request, entry, user)
    get = request.GET
    name, operator, values = get.get("field", ""), get.get("op", ""), get.getlist("value")
    place = whole(get.get("place"))
    path, error = None, ""
    if name:
        try:
            path = resolve(entry.module, name, user)
        except Invalid as wrong:
            error = str(wrong.message)
    if path and not operator:
        operator, values = _standing(state, path, place)
    if path and "apply" in get:
        try:
            leaf = typed(entry.module, user, name, operator, _operand(get))
            return go_to(request, state.with_leaf(leaf, place))
        except Invalid as wrong:
            error = str(wrong.message)
    if path and operator not in path.kind.operators:
        operator, values = "", []
    context = {
        "shell": shell_for(request, entry, (_("Filter"), None)),
        "entry": entry,
        "state": state,
        "choices": field_choices(entry.module, user, related=True, filtering=True),
        "path": path,
        "operators": operators_of(path.kind) if path else [],
        "operator": operator,
        "values": values,
        "place": place,
        "error": error,
    }
    return render_page(request, "screens/filter_editor.html", context, part="editor")


def _standing(state: ListState, path: Path, place: int | None) -> tuple[str, list[str]]:
    """The operator and values of the chip that is opened, as they would be typed."""
    items = state.tree.get("all", [])
    leaf = items[place] if place is not None and place < len(items) else None
    if not isinstance(leaf, dict) or leaf.get("field") != path.text:
        return "", []
    value = leaf.get("value")
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return leaf["op"], [as_typed(path, leaf["op"], one) for one in listed]


def _operand(get: Any) -> Any:
    values = [value for value in get.getlist("value") if value != ""]
    return values if len(values) > 1 else (values[0] if values else "")


@signed_in
def conditions(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The whole filter: groups of ALL and ANY. GET for the filter that holds, POST for every step of the form."""
    must(request, "view", entry)
    user = user_of(request)
    state = ListState.read(request, entry, user)
    error = ""
    form: ConditionForm | None
    if request.method == "POST":
        form = ConditionForm.of_data(entry.module, user, request.POST)
        form.act(request.POST.get("do", ""))
        if request.POST.get("do") == "apply":
            tree = form.tree()
            if tree is not None:
                return go_to(request, state.url(condition=tree))
            error = _("Some conditions cannot be taken yet.")
    else:
        form = ConditionForm.of_tree(entry.module, user, state.tree)
        if form is not None and not form.rows:
            form.act("add-0")
    context = {
        "shell": shell_for(request, entry, (_("Filter"), None)),
        "entry": entry,
        "state": state,
        "form": form or ConditionForm(entry.module, user),
        "too_deep": form is None,
        "choices": field_choices(entry.module, user, related=True, filtering=True),
        "error": error,
    }
    status = 422 if error else 200
    return render_page(request, "screens/conditions.html", context, part="editor", status=status)


# A column offers so many different values to tick, each with how often it occurs.
MOST_VALUES = 50
# In longer lists, counting what every value occurs in would take too long.
MOST_COUNTED = 20_000


@dataclass(frozen=True)
class Value:
    value: str
    label: str
    tone: str
    count: int | None
    checked: bool


@signed_in
def column(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Under a column's head: its values to tick, sorting and hiding; for other kinds the editor of one condition."""
    must(request, "view", entry)
    user = user_of(request)
    state = ListState.read(request, entry, user)
    try:
        path = resolve(entry.module, request.GET.get("field", ""), user)
    except Invalid:
        raise Http404 from None
    if "apply" in request.GET:
        return go_to(request, state.url(condition=_ticked(state, path, request.GET.getlist("value"))))
    place, leaf = _leaf_on(state, path)
    context = {
        "shell": shell_for(request, entry, (_("Filter"), None)),
        "entry": entry,
        "state": state,
        "path": path,
        "options": [
            (one.value, one.label, one.tone, None if one.count is None else number(one.count), one.checked)
            for one in values_of(state, path, leaf)
        ],
        "editor_url": state.filter_url(path.text, place),
        "clear_url": state.without(place) if place is not None else "",
        "lines": _lines(state, path),
    }
    return render_page(request, "screens/column_filter.html", context, part="menu")


def _lines(state: ListState, path: Path) -> list[tuple[str, str, str]]:
    found = []
    if path.sortable:
        found.append(
            (_("Sort ascending"), "arrow-up-narrow-wide", state.sort_url(path.text, descending=False))
        )
        found.append(
            (_("Sort descending"), "arrow-down-wide-narrow", state.sort_url(path.text, descending=True))
        )
    others = tuple(name for name in state.shown_columns if name != path.text)
    if others and path.text in state.shown_columns[1:]:
        first, *rest = state.shown_columns
        moved = (first, path.text, *(name for name in rest if name != path.text))
        if moved != tuple(state.shown_columns):
            found.append((_("Move to the front"), "pin", state.url(columns=moved)))
        found.append((_("Hide"), "eye-off", state.url(columns=others)))
    return found


def _leaf_on(state: ListState, path: Path) -> tuple[int | None, dict[str, Any]]:
    """The condition on this column among those that must all hold, and its place."""
    for place, item in enumerate(state.tree.get("all", [])):
        if item.get("field") == path.text:
            return place, item
    return None, {}


def _ticked(state: ListState, path: Path, values: list[str]) -> dict[str, Any]:
    """The filter with the ticked values of this column in place of what stood there; none ticked: without it."""
    place, _leaf = _leaf_on(state, path)
    items = list(state.tree["all"]) if "all" in state.tree else [state.tree]
    op = "any" if "any" in path.kind.operators else "in"
    leaf = typed(state.entry.module, state.user, path.text, op, values) if values else None
    if place is not None:
        items[place : place + 1] = [leaf] if leaf else []
    elif leaf:
        items.append(leaf)
    return {"all": items}


def values_of(state: ListState, path: Path, leaf: dict[str, Any]) -> list[Value]:
    """What occurs in this column in the list as it would be without the column's own condition; [] for kinds
    whose values are not a short list."""
    kind = path.kind
    options = getattr(kind, "options", None) if hasattr(kind, "by_key") else None
    if path.through is not None or not (options or isinstance(kind, ReferenceKind)):
        return []
    chosen = {str(one) for one in leaf.get("value") or ()} if leaf.get("op") in ("in", "any") else set()
    counted, exact = _counted(state, path, leaf) if "any" not in kind.operators else ({}, False)
    if options:
        return [
            Value(
                one.key,
                str(one.label),
                one.tone,
                counted.get(one.key, 0) if exact else None,
                one.key in chosen,
            )
            for one in options
            if one.active or one.key in chosen or counted.get(one.key)
        ]
    ids = [*counted, *(int(one) for one in chosen if int(one) not in counted)]
    titles = titles_of(kind.target, ids)  # type: ignore[attr-defined]
    return [
        Value(str(id), titles[id], "", counted.get(id) if exact else None, str(id) in chosen)
        for id in ids
        if id in titles
    ]


def _counted(state: ListState, path: Path, leaf: dict[str, Any]) -> tuple[dict[Any, int], bool]:
    """value -> how many rows, most frequent first, and whether every row of the list was looked at."""
    tree = state.tree
    if "all" in tree:
        tree = {"all": [item for item in tree["all"] if item is not leaf]}
    listing = Listing(state.entry.module, state.user, tree, words=state.words, fixed=dict(state.entry.fixed))
    rows = listing.rows().order_by().values("pk")[:MOST_COUNTED]
    column = path.kind.column
    found = state.entry.module.model._base_manager.filter(pk__in=rows).exclude(**{f"{column}__isnull": True})
    pairs = found.values_list(column).annotate(n=Count("pk")).order_by("-n", column)[:MOST_VALUES]
    return dict(pairs), listing.count(MOST_COUNTED) <= MOST_COUNTED
