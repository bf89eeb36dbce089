"""Business hours: when a calendar of working hours is open, and moments reached by working time alone. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

# How far from where it starts a moment is looked for.
HORIZON = timedelta(days=731)
_DAY = timedelta(days=1)

Stretch = tuple[datetime, datetime]


class NeverOpen(ValueError):
    """A calendar without a single window, or a moment that is not reached within the horizon."""


class Overlap(ValueError):
    """Two windows of one day share some time."""


@dataclass(frozen=True)
class Window:
    """Open from start up to, not including, end, on the wall clock. An end that is not after the start lies on the
    next day, so 00:00 to 00:00 is a whole day. It belongs to the day it starts on."""

    start: time
    end: time

    def on(self, day: date, zone: ZoneInfo) -> Stretch:
        last = day if self.end > self.start else day + _DAY
        return _moment(day, self.start, zone), _moment(last, self.end, zone)


# Windows of Monday to Sunday.
Week = Sequence[Sequence[Window]]


@dataclass(frozen=True)
class Holiday:
    """windows: when that day is closed; none for the whole of it. yearly: on this day of every year from then on."""

    day: date
    windows: tuple[Window, ...] = ()
    yearly: bool = False

    def falls_on(self, day: date) -> bool:
        if not self.yearly:
            return day == self.day
        return day >= self.day and (day.month, day.day) == (self.day.month, self.day.day)


@dataclass(frozen=True)
class OtherWeek:
    """Other windows from the first day to the last, both included: the hours of Ramadan."""

    first: date
    last: date
    week: Week


@dataclass(frozen=True)
class BusinessHours:
    """A week in a zone, with weeks that replace it for a while and holidays that close it.

    A holiday closes the windows that start on it; one with windows closes just those, whatever would be open then. Of
    several other weeks that cover a day the first holds. Moments given and returned are aware; those returned are UTC.
    Raises NeverOpen and Overlap when it is made.
    """

    zone: ZoneInfo
    week: Week
    other_weeks: Sequence[OtherWeek] = ()
    holidays: Sequence[Holiday] = field(default=())

    def __post_init__(self) -> None:
        weeks = [self.week, *(other.week for other in self.other_weeks)]
        if not any(windows for week in weeks for windows in week):
            raise NeverOpen("no window on any day")
        for week in weeks:
            for windows in week:
                check_apart(windows)

    def is_open(self, at: datetime) -> bool:
        return any(start <= at < end for start, end in self.stretches_of(self._day_of(at)))

    def next_open(self, at: datetime) -> datetime:
        """The moment itself where it is open. Raises NeverOpen beyond the horizon."""
        for start, end in self._from(at):
            if end > at:
                return max(start, at).astimezone(UTC)
        raise NeverOpen("not open within the horizon")

    def add(self, at: datetime, length: timedelta) -> datetime:
        """The moment by which so much working time has passed since; a closing time it ends on is that moment.

        Counting starts at the next opening where it is closed. Raises NeverOpen beyond the horizon, ValueError for a
        negative length."""
        left = _not_negative(length)
        for start, end in self._from(at):
            start = max(start, at)
            if end <= start:
                continue
            if left <= end - start:
                return (start + left).astimezone(UTC)
            left -= end - start
        raise NeverOpen("not reached within the horizon")

    def subtract(self, at: datetime, length: timedelta) -> datetime:
        """The latest moment since which so much working time has passed; the mirror of `add`."""
        left = _not_negative(length)
        for start, end in self._back_from(at):
            end = min(end, at)
            if end <= start:
                continue
            if left <= end - start:
                return (end - left).astimezone(UTC)
            left -= end - start
        raise NeverOpen("not reached within the horizon")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one moment to the other, negative when the other comes first."""
        if end < start:
            return -self.between(end, start)
        found, day, last = timedelta(), self._day_of(start), self._day_of(end)
        while day <= last:
            for opens, closes in self.stretches_of(day):
                found += max(min(closes, end) - max(opens, start), timedelta())
            day += _DAY
        return found

    def stretches_of(self, day: date) -> list[Stretch]:
        """When it is open between the midnights of one day, in order, without overlaps."""
        midnight, next_midnight = (_moment(one, time(), self.zone) for one in (day, day + _DAY))
        found: list[Stretch] = []
        for start, end in self._begun(day - _DAY) + self._begun(day):
            start, end = max(start, midnight), min(end, next_midnight)
            if found:
                start = max(start, found[-1][1])
            if start < end:
                found.append((start, end))
        for holiday in self._holidays_on(day):
            for window in holiday.windows:
                closed = window.on(day, self.zone)
                found = [part for stretch in found for part in _without(stretch, closed)]
        return found

    def _begun(self, day: date) -> list[Stretch]:
        """The windows that start on the day, in order."""
        if any(not holiday.windows for holiday in self._holidays_on(day)):
            return []
        week = next((o.week for o in self.other_weeks if o.first <= day <= o.last), self.week)
        return sorted(window.on(day, self.zone) for window in week[day.weekday()])

    def _holidays_on(self, day: date) -> list[Holiday]:
        near = self._by_day.get((day.month, day.day), ())
        return [holiday for holiday in near if holiday.falls_on(day)]

    @cached_property
    def _by_day(self) -> dict[tuple[int, int], list[Holiday]]:
        found: dict[tuple[int, int], list[Holiday]] = {}
        for holiday in self.holidays:
            found.setdefault((holiday.day.month, holiday.day.day), []).append(holiday)
        return found

    def _day_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _from(self, at: datetime) -> Iterator[Stretch]:
        first = self._day_of(at)
        for n in range(HORIZON.days + 1):
            yield from self.stretches_of(first + n * _DAY)

    def _back_from(self, at: datetime) -> Iterator[Stretch]:
        last = self._day_of(at)
        for n in range(HORIZON.days + 1):
            yield from reversed(self.stretches_of(last - n * _DAY))


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """In UTC, where moments of both sides of a change of clocks are told apart and subtracted rightly."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def _not_negative(length: timedelta) -> timedelta:
    if length < timedelta():
        raise ValueError("a length of time cannot be negative")
    return length


def check_apart(windows: Sequence[Window]) -> None:
    """Over midnight a window may meet those of the next day; there the time counts once."""
    reached: time | None = None
    for window in sorted(windows, key=lambda one: one.start):
        if reached is not None and window.start < reached:
            raise Overlap(f"{window.start:%H:%M} lies in the window before it")
        reached = window.end if window.end > window.start else time.max


def _without(stretch: Stretch, closed: Stretch) -> list[Stretch]:
    """What is left of a stretch: nothing, one part or two."""
    parts = (stretch[0], min(stretch[1], closed[0])), (max(stretch[0], closed[1]), stretch[1])
    return [(start, end) for start, end in parts if start < end]
