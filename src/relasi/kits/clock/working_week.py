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


def after_working_days(start: datetime, days: int) -> datetime:
    """The moment when so many days of work have passed since start; nights and weekends do not count."""
    return _hours_in(company().zone).add(start, days * HOURS_A_DAY)
