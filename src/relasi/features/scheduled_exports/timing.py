"""Timing: when a scheduled export is due, by the clock of the company."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST = "last"
HOURLY = "hour"


def frequencies() -> list[tuple[str, Any]]:
    """Every word that says how often, with its label."""
    found: list[tuple[str, Any]] = [
        (HOURLY, _("Every hour")),
        ("day", _("Every day")),
        ("workday", _("Monday to Friday")),
        ("mon", _("Every Monday")),
        ("tue", _("Every Tuesday")),
        ("wed", _("Every Wednesday")),
        ("thu", _("Every Thursday")),
        ("fri", _("Every Friday")),
        ("sat", _("Every Saturday")),
        ("sun", _("Every Sunday")),
    ]
    found += [(f"month-{n}", _("Day %(n)s of each month") % {"n": n}) for n in range(1, 29)]
    return [*found, (f"month-{LAST}", _("The last day of each month"))]


def falls_on(every: str, day: date) -> bool:
    """every: a word of frequencies. Whether anything is due on that day."""
    if every in WEEKDAYS:
        return day.weekday() == WEEKDAYS.index(every)
    if every == "workday":
        return day.weekday() < 5
    if every.startswith("month-"):
        wanted = every.removeprefix("month-")
        return (
            day.day
            == (calendar.monthrange(day.year, day.month)[1] if wanted == LAST else int(wanted))
        )  # fmt: skip
    return True


def next_time(every: str, hour: int, after: datetime, zone: str) -> datetime:
    """The first due moment after that one, in UTC. An hour the clock leaps over comes when it has leapt."""
    if every == HOURLY:
        return after.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    home = ZoneInfo(zone)
    for day in _days(after.astimezone(home).date()):
        moment = datetime.combine(day, time(hour), home).astimezone(UTC)
        if moment > after and falls_on(every, day):
            return moment
    raise AssertionError("days do not end")


def _days(first: date) -> Iterator[date]:
    while True:
        yield first
        first += timedelta(days=1)
