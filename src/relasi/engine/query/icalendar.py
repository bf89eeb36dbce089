"""iCalendar (RFC 5545): what stands in a calendar as text other programs read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from relasi.engine.query.calendar import Mark

LONGEST = 75  # bytes of a line


def calendar_text(name: str, marks: Iterable[Mark], now: datetime) -> str:
    """One VCALENDAR. Each mark is an event of its own: occurrences of a series are records here."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Relasi//Relasi//ID", "CALSCALE:GREGORIAN",
             f"X-WR-CALNAME:{_text(name)}"]  # fmt: skip
    for mark in marks:
        lines += _event(mark, now)
    return "".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _event(mark: Mark, now: datetime) -> list[str]:
    record = mark.record
    found = [
        "BEGIN:VEVENT",
        f"UID:{record.pk}@relasi",
        f"DTSTAMP:{_moment(now)}",
        f"LAST-MODIFIED:{_moment(record.changed_at)}",
        f"SEQUENCE:{record.version}",
        f"SUMMARY:{_text(mark.title)}",
    ]
    if mark.all_day:
        found += [
            f"DTSTART;VALUE=DATE:{mark.start:%Y%m%d}",
            f"DTEND;VALUE=DATE:{mark.end:%Y%m%d}",
            "TRANSP:TRANSPARENT",
        ]
    else:
        found += [f"DTSTART:{_moment(mark.start)}", f"DTEND:{_moment(mark.end)}"]
    if mark.place:
        found.append(f"LOCATION:{_text(mark.place)}")
    return [*found, "END:VEVENT"]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 bytes; what follows begins with a space. A letter is never cut in two."""
    parts: list[str] = []
    part = ""
    for letter in line:
        if len((part + letter).encode()) > LONGEST - (1 if parts else 0):
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part]) + "\r\n"
