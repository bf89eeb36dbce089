"""Recurring days: which day and which stretch each period of recurring invoices has, and how a change of plan moves them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.pipeline.days import today_in
from relasi.kits.trade.billing_cycle import LAST_DAY, Cycle, Period
from relasi.modules.billing.recurring_flow import PauseMode, S

MOST_MISSED = 120  # invoices made at once for days that are over
PLAN = ("start", "frequency", "every", "anchor_day", "prorate_first")
_DAY = timedelta(days=1)


class Scheduled:
    """Beside the fields of RecurringInvoice. Periods are counted from 1."""

    frequency: Any
    every: Any
    start: Any
    anchor_day: Any
    end_date: Any
    occurrences: Any
    prorate_first: Any
    prorate_last: Any
    zone: Any
    grid_start: Any
    grid_number: Any
    next_number: Any

    def today(self) -> date:
        """In the zone of the schedule."""
        return today_in(self.zone)

    @property
    def cycle(self) -> Cycle:
        return Cycle.of(self.frequency, self.grid_start, self.every, self._anchor, bool(self.prorate_first))

    @property
    def _anchor(self) -> int:
        if self.frequency == "weekly":
            return int(self.start.isoweekday())
        if self.anchor_day:
            return LAST_DAY if self.anchor_day == "last" else int(self.anchor_day)
        return int(self.start.day)

    def day_of(self, number: int) -> date:
        return self.cycle.day(number - self.grid_number)

    def period_of(self, number: int) -> Period:
        """The last one is cut off at the end where only its days are invoiced."""
        found = self.cycle.period(number - self.grid_number)
        return found.until(self.end_date) if self.prorate_last else found

    def has(self, number: int) -> bool:
        """Whether there is such a period before it all ends."""
        if self.occurrences is not None and number > self.occurrences:
            return False
        return self.end_date is None or self.day_of(number) <= self.end_date

    def coming(self, number: int | None = None) -> Iterator[tuple[int, date]]:
        """(period, its day) of those that are not settled yet, as long as there are."""
        number = number or self.next_number
        while self.has(number):
            yield number, self.day_of(number)
            number += 1


def follow(schedule: Any, change: Change) -> None:
    """Called by before_save: where the days are counted from, and which comes next."""
    if change.is_new or any(change.has(name) for name in PLAN):
        settled = schedule.billed_until
        schedule.grid_start = schedule.start if settled is None else settled + _DAY
        schedule.grid_number = schedule.next_number
    if not change.is_new and change.has("status"):
        if schedule.status == S.PAUSED:
            schedule.paused_on = schedule.today()
        elif change.old("status") == S.PAUSED:
            if schedule.status == S.ACTIVE:
                go_on(schedule)
            schedule.paused_on = schedule.pause_until = None
    if not change.is_new and not change.authorised and change.columns():
        # Somebody changed something: what stood in the way may be gone.
        schedule.retry_at, schedule.failures = None, 0
    place_next(schedule)


def place_next(schedule: Any) -> None:
    number = schedule.next_number
    schedule.next_date = schedule.day_of(number) if schedule.has(number) else None


def go_on(schedule: Any) -> None:
    """After a pause: what fell into it is left out, or everything moves. Raises Refusal."""
    first = schedule.next_number
    if schedule.has(first) and schedule.paused_on and schedule.day_of(first) < schedule.paused_on:
        sentence = _("An invoice from before the pause is missing still. Mend what held it up first.")
        raise Refusal("status", "INVALID_TRANSITION", sentence)
    k = schedule.cycle.k_on_or_after(schedule.today())
    passed = k + schedule.grid_number - first
    if passed <= 0:
        return
    if schedule.pause_mode == PauseMode.SHIFT:
        _shift(schedule, k, passed)
    else:
        schedule.billed_until = schedule.cycle.day(k) - _DAY
        schedule.next_number = first + passed


def _shift(schedule: Any, k: int, passed: int) -> None:
    """The next period begins on the k-th day; the end moves by as many periods as have passed."""
    cycle = schedule.cycle
    if schedule.end_date is not None:
        last = cycle.k_of(schedule.end_date)
        if last is not None:
            moved = cycle.day(last + passed) + (schedule.end_date - cycle.day(last))
            schedule.end_date = min(moved, cycle.day(last + passed + 1) - _DAY)
    schedule.grid_start, schedule.grid_number = cycle.day(k), schedule.next_number


def missed(schedule: Any, day: date) -> int:
    """How many periods are due on that day; counted no further than one more than may be made at once."""
    count = 0
    for _number, due in schedule.coming():
        if due > day or count > MOST_MISSED:
            break
        count += 1
    return count


def latest_due(schedule: Any, day: date) -> int:
    """The last period that is due on that day. One must be."""
    number: int = schedule.cycle.k_on_or_after(day + _DAY) - 1 + schedule.grid_number
    while not schedule.has(number):
        number -= 1
    return number


def row_of(schedule: Any, number: int, outcome: str) -> dict[str, Any]:
    """Of the log of periods."""
    period = schedule.period_of(number)
    return {
        "schedule": schedule.pk, "period": number, "day": schedule.day_of(number), "first": period.first,
        "last": period.last, "outcome": outcome,
    }  # fmt: skip
