"""Visitor: the person behind a request: how they read, who acts, and how the shell looks to them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.middleware import get_user
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from relasi.engine.access.acting import acting
from relasi.engine.access.directory import directory, hearing
from relasi.engine.access.door import rights_in, rights_of
from relasi.engine.access.reading import reader_for
from relasi.engine.activity.notification import unread_count
from relasi.engine.fields.image import picture_address
from relasi.engine.fields.reader import Reader, reading_as
from relasi.engine.screens.errors import unreadable
from relasi.users.user import User

AS_USER = "as_user"
TONES = ("nila", "biru", "toska", "hijau", "kuning", "jingga", "merah", "jambu", "ungu")


@dataclass
class Visitor:
    """user: whose eyes these are, None before signing in. impersonator: the admin who looks through them."""

    request: HttpRequest
    user: User | None
    impersonator: User | None = None

    @property
    def signed_in(self) -> bool:
        return self.user is not None

    @cached_property
    def language(self) -> str:
        if self.user:
            return self.user.language
        chosen = self.request.COOKIES.get("language", "")
        if chosen in ("id", "en"):
            return chosen
        return "en" if self.request.headers.get("Accept-Language", "id")[:2].lower() == "en" else "id"

    @property
    def theme(self) -> str:
        return self.user.theme if self.user else self.request.COOKIES.get("theme", "auto")

    @property
    def density(self) -> str:
        return self.user.density if self.user else "comfortable"

    @property
    def initials(self) -> str:
        return initials_of(self.user.full_name) if self.user else ""

    @property
    def picture(self) -> str:
        """The address of the person's own picture, empty without one."""
        return picture_address(self.user.picture) if self.user and self.user.picture else ""

    @property
    def tone(self) -> str:
        return tone_of(self.user.pk) if self.user else "gray"

    @property
    def name(self) -> str:
        return self.user.full_name if self.user else ""

    @property
    def email(self) -> str:
        return self.user.email if self.user else ""

    @cached_property
    def look(self) -> tuple[Any, ...]:
        """What decides how the same things look to different people; a new one whenever rights or preferences change."""
        if self.user is None:
            return (None, self.language)
        through = self.impersonator.pk if self.impersonator else None
        return self.user.pk, through, rights_of(self.user).directory.epoch, self.language

    @cached_property
    def unread(self) -> int:
        """How many notifications wait for this person."""
        return unread_count(self.user) if self.user else 0

    @cached_property
    def reader(self) -> Reader:
        if self.user is None:
            return Reader(language=self.language, decimal="," if self.language == "id" else ".",
                          group="." if self.language == "id" else ",")  # fmt: skip
        return reader_for(self.user)


def initials_of(name: str) -> str:
    words = name.split()
    return (words[0][0] + words[-1][0] if len(words) > 1 else name[:2]).upper() if words else "?"


def tone_of(id: int) -> str:
    return TONES[id % len(TONES)]


class VisitorMiddleware:
    """Gives every request its visitor, language, zone and acting person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with hearing() as told:
            visitor = request.visitor = _visitor(request)  # type: ignore[attr-defined]
        with ExitStack() as stack:
            if visitor.user is not None:
                stretch = stack.enter_context(acting(visitor.user, impersonator=visitor.impersonator))
                if told.directory is not None:
                    stretch.memo["rights", visitor.user.id] = rights_in(told.directory, visitor.user)
            stack.enter_context(translation.override(visitor.language))
            stack.enter_context(timezone.override(visitor.reader.tz))
            stack.enter_context(reading_as(visitor.reader))
            return unreadable(request) if _holds_nul(request) else self.get_response(request)


def _holds_nul(request: HttpRequest) -> bool:
    """Whether the address holds the sign that PostgreSQL takes in no text; no page of ours ever sends it."""
    return "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "")


def _visitor(request: Any) -> Visitor:
    # The person themselves: Django's lazy stand-in takes a detour for every attribute.
    request.user = get_user(request)
    user = request.user if request.user.is_authenticated else None
    if user is None:
        return Visitor(request, None)
    other = request.session.get(AS_USER)
    if other and user.is_admin:
        seen_as = directory().account(other)
        if seen_as is not None:
            return Visitor(request, seen_as, impersonator=user)
    return Visitor(request, user)
