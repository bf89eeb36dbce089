"""Hours of a day as a field: windows such as 08.00–12.00, 13.00–17.00, kept as text in one form."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup, escape

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, shows_as
from relasi.engine.fields.reader import Reader, current_reader
from relasi.engine.fields.text import TextKind
from relasi.kits.clock.business_hours import Overlap, Window, check_apart

MOST = 8  # windows of a day
_CLOCK = r"(\d{1,2})(?:[.:](\d{2}))?"
_WINDOW = re.compile(rf"{_CLOCK}\s*(?:-|–|—|s/d|sampai|to)\s*{_CLOCK}", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[,;+&]\s*|\s+dan\s+|\s+and\s+", re.IGNORECASE)


class HoursField(DeclaredField, models.CharField):
    """Windows of one day, "08:00-12:00, 13:00-17:00". An end that is not after its start lies on the next day."""

    def __init__(self, *args: Any, max_length: int = 120, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)


def windows_of(text: str | None) -> tuple[Window, ...]:
    """Of the stored form."""
    found = [one.split("-") for one in (text or "").split(", ") if one]
    return tuple(Window(time.fromisoformat(start), time.fromisoformat(end)) for start, end in found)


def read_windows(text: str) -> tuple[Window, ...]:
    """Of what somebody typed, in order. Raises Invalid."""
    found = []
    for piece in _BETWEEN.split(text.strip()):
        match = _WINDOW.fullmatch(piece.strip())
        if match is None:
            raise Invalid(_("Write hours such as 08.00–12.00, 13.00–17.00."))
        found.append(Window(_clock(match[1], match[2]), _clock(match[3], match[4])))
    if len(found) > MOST:
        raise Invalid(_("At most %(n)s times a day.") % {"n": MOST}, "OUT_OF_RANGE")
    try:
        check_apart(found)
    except Overlap:
        raise Invalid(_("Two of these times overlap.")) from None
    return tuple(sorted(found, key=lambda one: one.start))


def _clock(hour: str, minute: str | None) -> time:
    if (int(hour), int(minute or 0)) == (24, 0):
        return time()
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        raise Invalid(_("There is no such time of day.")) from None


@shows_as(HoursField)
class HoursKind(TextKind):
    name = "hours"
    width = "13rem"
    cell_class = "num"
    sortable = False
    operators: tuple[str, ...] = ("contains", "is", "is_not", "empty", "not_empty")

    def parse(self, raw: Any, reader: Reader | None = None) -> str | None:
        text = "" if raw is None else str(raw).strip()
        if not text:
            return self.nothing
        return ", ".join(f"{one.start:%H:%M}-{one.end:%H:%M}" for one in read_windows(text[:400]))

    def show(self, value: Any, reader: Reader | None = None) -> str:
        mark = "." if (reader or current_reader()).language == "id" else ":"
        return (value or "").replace("-", "–").replace(":", mark)

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        return escape(self.show(value, reader)) if value else EMPTY_CELL

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return self.show(value, reader)
