"""List view: the table of all records of a module a person may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from markupsafe import Markup

from relasi.engine.access.door import fields_for, has_tool, may
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.operators import operators_of
from relasi.engine.query.condition import Group, typed
from relasi.engine.query.paging import Page
from relasi.engine.query.path import Path, resolve
from relasi.engine.records.record import title_of
from relasi.engine.screens.asking import go_to, must, reader_of, shell_for, signed_in, user_of
from relasi.engine.screens.list_state import SIZES, ListState
from relasi.engine.screens.list_ways import ways_to_show
from relasi.engine.screens.pages import render_page, wants_part
from relasi.engine.screens.shell import Entry


@dataclass
class Column:
    path: Path
    sorted: str  # "ascending", "descending" or ""
    sort_url: str
    filtered: bool
    filter_url: str
    cell: Any  # the attributes of its cells
    label: str


@dataclass
class Chip:
    place: int
    label: str
    text: str
    remove_url: str
    url: str


@dataclass
class Row:
    record: Any
    title: str
    url: str
    cells: list[Any]


@signed_in
def page(request: HttpRequest, entry: Entry) -> HttpResponse:
    must(request, "view", entry)
    user = user_of(request)
    state = ListState.read(request, entry, user)
    listing = state.listing()
    error, found = "", Page([], None, None)
    try:
        found = listing.page(state.size, after=state.after, before=state.before)
    except Invalid as wrong:
        error = str(wrong.message)
        state = ListState(entry, user, views=state.views)
        listing = state.listing()
    context = {
        "shell": shell_for(request, entry),
        "entry": entry,
        "state": state,
        "page": found,
        "columns": _columns(state, listing),
        "rows": rows_of(entry, listing.paths, found.rows, reader_of(request)),
        "chips": chips_of(state, listing.group, reader_of(request)),
        "error": error,
        "emptiness": None if found.rows or error else _emptiness(state),
        "sizes": SIZES,
        "may_create": may(user, "create", entry.module),
        "may_import": has_tool(user, "import") and may(user, "create", entry.module),
        "actions": _bulk_actions(user, entry),
        "ways": ways_to_show(state),
        "swapped": wants_part(request),
    }
    return render_page(request, "screens/list.html", context, part="list")


def rows_of(entry: Entry, paths: list[Path], records: list[Any], reader: Any) -> list[Row]:
    return [
        Row(
            record,
            title_of(record),
            f"{entry.url}{record.pk}/",
            [cell(path, record, reader) for path in paths],
        )
        for record in records
    ]


def cell(path: Path, record: Any, reader: Any) -> Any:
    if path.through is None:
        return path.kind.cell(path.value_of(record), record, reader)
    if path.through.name in getattr(record, "_hidden", ()):
        return ""
    return path.kind.cell(path.value_of(record), getattr(record, path.through.name), reader)


def _columns(state: ListState, listing: Any) -> list[Column]:
    first = state.shown_sort[0] if state.shown_sort else ""
    order = {first.lstrip("-"): "descending" if first.startswith("-") else "ascending"}
    filtered = {leaf.path.text for leaf in listing.group.leaves()}
    numbers = (place for place, path in enumerate(listing.paths) if path.kind.align == "right")
    first_number = next(numbers, None)
    found = []
    for place, path in enumerate(listing.paths):
        name = path.text
        can_filter = bool(path.kind.operators) and (not path.computed or path.expression is not None)
        found.append(
            Column(
                path,
                order.get(name, ""),
                state.sort_url(name) if path.sortable else "",
                name in filtered,
                state.filter_url(name) if can_filter else "",
                _cell_attributes(path, place, first_number),
                _head_of(state.entry.module, path, place),
            )
        )
    return found


def _head_of(module: Any, path: Path, place: int) -> str:
    """A title of several fields, such as first and last name, is headed by what they are together."""
    return _("Name") if place == 0 and len(module.title_fields) > 1 else path.label


def _cell_attributes(path: Path, place: int, first_number: int | None) -> Markup:
    """On a phone the first number stands at the right and others are left out; the second column stands under
    the name, the rest in a line below."""
    right = path.kind.align == "right"
    classes = f"{'r num' if right else 'trunc'} {path.kind.cell_class}".strip()
    if right and place != first_number:
        return Markup(' class="{}"').format(classes)
    fold = "value" if right else "sub" if place == 1 else "more"
    return Markup(' class="{}" data-fold="{}"').format(classes, fold)


def chips_of(state: ListState, group: Group, reader: Any) -> list[Chip]:
    if group.any:
        whole = Chip(0, "", group.text(reader), state.url(condition={"all": []}), state.url("filter/"))
        return [whole] if group.items else []
    found = []
    for place, item in enumerate(group.items):
        path = getattr(item, "path", None)
        url = state.filter_url(path.text, place) if path is not None else state.url("filter/")
        found.append(Chip(place, "", item.text(reader), state.without(place), url))
    return found


def _emptiness(state: ListState) -> str:
    """Why there is nothing: "filter" hides it, it is not yours ("access"), or there is "none" at all."""
    if state.filtered:
        return "filter"
    model = state.entry.module.model
    living = model._base_manager.filter(trashed_at=None, **dict(state.entry.fixed))
    return "access" if living.exists() else "none"


def _bulk_actions(user: Any, entry: Entry) -> list[str]:
    found = []
    if has_tool(user, "mass_edit") and may(user, "edit", entry.module):
        found += ["edit", *(["owner"] if "owner" in fields_for(user, "edit", entry.module) else [])]
    if may(user, "delete", entry.module):
        found += [*(["merge"] if has_tool(user, "merge") else []), "delete"]
    return found if entry.module.is_record else []


@signed_in
def totals(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The foot of the list: count and sums over the whole result. Loaded after the rows."""
    must(request, "view", entry)
    state = ListState.read(request, entry, user_of(request))
    listing = state.listing()
    reader = reader_of(request)
    try:
        found = listing.totals()
    except Invalid:
        found = {"count": 0}
    sums = [
        (p.label, p.kind.brief(found[p.text], reader)) for p in listing.paths if found.get(p.text) is not None
    ]
    context = {"state": state, "entry": entry, "count": found["count"], "sums": sums}
    return render_page(request, "screens/list_totals.html", context)


