"""Stored hours: the calendars of working hours a company keeps, as the engine of working time, and who works by which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from relasi.engine.access.acting import current_acting
from relasi.engine.access.company import company
from relasi.engine.access.directory import directory
from relasi.engine.declare.registry import registry
from relasi.kits.clock.business_hours import BusinessHours, Holiday, NeverOpen, OtherWeek, Week, Window
from relasi.kits.clock.hours_field import windows_of

MEMO = "clock.hours"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# What holds while nothing is stored.
OFFICE: Week = [(Window(time(8), time(17)),)] * 5 + [()] * 2
AROUND_THE_CLOCK: Week = [(Window(time(), time()),)] * 7


@dataclass
class Calendars:
    """The living rows, read once in each stretch of acting. made: the engines, by row and zone."""

    rows: dict[int, Any]
    holidays: Sequence[Any]
    others: Sequence[Any]
    made: dict[tuple[int, str], BusinessHours] = field(default_factory=dict)

    @property
    def usual(self) -> Any | None:
        return next((row for row in self.rows.values() if row.usual), None)

    def of_user(self, user: int) -> Any | None:
        """The calendar that names the person, else that of a group of theirs, else the company's."""
        groups = {group for group, people in directory().group_people.items() if user in people}
        return (
            next((row for row in self.rows.values() if user in (row.users or ())), None)
            or next((row for row in self.rows.values() if groups & set(row.groups or ())), None)
            or self.usual
        )

    def engine(self, row: Any | None, zone: str) -> BusinessHours:
        """zone: the clock of a calendar that names none."""
        zone = (row and row.zone) or zone
        key = (row.pk if row else 0, zone)
        if key not in self.made:
            self.made[key] = self._make(row, ZoneInfo(zone))
        return self.made[key]

    def _make(self, row: Any | None, zone: ZoneInfo) -> BusinessHours:
        closed = [
            Holiday(one.day, windows_of(one.hours), one.yearly)
            for one in self.holidays
            if one.calendar_id in (None, row and row.pk) and (row is None or row.keeps_holidays or one.calendar_id)
        ]  # fmt: skip
        if row is None:
            return BusinessHours(zone, OFFICE, holidays=closed)
        others = [
            OtherWeek(one.first, one.last, week_of(one)) for one in self.others if one.calendar_id == row.pk
        ]
        return BusinessHours(zone, week_of(row), others, closed)


def week_of(row: Any) -> Week:
    """Of a row with a field of hours for each day of the week."""
    if getattr(row, "around_the_clock", False):
        return AROUND_THE_CLOCK
    return [windows_of(getattr(row, day)) for day in DAYS]


def calendars() -> Calendars:
    memo = current_acting().memo
    if MEMO not in memo:
        rows, holidays, others = (
            registry.module(f"agenda.{name}").model._base_manager.filter(trashed_at=None).order_by("pk")
            for name in ("WorkingHours", "Holiday", "OtherHours")
        )
        memo[MEMO] = Calendars({row.pk: row for row in rows}, list(holidays), list(others))
    return memo[MEMO]


def forget_calendars(changes: Any = None) -> None:
    """What somebody has just changed holds for the rest of what they do."""
    current_acting().memo.pop(MEMO, None)


def company_hours() -> BusinessHours:
    """By what the company counts, on its own clock unless its calendar has another."""
    found = calendars()
    return found.engine(found.usual, company().zone)


def hours_of_user(user: int, zone: str) -> BusinessHours:
    """By what a person works. zone: their own, for a calendar that names none."""
    found = calendars()
    return found.engine(found.of_user(user), zone)


def works_at(user: int, zone: str, start: str, end: str, at: datetime) -> bool:
    """Whether a person works at a moment. start, end: hours of their own on the days their calendar works, such as
    "22:00" and "06:00"; the hours of the calendar where both are empty."""
    hours = hours_of_user(user, zone)
    if start and end:
        own = (Window(time.fromisoformat(start), time.fromisoformat(end)),)
        week = [own if windows else () for windows in hours.week]
        hours = BusinessHours(ZoneInfo(zone), week, holidays=hours.holidays)
    return hours.is_open(at)


def works_on(user: int, zone: str, day: date) -> bool:
    """Whether a person works at any time of a day."""
    return bool(hours_of_user(user, zone).stretches_of(day))


def after_working_days(start: datetime, days: int) -> datetime:
    """The moment when so many days of work of the company have passed since start. A day of work is as long as those of
    its week are in the middle. Where the company never works they are days."""
    hours = company_hours()
    try:
        return hours.add(start, days * day_length(hours.week))
    except NeverOpen:
        return start + timedelta(days=days)


def day_length(week: Week) -> timedelta:
    """How long somebody works on a day of work, taking all of the week together."""
    lengths = [sum(map(_length, windows), timedelta()) for windows in week if windows]
    return sum(lengths, timedelta()) / len(lengths)


def _length(window: Window) -> timedelta:
    start, end = (timedelta(hours=one.hour, minutes=one.minute) for one in (window.start, window.end))
    return end - start if end > start else end - start + timedelta(days=1)
