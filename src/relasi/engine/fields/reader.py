"""Reader: how one person writes and reads values: language, zone, number and date style."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone


@dataclass(frozen=True)
class Reader:
    """language: "id" or "en". zone: IANA name. decimal, group: the separators typed and shown.

    day_first: whether 03/04/2026 means 3 April.
    """

    language: str = "id"
    zone: str = "Asia/Jakarta"
    decimal: str = ","
    group: str = "."
    day_first: bool = True
    currency: str = "IDR"

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def now(self) -> datetime:
        return timezone.now().astimezone(self.tz)

    def today(self) -> date:
        return self.now().date()


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
