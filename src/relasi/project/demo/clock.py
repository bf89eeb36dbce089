"""Clock: moments of the last two years at which somebody may have been at work."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

YEARS = timedelta(days=730)


class Clock:
    """now: the moment the demo is made at; everything else is told from there."""

    def __init__(self, random: Random, now: datetime) -> None:
        self.random = random
        self.now = now
        self.beginning = self.at_work(now - YEARS - timedelta(days=10))

    def at_work(self, day: datetime) -> datetime:
        """Some minute of the working hours of this day, or of the Friday before a weekend; never later than now."""
        day -= timedelta(days=max(0, day.weekday() - 4))
        hour, minute = self.random.randint(8, 16), self.random.randint(0, 59)
        return min(day.replace(hour=hour, minute=minute, second=self.random.randint(0, 59)), self.now)

    def ago(self, most: float, least: float = 0) -> datetime:
        """A working moment between `most` and `least` days ago."""
        return self.at_work(self.now - timedelta(days=self.random.uniform(least, most)))

    def after(self, moment: datetime, least: float, most: float) -> datetime:
        """A working moment so many days later, and not before `moment` itself."""
        later = self.at_work(moment + timedelta(days=self.random.uniform(least, most)))
        return max(later, moment + timedelta(minutes=7))
