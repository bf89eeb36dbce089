"""Viewed: when a person last opened a record: what "Recently viewed" is made of."""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.prepared import planned_once
from relasi.engine.fields.dates import DateTimeKind
from relasi.engine.fields.periods import ONE_DAY
from relasi.engine.fields.reader import Reader

NAME = "viewed_at"
KEPT_DAYS = 90

# Who opens a record twice within a minute has looked at it once. A lost row costs nobody anything, so the
# commit does not wait for the disk.
_NOTE = """
    WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))
    INSERT INTO query_viewed (user_id, record_id, at) SELECT %s, %s, now() FROM quick
    ON CONFLICT (user_id, record_id) DO UPDATE SET at = excluded.at
        WHERE query_viewed.at < excluded.at - interval '1 minute'
"""


class Viewed(models.Model):
    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("users.User", models.CASCADE, related_name="+", db_index=False)
    record = models.ForeignKey("records.RecordIndex", models.CASCADE, related_name="+")
    at = models.DateTimeField(_("Last viewed by you"))

    class Meta:
        db_table = "query_viewed"
        constraints = [models.UniqueConstraint(fields=["user", "record"], name="viewed_once")]
        indexes = [models.Index(fields=["user", "-at"], name="viewed_latest")]


def note_viewed(user: Any, record: Any) -> None:
    """The person looks at this record now. One statement, nothing read."""
    with connection.cursor() as cursor:
        planned_once(cursor).execute(_NOTE, [user.id, record.pk])


def forget_old_views() -> int:
    """Views older than KEPT_DAYS go. Returns how many."""
    limit = timezone.now() - KEPT_DAYS * ONE_DAY
    return Viewed.objects.filter(at__lt=limit)._raw_delete("default")


def _of(user: Any) -> models.QuerySet[Viewed]:
    id: Any = getattr(user, "id", None)
    return Viewed.objects.filter(user_id=id)


class ViewedKind(DateTimeKind):
    """Asks the few records a person has opened, instead of asking every record whether it was opened."""

    def __init__(self, user: Any):
        super().__init__(Viewed._meta.get_field("at"))
        self.key = NAME
        self._user = user

    def where(self, path: str, operator: str, operand: Any, reader: Reader | None = None) -> Q:
        opened = _of(self._user)
        if operator in ("empty", "not_empty"):
            found = Q(pk__in=opened.values("record_id"))
            return found if operator == "not_empty" else ~found
        return Q(pk__in=opened.filter(super().where("at", operator, operand, reader)).values("record_id"))

    def order(self, path: str) -> Any:
        """The moment this person last opened the row."""
        return Subquery(_of(self._user).filter(record_id=OuterRef("pk")).values("at")[:1])

    def value_of(self, record: Any) -> Any:
        return _of(self._user).filter(record_id=record.pk).values_list("at", flat=True).first()
