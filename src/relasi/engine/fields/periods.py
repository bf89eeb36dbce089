"""Periods: which days a condition on dates means, as half-open [start, end); weeks begin on the day the reader says."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from relasi.engine.fields.reader import Reader

Days = tuple[date | None, date | None]

ONE_DAY = timedelta(days=1)

# Relative days may reach this far: a hundred years.
MOST_DAYS = 36_525

DAY_OPERATORS = ("today", "yesterday", "tomorrow")
SPAN_OPERATORS = tuple(f"{which}_{span}" for span in ("week", "month", "quarter", "year") for which in
                       ("this", "last", "next"))  # fmt: skip
COUNT_OPERATORS = ("last_n_days", "next_n_days", "older_than_days")

_SHIFTS = {"this": 0, "last": -1, "next": 1}


def days_meant(operator: str, operand: Any, today: date, first_day: int = 0) -> Days:
    """The days from the first up to, not including, the second; None where there is no end.

    operand: a day, a pair of days, or a number of days. last_n_days n: n days ago up to and with today;
    next_n_days n: today up to and with n days on; older_than_days n: before n days ago. today, first_day: the
    reader's; a week begins on first_day, as date.weekday() counts.
    """
    if operator in ("on", "before", "after"):
        return {
            "on": (operand, operand + ONE_DAY), "before": (None, operand), "after": (operand + ONE_DAY, None),
        }[operator]  # fmt: skip
    if operator == "between":
        return operand[0], operand[1] + ONE_DAY
    if operator in DAY_OPERATORS:
        day = today + {"today": 0, "yesterday": -1, "tomorrow": 1}[operator] * ONE_DAY
        return day, day + ONE_DAY
    if operator in COUNT_OPERATORS:
        return {
            "last_n_days": (today - operand * ONE_DAY, today + ONE_DAY),
            "next_n_days": (today, today + (operand + 1) * ONE_DAY),
            "older_than_days": (None, today - operand * ONE_DAY),
        }[operator]
    which, _underscore, span = operator.partition("_")
    return _span(span, _SHIFTS[which], today, first_day)


def _span(span: str, shift: int, today: date, first_day: int) -> Days:
    if span == "week":
        start = week_start(today, first_day) + 7 * shift * ONE_DAY
        return start, start + 7 * ONE_DAY
    months = {"month": 1, "quarter": 3, "year": 12}[span]
    first = (today.year * 12 + today.month - 1) // months * months + shift * months
    return _month_start(first), _month_start(first + months)


def week_start(day: date, first_day: int) -> date:
    """The first day of the week a day is in. first_day: as date.weekday() counts."""
    return day - (day.weekday() - first_day) % 7 * ONE_DAY


def _month_start(months: int) -> date:
    """months: counted from the beginning of year 0."""
    return date(months // 12, months % 12 + 1, 1)


def beginning(day: date, reader: Reader) -> datetime:
    """When the day begins for the reader, in UTC."""
    return datetime.combine(day, time.min, reader.tz).astimezone(UTC)
