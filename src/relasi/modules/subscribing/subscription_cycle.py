"""Subscription cycle: which day and which stretch each period of a subscription has, and when something is due to happen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from relasi.kits.pipeline.days import today_in
from relasi.kits.trade.billing_cycle import FREQUENCIES, Cycle, Period, Unit
from relasi.modules.subscribing.subscription_flow import BILLED, LIVE, S

DAY = timedelta(days=1)


class Cycled:
    """Beside the fields of Subscription. Periods are counted from 1."""

    start: Any
    frequency: Any
    every: Any
    anchor_day: Any
    trial_days: Any
    end_date: Any
    cancel_on: Any
    pause_until: Any
    next_number: Any
    next_date: Any
    status: Any
    zone: Any

    def today(self) -> date:
        """Where the customer is."""
        return today_in(self.zone)

    @property
    def billed_from(self) -> date:
        """The day after the trial."""
        day: date = self.start + timedelta(days=self.trial_days or 0)
        return day

    @property
    def unit(self) -> Unit:
        return FREQUENCIES[self.frequency][0]

    @property
    def cycle(self) -> Cycle:
        anchor = self.anchor_day if self.unit in (Unit.MONTH, Unit.YEAR) else None
        return Cycle.of(self.frequency, self.billed_from, self.every, anchor, stub=True)

    @property
    def last_day(self) -> date | None:
        """The last day it runs, where one is known."""
        return min((day for day in (self.end_date, self.cancel_on) if day is not None), default=None)

    def period_of(self, number: int) -> Period:
        found = self.cycle.period(number - 1)
        last = self.last_day
        return found if last is None or last < found.first else found.until(last)

    def has(self, number: int) -> bool:
        last = self.last_day
        return last is None or self.cycle.day(number - 1) <= last

    def place_next(self) -> None:
        """When the next period is billed, and when the billing run must look at it again."""
        self.next_date = self.cycle.day(self.next_number - 1) if self.has(self.next_number) else None
        self.look_on = min(self._days(), default=None)

    def _days(self) -> list[date]:
        if self.status not in LIVE:
            return []
        found = [self.last_day + DAY] if self.last_day else []
        if self.status == S.TRIAL:
            found.append(self.billed_from)
        elif self.status == S.PAUSED and self.pause_until:
            found.append(self.pause_until)
        elif self.status in BILLED and self.next_date:
            found.append(self.next_date)
        return found
