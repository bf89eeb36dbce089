"""Reader: how one person writes and reads values: language, zone, number and date style."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone, translation


@dataclass(frozen=True)
class Reader:
    """language: "id" or "en". zone: IANA name. decimal, group: the separators typed and shown.

    day_first: whether 03/04/2026 means 3 April. currency: the company's, taken where a record names none.
    date_style, hour_style: how days and hours are shown; see User. first_day: a week begins on, as date.weekday().
    """

    language: str = "id"
    zone: str = "Asia/Jakarta"
    decimal: str = ","
    group: str = "."
    day_first: bool = True
    currency: str = "IDR"
    date_style: str = "text"
    hour_style: str = "auto"
    first_day: int = 0

    @property
    def tz(self) -> ZoneInfo:
        return _zone(self.zone)

    def now(self) -> datetime:
        return timezone.now().astimezone(self.tz)

    def today(self) -> date:
        return self.now().date()


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


INDONESIAN = Reader()
ENGLISH = Reader(language="en", decimal=".", group=",")

_reader: ContextVar[Reader] = ContextVar("reader", default=INDONESIAN)


def current_reader() -> Reader:
    return _reader.get()


@contextmanager
def reading_as(reader: Reader) -> Iterator[Reader]:
    token = _reader.set(reader)
    try:
        yield reader
    finally:
        _reader.reset(token)


def said(text: Any, reader: Reader | None = None) -> str:
    """A translatable text in the reader's language, whatever language is active."""
    if isinstance(text, str):
        return text
    language = (reader or current_reader()).language
    if translation.get_language() == language:
        return str(text)
    with translation.override(language):
        return str(text)
