"""Dates and times as people write them in both languages, and back again."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import Reader

_NAMES = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}
_SHORT_NAMES = {
    "id": "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des",
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}
_DAY_NAMES = {
    "id": "Senin Selasa Rabu Kamis Jumat Sabtu Minggu",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
MONTHS = {language: names.split() for language, names in _NAMES.items()}
SHORT_MONTHS = {language: names.split() for language, names in _SHORT_NAMES.items()}
WEEKDAYS = {language: names.split() for language, names in _DAY_NAMES.items()}

_MONTH_WORDS = {
    name.lower(): number
    for names in (*MONTHS.values(), *SHORT_MONTHS.values())
    for number, name in enumerate(names, 1)
}
_MONTH_WORDS |= {"agt": 8, "ags": 8, "sept": 9, "nop": 11, "nopember": 11, "pebruari": 2, "peb": 2}
_WEEKDAY_WORDS = {name.lower() for names in WEEKDAYS.values() for name in names} | {"jum'at", "ahad"}
_WEEKDAY_WORDS |= {name[:3] for name in _WEEKDAY_WORDS}

_DAYS_FROM_TODAY = {
    "hari ini": 0, "today": 0, "kemarin": -1, "yesterday": -1, "besok": 1, "tomorrow": 1, "lusa": 2,
}  # fmt: skip

# WIB, WITA and WIT have kept these offsets, without summer time, since they were named.
ZONES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura", "utc": "UTC", "z": "UTC"}
ZONE_NAMES = {
    "Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT",
    "UTC": "UTC",
}  # fmt: skip

# Beyond these years the day before or after, or the same moment in another zone, may not exist.
FIRST_YEAR, LAST_YEAR = 1000, 9998

_IN_DIGITS = re.compile(r"(\d{1,4})[/.\-\s](\d{1,2})[/.\-\s](\d{1,4})", re.ASCII)
_IN_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s.\-/]*([a-z]+)[\s.,\-/]*(\d{4}|\d{2})", re.ASCII)
_MONTH_FIRST = re.compile(r"([a-z]+)[\s.]*(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.ASCII)
_TIME = re.compile(
    r"(?:(?:pukul|jam|at)\s*)?(\d{1,2})[.:](\d{2})(?:[.:](\d{2})(?:[.,](\d{1,6}))?)?\s*(am|pm)?\s*([a-z]{1,4})?",
    re.ASCII,
)
_POINTED = re.compile(r"[ T]\d{1,2}\.\d\d(?!\d)", re.ASCII)
_DATE_TIME = re.compile(
    r"(.*?[^\s,T])[\s,T]\s*((?:(?:pukul|jam|at)\s*)?\d{1,2}[.:]\d{2}(?:[.:]\d.*|\D.*)?)", re.I
)


def read_date(text: str, reader: Reader) -> date:
    """The day written. Day or month first as the reader does, unless only one can be. Raises Invalid."""
    try:
        if len(text) == 10:
            if text[2] == "/" == text[5] and reader.day_first:
                return _checked(date(int(text[6:]), int(text[3:5]), int(text[:2])), text)
            if text[4] == "-" == text[7]:
                return _checked(date.fromisoformat(text), text)
        return _checked(_read_rare(text, reader), text)
    except ValueError as wrong:
        if isinstance(wrong, Invalid):
            raise
        if reader.day_first and len(text) == 10 and text[2] == "/":
            return _swapped(text)
        raise _no_date(text)


def _swapped(text: str) -> date:
    """04/23/2026: no month 23, so the month came first."""
    try:
        return _checked(date(int(text[6:]), int(text[:2]), int(text[3:5])), text)
    except ValueError:
        raise _no_date(text)


def _no_date(text: str) -> Invalid:
    return Invalid(_("“%(value)s” is not a date. Example: 17/08/2026.") % {"value": text[:40]})


def _checked(day: date, text: str) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _no_date(text)
    return day


def _read_rare(text: str, reader: Reader) -> date:
    """Raises ValueError where a number is no month or no day."""
    bare = " ".join(text.lower().split())
    if bare in _DAYS_FROM_TODAY:
        return reader.today() + timedelta(_DAYS_FROM_TODAY[bare])
    first, _comma, rest = bare.partition(" ")
    if first.strip(",.") in _WEEKDAY_WORDS and rest:
        bare = rest
    found = _IN_DIGITS.fullmatch(bare)
    if found:
        return _from_digits(found[1], found[2], found[3], reader)
    found = _IN_WORDS.fullmatch(bare)
    if found:
        return date(_year(found[3], reader), _month(found[2]), int(found[1]))
    found = _MONTH_FIRST.fullmatch(bare)
    if found:
        return date(int(found[3]), _month(found[1]), int(found[2]))
    raise ValueError(text)


def _from_digits(first: str, second: str, third: str, reader: Reader) -> date:
    if len(first) >= 3:
        return date(_year(first, reader), int(second), int(third))
    day, month = (int(first), int(second)) if reader.day_first else (int(second), int(first))
    if month > 12 >= day:
        day, month = month, day
    return date(_year(third, reader), month, day)


def _year(digits: str, reader: Reader) -> int:
    """Two digits mean the hundred years up to ten years from now."""
    if len(digits) == 2:
        latest = reader.today().year + 10
        year = latest // 100 * 100 + int(digits)
        return year if year <= latest else year - 100
    if len(digits) != 4:
        raise ValueError(digits)
    return int(digits)


def _month(word: str) -> int:
    try:
        return _MONTH_WORDS[word]
    except KeyError:
        raise ValueError(word)


def read_moment(text: str, reader: Reader) -> datetime:
    """The moment written, in UTC. Without a zone it is the reader's, without a time the day's beginning."""
    found = None
    # "2026-11-23 07.30" is no hundredth part of a second here.
    if text[:4].isdigit() and not _POINTED.search(text):
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            found = None
    if found is None:
        split = _DATE_TIME.fullmatch(text)
        if split:
            day = read_date(split[1].strip(" ,"), reader)
            found = _with_time(day, split[2], text)
        else:
            found = datetime.combine(read_date(text, reader), time.min)
    _checked(found.date(), text)
    if found.tzinfo is None:
        found = found.replace(tzinfo=reader.tz)
    return found.astimezone(UTC)


def _with_time(day: date, written: str, text: str) -> datetime:
    found = _TIME.fullmatch(written.strip().lower())
    zone = ZONES.get(found[6]) if found and found[6] else None
    if not found or (found[6] and not zone):
        raise _no_moment(text)
    hour = int(found[1])
    if found[5]:
        if not 1 <= hour <= 12:
            raise _no_moment(text)
        hour = hour % 12 + (12 if found[5] == "pm" else 0)
    try:
        clock = time(hour, int(found[2]), int(found[3] or 0), int((found[4] or "0").ljust(6, "0")))
    except ValueError:
        raise _no_moment(text)
    return datetime.combine(day, clock, ZoneInfo(zone) if zone else None)


def _no_moment(text: str) -> Invalid:
    message = _("“%(value)s” is not a date with a time. Example: 17/08/2026 14.30.")
    return Invalid(message % {"value": text[:40]})


_IN_FIGURES = {
    "dash": "{0.day:02}-{0.month:02}-{0.year:04}", "slash": "{0.day:02}/{0.month:02}/{0.year:04}",
    "us": "{0.month:02}/{0.day:02}/{0.year:04}", "iso": "{0.year:04}-{0.month:02}-{0.day:02}",
}  # fmt: skip


def write_date(day: date, reader: Reader) -> str:
    """23 Nov 2026, or in figures as the reader prefers."""
    if reader.date_style == "text":
        return f"{day.day} {SHORT_MONTHS[reader.language][day.month - 1]} {day.year}"
    return _IN_FIGURES[reader.date_style].format(day)


def write_long_date(day: date, reader: Reader) -> str:
    """Senin, 23 November 2026"""
    weekday = WEEKDAYS[reader.language][day.weekday()]
    return f"{weekday}, {day.day} {MONTHS[reader.language][day.month - 1]} {day.year}"


def write_time(moment: datetime, reader: Reader) -> str:
    """14.30, in the reader's zone."""
    return write_clock(moment.astimezone(reader.tz), reader)


def write_clock(local: datetime | time, reader: Reader) -> str:
    """The hour as it stands."""
    if reader.hour_style == "12":
        return f"{local.hour % 12 or 12}:{local.minute:02} {'am' if local.hour < 12 else 'pm'}"
    mark = reader.hour_style if reader.hour_style != "auto" else "." if reader.language == "id" else ":"
    return f"{local.hour:02}{mark}{local.minute:02}"


def write_moment(moment: datetime, reader: Reader) -> str:
    """23 Nov 2026 14.30, in the reader's zone."""
    local = moment.astimezone(reader.tz)
    return f"{write_date(local, reader)} {write_clock(local, reader)}"


def zone_name(moment: datetime, reader: Reader) -> str:
    """WIB, WITA or WIT; elsewhere what the zone calls itself."""
    return ZONE_NAMES.get(reader.zone) or moment.astimezone(reader.tz).tzname() or ""
