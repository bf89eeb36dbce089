"""Metering: how often each key is used, when it was last, and how often it may be in one minute and on one day."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.utils import timezone

from relasi.engine.access.company import company
from relasi.engine.api.company_usage import CompanyAllowance, count_for_company
from relasi.features.compat.access_key import AccessKey

# What clients are told where the installation sets no limit of a day.
NO_DAILY_LIMIT = 1_000_000


class KeyUse(models.Model):
    """The calls of a key in the minute and on the day that run, and all of them."""

    key = models.OneToOneField(AccessKey, models.CASCADE, primary_key=True, related_name="+")
    minute = models.BigIntegerField()
    of_minute = models.IntegerField()
    day = models.DateField()
    of_day = models.IntegerField()
    calls = models.BigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "compat_key_use"

    def __str__(self) -> str:
        return f"{self.key_id} {self.calls}"


@dataclass(frozen=True)
class Used:
    """of_minute, of_day: calls, this one included. minute_ends, day_ends: seconds from now."""

    of_minute: int
    of_day: int
    minute_ends: int
    day_ends: int
    company: CompanyAllowance | None = None

    @property
    def exceeded(self) -> str:
        """What to say when it was once too often."""
        if self.company is not None and self.company.exceeded:
            return "The company has used all calls of today"
        if settings.API_PER_DAY and self.of_day > settings.API_PER_DAY:
            return "This key has used all calls of today"
        return "Too many requests in this minute" if self.of_minute > settings.API_PER_MINUTE else ""

    @property
    def headers(self) -> dict[str, str]:
        minute, day = settings.API_PER_MINUTE, settings.API_PER_DAY or NO_DAILY_LIMIT
        numbers = {
            "X-FloodControl-MinuteLimit": minute,
            "X-FloodControl-MinuteRemaining": max(minute - self.of_minute, 0),
            "X-FloodControl-MinuteReset": self.minute_ends,
            "X-RateLimit-DailyLimit": day,
            "X-RateLimit-DailyRemaining": max(day - self.of_day, 0),
            "X-RateLimit-DailyReset": self.day_ends,
        }
        short = {"X-FloodControl-Remaining": "MinuteRemaining", "X-FloodControl-Reset": "MinuteReset"}
        found = {name: str(value) for name, value in numbers.items()}
        found |= {name: found[f"X-FloodControl-{long}"] for name, long in short.items()}
        found |= {f"X-RateLimit-{word}": found[f"X-RateLimit-Daily{word}"] for word in ("Remaining", "Reset")}
        return found


_COUNT = """
    INSERT INTO compat_key_use AS u (key_id, minute, of_minute, day, of_day, calls, last_at)
    VALUES (%s, %s, 1, %s, 1, 1, now())
    ON CONFLICT (key_id) DO UPDATE SET
        of_minute = CASE WHEN u.minute = excluded.minute THEN u.of_minute + 1 ELSE 1 END, minute = excluded.minute,
        of_day = CASE WHEN u.day = excluded.day THEN u.of_day + 1 ELSE 1 END, day = excluded.day,
        calls = u.calls + 1, last_at = excluded.last_at
    RETURNING of_minute, of_day
"""


def count_call(key: AccessKey) -> Used:
    """Counts this call, in a statement of its own, so that none is lost among many at once."""
    now = time.time()
    here = timezone.now().astimezone(_zone())
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key.pk, int(now // 60), here.date()])
        of_minute, of_day = cursor.fetchone()
    midnight = datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), here.tzinfo)
    return Used(
        of_minute, of_day, 60 - int(now % 60), int((midnight - here).total_seconds()) + 1, count_for_company()
    )


def _zone() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(company().zone)


def use_of(keys: list[int]) -> dict[int, KeyUse]:
    """Key -> how it was used; those that never were are left out."""
    return {one.key_id: one for one in KeyUse.objects.filter(key__in=keys)}
