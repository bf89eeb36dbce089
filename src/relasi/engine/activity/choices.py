"""Choices: what a person wants to be told, where and when: inbox, mail at once, a mail once a day, quiet hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting_user
from relasi.engine.activity.follow import Pace
from relasi.engine.activity.notification import NotificationKind, all_kinds
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.fields.json import HiddenField
from relasi.engine.records.record import RecordManager
from relasi.engine.records.refusal import Refusal
from relasi.engine.records.write import Draft, write
from relasi.users.user import User

MOST_DAYS = 14  # without work, after which a daily mail comes all the same
# (a person, their zone, a day) -> whether they work then.
WorksOn = Callable[[int, str, date], bool]
_works_on: WorksOn | None = None


def register_works_on(function: WorksOn) -> None:
    global _works_on
    _works_on = function


class Mail(models.TextChoices):
    NOW = "now", _("At once")
    DIGEST = "digest", _("Once a day")
    OFF = "off", _("No mail")


class NotificationChoices(Tracked):
    """kinds: key of a kind -> {"inbox": bool, "mail": one of Mail}; what is not said is as the kind proposes.

    quiet_from, quiet_to: hours of the day without mail, equal for none. digest_hour: when the daily mail comes.
    All in the person's zone.
    """

    user = models.OneToOneField("users.User", models.CASCADE, related_name="+", editable=False)
    kinds = HiddenField(_("Kinds"), default=dict)
    quiet_from = models.IntegerField(_("Quiet from"), default=20)
    quiet_to = models.IntegerField(_("Quiet until"), default=6)
    digest_hour = models.IntegerField(_("Daily mail at"), default=8)
    weekends = models.BooleanField(_("On days off too"), default=False)

    objects = RecordManager()

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("notification preferences")
        verbose_name_plural = _("notification preferences")

    class Module(Declaration):
        archived = False
        self_ruled = True
        icon = "bell"
        title = "user"

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def permitted_q(cls, user: Any, verb: str, path: str = "") -> Q:
        return Q(**{f"{path}user": user.id})

    def permits(self, user: Any, verb: str) -> bool:
        return self.user_id == user.id

    def before_save(self, change: Any) -> None:
        if change.is_new:
            self.user_id = acting_user().id

    def clean(self, change: Any = None) -> None:
        for name in ("quiet_from", "quiet_to", "digest_hour"):
            hour = getattr(self, name)
            if hour is None or not 0 <= hour <= 23:
                raise Refusal(name, "OUT_OF_RANGE", _("Choose an hour from 0 to 23."))

    def of(self, kind: NotificationKind) -> tuple[bool, str]:
        """Whether the inbox shows this kind, and when it is mailed."""
        said = (self.kinds or {}).get(kind.chosen_by, {})
        mail = said.get("mail", kind.mail)
        return kind.always or said.get("inbox", True) is not False, mail if mail in Mail.values else kind.mail

    def mail_due(self, mail: str, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When a mail chosen this way goes out for what happens now."""
        if mail == Mail.OFF:
            return None
        local = now.astimezone(zone)
        if mail == Mail.DIGEST:
            return self._working(_next(local, self.digest_hour), zone)
        return now if not self.quiet(local) else _next(local, self.quiet_to)

    def quiet(self, local: datetime) -> bool:
        start, end = self.quiet_from, self.quiet_to
        if start <= end:
            return start <= local.hour < end
        return local.hour >= start or local.hour < end

    def _working(self, due: datetime, zone: ZoneInfo) -> datetime:
        """The first such moment on a day of work; after two weeks without one, the first."""
        first = due
        while not self.weekends and not self._works(due.date(), zone):
            due = _next(due, self.digest_hour)
            if due - first > timedelta(days=MOST_DAYS):
                return first
        return due

    def _works(self, day: date, zone: ZoneInfo) -> bool:
        if self.user_id is None or _works_on is None:
            return day.weekday() < 5
        return _works_on(self.user_id, zone.key, day)


def _next(local: datetime, hour: int) -> datetime:
    """The next moment, in this zone, at which the clock shows this full hour."""
    day = local.date()
    due = datetime.combine(day, time(hour), local.tzinfo)
    return due if due > local else datetime.combine(day + timedelta(days=1), time(hour), local.tzinfo)


def choices_of(users: list[int]) -> dict[int, NotificationChoices]:
    """User -> what they chose, or what holds for who never chose."""
    found = {row.user_id: row for row in NotificationChoices._base_manager.filter(user__in=users)}
    return {id: found.get(id) or NotificationChoices(user_id=id) for id in users}


def choose(user: User, values: dict[str, Any]) -> NotificationChoices:
    """values: as NotificationChoices holds them. Raises Refused."""
    row = NotificationChoices._base_manager.filter(user=user).first()
    kinds = {
        key: said for key, said in values.get("kinds", {}).items() if key in {k.key for k in all_kinds()}
    }
    draft = Draft({**values, "kinds": kinds}, id=row.pk if row else None)
    return write(registry.of(NotificationChoices), [draft], authorised="own preferences").records[0]


def with_pace(pace: str, mail: str) -> str:
    """A follow says how soon its news is mailed; "in the inbox alone" and the person's own "no mail" both win."""
    if pace == Pace.INBOX or mail == Mail.OFF:
        return Mail.OFF
    return Mail.NOW if pace == Pace.NOW else Mail.DIGEST
