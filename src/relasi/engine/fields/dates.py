"""Days and moments. A day carries no zone; a moment is stored in UTC and shown in the reader's zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from markupsafe import Markup, escape

from relasi.engine.fields.date_text import (
    FIRST_YEAR,
    LAST_YEAR,
    read_date,
    read_moment,
    write_date,
    write_moment,
    write_time,
    zone_name,
)
from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, Kind, shows_as
from relasi.engine.fields.periods import (
    COUNT_OPERATORS,
    DAY_OPERATORS,
    MOST_DAYS,
    SPAN_OPERATORS,
    beginning,
    days_meant,
)
from relasi.engine.fields.reader import Reader, current_reader, said

DATE_OPERATORS = (
    "on", "before", "after", "between", *DAY_OPERATORS, *SPAN_OPERATORS, *COUNT_OPERATORS,
    "empty", "not_empty",
)  # fmt: skip

# Answered by the kind itself; everything else means a stretch of days.
_BY_ALL = ("empty", "not_empty")


class DateField(DeclaredField, models.DateField):
    """A day, without time or zone. late: the computed value that says whether the day is over and should not be."""

    def __init__(self, *args: Any, late: str = "", **kwargs: Any) -> None:
        self.late = late
        super().__init__(*args, **kwargs)


class DateTimeField(DeclaredField, models.DateTimeField):
    """A moment."""


@shows_as(models.DateField)
class DateKind(Kind):
    name = "date"
    input = "date"
    wording = "date"
    operators: tuple[str, ...] = DATE_OPERATORS
    width = "8.5rem"
    cell_class = "num"

    @property
    def late(self) -> str:
        return getattr(self.field, "late", "")

    @property
    def beside(self) -> tuple[str, ...]:
        return tuple(getattr(self.field.model, self.late).needs) if self.late else ()

    def parse(self, raw: Any, reader: Reader | None = None) -> date | None:
        if raw.__class__ is str:
            text = raw.strip()
            return read_date(text, reader or current_reader()) if text else None
        if raw is None:
            return None
        if isinstance(raw, datetime):
            return raw.date()
        if isinstance(raw, date):
            return raw
        raise Invalid(_("“%(value)s” is not a date. Example: 17/08/2026.") % {"value": str(raw)[:40]})

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return "" if value is None else write_date(value, reader or current_reader())

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return value if isinstance(value, str) else "" if value is None else value.isoformat()

    def picks(self, text: Any) -> bool:
        """Whether the browser's own picker can show this text."""
        return not text or bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(text), re.ASCII))

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if value is None:
            return EMPTY_CELL
        drawn = write_date(value, reader or current_reader())
        if record is None or not self.late or not getattr(record, self.late):
            return Markup(drawn)
        told = escape(said(_("Past its date"), reader))
        return Markup(f'<span class="neg" title="{told}">{drawn}<span class="sr"> {told}</span></span>')

    def export(self, value: Any, reader: Reader | None = None) -> Any:
        return value

    def to_json(self, value: Any) -> Any:
        return None if value is None else value.isoformat()

    def from_json(self, value: Any) -> Any:
        return date.fromisoformat(value) if isinstance(value, str) else value

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date"}

    def search_sql(self) -> str:
        return "NULL::text"

    # Conditions: every one of them means the days from a first up to, not including, a last.
    def operand(self, operator: str, raw: Any, reader: Reader | None = None) -> Any:
        reader = reader or current_reader()
        if operator in ("on", "before", "after"):
            return self._day(raw, reader).isoformat()
        if operator == "between":
            parts = raw if isinstance(raw, list | tuple) else str(raw or "").split("..", 1)
            if len(parts) != 2:
                raise Invalid(_("Fill in both ends of the range."), "REQUIRED")
            return [self._day(part, reader).isoformat() for part in parts]
        if operator in COUNT_OPERATORS:
            return self._count(raw)
        return None

    def operand_text(self, operand: Any, reader: Reader | None = None) -> str:
        return write_date(date.fromisoformat(operand), reader or current_reader())

    def takes(self, operator: str, operands: list[Any]) -> bool:
        if operator in COUNT_OPERATORS:
            return all(isinstance(n, int) and 0 <= n <= MOST_DAYS for n in operands)
        try:
            days = [date.fromisoformat(day) for day in operands]
        except (ValueError, TypeError):
            return False
        return all(FIRST_YEAR <= day.year <= LAST_YEAR for day in days)

    def _day(self, raw: Any, reader: Reader) -> date:
        day = DateKind.parse(self, raw, reader)
        if day is None:
            raise Invalid(_("Fill in a value for this filter."), "REQUIRED")
        return day

    def _count(self, raw: Any) -> int:
        text = str(raw).strip() if raw is not None else ""
        if not (text.isascii() and text.isdigit()) or len(text) > 6 or int(text) > MOST_DAYS:
            raise Invalid(
                _("Fill in a number of days from 0 to %(most)s.") % {"most": MOST_DAYS}, "OUT_OF_RANGE"
            )
        return int(text)

    def bounds(self, operator: str, operand: Any, reader: Reader) -> tuple[Any, Any]:
        if operator == "between":
            operand = [date.fromisoformat(part) for part in operand]
        elif isinstance(operand, str):
            operand = date.fromisoformat(operand)
        return days_meant(operator, operand, reader.today(), reader.first_day)

    def where(self, path: str, operator: str, operand: Any, reader: Reader | None = None) -> Q:
        reader = reader or current_reader()
        if operator in _BY_ALL or operator not in self.operators:
            return super().where(path, operator, operand, reader)
        start, end = self.bounds(operator, operand, reader)
        found = Q() if start is None else Q(**{f"{path}__gte": start})
        return found if end is None else found & Q(**{f"{path}__lt": end})

    def holds(self, value: Any, operator: str, operand: Any, reader: Reader | None = None) -> bool:
        reader = reader or current_reader()
        if operator in _BY_ALL or operator not in self.operators:
            return super().holds(value, operator, operand, reader)
        if value is None:
            return False
        start, end = self.bounds(operator, operand, reader)
        return (start is None or start <= value) and (end is None or value < end)


