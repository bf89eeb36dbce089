"""Recurrence: the days and moments on which something happens again. Pure functions; months and clocks as people mean them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil import rrule

MOST = 500  # occurrences
LONGEST = 5 * 366  # days
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

DAILY, WEEKLY, YEARLY = "daily", "weekly", "yearly"
MONTHLY, MONTHLY_LAST, MONTHLY_WEEKDAY = "monthly", "monthly_last", "monthly_weekday"
_FREQUENCY = {
    DAILY: "DAILY", WEEKLY: "WEEKLY", YEARLY: "YEARLY",
    MONTHLY: "MONTHLY", MONTHLY_LAST: "MONTHLY", MONTHLY_WEEKDAY: "MONTHLY",
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """how: one of the words above. every: each second, third … one. days: of the week ("MO"), for weekly alone.

    until: the last day that may be one. count: how many in all, the first included. Monthly: on the day of the month
    of the first, in months that have one; monthly_last: on the last day; monthly_weekday: on the same weekday
    counted from the beginning of the month ("the second Tuesday"; a fifth is the last).
    """

    how: str
    every: int = 1
    days: tuple[str, ...] = ()
    until: date | None = None
    count: int | None = None

    def text(self, first: date) -> str:
        """As iCalendar writes it, without a zone: FREQ=WEEKLY;INTERVAL=2;BYDAY=MO."""
        parts = [f"FREQ={_FREQUENCY[self.how]}"]
        if self.every > 1:
            parts.append(f"INTERVAL={self.every}")
        if self.how == WEEKLY and self.days:
            parts.append("BYDAY=" + ",".join(day for day in DAYS if day in self.days))
        elif self.how == MONTHLY_LAST:
            parts.append("BYMONTHDAY=-1")
        elif self.how == MONTHLY_WEEKDAY:
            nth = (first.day - 1) // 7 + 1
            parts.append(f"BYDAY={-1 if nth == 5 else nth}{DAYS[first.weekday()]}")
        elif self.how == MONTHLY:
            parts.append(f"BYMONTHDAY={first.day}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        elif self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%d}T235959")
        return ";".join(parts)


def days_of(rule: Rule, first: date, most: int = MOST) -> list[date]:
    """The days of the rule from the first one on, at most `most` and five years of them.

    The first day stands in the list only when the rule holds it: "each Monday" from a Wednesday begins on Monday.
    """
    start = datetime.combine(first, time())
    last = first + timedelta(days=LONGEST)
    found = []
    for moment in islice(rrule.rrulestr(rule.text(first), dtstart=start), min(most, MOST)):
        if moment.date() > last:
            break
        found.append(moment.date())
    return found


def moments_of(rule: Rule, first: datetime, zone: str, most: int = MOST) -> list[datetime]:
    """The moments of the rule at the wall clock of the first, in UTC: nine stays nine across a change of the clocks."""
    local = first.astimezone(ZoneInfo(zone))
    return [at_wall_clock(day, local.time(), zone) for day in days_of(rule, local.date(), most)]


def at_wall_clock(day: date, clock: time, zone: str) -> datetime:
    """A moment in UTC. A time the clocks leave out that day stands as much later as they jump."""
    tz = ZoneInfo(zone)
    moment = datetime.combine(day, clock, tz).astimezone(UTC)
    if moment.astimezone(tz).replace(tzinfo=None) < datetime.combine(day, clock):
        # The second of two like times, on a day that has none of them, would be read as a time before.
        moment = datetime.combine(day, clock.replace(fold=0), tz).astimezone(UTC)
    return moment


def moved_like(moment: datetime, before: datetime, after: datetime, zone: str) -> datetime:
    """Another occurrence, moved as this one was from `before` to `after`: by as many days, to the same wall clock."""
    tz = ZoneInfo(zone)
    days = after.astimezone(tz).date() - before.astimezone(tz).date()
    return at_wall_clock(moment.astimezone(tz).date() + days, after.astimezone(tz).time(), zone)


def next_day(rule: Rule, last: date, first: date, done_on: date) -> date | None:
    """The day after `last` and `done_on` on which a task that began on `first` is due again; None when it has ended."""
    return next((day for day in days_of(rule, first) if day > max(last, done_on)), None)
