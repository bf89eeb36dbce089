"""The days of a calendar as a page draws them: spans beside each other, the month around a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from relasi.engine.fields.periods import week_start
from relasi.engine.query.calendar import Mark

DAY = timedelta(days=1)
WORKDAY = (7, 19)  # the hours a day shows at least
LEAST = 0.4  # hours; what is shorter is drawn so high


@dataclass
class Block:
    """A mark on one day. top, len: in hours from the first hour shown. left, right: percent left free beside it."""

    mark: Mark
    top: float
    len: float
    left: int = 0
    right: int = 0


@dataclass
class Day:
    date: date
    blocks: list[Block] = field(default_factory=list)
    whole: list[Mark] = field(default_factory=list)
    timed: list[Mark] = field(default_factory=list)

    @property
    def marks(self) -> list[Mark]:
        return [*self.whole, *self.timed]


def days_with(first: date, count: int, marks: list[Mark]) -> tuple[list[Day], int, int]:
    """(days, first hour, last hour): whole days apart from the rest, which stands in hours."""
    days = [Day(first + n * DAY) for n in range(count)]
    low, high = WORKDAY
    for day in days:
        for mark in marks:
            if not mark.on(day.date):
                continue
            if mark.all_day or mark.end - mark.start >= DAY:
                day.whole.append(mark)
                continue
            day.timed.append(mark)
            begin, end = _hours(mark, day.date)
            low, high = min(low, int(begin)), max(high, int(-(-end // 1)))
    for day in days:
        day.blocks = _beside(day, low)
    return days, low, min(high, 24)


def _hours(mark: Mark, day: date) -> tuple[float, float]:
    """Begin and end within one day, in hours of the wall clock."""
    midnight = datetime.combine(day, time(), mark.start.tzinfo)
    begin = 0.0 if mark.start.date() < day else mark.start.hour + mark.start.minute / 60
    end = 24.0 if mark.end >= midnight + DAY else mark.end.hour + mark.end.minute / 60
    return begin, max(end, begin + LEAST)


def _beside(day: Day, low: int) -> list[Block]:
    """Those at the same time share the width, in as few columns as hold them."""
    blocks, group, columns, group_end = [], [], [], 0.0  # type: ignore[var-annotated]
    for mark in day.timed:
        begin, end = _hours(mark, day.date)
        if group and begin >= group_end:
            _share(group, len(columns))
            group, columns = [], []
        place = next((n for n, busy_until in enumerate(columns) if busy_until <= begin), len(columns))
        if place == len(columns):
            columns.append(end)
        else:
            columns[place] = end
        block = Block(mark, round(begin - low, 4), round(end - begin, 4))
        group.append((block, place))
        blocks.append(block)
        group_end = max(group_end, end) if len(group) > 1 else end
    _share(group, len(columns))
    return blocks


def _share(group: list[tuple[Block, int]], columns: int) -> None:
    for block, place in group:
        block.left = round(100 * place / columns)
        block.right = round(100 * (columns - place - 1) / columns)


def month_of(day: date, first_day: int) -> list[list[date]]:
    """The weeks of a month, with the days of its neighbours that fill them. first_day: as date.weekday() counts."""
    start = week_start(day.replace(day=1), first_day)
    weeks: list[Any] = []
    while not weeks or (start.month == day.month and start.year == day.year):
        weeks.append([start + n * DAY for n in range(7)])
        start += 7 * DAY
    return weeks


def step(day: date, view: str, direction: int) -> date:
    """The day the next or previous page of this view shows."""
    if view == "day":
        return day + direction * DAY
    if view == "week":
        return day + direction * 7 * DAY
    month = day.month - 1 + direction
    return date(day.year + month // 12, month % 12 + 1, 1)


def as_numbers(block: Block) -> dict[str, Any]:
    return {"--top": block.top, "--len": block.len, "--l": block.left, "--rt": block.right}
