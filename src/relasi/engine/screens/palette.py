"""Palette and search: any record and any command from one box, in both languages."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from relasi.engine.access.door import fields_for, may
from relasi.engine.access.prepared import Given, IsOneOf, prepared
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reference import faces_of
from relasi.engine.query.listing import Listing, hide_unseen
from relasi.engine.query.search import Hit, search
from relasi.engine.screens.asking import shell_for, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import all_entries, entries_of, entry_of

MOST_COMMANDS = 6


@dataclass
class Found:
    """title, detail: what was searched for stands in <mark>. square: whether its face is, None when it has none."""

    url: str
    name: str
    title: Markup
    detail: Markup
    icon: str
    square: bool | None


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
    context: dict[str, Any] = {"text": text, "commands": commands(user, text)}
    if getattr(request, "htmx", False):
        context["records"] = _found(user, hits, text, with_module=True)
        return render_page(request, "screens/palette_results.html", context)
    groups: dict[Any, list[Hit]] = defaultdict(list)
    for hit in hits:
        groups[hit.module].append(hit)
    context["groups"] = [
        (module.plural, module.icon, _found(user, some, text)) for module, some in groups.items()
    ]
    context["shell"] = shell_for(request, None, (_("Search"), None))
    return render_page(request, "screens/search.html", context, part="results")


def _found(user: Any, hits: list[Hit], text: str, *, with_module: bool = False) -> list[Found]:
    beside = _subtitles(user, hits)
    found = []
    for hit in hits:
        parts = [str(hit.module.name)] if with_module else []
        detail = " · ".join(filter(None, [*parts, beside.get(hit.id, ""), hit.number]))
        url = f"{entries_of(hit.module)[0].url}{hit.id}/"
        marked_title, marked_detail = marked(hit.title, text), marked(detail, text)
        face = faces_of(hit.module.icon)
        found.append(Found(url, hit.title, marked_title, marked_detail, hit.module.icon, face))
    return found


def _subtitles(user: Any, hits: list[Hit]) -> dict[int, str]:
    """What a module shows beside its titles, as far as the person may see it: one query for each module."""
    found = {}
    for module in {hit.module.key: hit.module for hit in hits}.values():
        name = module.subtitle
        field = module.fields.get(name)
        if field is None or name not in fields_for(user, "view", module):
            continue
        rows = _with_subtitles(user, module, [hit.id for hit in hits if hit.module is module])
        hide_unseen(rows, [field] if field.is_relation else [], user)
        found.update({row.pk: kind_of(field).text_of(row) for row in rows})
    return found


def _with_subtitles(user: Any, module: Module, ids: list[int]) -> list[Any]:
    def rows() -> QuerySet:
        found = module.model._base_manager.filter(IsOneOf(F("pk"), Given("ids")))
        return Listing(module, user, columns=[module.subtitle]).loaded(found)

    return prepared(("subtitles", module.key), rows, by_key=True).run({"ids": ids})


def marked(text: str, wanted: str) -> Markup:
    """The text with every word of `wanted` in <mark>."""
    words = [re.escape(word) for word in wanted.split() if len(word) > 1]
    if not words:
        return escape(text)
    pieces = re.split(f"({'|'.join(words)})", text, flags=re.IGNORECASE)
    return Markup("").join(
        Markup("<mark>%s</mark>") % piece if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )


def commands(user: Any, text: str) -> list[Command]:
    """Going somewhere and creating something. A module is known by its names in both languages."""
    wanted = text.casefold()
    found = []
    for entry in all_entries():
        if entry.area is None or not may(user, "view", entry.module):
            continue
        if wanted and not any(wanted in word for word in _words(entry.slug)):
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


@cache
def _words(slug: str) -> list[str]:
    entry = entry_of(slug)
    words = [slug, *str(entry.module.words).casefold().split("|")]
    for language in ("id", "en"):
        with translation.override(language):
            words += [str(entry.plural).casefold(), str(entry.name).casefold()]
    return words
