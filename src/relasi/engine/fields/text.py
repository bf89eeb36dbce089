"""Text: one line or many, compared without regard to letter case."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup, escape

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, UNSTORABLE, Invalid, Kind, shows_as
from relasi.engine.fields.letter_case import upper
from relasi.engine.fields.reader import Reader, current_reader

# `name__upper__in=[…]`: the only lookup Django does not bring for comparing without letter case.
models.CharField.register_lookup(Upper)
models.TextField.register_lookup(Upper)

LONGEST_TEXT = 32_000

# What one line may not hold, and the many ends of lines.
_CONTROLS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\x85")
_TRAILING = re.compile("[ \t]+\n")

TEXT_OPERATORS = (
    "contains", "not_contains", "is", "is_not", "starts", "ends", "in", "not_in", "empty", "not_empty",
)  # fmt: skip


class TextField(DeclaredField, models.CharField):
    """One line of text. max_length: 255 characters unless said otherwise."""

    def __init__(self, *args: Any, max_length: int = 255, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)


class LongTextField(DeclaredField, models.TextField):
    """Lines of plain text, at most 32,000 characters."""

    longest = LONGEST_TEXT


@shows_as(models.CharField)
class TextKind(Kind):
    name = "text"
    input = "text"
    operators: tuple[str, ...] = TEXT_OPERATORS
    width = "14rem"

    def __init__(self, field: Any):
        super().__init__(field)
        self.longest: int | None = getattr(field, "max_length", None) or getattr(field, "longest", None)

    def parse(self, raw: Any, reader: Reader | None = None) -> str | None:
        if raw is None:
            return self.nothing
        text = raw if raw.__class__ is str else str(raw)
        if not text.isprintable():
            text = _CONTROLS.sub(" ", text)
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        text = text.strip()
        if self.longest is not None and len(text) > self.longest:
            raise self.too_long(text)
        return text or self.nothing

    def too_long(self, text: str) -> Invalid:
        message = _("This has %(count)s characters; at most %(most)s fit.")
        return Invalid(message % {"count": len(text), "most": self.longest}, "OUT_OF_RANGE")

    # One letter case for all comparisons.
    def same(self, value: Any, other: Any) -> bool:
        return upper(value or "") == upper(other or "")

    def operand(self, operator: str, raw: Any, reader: Reader | None = None) -> Any:
        if operator in ("contains", "not_contains", "starts", "ends"):
            return self._needed_piece(raw)
        return super().operand(operator, raw, reader)

    def _needed_piece(self, raw: Any) -> str:
        """Part of a text, of which the whole may have a stricter form (an address, a number)."""
        piece = _CONTROLS.sub(" ", unicodedata.normalize("NFC", str(raw or ""))).strip()
        if not piece:
            raise Invalid(_("Fill in a value for this filter."), "REQUIRED")
        return piece

    def where(self, path: str, operator: str, operand: Any, reader: Reader | None = None) -> Q:
        reader = reader or current_reader()
        if operator in ("in", "not_in"):
            found = self.in_q(path, [upper(str(value)) for value in operand])
            return found if operator == "in" else ~found | self.empty_q(path)
        if operator in ("is", "is_not"):
            found = Q(**{f"{path}__iexact": operand})
            return found if operator == "is" else ~found | self.empty_q(path)
        return super().where(path, operator, operand, reader)

    def in_q(self, path: str, raised: list[str]) -> Q:
        return Q(**{f"{path}__upper__in": raised})

    def where_more(self, path: str, operator: str, value: Any, reader: Reader) -> Q:
        if operator == "contains":
            return Q(**{f"{path}__icontains": value})
        if operator == "not_contains":
            return ~Q(**{f"{path}__icontains": value}) | self.empty_q(path)
        if operator == "starts":
            return Q(**{f"{path}__istartswith": value})
        if operator == "ends":
            return Q(**{f"{path}__iendswith": value})
        return super().where_more(path, operator, value, reader)

    def holds(self, value: Any, operator: str, operand: Any, reader: Reader | None = None) -> bool:
        if operator == "not_contains":
            return self.is_empty(value) or upper(operand) not in upper(value)
        return super().holds(value, operator, operand, reader)

    def holds_more(self, value: Any, operator: str, other: Any, reader: Reader) -> bool:
        here, piece = upper(value), upper(other)
        if operator == "contains":
            return piece in here
        if operator == "starts":
            return here.startswith(piece)
        if operator == "ends":
            return here.endswith(piece)
        return super().holds_more(value, operator, other, reader)

    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = {"type": ["string", "null"]}
        return found | {"maxLength": self.longest} if self.longest else found

    def order(self, path: str) -> Any:
        return Upper(path)

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return escape(value) if value else EMPTY_CELL


@shows_as(models.TextField)
class LongTextKind(TextKind):
    """Lines are kept. A cell shows the beginning, the record page all of it."""

    name = "long_text"
    input = "long_text"
    width = "20rem"
    sortable = False
    multiline = True
    operators: tuple[str, ...] = ("contains", "not_contains", "starts", "empty", "not_empty")

    def parse(self, raw: Any, reader: Reader | None = None) -> str | None:
        if raw is None:
            return self.nothing
        text = UNSTORABLE.sub(" ", raw if raw.__class__ is str else str(raw))
        text = _TRAILING.sub("\n", _LINE_ENDS.sub("\n", text)).strip()
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        if self.longest is not None and len(text) > self.longest:
            raise self.too_long(text)
        return text or self.nothing

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return escape(excerpt(value)) if value else EMPTY_CELL

    def fact(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return escape(value or "").replace("\n", Markup("<br>"))

    def brief(self, value: Any, reader: Reader | None = None) -> str:
        return excerpt(value or "")

    def search_sql(self) -> str:
        return f"coalesce({super().search_sql()}, '')"


def excerpt(text: str, longest: int = 120) -> str:
    """The beginning of a text on one line, cut at a word, with … where something is left out."""
    line = " ".join(text[: longest * 3].split())
    if len(line) <= longest and len(text) <= longest * 3:
        return line
    return line[:longest].rsplit(" ", 1)[0].rstrip(",.;:") + "…"
