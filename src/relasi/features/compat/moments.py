"""Moments: programs send the day and the hour of a moment as two values; here they are one. Both are in UTC."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.db.models import F, Q, TextField
from django.db.models.functions import Cast, Substr
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IRegex,
    LessThan,
    LessThanOrEqual,
)

from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import kind_of
from relasi.features.compat import comparing
from relasi.features.compat.field import Field, Given
from relasi.features.compat.values import plain

NOWHERE = ("", "00:00", "00:00:00")


class Half(Field):
    """One of the two values of a moment. path: the moment of ours. day, clock: what programs call the two."""

    def __init__(self, name: str, path: str, *, day: str = "", clock: str = "", mandatory: bool = False):
        super().__init__(name)
        self.path, self.needs, self.mandatory = path, (path,), mandatory
        self.day, self.clock = day or name, clock or name

    def of(self, module: Module) -> Field:
        self.kind = kind_of(module.fields[self.path])
        self.editable = self.kind.editable
        self.needed = self.kind.required
        self.label = {"Day": "Date", "Clock": "Time"}[type(self).__name__]
        return self

    def put(self, raw: Any, given: Given) -> None:
        """Both are read together, whichever comes first; of what is not sent, what stands is kept."""
        day, clock = (
            self._half(given, name, form) for name, form in ((self.day, "%Y-%m-%d"), (self.clock, "%H:%M:%S"))
        )
        if not day or (not self.needed and clock in NOWHERE):
            given.values[self.path] = None
            return
        given.values[self.path] = f"{day.split()[0]} {clock or '00:00:00'}"

    def _half(self, given: Given, name: str, form: str) -> str:
        if name in given.element:
            return plain(given.element[name]).strip()
        stands = getattr(given.record, self.path, None) if given.record is not None else None
        return stands.astimezone(UTC).strftime(form) if stands is not None else ""

    def part(self) -> Any:
        """The half as SQL, as text."""
        start, length = (1, 10) if isinstance(self, Day) else (12, 8)
        return Substr(Cast(F(self.path), TextField()), start, length)

    def order(self) -> Any:
        return F(self.path)


class Day(Half):
    type = "date"

    def told(self, record: Any) -> str:
        moment = getattr(record, self.path)
        return moment.astimezone(UTC).strftime("%Y-%m-%d") if moment is not None else ""

    def type_told(self) -> dict[str, Any]:
        return {"name": "date", "format": "yyyy-mm-dd"}

    def where(self, op: str, values: tuple[str, ...]) -> Q:
        """A day is compared by its midnights."""
        if op in ("=", "!=", "in", "not in") and "" not in values:
            found = comparing.NOTHING
            for value in values:
                end = f"{value} 23:59:59"
                found |= comparing.compare(self.kind, self.path, ">=", (value,)) & comparing.compare(
                    self.kind, self.path, "<=", (end,)
                )
            return found if op in ("=", "in") else ~found | self.kind.empty_q(self.path)
        if op in (">", "<="):
            values = (f"{values[0]} 23:59:59",)
        return comparing.compare(self.kind, self.path, op, values)


class Clock(Half):
    type = "time"

    def told(self, record: Any) -> str:
        moment = getattr(record, self.path)
        return moment.astimezone(UTC).strftime("%H:%M:%S") if moment is not None else ""

    def where(self, op: str, values: tuple[str, ...]) -> Q:
        """The hour alone, as text: 09:30:00."""
        if op in ("null", "not null") or "" in values:
            return comparing.compare(self.kind, self.path, op, values)
        if op.startswith("not ") or op == "!=":
            return ~self.where("=" if op == "!=" else op[4:], values) | self.kind.empty_q(self.path)
        if op == "like":
            return Q(IRegex(self.part(), comparing.regex_of(values[0])))
        lookup: Any = {"<": LessThan, ">": GreaterThan, "<=": LessThanOrEqual, ">=": GreaterThanOrEqual}.get(
            op, Exact
        )
        found = comparing.NOTHING
        for value in values:
            found |= Q(lookup(self.part(), f"{value}:00" if len(value) == 5 else value))
        return found
