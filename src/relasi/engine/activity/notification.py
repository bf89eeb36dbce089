"""Notification: what a person is told in the inbox, and perhaps by mail. It names what happened and holds no words of it:
what it says is worked out for the person at the moment they look, with the rights they have then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.prepared import Given, prepared
from relasi.engine.activity.hanging import seen_among, seen_q
from relasi.engine.records.live import publish
from relasi.engine.records.record import RecordIndex

KEPT = timedelta(days=90)
TOPIC = "inbox"


class News(models.Model):
    """What somebody is to be told, written in the transaction in which it happened; a job makes notifications of it."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=models.functions.Now())
    user = models.ForeignKey("users.User", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    record = models.ForeignKey(RecordIndex, models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey(
        "activity.Comment", models.CASCADE, null=True, related_name="+", db_index=False
    )
    actor = models.ForeignKey("users.User", models.CASCADE, null=True, related_name="+", db_index=False)
    change_set = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "activity_news"

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"


class Notification(models.Model):
    """change_sets: ids of what it sums up. count: how many things. facts: what a kind needs beside the record (ids).

    mail_at: when a mail is due, None for none; mailed_at: when it went out or was given up.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("users.User", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    record = models.ForeignKey(RecordIndex, models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey("activity.Comment", models.CASCADE, null=True, related_name="+")
    actor = models.ForeignKey("users.User", models.CASCADE, null=True, related_name="+", db_index=False)
    change_sets = models.JSONField(default=list)
    count = models.IntegerField(default=1)
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_tries = models.IntegerField(default=0)

    class Meta:
        db_table = "activity_notification"
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notification_user"),
            models.Index(fields=["user"], name="notification_open", condition=Q(done_at=None)),
            models.Index(
                fields=["mail_at"],
                name="notification_mail",
                condition=Q(mail_at__isnull=False, mailed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"

    @property
    def unread(self) -> bool:
        return self.read_at is None


@dataclass(frozen=True)
class NotificationKind:
    """One kind of thing to be told of.

    label: what a person chooses by. mail: when it is mailed unless they choose otherwise: now, digest or off. always: it
    cannot be turned off in the inbox. own: a person hears of it although they set it off themselves (a job's end).
    choice: the key of the kind whose choice holds for this one too.
    """

    key: str
    label: Any
    icon: str
    mail: str = "digest"
    always: bool = False
    own: bool = False
    choice: str = ""

    @property
    def chosen_by(self) -> str:
        return self.choice or self.key


_kinds: dict[str, NotificationKind] = {}


def register_kind(kind: NotificationKind) -> NotificationKind:
    _kinds[kind.key] = kind
    return kind


def kind_called(key: str) -> NotificationKind:
    return _kinds[key]


def all_kinds() -> list[NotificationKind]:
    """Those a person chooses about, in the order they were registered."""
    return [kind for kind in _kinds.values() if not kind.choice]


MENTION = register_kind(NotificationKind("mention", _("Somebody mentions me"), "at-sign", "now", always=True))
REPLY = register_kind(NotificationKind("reply", _("Somebody answers my comment"), "reply", "now"))
ASSIGNED = register_kind(NotificationKind("assigned", _("A record becomes mine"), "user-round-check", "now"))
COMMENT = register_kind(
    NotificationKind("comment", _("A comment on what I follow or own"), "message-square", "digest")
)
CHANGED = register_kind(NotificationKind("changed", _("A change of what I follow"), "pencil", "digest"))
MANY = register_kind(NotificationKind("many", _("Many changes at once"), "layers", choice="changed"))
BULK = register_kind(
    NotificationKind("bulk", _("Work on many records has ended"), "list-checks", "off", own=True)
)
IMPORT = register_kind(NotificationKind("import", _("An import has ended"), "upload", "off", own=True))
VIEW = register_kind(
    NotificationKind("view", _("A list view waits for approval"), "list-filter", "digest", always=True)
)
PUBLIC = register_kind(
    NotificationKind(
        "public", _("A customer opens or answers my document, or asks about it"), "mail-open", "now"
    )
)


def inbox(user: Any) -> models.QuerySet[Notification]:
    """All this person may still be told of: what is about a record only as long as they may see it."""
    rows = Notification.objects.filter(user_id=user.id)
    seen = seen_q(user, "record__")
    return rows.filter(Q(record=None) | seen) if seen else rows


def open_q(now: Any = None) -> Q:
    return Q(done_at=None) & (Q(snoozed_until=None) | Q(snoozed_until__lte=now or timezone.now()))


def unread_count(user: Any) -> int:
    """As many as the inbox shows as unread. Every page asks: who may see which record is worked out here, for the few
    there are, in a fraction of the time the condition of the inbox takes."""

    def unread() -> models.QuerySet:
        rows = Notification.objects.filter(open_q(Given("now")), user=Given("user"), read_at=None).order_by()
        return rows.values_list("record_id", "record__module", "record__owner_id")

    found = prepared("unread", unread, by_key=True).tuples({"user": user.id, "now": timezone.now()})
    seen = seen_among(user, [row for row in found if row[0] is not None])
    return sum(1 for record, _module, _owner in found if record is None or record in seen)


def mark(user: Any, ids: Iterable[int] | None, **values: Any) -> int:
    """Changes the person's own notifications, or all open ones when ids is None. Returns how many."""
    rows = Notification.objects.filter(user_id=user.id)
    rows = rows.filter(open_q()) if ids is None else rows.filter(pk__in=list(ids))
    count = rows.update(**values)
    if count:
        publish(TOPIC, {"by": None}, to=[user.id])
    return count


def seen_on_record(user: Any, record: int) -> None:
    """Opening a record's page reads what the inbox holds about it."""
    rows = Notification.objects.filter(user_id=user.id, record_id=record, read_at=None)
    if rows.update(read_at=timezone.now()):
        publish(TOPIC, {"by": None}, to=[user.id])


def wake(now: datetime) -> list[int]:
    """Notifications whose rest is over are new again. Returns the users they belong to."""
    rows = Notification.objects.filter(snoozed_until__lte=now, done_at=None)
    users = sorted(set(rows.values_list("user_id", flat=True)))
    rows.update(snoozed_until=None, read_at=None, at=F("snoozed_until"))
    if users:
        publish(TOPIC, {"by": None}, to=users)
    return users


def forget_old(now: datetime) -> int:
    return Notification.objects.filter(at__lt=now - KEPT).delete()[0]
