"""Palette and search: any record and any command from one box, in both languages."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from relasi.engine.access.door import may
from relasi.engine.query.search import Hit, search
from relasi.engine.screens.asking import shell_for, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry, all_entries, entries_of

MOST_COMMANDS = 6


@dataclass
class Found:
    url: str
    title: str
    detail: str
    icon: str


@dataclass
class Command:
    url: str
    label: str
    icon: str
    keys: tuple[str, ...] = ()


@signed_in
def search_page(request: HttpRequest) -> HttpResponse:
    """?q=…: for the palette (an htmx request) its list, else a page of results by module."""
    text = request.GET.get("q", "").strip()[:200]
    user = user_of(request)
    hits = search(user, text, limit=8 if getattr(request, "htmx", False) else 50) if text else []
    context: dict[str, Any] = {
        "text": text,
        "records": [_found(hit) for hit in hits],
        "commands": commands(user, text),
    }
    if getattr(request, "htmx", False):
        return render_page(request, "screens/palette_results.html", context)
    groups: dict[Any, list[Found]] = defaultdict(list)
    for hit in hits:
        groups[hit.module].append(_found(hit))
    context["groups"] = [(module.plural, module.icon, found) for module, found in groups.items()]
    context["shell"] = shell_for(request, None, (_("Search"), None))
    return render_page(request, "screens/search.html", context, part="results")


def _found(hit: Hit) -> Found:
    entry = entries_of(hit.module)[0]
    return Found(f"{entry.url}{hit.id}/", hit.title, f"{hit.module.name} · {hit.number}", hit.module.icon)


def commands(user: Any, text: str) -> list[Command]:
    """Going somewhere and creating something. A module is known by its names in both languages."""
    wanted = text.casefold()
    found = []
    for entry in all_entries():
        if entry.area is None or not may(user, "view", entry.module):
            continue
        if wanted and not any(wanted in word for word in _words(entry)):
            continue
        key = entry.slug[0].upper()
        found.append(
            Command(entry.url, _("Open %(name)s") % {"name": entry.plural}, "arrow-right", ("G", key))
        )
        if may(user, "create", entry.module):
            found.append(Command(f"{entry.url}new/", entry.new, "plus", ("N", key)))
    if user.is_admin and (not wanted or wanted in f"{_('Settings')} settings setelan".casefold()):
        found.append(Command("/settings/", _("Open %(name)s") % {"name": _("Settings")}, "settings"))
    return found[:MOST_COMMANDS]


def _words(entry: Entry) -> list[str]:
    words = [entry.slug, *str(entry.module.words).casefold().split("|")]
    for language in ("id", "en"):
        with translation.override(language):
            words += [str(entry.plural).casefold(), str(entry.name).casefold()]
    return words
