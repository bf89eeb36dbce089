"""Mention: @username in a text: whom it means, and how it looks."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q
from markupsafe import Markup, escape

from relasi.engine.access.door import may
from relasi.engine.declare.module import Module
from relasi.users.user import WORKING, User

_START = re.compile(r"(?<![\w./-])@(?=\w)")
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_INSIDE = re.compile(r"[\w-]")
LONGEST = 150


def mentioned(text: str) -> dict[str, int]:
    """Username as written -> id of the active user it means. One query, and none for a text without @."""
    starts = [match.end() for match in _START.finditer(text)]
    if not starts:
        return {}
    people = {
        username.casefold(): id
        for id, username in User.objects.filter(status__in=WORKING).values_list("id", "username")
    }
    found: dict[str, int] = {}
    for start in starts:
        token = _longest_name(text, start, people)
        if token:
            found[token] = people[token.casefold()]
    return found


def _longest_name(text: str, start: int, people: dict[str, int]) -> str:
    """The longest username that stands at this place and ends there as a word does; empty for none."""
    best = ""
    for end in range(start + 1, min(len(text), start + LONGEST) + 1):
        token = text[start:end]
        if "\n" in token:
            break
        ends = end == len(text) or not _INSIDE.match(text[end])
        if ends and token.casefold() in people:
            best = token
    return best


def drawn(text: str, mentions: dict[str, int], names: dict[int, str], me: int | None = None) -> Markup:
    """The text with its mentions as names, its links as links and its lines as lines."""
    parts: list[Markup] = []
    at = 0
    for start, end, piece in _pieces(text, mentions, names, me):
        parts += [escape(text[at:start]), piece]
        at = end
    parts.append(escape(text[at:]))
    return Markup("").join(parts).replace("\n", Markup("<br>"))


def _pieces(text: str, mentions: dict[str, int], names: dict[int, str], me: int | None) -> Any:
    found = []
    for match in _LINK.finditer(text):
        link = Markup('<a class="link" href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>')
        found.append((match.start(), match.end(), link.format(match.group())))
    tokens = sorted(mentions, key=len, reverse=True)
    for match in _START.finditer(text):
        token = next((t for t in tokens if text.startswith(t, match.end())), None)
        if token is not None:
            id = mentions[token]
            face = Markup('<span class="mention{}">@{}</span>')
            piece = face.format(" mention-me" if id == me else "", names.get(id, token))
            found.append((match.start(), match.end() + len(token), piece))
    last = 0
    for start, end, piece in sorted(found):
        if start >= last:
            yield start, end, piece
            last = end


def people_who_see(module: Module, record: Any, text: str = "", most: int = 8) -> list[User]:
    """Active users who may see the record and whose name or username has these words, for suggestions."""
    rows = User.objects.filter(status__in=WORKING)
    for word in text.split():
        rows = rows.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(username__icontains=word)
        )
    found: list[User] = []
    for person in rows.order_by("first_name", "last_name", "pk").iterator(chunk_size=200):
        if may(person, "view", module, record):
            found.append(person)
        if len(found) == most:
            break
    return found
