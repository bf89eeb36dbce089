"""Addresses of web pages."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import models
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, shows_as
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.text import TextKind

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.I | re.ASCII)
_HOST = re.compile(r"(?=.{1,253}$)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])?\.?")


class UrlField(DeclaredField, models.URLField):
    """The address of a web page, over http or https alone."""

    def __init__(self, *args: Any, max_length: int = 500, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)


@shows_as(models.URLField)
class UrlKind(TextKind):
    name = "url"
    input = "url"

    def parse(self, raw: Any, reader: Reader | None = None) -> str | None:
        text = super().parse(raw, reader)
        if not text:
            return text
        if not _SCHEME.match(text):
            text = "https://" + text.removeprefix("//")
        try:
            parts = urlsplit(text)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            raise self._refusal(str(raw))
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
            raise self._refusal(str(raw))
        # A name before the host only serves to make one page look like another's.
        if "@" in parts.netloc or " " in text:
            raise self._refusal(str(raw))
        path = "" if parts.path == "/" and not parts.query and not parts.fragment else parts.path
        found = urlunsplit((parts.scheme, host + port, path, parts.query, parts.fragment))
        if self.longest is not None and len(found) > self.longest:
            raise self.too_long(found)
        return found

    def _refusal(self, raw: str) -> Invalid:
        message = _("“%(value)s” is not a web address. Example: www.company.co.id.")
        return Invalid(message % {"value": raw[:60]})

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return value or ""

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if not value:
            return EMPTY_CELL
        if not value.startswith(("https://", "http://")):
            return Markup("%s") % value
        drawn = Markup(
            '<a class="link trunc" href="%s" target="_blank" rel="noopener noreferrer nofollow">%s</a>'
        )
        return drawn % (value, value.split("://", 1)[1].removeprefix("www."))

    def schema(self) -> dict[str, Any]:
        return super().schema() | {"format": "uri"}

    def search_sql(self) -> str:
        return f"translate({super().search_sql()}, ':/.-?&=', '       ')"
