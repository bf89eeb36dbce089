"""iCalendar (RFC 5545): what stands in a calendar as text other programs read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from relasi.engine.query.calendar import Mark

LONGEST = 75  # bytes of a line


def calendar_text(name: str, marks: Iterable[Mark], now: datetime) -> str:
    """One VCALENDAR. Each mark is an event of its own: occurrences of a series are records here."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Relasi//Relasi//ID", "CALSCALE:GREGORIAN",
             f"X-WR-CALNAME:{escaped(name)}"]  # fmt: skip
    head = "".join(folded(line) for line in lines)
    return head + "".join(event_text(mark, now) for mark in marks) + folded("END:VCALENDAR")


def event_text(mark: Mark, now: datetime) -> str:
    return "".join(folded(line) for line in _event(mark, now))


def _event(mark: Mark, now: datetime) -> list[str]:
    record = mark.record
    found = [
        "BEGIN:VEVENT",
        f"UID:{record.pk}@relasi",
        f"DTSTAMP:{_moment(now)}",
        f"LAST-MODIFIED:{_moment(record.changed_at)}",
        f"SEQUENCE:{record.version}",
        f"SUMMARY:{escaped(mark.title)}",
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
        found.append(f"LOCATION:{escaped(mark.place)}")
    return [*found, "END:VEVENT"]


@dataclass(frozen=True)
class Invitation:
    """One event as it is told to one who is invited. ends_at: for whole days the midnight after the last. organizer,
    attendee: name and address. answer: a key of Response. off: it is cancelled."""

    uid: str
    sequence: int
    stamp: datetime
    off: bool
    subject: str
    starts_at: datetime
    ends_at: datetime
    all_day: bool
    zone: str
    place: str
    link: str
    text: str
    organizer: tuple[str, str]
    attendee: tuple[str, str]
    answer: str


_ANSWERS = {"accepted": "ACCEPTED", "tentative": "TENTATIVE", "declined": "DECLINED"}


def invitation_text(told: Invitation) -> str:
    """A VCALENDAR of the method REQUEST or CANCEL (RFC 5546)."""
    zone = ZoneInfo(told.zone)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Relasi//Relasi//ID", "CALSCALE:GREGORIAN",
             f"METHOD:{'CANCEL' if told.off else 'REQUEST'}"]  # fmt: skip
    start, end = told.starts_at.astimezone(zone), told.ends_at.astimezone(zone)
    if told.all_day:
        times = [f"DTSTART;VALUE=DATE:{start:%Y%m%d}", f"DTEND;VALUE=DATE:{end:%Y%m%d}"]
    elif start.utcoffset() != end.utcoffset():
        # The clocks change in between, which the zone below, told for one day, does not know.
        times = [f"DTSTART:{_moment(start)}", f"DTEND:{_moment(end)}"]
    else:
        lines += _zone(told.zone, start)
        times = [
            f"{name};TZID={told.zone}:{at:%Y%m%dT%H%M%S}" for name, at in (("DTSTART", start), ("DTEND", end))
        ]
    lines += ["BEGIN:VEVENT", f"UID:{told.uid}", f"DTSTAMP:{_moment(told.stamp)}", f"SEQUENCE:{told.sequence}",
              f"STATUS:{'CANCELLED' if told.off else 'CONFIRMED'}", *times, f"SUMMARY:{escaped(told.subject)}"]  # fmt: skip
    for name, value in (("LOCATION", told.place), ("URL", told.link), ("DESCRIPTION", told.text)):
        if value:
            lines.append(f"{name}:{value if name == 'URL' else escaped(value)}")
    answer = _ANSWERS.get(told.answer, "NEEDS-ACTION")
    lines += [f"ORGANIZER;CN={_quoted(told.organizer[0])}:mailto:{told.organizer[1]}",
              f"ATTENDEE;CN={_quoted(told.attendee[0])};ROLE=REQ-PARTICIPANT;PARTSTAT={answer};RSVP=TRUE:mailto:{told.attendee[1]}",
              "END:VEVENT", "END:VCALENDAR"]  # fmt: skip
    return "".join(folded(line) for line in lines)


def _zone(name: str, at: datetime) -> list[str]:
    """The zone as it is on the day of one event, which is all its reader needs."""
    offset = at.strftime("%z")
    dst = "DAYLIGHT" if at.dst() else "STANDARD"
    return ["BEGIN:VTIMEZONE", f"TZID:{name}", f"BEGIN:{dst}", "DTSTART:19700101T000000", f"TZOFFSETFROM:{offset}",
            f"TZOFFSETTO:{offset}", f"TZNAME:{at.tzname()}", f"END:{dst}", "END:VTIMEZONE"]  # fmt: skip


def _quoted(name: str) -> str:
    """A parameter: neither quotes nor control characters can stand in it."""
    return '"' + "".join(mark for mark in name if mark != '"' and mark.isprintable()) + '"'


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """A text as the value of one line."""
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def folded(line: str) -> str:
    """Lines of at most 75 bytes; what follows begins with a space. A letter is never cut in two."""
    parts: list[str] = []
    part = ""
    for letter in line:
        if len((part + letter).encode()) > LONGEST - (1 if parts else 0):
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part]) + "\r\n"
