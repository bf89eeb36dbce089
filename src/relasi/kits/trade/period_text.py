"""Period text: a stretch of days as an invoice names it: "Januari 2026", "2026", "1 Jan 2026 – 31 Mar 2026"."""

from __future__ import annotations

from datetime import date, timedelta

from relasi.engine.fields.date_text import MONTHS, write_date
from relasi.engine.fields.reader import ENGLISH, INDONESIAN

# What stands in a text for the period -> the language it is written in there.
PLACES = {"{periode}": "id", "{period}": "en"}
_READERS = {"id": INDONESIAN, "en": ENGLISH}


def period_text(first: date, last: date, language: str) -> str:
    """Both days are part of it. language: "id" or "en"."""
    ends_month = (last + timedelta(days=1)).day == 1
    if first.day == 1 and ends_month and first.year == last.year:
        if first.month == last.month:
            return f"{MONTHS[language][first.month - 1]} {first.year}"
        if (first.month, last.month) == (1, 12):
            return str(first.year)
    reader = _READERS[language]
    if first == last:
        return write_date(first, reader)
    return f"{write_date(first, reader)} – {write_date(last, reader)}"


def with_period(text: str, first: date, last: date) -> str:
    """The text with the period in its places."""
    for place, language in PLACES.items():
        if place in text:
            text = text.replace(place, period_text(first, last, language))
    return text
