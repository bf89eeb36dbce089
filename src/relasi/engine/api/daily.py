"""Daily quota: how often one token may be used from midnight to midnight of the company, and who hears when it runs out."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.company import company
from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.engine.api.metering import Allowance
from relasi.engine.api.token import ApiToken

WARN_AT = (75, 90, 100)  # per cent
KEPT = timedelta(days=2)

QUOTA = register_kind(
    NotificationKind(
        "api_quota", gettext_lazy("A token nears the end of its day's calls"), "gauge", "now", own=True
    )
)


class ApiDay(models.Model):
    """The calls of a token on one day of the company. Those beyond the limit are counted too."""

    id = models.BigAutoField(primary_key=True)
    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    calls = models.BigIntegerField(default=0)

    class Meta:
        db_table = "api_day"
        constraints = [models.UniqueConstraint(fields=["token", "day"], name="api_day_once")]

    def __str__(self) -> str:
        return f"{self.token_id} {self.day} {self.calls}"


class DailyAllowance(Allowance):
    """Of the day. reset: seconds until its midnight."""

    @property
    def headers(self) -> dict[str, str]:
        found = {
            "RateLimit-Daily-Limit": str(self.limit),
            "RateLimit-Daily-Remaining": str(max(self.limit - self.used, 0)),
            "RateLimit-Daily-Reset": str(self.reset),
        }
        return found | ({"Retry-After": str(self.reset)} if self.exceeded else {})


_COUNT = """
    INSERT INTO api_day (token_id, day, calls) VALUES (%s, %s, 1)
    ON CONFLICT (token_id, day) DO UPDATE SET calls = api_day.calls + 1 RETURNING calls
"""


def today() -> date:
    """The day of the company, whatever zone anybody reads in."""
    return timezone.now().astimezone(ZoneInfo(company().zone)).date()


def seconds_left(day: date) -> int:
    midnight = datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(company().zone))
    return max(int((midnight - timezone.now()).total_seconds()) + 1, 1)


def count_of_day(token: ApiToken) -> DailyAllowance | None:
    """Counts this call in a statement of its own. None where no daily limit is set."""
    limit = settings.API_PER_DAY
    if not limit:
        return None
    day = today()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [token.pk, day])
        used = cursor.fetchone()[0]
    # Each number is reached by exactly one call, so each warning is given once a day.
    for percent in WARN_AT:
        if used == -(-limit * percent // 100):
            _warn(token, percent)
    return DailyAllowance(limit, used, seconds_left(day))


def _warn(token: ApiToken, percent: int) -> None:
    admins = [one.id for one in directory().people.values() if one.is_admin and one.is_active]
    with acting(SYSTEM, via="system"), transaction.atomic():
        tell(QUOTA, [*admins, token.user_id], token=token.pk, percent=percent)


@tells("api_quota")
def _told(row: Notification, user: Any) -> tuple[Markup, str] | None:
    token = ApiToken._base_manager.filter(pk=row.facts.get("token")).first()
    if token is None:
        return None
    words = {"name": token.name, "percent": row.facts.get("percent")}
    own = "/preferences/tokens/" if token.user_id == user.id else "/settings/tokens/"
    return Markup(_("The token “%(name)s” has used %(percent)s%% of its calls of today")) % words, own


def forget_old_days() -> int:
    return ApiDay.objects.filter(day__lt=today() - KEPT).delete()[0]
