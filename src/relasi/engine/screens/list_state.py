"""ListState: everything a list shows, in its address: view, filter, columns, sort, search and place."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest

from relasi.engine.query.arrangement import first_view, pinned, widths
from relasi.engine.query.listing import Listing
from relasi.engine.query.path import visible_paths
from relasi.engine.query.saved_view import SavedView, built_in_views, may_change, role_default, views_for
from relasi.engine.screens.row_tones import asked_by
from relasi.engine.screens.shell import Entry

SIZES = (20, 25, 50, 100)
USUAL_SIZE = 25
MOST_COLUMNS = 15
ALL = "all"
# What else may show the records a list holds, and what these screens keep in their addresses beside it.
SCREENS: dict[str, tuple[str, ...]] = {
    "board": ("by", "lanes", "within", "closed", "sum", "mean", "colour", "card", "hand")
}
# In an address: without what the saved view says.
NOTHING = "-"


@dataclass(frozen=True)
class ListState:
    """condition, columns, sort: None when the view's own hold. after, before: cursors.

    screen: "" for the list, or another one of SCREENS. options: (name, value) of what that screen is told besides.
    """

    entry: Entry
    user: Any
    view: str = ALL
    condition: dict[str, Any] | None = None
    columns: tuple[str, ...] | None = None
    sort: tuple[str, ...] | None = None
    words: str = ""
    size: int = USUAL_SIZE
    after: str = ""
    before: str = ""
    screen: str = ""
    options: tuple[tuple[str, str], ...] = ()
    views: list[Any] = field(default_factory=list, compare=False)

    @classmethod
    def read(cls, request: HttpRequest, entry: Entry, user: Any, screen: str = "") -> ListState:
        """What the address asks for. Raises Http404 for a view that is not there or not for this person."""
        get = request.GET
        screen = screen or (get.get("screen", "") if get.get("screen") in SCREENS else "")
        saved = views_for(user, entry.module)
        views = [*built_in_views(entry.module), *saved]
        size = get.get("size", "")
        return cls(
            entry=entry,
            user=user,
            view=_chosen_view(get.get("view", ""), user, entry, views, saved),
            condition=_tree(get.get("f", "")),
            columns=_names(get.get("columns")),
            sort=_names(get.get("sort")),
            words=get.get("q", "")[:200],
            size=int(size) if size in map(str, SIZES) else USUAL_SIZE,
            after=get.get("after", ""),
            before=get.get("before", ""),
            screen=screen,
            options=tuple((name, get[name][:300]) for name in SCREENS.get(screen, ()) if get.get(name)),
            views=views,
        )

    @cached_property
    def chosen(self) -> Any:
        return next(view for view in self.views if view.key == self.view)

    @cached_property
    def tree(self) -> dict[str, Any]:
        """The filter that holds: the one in the address, or the view's own."""
        return self.condition if self.condition is not None else (self.chosen.condition or {"all": []})

    @cached_property
    def shown_columns(self) -> list[str]:
        """The first names the record, whatever else was chosen."""
        wanted = self.columns or tuple(getattr(self.chosen, "columns", ()) or ()) or self._usual_columns
        return self.in_order(wanted)[:MOST_COLUMNS]

    @property
    def _usual_columns(self) -> list[str]:
        """Without those in which every row of this entry has the same."""
        return [name for name in self.entry.module.columns if name not in dict(self.entry.fixed)]

    def in_order(self, wanted: Iterable[str]) -> list[str]:
        """Those the person may see, each once; what names the record comes first, for its cell is the way in."""
        names = dict.fromkeys([self.entry.module.naming_field, *wanted])
        return visible_paths(self.entry.module, names, self.user)

    @cached_property
    def shown_sort(self) -> list[str]:
        return list(self.sort or self.chosen.sort or self.entry.module.sort)

    @property
    def changed(self) -> bool:
        """Whether the list differs from its saved view."""
        told_otherwise = bool(self.options) and self.is_own_screen
        return (
            told_otherwise or self.condition is not None or self.columns is not None or self.sort is not None
        )

    @property
    def filtered(self) -> bool:
        return bool(self.words or self.tree.get("all") or self.tree.get("any"))

    @property
    def saved(self) -> SavedView | None:
        return self.chosen if isinstance(self.chosen, SavedView) else None

    @property
    def is_own_screen(self) -> bool:
        """Whether it is the screen on which the saved view opens, and so by the options of the view."""
        return self.saved is not None and self.saved.screen == self.screen != ""

    @property
    def mine(self) -> bool:
        """Whether the person may change the saved view that is open."""
        return self.saved is not None and may_change(self.user, self.saved)

    @property
    def is_first(self) -> bool:
        """Whether the person has chosen this view to come first."""
        return first_view(self.user, self.entry.module) == self.view

    @property
    def is_pinned(self) -> bool:
        return self.saved is not None and self.saved.pk in pinned(self.user)

    @cached_property
    def widths(self) -> dict[str, int]:
        """Column -> CSS pixels, of what the person has resized."""
        return widths(self.user, self.entry.module)

    @property
    def colours(self) -> list[dict[str, Any]]:
        """The rules of the view that colour its rows, as stored."""
        return self.saved.colours if self.saved else []

    @cached_property
    def answered(self) -> list[SavedView]:
        """Own views an admin has said yes or no to, until the person has read it."""
        return [
            view
            for view in self.views
            if isinstance(view, SavedView) and view.answer and view.user_id == self.user.id
        ]

    def listing(self) -> Listing:
        return Listing(
            self.entry.module,
            self.user,
            condition=self.tree,
            columns=self.shown_columns,
            sort=list(self.sort or self.chosen.sort or ()),
            words=self.words,
            fixed=dict(self.entry.fixed),
            also=asked_by(self.colours, self.entry.module, self.user) if self.colours else [],
        )

    def parts(self) -> dict[str, str]:
        """What the address says, without what need not be said."""
        found = {
            "view": self.view,
            "f": json.dumps(self.condition, separators=(",", ":")) if self.condition is not None else "",
            "columns": ",".join(self.columns or ()),
            "sort": ",".join(self.sort or ()),
            "q": self.words,
            "size": str(self.size) if self.size != USUAL_SIZE else "",
            "after": self.after,
            "before": self.before,
            "screen": self.screen,
            **dict(self.options),
        }
        return {key: value for key, value in found.items() if value}

    def hidden(self) -> list[tuple[str, str]]:
        """The same as hidden values of a form that leads to the first page of a list."""
        return [(k, v) for k, v in self.parts().items() if k not in ("after", "before", "size")]

    @cached_property
    def look(self) -> tuple[Any, ...]:
        """What decides how the parts around the rows look to a person."""
        saved = tuple((view.pk, view.changed_at) for view in self.views if isinstance(view, SavedView))
        return self.entry.slug, self.screen, self.query(), saved

    @property
    def here(self) -> str:
        """The address of the screen without what it is told."""
        return f"{self.entry.url}{self.screen + '/' if self.screen else ''}"

    def query(self) -> str:
        """What the address says, as the query of another one."""
        return urlencode(replace(self, after="", before="").parts())

    def url(self, part: str = "", **changes: Any) -> str:
        """The address of this screen, or of a part of the list that leads back to it, with these changes."""
        there = replace(self, **{"after": "", "before": "", **changes})
        parts = there.parts()
        if not part:
            parts.pop("screen", None)
        query = urlencode(parts)
        return f"{self.entry.url + part if part else there.here}{'?' + query if query else ''}"

    def on_screen(self, screen: str, options: tuple[tuple[str, str], ...] = ()) -> str:
        """The same records on another screen; "" is the list."""
        return self.url(screen=screen, options=options)

    @cached_property
    def told(self) -> dict[str, str]:
        """What the screen is told: by the saved view, and by the address before it."""
        kept = self.saved.options if self.saved and self.is_own_screen else {}
        known = {name: str(value) for name, value in kept.items() if name in SCREENS.get(self.screen, ())}
        return {name: value for name, value in {**known, **dict(self.options)}.items() if value != NOTHING}

    def option(self, name: str) -> str:
        return self.told.get(name, "")

    def with_options(self, changes: dict[str, str]) -> tuple[tuple[str, str], ...]:
        """The options of an address with these changed; "" takes one away."""
        kept = self.saved.options if self.saved and self.is_own_screen else {}
        wanted = {**dict(self.options), **changes}
        found = {name: value or (NOTHING if kept.get(name) else "") for name, value in wanted.items()}
        return tuple((name, value) for name, value in found.items() if value and value != kept.get(name))

    def view_url(self, view: Any) -> str:
        plain = {"view": view.key, "condition": None, "columns": None, "sort": None, "words": ""}
        screen = getattr(view, "screen", "")
        return self.url(**plain, screen=screen, options=()) if screen else self.url(**plain)

    def sort_url(self, name: str, descending: bool | None = None) -> str:
        """The address sorted by this column alone; by default the other way round when it is so already."""
        if descending is None:
            descending = self.shown_sort[:1] == [name]
        return self.url(sort=(f"-{name}" if descending else name,))

    def filter_url(self, name: str, place: int | None = None) -> str:
        """The address of the editor of one filter."""
        at = {} if place is None else {"place": place}
        return f"{self.entry.url}filter/?{urlencode({**dict(self.hidden()), 'field': name, **at})}"

    def column_url(self, name: str) -> str:
        """The address of the small window under this column's head."""
        return f"{self.entry.url}column/?{urlencode({**dict(self.hidden()), 'field': name})}"

    def without(self, place: int) -> str:
        """The address without the chip at this place."""
        items = [item for i, item in enumerate(self.tree.get("all", [])) if i != place]
        return self.url(condition={"all": items})

    def with_leaf(self, leaf: dict[str, Any], place: int | None = None) -> str:
        """The address with one more chip, or with the one at this place changed."""
        items = list(self.tree["all"]) if "all" in self.tree else [self.tree]
        if place is not None and place < len(items):
            items[place] = leaf
        else:
            items.append(leaf)
        return self.url(condition={"all": items})


def _chosen_view(wanted: str, user: Any, entry: Entry, views: list[Any], saved: list[SavedView]) -> str:
    """What the address names; else the person's first view, their role's, or all records."""
    keys = {view.key for view in views}
    if wanted:
        if wanted not in keys:
            raise Http404
        return wanted
    own = first_view(user, entry.module)
    if own in keys:
        return own
    of_role = role_default(user, saved)
    return of_role.key if of_role else ALL


def _tree(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _names(text: str | None) -> tuple[str, ...] | None:
    names = tuple(name for name in (text or "").split(",") if name)
    return names or None
