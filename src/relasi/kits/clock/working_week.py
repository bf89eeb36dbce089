"""Working week: the hours the company works, Monday to Friday from eight to five on its own clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from relasi.engine.access.company import company
from relasi.kits.clock.business_hours import BusinessHours, Window

DAY = Window(time(8), time(17))
WEEK = [(DAY,)] * 5 + [()] * 2
HOURS_A_DAY = timedelta(hours=9)


@lru_cache(maxsize=8)
def _hours_in(zone: str) -> BusinessHours:
    return BusinessHours(ZoneInfo(zone), WEEK)


def works_at(zone: str, start: str, end: str, at: datetime) -> bool:
    """Whether somebody in this zone works at a moment. start, end: hours of their own on the days the company works,
    such as "22:00" and "06:00"; the company's hours where both are empty."""
    return _hours_of(zone, start, end).is_open(at)


@lru_cache(maxsize=64)
def _hours_of(zone: str, start: str, end: str) -> BusinessHours:
    if not (start and end):
        return _hours_in(zone)
    own = (Window(time.fromisoformat(start), time.fromisoformat(end)),)
    return BusinessHours(ZoneInfo(zone), [own if windows else () for windows in WEEK])


def after_working_days(start: datetime, days: int) -> datetime:
    """The moment when so many days of work have passed since start; nights and weekends do not count."""
    return _hours_in(company().zone).add(start, days * HOURS_A_DAY)
