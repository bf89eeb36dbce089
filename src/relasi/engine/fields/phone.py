"""Phone numbers: stored in E.164, written and shown as people do."""

from __future__ import annotations

import re
from typing import Any

from django.db import models
from markupsafe import Markup, escape

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, shows_as
from relasi.engine.fields.phone_number import InvalidPhone, display_phone, normalize_phone
from relasi.engine.fields.reader import Reader, current_reader
from relasi.engine.fields.text import TextKind

_NOT_DIGIT = re.compile(r"\D", re.ASCII)


class PhoneField(DeclaredField, models.CharField):
    """One phone number; an extension may follow it."""

    def __init__(self, *args: Any, max_length: int = 32, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)


@shows_as(PhoneField)
class PhoneKind(TextKind):
    name = "phone"
    input = "phone"
    width = "10rem"
    cell_class = "num"

    def parse(self, raw: Any, reader: Reader | None = None) -> str | None:
        if raw is None or raw == "":
            return self.nothing
        try:
            return normalize_phone(raw if raw.__class__ is str else str(raw))
        except InvalidPhone as wrong:
            if not str(raw).strip():
                return self.nothing
            raise Invalid(wrong.reason)

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return display_phone(value, (reader or current_reader()).language) if value else ""

    def export(self, value: Any, reader: Reader | None = None) -> Any:
        return value or None

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if not value:
            return EMPTY_CELL
        shown = escape(self.show(value, reader))
        return Markup(f'<a class="link nowrap" href="tel:{escape(value)}">{shown}</a>')

    def brief(self, value: Any, reader: Reader | None = None) -> str:
        return value if value and not value.startswith("+") else self.show(value, reader)

    def _needed_piece(self, raw: Any) -> str:
        """Digits as they are stored: "0812-34" finds +628 12 34…."""
        piece = super()._needed_piece(raw)
        digits = _NOT_DIGIT.sub("", piece)
        if not digits:
            return piece
        return digits[1:] if digits.startswith("0") and not digits.startswith("00") else digits

    def operand(self, operator: str, raw: Any, reader: Reader | None = None) -> Any:
        if operator == "starts":
            digits = self._needed_piece(raw)
            return f"+{digits}" if str(raw).lstrip().startswith(("+", "62")) else f"+62{digits}"
        return super().operand(operator, raw, reader)

    def schema(self) -> dict[str, Any]:
        return super().schema() | {"pattern": r"^\+[1-9]\d{4,14}(;ext=\d{1,6})?$"}

    def search_sql(self) -> str:
        """The digits after +62 or +: what a search makes of any way a person types a number. One word of the
        index for each number, not one for each way.
        """
        column = super().search_sql()
        return f"CASE WHEN left({column}, 3) = '+62' THEN substr({column}, 4) ELSE substr({column}, 2) END"
