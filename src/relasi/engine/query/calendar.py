"""Calendar: what stands on certain days for certain people, of every module that says how; of what one may not see,
only that somebody is busy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from relasi.engine.access.door import co_owned, fields_for, may, visible_to
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import Reader
from relasi.engine.records.record import title_of

DAY = timedelta(days=1)
MOST = 1000  # entries of one module


@dataclass
class Mark:
    """One thing in a calendar. start, end: moments in the reader's zone; for whole days midnights, the end exclusive.

    record: None for what one may not see. open: whether it still lies ahead or waits to be done.
    """

    title: str
    start: datetime
    end: datetime
    all_day: bool
    owner: int
    tone: str = "gray"
    place: str = ""
    open: bool = True
    record: Any = None
    module: Module | None = None
    movable: bool = False
    resizable: bool = False

    def on(self, day: date) -> bool:
        return self.start.date() <= day and self.end > datetime.combine(day, time(), self.start.tzinfo)


def calendar_modules(user: Any) -> list[Module]:
    return [module for module in registry if module.calendar is not None and may(user, "view", module)]


def marks_between(
    user: Any, reader: Reader, owners: Iterable[int], first: date, last: date, modules: list[Module]
) -> list[Mark]:
    """All that touches the days from first up to, not including, last. One or two queries for each module."""
    found: list[Mark] = []
    for module in modules:
        rows = visible_to(user, module.model).filter(_theirs(user, list(owners)))
        known = list(
            rows.filter(_touching(module, reader, first, last)).order_by(module.calendar.start)[:MOST]
        )
        found += [_mark(user, reader, module, record) for record in known]
        found += _busy(user, reader, module, owners, first, last)
    return sorted(found, key=lambda mark: (mark.start, mark.end))


def _theirs(user: Any, owners: list[int]) -> Q:
    """Of these people; of oneself also that to which one is invited."""
    mine = Q(pk__in=sorted(co_owned(user))) if user.id in owners else Q()
    return Q(owner__in=owners) | mine if mine else Q(owner__in=owners)


def _touching(module: Module, reader: Reader, first: date, last: date) -> Q:
    words = module.calendar
    if not words.until:
        return Q(**{f"{words.start}__gte": first, f"{words.start}__lt": last})
    # Whole days belong to their own zone: look a day further on both sides, and let the marks tell.
    start, end = (datetime.combine(day, time(), reader.tz) for day in (first, last))
    timed = Q(**{f"{words.start}__lt": end, f"{words.until}__gt": start})
    if not words.all_day:
        return timed
    whole = Q(**{words.all_day: True, f"{words.start}__lt": end + DAY, f"{words.until}__gt": start - DAY})
    return (timed & Q(**{words.all_day: False})) | whole


def _mark(user: Any, reader: Reader, module: Module, record: Any) -> Mark:
    words = module.calendar
    start, end, whole = span_of(module, record, reader)
    writable = fields_for(user, "edit", module) if may(user, "edit", module, record) else set()
    kind: Any = kind_of(module.fields[words.tone]) if words.tone else None
    tone = kind.by_key.get(getattr(record, words.tone)) if words.tone else None
    still_open = _is_open(words.open, record)
    return Mark(
        title_of(record), start, end, whole, record.owner_id, (tone.tone if tone else "") or "gray",
        getattr(record, words.place) or "" if words.place else "", still_open, record, module,
        movable=still_open and words.start in writable,
        resizable=still_open and bool(words.end) and words.end in writable and not whole,
    )  # fmt: skip


def _is_open(condition: Q | None, record: Any) -> bool:
    """Answers a condition of plain equalities and lists on one record."""
    if condition is None:
        return True
    answers = []
    for child in condition.children:
        if isinstance(child, Q):
            answers.append(_is_open(child, record))
            continue
        name, value = cast(tuple[str, Any], child)
        field, _mark, how = name.partition("__")
        held = getattr(record, field)
        answers.append(held in value if how == "in" else held == value)
    answer = any(answers) if condition.connector == Q.OR else all(answers)
    return answer != condition.negated


def span_of(module: Module, record: Any, reader: Reader) -> tuple[datetime, datetime, bool]:
    """(start, end, whether it takes whole days) as the reader's calendar shows it."""
    words, tz = module.calendar, reader.tz
    start = getattr(record, words.start)
    if not isinstance(start, datetime):
        moment = getattr(record, words.clock) if words.clock else None
        if moment is not None:
            return moment.astimezone(tz), moment.astimezone(tz) + timedelta(minutes=30), False
        midnight = datetime.combine(start, time(), tz)
        return midnight, midnight + DAY, True
    until = getattr(record, words.until or words.end)
    if words.all_day and getattr(record, words.all_day):
        own = ZoneInfo(getattr(record, words.zone)) if words.zone else tz
        days = [moment.astimezone(own).date() for moment in (start, until)]
        return *(datetime.combine(day, time(), tz) for day in days), True  # type: ignore[return-value]
    return start.astimezone(tz), until.astimezone(tz), False


def _busy(
    user: Any, reader: Reader, module: Module, owners: Iterable[int], first: date, last: date
) -> list[Mark]:
    """The times of what these people do and the person may not see, and nothing else of it."""
    words = module.calendar
    if not words.until or "busy" not in module.fields:
        return []
    seen = visible_to(user, module.model).values("pk")
    rows = module.model._base_manager.filter(
        _touching(module, reader, first, last), owner__in=list(owners), trashed_at=None, busy=True
    )
    if words.open is not None:
        rows = rows.filter(words.open)
    found = []
    record: Any
    for record in rows.exclude(pk__in=seen)[:MOST]:
        start, end, whole = span_of(module, record, reader)
        found.append(Mark(_("Busy"), start, end, whole, record.owner_id))
    return found
