"""Identity as fields: NPWP, NIK and NITKU, kept as digits and shown as they are printed; and a country."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from markupsafe import Markup, escape

from relasi.engine.fields.address import read_country, write_country
from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, shows_as
from relasi.engine.fields.reader import Reader, current_reader
from relasi.engine.fields.text import TextKind
from relasi.kits.parties.identity import (
    InvalidIdentity,
    format_nik,
    format_nitku,
    format_npwp,
    mask_nik,
    normalize_nik,
    normalize_nitku,
    normalize_npwp,
)


class NpwpField(DeclaredField, models.CharField):
    """A tax number of 15 or 16 digits."""

    def __init__(self, *args: Any, max_length: int = 16, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)


class NikField(DeclaredField, models.CharField):
    """A resident number of 16 digits; only its first and last four are shown."""

    def __init__(self, *args: Any, max_length: int = 16, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)


class NitkuField(DeclaredField, models.CharField):
    """The tax number of a place of business, 22 digits."""

    def __init__(self, *args: Any, max_length: int = 22, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)


class CountryField(DeclaredField, models.CharField):
    """A country, kept as its code of two letters."""

    def __init__(self, *args: Any, max_length: int = 2, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)


class IdentityKind(TextKind):
    """What the three numbers share. normalize: text -> digits. written: digits -> as printed."""

    normalize: ClassVar[staticmethod[[str], str]]
    written: ClassVar[staticmethod[[str], str]]
    width = "11rem"
    cell_class = "num"

    def parse(self, raw: Any, reader: Reader | None = None) -> str | None:
        text = "" if raw is None else str(raw).strip()
        if not text:
            return self.nothing
        try:
            return type(self).normalize(text)
        except InvalidIdentity as wrong:
            raise Invalid(wrong.reason) from wrong

    def _needed_piece(self, raw: Any) -> str:
        """Part of a number is looked for without its dots and dashes."""
        piece = super()._needed_piece(raw)
        return "".join(mark for mark in piece if mark.isdigit()) or piece

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return type(self).written(value) if value else ""

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return escape(self.show(value, reader)) if value else EMPTY_CELL

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return value or ""

    def export(self, value: Any, reader: Reader | None = None) -> Any:
        """Digits as text: a spreadsheet must not take them for a number."""
        return value or None


@shows_as(NpwpField)
class NpwpKind(IdentityKind):
    name = "npwp"
    normalize = staticmethod(normalize_npwp)
    written = staticmethod(format_npwp)


@shows_as(NitkuField)
class NitkuKind(IdentityKind):
    name = "nitku"
    width = "14rem"
    normalize = staticmethod(normalize_nitku)
    written = staticmethod(format_nitku)


@shows_as(NikField)
class NikKind(IdentityKind):
    """Masked wherever it is read; whoever may edit it sees it whole in the input."""

    name = "nik"
    operators = ("is", "is_not", "empty", "not_empty")
    sortable = False
    normalize = staticmethod(normalize_nik)
    written = staticmethod(format_nik)

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return mask_nik(value) if value else ""

    def export(self, value: Any, reader: Reader | None = None) -> Any:
        return mask_nik(value) if value else None

    def told(self, value: Any) -> Any:
        return mask_nik(value) if value else None

    def search_sql(self) -> str:
        return "NULL::text"


@shows_as(CountryField)
class CountryCodeKind(TextKind):
    """Read from its code or its name in either language, shown as its name."""

    name = "country_code"
    width = "10rem"
    operators = ("is", "is_not", "in", "not_in", "empty", "not_empty")
    sortable = False

    def parse(self, raw: Any, reader: Reader | None = None) -> str | None:
        text = "" if raw is None else str(raw).strip()
        return read_country(text) if text else self.nothing

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return write_country(value, reader or current_reader()) if value else ""

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return escape(self.show(value, reader)) if value else EMPTY_CELL

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return self.show(value, reader)
