"""Shell: what stands around every page: menu, crumbs, the create menu, all by the person's rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.access.door import has_tool, may, rights_of
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.query.arrangement import pinned
from relasi.engine.query.saved_view import usable_views
from relasi.engine.records.taking import groups_of
from relasi.engine.screens.kept import kept


@dataclass(frozen=True)
class Area:
    """A group of the menu: what the app config of its modules says of itself (verbose_name, icon, place, pages).

    pages: (label, address, icon, key of the module one must see) of pages beside its lists.
    """

    key: str
    label: Any
    icon: str
    place: int
    pages: tuple[tuple[Any, str, str, str], ...] = ()


@cache
def areas() -> list[Area]:
    """Those with a place in the menu, in its order."""
    found = [
        Area(
            app.label, app.verbose_name, getattr(app, "icon", "folder"), app.place, getattr(app, "pages", ())
        )
        for app in apps.get_app_configs()
        if hasattr(app, "place")
    ]
    return sorted(found, key=lambda area: area.place)


@dataclass(frozen=True)
class Entry:
    """One line of a menu: a module, or a part of one with fixed values (Companies = accounts of kind company)."""

    module: Module
    slug: str
    plural: Any
    name: Any
    fixed: tuple[tuple[str, Any], ...] = ()

    @property
    def url(self) -> str:
        return f"/{self.slug}/"

    @property
    def new(self) -> str:
        """The label of what creates one: "Peluang baru"."""
        return capfirst(_("New %(name)s") % {"name": _lower(self.name)})

    @property
    def area(self) -> Area | None:
        return next((area for area in areas() if area.key == self.module.area), None)


def _lower(name: Any) -> str:
    """Inside a sentence; what is written in capitals, such as SQL, stays."""
    text = str(name)
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def entry_of(slug: str) -> Entry:
    """The entry of a slug. Raises KeyError."""
    return _entries()[slug]


def entries_of(module: Module) -> list[Entry]:
    return [entry for entry in _entries().values() if entry.module is module]


def all_entries() -> list[Entry]:
    return list(_entries().values())


_cache: dict[str, Entry] = {}


def _entries() -> dict[str, Entry]:
    if not _cache:
        for module in registry:
            if module.self_ruled:
                continue
            _cache[module.slug] = Entry(module, module.slug, module.plural, module.name)
            for slug, plural, name, fixed in module.menu:
                _cache[slug] = Entry(module, slug, capfirst(plural), capfirst(name), tuple(fixed.items()))
    return _cache


HOME, INBOX, QUEUE = "/", "/inbox/", "/queue/"


@dataclass
class Shell:
    request: HttpRequest
    current: str = ""  # the slug of the entry this page belongs to
    crumbs: list[tuple[Any, str | None]] = field(default_factory=list)

    @property
    def company(self) -> str:
        return company().name

    @property
    def _user(self) -> Any:
        return self.request.visitor.user  # type: ignore[attr-defined]

    @cached_property
    def _visible(self) -> list[Entry]:
        return [e for e in _entries().values() if e.area is not None and may(self._user, "view", e.module)]

    @cached_property
    def groups(self) -> list[tuple[Any, str, bool, list[Any]]]:
        found = []
        for area in areas():
            items = [
                (e.plural, e.url, e.module.icon, e.slug == self.current, None)
                for e in self._visible
                if e.module.area == area.key
            ]
            items += [
                (label, url, icon, not self.current and self.request.path.startswith(url), None)
                for label, url, icon, key in area.pages
                if may(self._user, "view", registry.module(key))
            ]
            if items:
                found.append((area.label, area.icon, any(item[3] for item in items), items))
        if found and not any(is_open for _label, _icon, is_open, _items in found):
            label, icon, _is_open, items = found[0]
            found[0] = (label, icon, True, items)
        return found

    @property
    def shortcuts(self) -> list[Any]:
        path = self.request.path
        found = [
            (_("Home"), HOME, "house", path == HOME),
            (_("Inbox"), INBOX, "inbox", path.startswith(INBOX)),
        ]
        if self._visible:
            if groups_of(self._user):
                found.append((_("Group queue"), QUEUE, "users-round", path.startswith(QUEUE)))
            if any(entry.module.calendar is not None for entry in self._visible):
                found.append((_("Calendar"), "/calendar/", "calendar-days", path.startswith("/calendar/")))
            found.append((_("Recycle bin"), "/bin/", "trash-2", path.startswith("/bin/")))
            if has_tool(self._user, "merge"):
                found.append((_("Duplicates"), "/duplicates/", "copy", path.startswith("/duplicates/")))
            found.append((_("Change history"), "/changes/", "history", path.startswith("/changes/")))
        return found

    @cached_property
    def pinned(self) -> list[tuple[Any, str, str, bool]]:
        """The saved views this person has put into the sidebar, as far as they may still use them."""
        wanted = pinned(self._user) if self._user is not None else []
        views = {view.pk: view for view in usable_views(self._user, wanted)} if wanted else {}
        here = self.request.GET.get("view", "")
        found = []
        for view in (views[id] for id in wanted if id in views):
            entry = entries_of(registry.module(view.module))[0]
            current = here == view.key and self.request.path.startswith(entry.url)
            found.append((view.name, view.address(entry.url), entry.module.icon, current))
        return found

    @cached_property
    def look(self) -> tuple[Any, ...]:
        """What decides how the menus look to a person."""
        return self.current, self.request.path.split("/", 2)[1], *self.pinned

    @property
    def create(self) -> list[tuple[Any, str, str, str]]:
        return kept(("create", self.request.visitor.look), self._create)  # type: ignore[attr-defined]

    def _create(self) -> list[tuple[Any, str, str, str]]:
        return [
            (e.name, f"{e.url}new/", e.module.icon, e.slug[0].upper())
            for e in self._visible
            if may(self._user, "create", e.module)
        ]

    @property
    def notifications_url(self) -> str:
        return INBOX

    @property
    def settings_url(self) -> str:
        return "/settings/"

    @property
    def profile_url(self) -> str:
        return "/preferences/mine/"

    @property
    def can_settings(self) -> bool:
        return self._user is not None and rights_of(self._user).admin
