"""Company usage: what the company uses by the hour and on a day, and who hears when a limit comes near.

A day is one of the company: from its midnight to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.company import company
from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.engine.api.daily import WARN_AT, DailyAllowance, seconds_left, today
from relasi.engine.api.metering import KEPT
from relasi.engine.api.usage_limits import CALLS, MAILS, STORAGE, WEBHOOKS, UsageLimits, usage_limits

HOME = "/settings/usage/"
NEAR = register_kind(
    NotificationKind(
        "usage_limit", gettext_lazy("The company nears a limit of its usage"), "gauge", "now", own=True
    )
)


class UsageHour(models.Model):
    """How much of a metric a source used in one hour, beside the calls of tokens (ApiUse). source: "key 5", "webhook 3",
    "person 7", "" for the product itself. result: 2 for what went well, 4 for what did not."""

    id = models.BigAutoField(primary_key=True)
    metric = models.CharField(max_length=20)
    hour = models.DateTimeField()
    source = models.CharField(max_length=40, default="")
    result = models.SmallIntegerField()
    amount = models.BigIntegerField(default=0)

    class Meta:
        db_table = "api_usage_hour"
        constraints = [
            models.UniqueConstraint(fields=["hour", "metric", "source", "result"], name="api_usage_hour_once")
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.hour:%Y-%m-%d %H} {self.amount}"


class UsageDay(models.Model):
    """used: calls that have come in on this day. warned: the highest of WARN_AT that was told."""

    id = models.BigAutoField(primary_key=True)
    metric = models.CharField(max_length=20)
    day = models.DateField()
    used = models.BigIntegerField(default=0)
    warned = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "api_usage_day"
        constraints = [models.UniqueConstraint(fields=["metric", "day"], name="api_usage_day_once")]

    def __str__(self) -> str:
        return f"{self.metric} {self.day} {self.used}"


@dataclass(frozen=True)
class CompanyAllowance(DailyAllowance):
    """Of all programs together. held: False where the limit is only watched."""

    held: bool = True

    @property
    def exceeded(self) -> bool:
        return self.held and self.used > self.limit

    @property
    def headers(self) -> dict[str, str]:
        return {name.replace("-Daily-", "-Company-"): value for name, value in super().headers.items()}


_NOTE = """
    INSERT INTO api_usage_hour (metric, hour, source, result, amount)
    VALUES (%s, date_trunc('hour', now()), %s, %s, %s)
    ON CONFLICT (hour, metric, source, result) DO UPDATE SET amount = api_usage_hour.amount + excluded.amount
"""
# A limit set in the middle of a day begins with what was used before.
_COUNT = """
    INSERT INTO api_usage_day (metric, day, used, warned) VALUES (%s, %s, %s, 0)
    ON CONFLICT (metric, day) DO UPDATE SET used = api_usage_day.used + 1 RETURNING used, warned
"""
_MARK = """
    INSERT INTO api_usage_day (metric, day, used, warned) VALUES (%s, %s, 0, %s)
    ON CONFLICT (metric, day) DO UPDATE SET warned = excluded.warned WHERE api_usage_day.warned < excluded.warned
    RETURNING warned
"""
_USED = """
    SELECT coalesce(sum(n), 0)::bigint FROM (
        SELECT amount AS n FROM api_usage_hour WHERE metric = %(metric)s AND hour >= %(since)s AND hour < %(until)s
        UNION ALL SELECT calls FROM api_use WHERE %(metric)s = 'calls' AND hour >= %(since)s AND hour < %(until)s) AS one
"""


def note(metric: str, source: str, *, good: bool, amount: int = 1) -> None:
    """In a statement of its own, so that none is lost among many at once."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [metric, source, 2 if good else 4, amount])


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(company().zone))


def used_on(metric: str, day: date) -> int:
    """The sum of its hours."""
    span: dict[str, Any] = {
        "metric": metric,
        "since": midnight(day),
        "until": midnight(day + timedelta(days=1)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_USED, span)
        return int(cursor.fetchone()[0])


def count_for_company() -> CompanyAllowance | None:
    """Counts this call. None where the company has no limit."""
    limits, day = usage_limits(), today()
    limit = limits.of(CALLS, day)
    if limit is None:
        return None
    stands = UsageDay.objects.filter(metric=CALLS, day=day, used__gt=0).exists()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [CALLS, day, 1 if stands else used_on(CALLS, day) + 1])
        used, warned = cursor.fetchone()
    _warn(limits, CALLS, day, used, warned)
    return CompanyAllowance(limit, used, seconds_left(day), not limits.watch_only)


def begin_with_what_was_used() -> None:
    """After the limits were changed: a limit that was off for some hours counts those hours too."""
    day = today()
    rows = UsageDay.objects.filter(metric=CALLS, day=day)
    rows.filter(used__gt=0, used__lt=used_on(CALLS, day)).update(used=used_on(CALLS, day))


def is_used_up(metric: str) -> bool:
    """Whether what is sent has to wait for the next day."""
    limits, day = usage_limits(), today()
    limit = limits.of(metric, day)
    return limit is not None and not limits.watch_only and used_on(metric, day) >= limit


def warn_if_near(metric: str, used: int | None = None) -> None:
    """used: where it is no sum of hours."""
    limits, day = usage_limits(), today()
    if limits.of(metric, day) is not None:
        _warn(limits, metric, day, used_on(metric, day) if used is None else used, 0)


def _warn(limits: UsageLimits, metric: str, day: date, used: int, warned: int) -> None:
    """Each part of the limit is told once a day, by whoever is the first to mark it."""
    limit = limits.of(metric, day) or 0
    reached = max((percent for percent in WARN_AT if used * 100 >= limit * percent), default=0)
    if reached <= warned or not limits.tells_admins:
        return
    with acting(SYSTEM, via="system"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_MARK, [metric, day, reached])
            first = cursor.fetchone() is not None
        if first:
            admins = [one.id for one in directory().people.values() if one.is_admin and one.is_active]
            tell(NEAR, admins, metric=metric, percent=reached)


SENTENCES = {
    CALLS: gettext_lazy("The company has used %(percent)s%% of its API calls of today"),
    WEBHOOKS: gettext_lazy("The company has used %(percent)s%% of its webhook messages of today"),
    MAILS: gettext_lazy("The company has used %(percent)s%% of its emails of today"),
    STORAGE: gettext_lazy("The company has used %(percent)s%% of its storage"),
}


@tells("usage_limit")
def _told(row: Notification, user: Any) -> tuple[Markup, str] | None:
    sentence = SENTENCES.get(row.facts.get("metric", ""))
    if sentence is None:
        return None
    return Markup(str(sentence)) % {"percent": row.facts.get("percent")}, HOME


def forget_old_usage() -> int:
    now = timezone.now()
    hours = UsageHour.objects.filter(hour__lt=now - KEPT).delete()[0]
    return hours + UsageDay.objects.filter(day__lt=(now - KEPT).date()).delete()[0]