@shows_as(models.DateTimeField)
class DateTimeKind(DateKind):
    name = "datetime"
    input = "datetime"
    width = "10.5rem"

    def parse(self, raw: Any, reader: Reader | None = None) -> datetime | None:
        if raw is None:
            return None
        reader = reader or current_reader()
        if isinstance(raw, datetime):
            aware = raw if raw.tzinfo else raw.replace(tzinfo=reader.tz)
            return aware.astimezone(UTC)
        if isinstance(raw, date):
            return beginning(raw, reader)
        text = str(raw).strip()
        return read_moment(text, reader) if text else None

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return "" if value is None else write_moment(value, reader or current_reader())

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        """The form a datetime-local input takes, in the reader's zone."""
        if value is None or isinstance(value, str):
            return value or ""
        local = value.astimezone((reader or current_reader()).tz).replace(tzinfo=None)
        return local.isoformat(timespec="auto" if local.microsecond or local.second else "minutes")

    def picks(self, text: Any) -> bool:
        return not text or bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", str(text), re.ASCII))

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if value is None:
            return EMPTY_CELL
        return Markup(write_moment(value, reader or current_reader()))

    def fact(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if value is None:
            return Markup("")
        reader = reader or current_reader()
        return Markup("%s %s") % (write_moment(value, reader), zone_name(value, reader))

    def export(self, value: Any, reader: Reader | None = None) -> Any:
        return None if value is None else value.astimezone((reader or current_reader()).tz)

    def from_json(self, value: Any) -> Any:
        return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else value

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date-time"}

    def bounds(self, operator: str, operand: Any, reader: Reader) -> tuple[Any, Any]:
        start, end = super().bounds(operator, operand, reader)
        return start and beginning(start, reader), end and beginning(end, reader)


_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


def ago(moment: datetime, reader: Reader | None = None) -> str:
    """How long ago, for timelines: "2 jam lalu", "kemarin 14.30", then the date."""
    reader = reader or current_reader()
    since = reader.now() - moment
    if since < _MINUTE:
        return said(_("just now"), reader)
    if since < _HOUR:
        return said(_("%(n)s min ago"), reader) % {"n": since // _MINUTE}
    days = (reader.today() - moment.astimezone(reader.tz).date()).days
    if days <= 0:
        return said(_("%(n)s h ago"), reader) % {"n": since // _HOUR}
    if days == 1:
        return said(_("yesterday %(time)s"), reader) % {"time": write_time(moment, reader)}
    if days < 7:
        return said(ngettext_lazy("%(n)s day ago", "%(n)s days ago", days), reader) % {"n": days}
    return write_date(moment.astimezone(reader.tz).date(), reader)