@signed_in
def filter_editor(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Chooses a field, an operator and a value; with all three it leads back to the list with one more chip."""
    must(request, "view", entry)
    user = user_of(request)
    state = ListState.read(request, entry, user)
    get = request.GET
    name, operator = get.get("field", ""), get.get("op", "")
    place = int(get["place"]) if get.get("place", "").isdigit() else None
    path, error = None, ""
    if name:
        try:
            path = resolve(entry.module, name, user)
        except Invalid as wrong:
            error = str(wrong.message)
    if path and "apply" in get:
        try:
            leaf = typed(entry.module, user, name, operator, _operand(get))
            return go_to(request, state.with_leaf(leaf, place))
        except Invalid as wrong:
            error = str(wrong.message)
    context = {
        "shell": shell_for(request, entry, (_("Filter"), None)),
        "entry": entry,
        "state": state,
        "choices": field_choices(entry.module, user),
        "path": path,
        "operators": operators_of(path.kind) if path else [],
        "operator": operator,
        "values": get.getlist("value"),
        "place": place,
        "error": error,
    }
    return render_page(request, "screens/filter_editor.html", context, part="editor")


def _operand(get: Any) -> Any:
    values = [value for value in get.getlist("value") if value != ""]
    return values if len(values) > 1 else (values[0] if values else "")


def field_choices(module: Any, user: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """Fields one can filter and show, in groups: those of the form, then the rest, then one step further."""
    seen = fields_for(user, "view", module)
    labels = {}
    for name in [*module.form_fields, *module.fields, *module.computed]:
        if name in seen and name not in labels and name not in _NEVER:
            path = resolve(module, name, user)
            if path.kind.operators:
                labels[name] = path.label
    own = [(name, label) for name, label in labels.items() if name in module.form_fields]
    rest = [(name, label) for name, label in labels.items() if name not in module.form_fields]
    return [(str(module.name), own), (_("More"), rest)]


_NEVER = {"id", "custom", "version", "trashed_at", "trashed_by"}


@signed_in
def column_chooser(request: HttpRequest, entry: Entry) -> HttpResponse:
    must(request, "view", entry)
    user = user_of(request)
    state = ListState.read(request, entry, user)
    if "apply" in request.GET:
        names = tuple(n for n in request.GET.getlist("column") if entry.module.has(n.partition(".")[0]))
        return go_to(request, state.url(columns=names or None))
    context = {
        "shell": shell_for(request, entry, (_("Columns"), None)),
        "entry": entry,
        "state": state,
        "choices": _column_choices(state, user),
    }
    return render_page(request, "screens/column_chooser.html", context, part="editor")


def _column_choices(state: ListState, user: Any) -> list[tuple[str, str]]:
    """Shown columns in their order, then all others; without the first, which names the record."""
    labels = dict(pair for _group, pairs in field_choices(state.entry.module, user) for pair in pairs)
    shown = [name for name in state.shown_columns[1:] if name in labels]
    labels.pop(state.entry.module.naming_field, None)
    return [(name, labels[name]) for name in [*shown, *(name for name in labels if name not in shown)]]
