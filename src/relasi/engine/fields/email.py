"""E-mail addresses."""

from __future__ import annotations

from typing import Any

from django.db import models
from markupsafe import Markup, escape

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.email_address import InvalidEmail, normalize_email
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, shows_as
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.text import TextKind


class EmailField(DeclaredField, models.EmailField):
    """One e-mail address, kept with its domain in lower case."""


@shows_as(models.EmailField)
class EmailKind(TextKind):
    name = "email"
    input = "email"

    def parse(self, raw: Any, reader: Reader | None = None) -> str | None:
        if raw is None or raw == "":
            return self.nothing
        try:
            return normalize_email(raw if raw.__class__ is str else str(raw))
        except InvalidEmail as wrong:
            if not str(raw).strip():
                return self.nothing
            raise Invalid(wrong.reason)

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if not value:
            return EMPTY_CELL
        shown = escape(value)
        return Markup(f'<a class="link trunc" href="mailto:{shown}">{shown}</a>')

    def schema(self) -> dict[str, Any]:
        return super().schema() | {"format": "email"}

    def search_sql(self) -> str:
        """The pieces of the address; a search for a whole address looks for them one behind the other."""
        return f"translate({super().search_sql()}, '@._-+', '     ')"
