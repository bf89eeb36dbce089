"""Days: whole days between moments by the company's calendar, the same in Python and in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateField, ExpressionWrapper, F, Func, IntegerField
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone

from relasi.engine.access.company import company

_TOLD: ContextVar[date | None] = ContextVar("told", default=None)


def today() -> date:
    """The day in the company's zone."""
    return today_in(None)


def today_in(zone: str | None) -> date:
    """The day in that zone; without one in the company's."""
    return _TOLD.get() or timezone.now().astimezone(ZoneInfo(zone or company().zone)).date()


@contextmanager
def told_as_of(day: date) -> Iterator[None]:
    """What is done within is done as if it were that day: for a past that is told anew, like that of the demo company."""
    before = _TOLD.set(day)
    try:
        yield
    finally:
        _TOLD.reset(before)


def company_day(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(company().zone)).date()


def days_between(start: datetime | None, end: datetime | None = None) -> int | None:
    """Midnights passed in the company's zone from start to end (default: now); None without a start."""
    if start is None:
        return None
    return ((today() if end is None else company_day(end)) - company_day(start)).days


class CompanyDay(Func):
    """The day of a moment in the company's zone, as SQL."""

    output_field = DateField()

    def as_sql(self, compiler: Any, connection: Any, *more: Any, **named: Any) -> Any:
        inner, params = compiler.compile(self.source_expressions[0])
        return f"(({inner}) AT TIME ZONE %s)::date", [*params, company().zone]


class DaysBetween(Func):
    """`days_between` as SQL: DaysBetween("stage_since") or DaysBetween("created_at", end)."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()

    def __init__(self, start: Combinable | str, end: Combinable | str | None = None, **more: Any) -> None:
        days = (CompanyDay(Now() if end is None else end), CompanyDay(start))
        super().__init__(*days, **more)


def days_beyond(days: Combinable, most: str) -> ExpressionWrapper:
    """How many days a count lies above the limit a column holds; NULL without a limit."""
    return ExpressionWrapper(days - F(most), output_field=IntegerField())
