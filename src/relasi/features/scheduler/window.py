"""Window: the hours of the day in which a job may begin, by the clock of the company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter

LOOKED_AHEAD = timedelta(days=8)  # every job can run at least once a week
MOST_LOOKED_AT = 20_000


@dataclass(frozen=True)
class Window:
    """From the full hour `first` until the full hour `last`, over midnight where that is earlier. Without both: always."""

    first: int | None
    last: int | None
    zone: str

    @property
    def is_open(self) -> bool:
        return self.first is None or self.last is None or self.first == self.last

    def holds(self, moment: datetime) -> bool:
        if self.first is None or self.last is None or self.is_open:
            return True
        hour = moment.astimezone(ZoneInfo(self.zone)).hour
        if self.first < self.last:
            return self.first <= hour < self.last
        return hour >= self.first or hour < self.last

    def begins(self, moment: datetime) -> datetime:
        """When it opens next after that moment."""
        there = moment.astimezone(ZoneInfo(self.zone))
        day = datetime.combine(there.date(), time(self.first or 0), ZoneInfo(self.zone))
        return (day if day > there else day + timedelta(days=1)).astimezone(UTC)


def next_run(cron: str, now: datetime, window: Window) -> datetime | None:
    """The next time of the cron inside the window, None where it never comes."""
    moment, until = now, now + LOOKED_AHEAD
    for _look in range(MOST_LOOKED_AT):
        moment = datetime.fromtimestamp(croniter(cron, moment.timestamp()).get_next(float), UTC)
        if window.holds(moment):
            return moment
        if moment > until:
            break
        # Nothing before it opens; a time that is due at that very moment counts.
        moment = max(moment, window.begins(moment) - timedelta(seconds=1))
    return None
