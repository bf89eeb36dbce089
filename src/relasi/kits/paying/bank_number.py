"""Bank number as a field: the number of an account, kept as digits and masked wherever it is read."""

from __future__ import annotations

import re
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup, escape

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, shows_as
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.text import TextKind

SHOWN = 4  # digits at the end
_BETWEEN = re.compile(r"[\s.\-]")
_FORM = re.compile(r"[0-9]{5,34}|[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")


class BankNumberField(DeclaredField, models.CharField):
    """5 to 34 digits, or an IBAN."""

    def __init__(self, *args: Any, max_length: int = 34, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)


@shows_as(BankNumberField)
class BankNumberKind(TextKind):
    """Whoever may edit it sees it whole in the input, and nowhere else."""

    name = "bank_number"
    operators = ("is", "is_not", "empty", "not_empty")
    sortable = False
    cell_class = "num"

    def parse(self, raw: Any, reader: Reader | None = None) -> str | None:
        text = _BETWEEN.sub("", "" if raw is None else str(raw)).upper()
        if not text:
            return self.nothing
        if not _FORM.fullmatch(text):
            raise Invalid(_("Write the number of a bank account with its 5 to 34 digits."))
        return text

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return masked(value) if value else ""

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return escape(masked(value)) if value else EMPTY_CELL

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return value or ""

    def export(self, value: Any, reader: Reader | None = None) -> Any:
        return masked(value) if value else None

    def told(self, value: Any) -> Any:
        return masked(value) if value else None

    def search_sql(self) -> str:
        return "NULL::text"


def masked(number: str) -> str:
    """The last four digits, the others as dots: "••••••6789"."""
    return "•" * max(len(number) - SHOWN, 0) + number[-SHOWN:] if len(number) > SHOWN else "•" * len(number)
