"""Metering: how often each token was used, by the hour, and how often it may be used in one minute."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Max, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from relasi.engine.api.token import ApiToken

KEPT = timedelta(days=396)  # thirteen months


class ApiUse(models.Model):
    """How often a token asked for a module in one hour; result: the hundred of the status (2 for 200 to 299)."""

    id = models.BigAutoField(primary_key=True)
    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="uses", db_index=False)
    hour = models.DateTimeField()
    module = models.CharField(max_length=100, default="")
    result = models.SmallIntegerField()
    calls = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        db_table = "api_use"
        constraints = [
            models.UniqueConstraint(fields=["token", "hour", "module", "result"], name="api_use_once")
        ]

    def __str__(self) -> str:
        return f"{self.token_id} {self.hour:%Y-%m-%d %H} {self.calls}"


class ApiMinute(models.Model):
    """The calls of each token in the minute that runs."""

    token = models.OneToOneField(ApiToken, models.CASCADE, primary_key=True, related_name="+")
    minute = models.BigIntegerField()
    calls = models.IntegerField()

    class Meta:
        db_table = "api_minute"

    def __str__(self) -> str:
        return f"{self.token_id} {self.calls}"


@dataclass(frozen=True)
class Allowance:
    """limit: calls a minute. used: this minute, this call included. reset: seconds until the next minute."""

    limit: int
    used: int
    reset: int

    @property
    def exceeded(self) -> bool:
        return self.used > self.limit

    @property
    def headers(self) -> dict[str, str]:
        found = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(self.limit - self.used, 0)),
            "RateLimit-Reset": str(self.reset),
        }
        return found | ({"Retry-After": str(self.reset)} if self.exceeded else {})


_COUNT = """
    INSERT INTO api_minute (token_id, minute, calls) VALUES (%s, %s, 1)
    ON CONFLICT (token_id) DO UPDATE SET
        calls = CASE WHEN api_minute.minute = excluded.minute THEN api_minute.calls + 1 ELSE 1 END,
        minute = excluded.minute
    RETURNING calls
"""


def count_call(token: ApiToken) -> Allowance:
    """Counts this call, in a statement of its own, so that none is lost among many at once."""
    now = time.time()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [token.pk, int(now // 60)])
        used = cursor.fetchone()[0]
    return Allowance(settings.API_PER_MINUTE, used, 60 - int(now % 60))


_NOTE = """
    INSERT INTO api_use (token_id, hour, module, result, calls, last_at)
    VALUES (%s, date_trunc('hour', now()), %s, %s, 1, now())
    ON CONFLICT (token_id, hour, module, result)
    DO UPDATE SET calls = api_use.calls + 1, last_at = excluded.last_at
"""


def note_call(token: ApiToken, module: str, status: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [token.pk, module, status // 100])


def last_used(tokens: list[int]) -> dict[int, Any]:
    """Token -> when it was used last; those that never were are left out."""
    rows = ApiUse.objects.filter(token__in=tokens).values_list("token").annotate(at=Max("last_at"))
    return dict(rows)


@dataclass(frozen=True)
class Day:
    """at: its midnight, in the zone of the reader."""

    day: date
    token: ApiToken
    calls: int
    refused: int

    @property
    def at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.day, datetime.min.time()))


def use_by_day(tokens: models.QuerySet[ApiToken], days: int = 30) -> list[Day]:
    """Calls of each day and token, newest first, in the zone of the reader. refused: those answered 400 or above."""
    since = timezone.now() - timedelta(days=days)
    rows = ApiUse.objects.filter(token__in=tokens.values("pk"), hour__gte=since)
    by_day: Any = rows.annotate(day=TruncDate("hour")).values_list("day", "token").order_by("-day", "token")
    refused = Sum("calls", filter=models.Q(result__gte=4), default=0)
    found = list(by_day.annotate(n=Sum("calls"), refused=refused))
    named = ApiToken._base_manager.select_related("user").in_bulk({row[1] for row in found})
    return [Day(day, named[token], n, bad) for day, token, n, bad in found]


def forget_old_use() -> int:
    return ApiUse.objects.filter(hour__lt=timezone.now() - KEPT).delete()[0]
