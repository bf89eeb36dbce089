"""Usage figures: what the company used of each metric, day by day, hour by hour and by whom, all from the same rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.access.directory import directory
from relasi.engine.api.company_usage import midnight, used_on
from relasi.engine.api.daily import today
from relasi.engine.api.storage_used import StorageDay
from relasi.engine.api.token import ApiToken
from relasi.engine.api.usage_limits import CALLS, MAILS, METRICS, STORAGE, WEBHOOKS, UsageLimits
from relasi.engine.api.webhook import Webhook
from relasi.features.compat.access_key import AccessKey

SENT = (CALLS, WEBHOOKS, MAILS)
_ROWS = """
    WITH one AS (
        SELECT metric, hour, source, result, amount AS n FROM api_usage_hour
        UNION ALL SELECT 'calls', hour, 'token ' || token_id, result, calls FROM api_use)
    SELECT {key}, metric, sum(n)::bigint, coalesce(sum(n) FILTER (WHERE result >= 4), 0)::bigint
    FROM one WHERE hour >= %(since)s AND hour < %(until)s GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass
class Line:
    """What one day, hour or source used. amounts, failed: metric -> how many, those that failed among them."""

    key: Any
    amounts: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    storage: StorageDay | None = None

    def of(self, metric: str) -> int:
        return self.amounts.get(metric, 0)

    def failed_of(self, metric: str) -> int:
        return self.failed.get(metric, 0)


def _lines(key: str, since: datetime, until: datetime) -> dict[Any, Line]:
    found: dict[Any, Line] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(key=key), {"since": since, "until": until, "zone": company().zone})
        for of, metric, amount, failed in cursor.fetchall():
            line = found.setdefault(of, Line(of))
            line.amounts[metric], line.failed[metric] = amount, failed
    return found


def by_day(last: date, days: int) -> list[Line]:
    """Newest first. Days on which nothing happened and nothing was measured are left out."""
    first = last - timedelta(days=days - 1)
    found = _lines("(hour AT TIME ZONE %(zone)s)::date", midnight(first), midnight(last + timedelta(days=1)))
    for measured in StorageDay.objects.filter(day__range=(first, last)):
        found.setdefault(measured.day, Line(measured.day)).storage = measured
    return [found[one] for one in sorted(found, reverse=True)]


def by_hour(day: date) -> list[Line]:
    return list(_lines("hour", midnight(day), midnight(day + timedelta(days=1))).values())


def by_source(day: date) -> list[tuple[str, Line]]:
    """(name, line) of who used anything on this day, those who used most first."""
    found = _lines("source", midnight(day), midnight(day + timedelta(days=1)))
    names = _names(found)
    lines = sorted(found.values(), key=lambda one: -sum(one.amounts.values()))
    return [(names.get(one.key, _("Relasi itself") if not one.key else _("Removed")), one) for one in lines]


def _names(sources: Iterable[str]) -> dict[str, str]:
    """Source -> what it is called."""
    ids: dict[str, list[int]] = {"token": [], "key": [], "webhook": [], "person": []}
    for source in filter(None, sources):
        kind, _space, id = source.partition(" ")
        ids[kind].append(int(id))
    labels = {"token": _("Token %(name)s"), "key": _("Access key %(name)s"), "webhook": _("Webhook %(name)s")}
    models: dict[str, Any] = {"token": ApiToken, "key": AccessKey, "webhook": Webhook}
    found = {
        f"{kind} {one.pk}": labels[kind] % {"name": one.name}
        for kind, model in models.items() if ids[kind]
        for one in model._base_manager.filter(pk__in=ids[kind])
    }  # fmt: skip
    for id in ids["person"]:
        person = directory().account(id)
        if person is not None:
            found[f"person {id}"] = person.full_name
    return found


@dataclass(frozen=True)
class Card:
    """Of a metric today. used and limit: bytes where it is storage, None before it was measured. limit: None without one."""

    metric: str
    used: int | None
    limit: int | None
    elapsed: float

    @property
    def percent(self) -> int | None:
        if self.limit is None or self.used is None:
            return None
        return self.used * 100 // self.limit if self.limit else 100

    @property
    def tone(self) -> str:
        """Green below 75 %, yellow below 90, then red."""
        percent = self.percent or 0
        return "merah" if percent >= 90 else "kuning" if percent >= 75 else "hijau"

    @property
    def forecast(self) -> int | None:
        """What it comes to at midnight if the day goes on as it began. Storage does not begin anew."""
        return None if self.metric == STORAGE or not self.used else round(self.used / self.elapsed)


def cards(limits: UsageLimits) -> list[Card]:
    day = today()
    length = midnight(day + timedelta(days=1)) - midnight(day)
    # In the first minutes a forecast from seconds says nothing.
    elapsed = max((timezone.now() - midnight(day)) / length, 1 / 96)
    stored = StorageDay.objects.order_by("-day").first()
    used: dict[str, int | None] = {metric: used_on(metric, day) for metric in SENT}
    used[STORAGE] = stored.total if stored else None
    return [Card(metric, used[metric], limits.of(metric, day), elapsed) for metric in METRICS]
