"""List view: the table of all records of a module a person may see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from time import time
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from markupsafe import Markup

from relasi.engine.access.door import fields_for, has_tool, may, scope_of
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid, Kind
from relasi.engine.fields.reference import unseen
from relasi.engine.query.condition import Group
from relasi.engine.query.listing import Listing
from relasi.engine.query.paging import Page
from relasi.engine.query.path import Path
from relasi.engine.records.record import title_of
from relasi.engine.screens.asking import must, reader_of, shell_for, signed_in, user_of
from relasi.engine.screens.kept import drawn_rows, kept
from relasi.engine.screens.list_state import SIZES, ListState
from relasi.engine.screens.list_ways import ways_to_show
from relasi.engine.screens.pages import escaped, render_page, wants_part
from relasi.engine.screens.row_tones import row_tones
from relasi.engine.screens.shell import Entry


@dataclass
class Column:
    path: Path
    sorted: str  # "ascending", "descending" or ""
    sort_url: str
    filtered: bool
    filter_url: str
    td: str  # how each of its cells begins
    label: str
    width: str  # as CSS has it
    editable: bool  # whether its cells can be edited where they stand


@dataclass(frozen=True)
class Chip:
    place: int
    label: str
    text: str
    remove_url: str
    url: str


@dataclass
class Row:
    """One record as a table shows it. key: all that its look is made of, where it may be kept."""

    entry: Entry
    record: Any
    paths: list[Path]
    reader: Any
    key: Any = None

    @cached_property
    def title(self) -> str:
        return title_of(self.record)

    @cached_property
    def url(self) -> str:
        return f"{self.entry.url}{self.record.pk}/"

    @cached_property
    def cells(self) -> list[Any]:
        return [cell(path, self.record, self.reader) for path in self.paths]

    @property
    def kept(self) -> Markup | None:
        """How it was drawn before, from the very same."""
        return drawn_rows.find(self.key) if self.key else None

    def keep(self, drawn: Markup) -> Markup:
        return drawn_rows.put(self.key, drawn) if self.key else drawn

    def tds(self, columns: list[Column]) -> Markup:
        """The cells after the first as the table holds them. Joined here: a page has hundreds of them."""
        parts: list[str] = []
        for column, shown in zip(columns[1:], self.cells[1:], strict=True):
            parts += (column.td, escaped(shown), "</td>")
        return Markup("".join(parts))


@signed_in
def page(request: HttpRequest, entry: Entry) -> HttpResponse:
    must(request, "view", entry)
    user = user_of(request)
    state = ListState.read(request, entry, user)
    if state.saved and state.saved.screen and not request.GET:
        return HttpResponseRedirect(state.view_url(state.saved))
    listing = state.listing()
    error, found = "", Page([], None, None)
    try:
        found = listing.page(state.size, after=state.after, before=state.before)
    except Invalid as wrong:
        error = str(wrong.message)
        state = ListState(entry, user, views=state.views)
        listing = state.listing()
    tones = row_tones(state.colours, found.rows, entry.module, user) if state.colours else {}
    context = {
        "shell": shell_for(request, entry),
        "entry": entry,
        "state": state,
        "page": found,
        "columns": columns_of(request, state, listing),
        "rows": _table_rows(request, state, listing, found.rows, tones),
        "chips": tuple(chips_of(state, listing.group, reader_of(request))),
        "error": error,
        "tones": tones,
        "emptiness": None if found.rows or error else _emptiness(state),
        "sizes": SIZES,
        "widths": state.widths,
        "may_create": may(user, "create", entry.module),
        "may_import": has_tool(user, "import") and may(user, "create", entry.module),
        "may_export": has_tool(user, "export"),
        "actions": _bulk_actions(user, entry),
        "ways": kept(("ways", request.visitor.look, state.look, state.options), lambda: ways_to_show(state)),  # type: ignore[attr-defined]
        "swapped": wants_part(request),
    }
    return render_page(request, "screens/list.html", context, part="list")


def draw_rows(request: HttpRequest, state: ListState, listing: Listing, records: list[Any]) -> HttpResponse:
    """Rows alone, as the list has them, for what changes one of them."""
    tones = row_tones(state.colours, records, state.entry.module, state.user)
    context = {
        "entry": state.entry,
        "columns": columns_of(request, state, listing),
        "rows": _table_rows(request, state, listing, records, tones),
        "tones": tones,
        "actions": _bulk_actions(state.user, state.entry),
    }
    return render_page(request, "screens/list_rows.html", context)


def rows_of(entry: Entry, paths: list[Path], records: list[Any], reader: Any) -> list[Row]:
    return [Row(entry, record, paths, reader) for record in records]


def _table_rows(
    request: HttpRequest, state: ListState, listing: Listing, records: list[Any], tones: dict[int, str]
) -> list[Row]:
    """Rows of the list, which look the same to one person until something they are made of changes."""
    rows = rows_of(state.entry, listing.paths, records, reader_of(request))
    if _are_made_of_loaded(listing):
        look = request.visitor.look, state.entry.slug, (*listing.columns,), _moment(listing)  # type: ignore[attr-defined]
        for row in rows:
            row.key = look, tones.get(row.record.pk), loaded(row.record)
    return rows


def _are_made_of_loaded(listing: Listing) -> bool:
    """Whether what was loaded with the records, the person and the time decide how the rows look."""
    labels = (field.related_model._meta.label for field in listing.references)
    targets = (registry.module(label) for label in labels if registry.knows(label))
    return not any(path.beside for path in listing.paths) and not any(one.self_ruled for one in targets)


def _moment(listing: Listing) -> Any:
    """Days begin on a quarter of an hour, here and in the company's zone; what is worked out, or past its time, may
    look different each minute."""
    by_clock = any(path.computed or getattr(path.kind, "late", "") for path in listing.paths)
    return int(time()) // (60 if by_clock else 900)


def loaded(record: Any) -> tuple[Any, ...]:
    """All that was loaded of a record and of what it refers to; the same for two that look the same."""
    inside = record.__dict__.copy()
    state, seen = inside.pop("_state"), inside.pop("_seen", None)
    referred = [None if other is None else loaded(other) for other in state.fields_cache.values()]
    return (*inside.values(), *referred, *(seen.items() if seen else ()))


def cell(path: Path, record: Any, reader: Any) -> Any:
    if path.through is None:
        return path.kind.cell(path.value_of(record), record, reader)
    if path.through.name in unseen(record):
        return ""
    return path.kind.cell(path.value_of(record), getattr(record, path.through.name), reader)


def columns_of(request: HttpRequest, state: ListState, listing: Listing) -> list[Column]:
    look = request.visitor.look, state.look  # type: ignore[attr-defined]
    return kept(("columns", look), lambda: _columns(state, listing))


def _columns(state: ListState, listing: Any) -> list[Column]:
    first = state.shown_sort[0] if state.shown_sort else ""
    order = {first.lstrip("-"): "descending" if first.startswith("-") else "ascending"}
    filtered = {leaf.path.text for leaf in listing.group.leaves()}
    value = _value_of(listing.paths)
    module = state.entry.module
    writable = fields_for(state.user, "edit", module) if may(state.user, "edit", module) else set()
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
                state.column_url(name) if can_filter else "",
                _td(path, place, value),
                _head_of(state.entry.module, path, place),
                f"{state.widths[name]}px" if name in state.widths else path.kind.width,
                name in writable
                and path.through is None
                and editable_in_cell(path.kind)
                and (place > 0 or module.title_fields == [name]),
            )
        )
    return found


def _head_of(module: Any, path: Path, place: int) -> str:
    """A title of several fields, such as first and last name, is headed by what they are together."""
    return _("Name") if place == 0 and len(module.title_fields) > 1 else path.label


# Kinds too large for a cell are edited on the record's page.
_TOO_LARGE = {"long_text", "rich_text", "address", "image", "hidden", "multi_choice", "references"}


def editable_in_cell(kind: Kind) -> bool:
    return kind.editable and kind.input not in _TOO_LARGE


def _value_of(paths: list[Path]) -> int | None:
    """Which column stands at the right on a phone: the first amount of money, or else the first number."""
    numbers = [place for place, path in enumerate(paths) if path.kind.align == "right"]
    return next((place for place in numbers if paths[place].kind.name == "money"), next(iter(numbers), None))


def _td(path: Path, place: int, value: int | None) -> str:
    """On a phone one number stands at the right, with its name where it is no money, and others are left out; the second
    column stands under the name, the rest in a line below."""
    right = path.kind.align == "right"
    classes = f"{'r num' if right else 'trunc'} {path.kind.cell_class}".strip()
    if right and place != value:
        return f'<td class="{classes}">'
    fold = "value" if right else "sub" if place == 1 else "more"
    named = f' data-label="{escaped(str(path.label))}"' if right and path.kind.name != "money" else ""
    return f'<td class="{classes}" data-fold="{fold}"{named}>'


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
    """Why there is nothing: "filter" hides it, or there is "none" at all; who sees only some is told no more ("access")."""
    if state.filtered:
        return "filter"
    return "none" if scope_of(state.user, "view", state.entry.module).everyone else "access"


def _bulk_actions(user: Any, entry: Entry) -> list[str]:
    found = ["export"] if has_tool(user, "export") else []
    if has_tool(user, "mass_edit") and may(user, "edit", entry.module):
        found += ["edit", *(["owner"] if "owner" in fields_for(user, "edit", entry.module) else [])]
    if may(user, "delete", entry.module):
        found += [*(["merge"] if has_tool(user, "merge") else []), "delete"]
    return ["tag", "follow", "unfollow", *found] if entry.module.is_record else []
