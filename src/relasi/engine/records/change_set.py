"""Change sets: every write belongs to one; history, undo and the audit trail read nothing else."""

from __future__ import annotations

from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, current_acting
from relasi.engine.declare.tracked import next_id
from relasi.engine.records.again import current_attempt


class ChangeSet(models.Model):
    """Who changed something, when, from where and why. reverts: the change set this one undoes."""

    id = models.BigIntegerField(primary_key=True, db_default=next_id())
    at = models.DateTimeField(db_default=models.functions.Now(), db_index=True)
    user = models.ForeignKey("users.User", models.PROTECT, null=True, related_name="+")
    impersonator = models.ForeignKey("users.User", models.PROTECT, null=True, related_name="+")
    via = models.CharField(max_length=12, default="ui")
    reason = models.TextField(default="", blank=True)
    reverts = models.ForeignKey("self", models.PROTECT, null=True, related_name="reverted_by")

    class Meta:
        db_table = "records_change_set"

    def __str__(self) -> str:
        return f"{self.id} {self.via} {self.reason}"

    @property
    def who(self) -> str:
        """Who did it. Without an account: a customer by the name they gave, or the product itself."""
        if self.user is not None:
            return self.user.full_name
        return self.reason if self.via == "public" and self.reason else "Relasi"

    @property
    def told_reason(self) -> str:
        """The reason as it was given; those of the product itself in the reader's language."""
        if self.via == "public":
            return ""
        return gettext(self.reason) if self.via == "system" and self.reason else self.reason


class ChangeRow(models.Model):
    """What happened to one row. Written by the triggers of engine.declare.tracked alone, kept in monthly partitions.

    origin: the table. kind: c(reated), u(pdated), d(eleted for good). before, after: only the columns that differ.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    change_set = models.ForeignKey(ChangeSet, models.DO_NOTHING, related_name="rows")
    record_id = models.BigIntegerField()
    origin = models.CharField(max_length=100)
    kind = models.CharField(max_length=1)
    before: Any = models.JSONField(null=True)
    after: Any = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = "records_change"
        ordering = ["id"]


_OPEN = """
    WITH opened AS (
        INSERT INTO records_change_set (id, at, user_id, impersonator_id, via, reason, reverts_id)
        VALUES (coalesce(%s, nextval('relasi_id')), now(), %s, %s, %s, %s, %s)
        ON CONFLICT (id) DO UPDATE SET reason = records_change_set.reason
        RETURNING id)
    SELECT id, set_config('relasi.change_set', id::text, true) FROM opened
"""


def open_change_set() -> int:
    """Opens the acting person's change set in this transaction, or joins it when it is open already.

    Returns its id. Safe after a rollback: the row is written again. Must run inside a transaction.
    """
    stretch = current_acting()
    user = stretch.user
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            [
                stretch.change_set,
                None if user is SYSTEM else user.id,
                stretch.impersonator.id if stretch.impersonator else None,
                stretch.via,
                str(stretch.reason),
                stretch.reverts,
            ],
        )
        stretch.change_set = cursor.fetchone()[0]
    if attempt := current_attempt():
        transaction.on_commit(attempt.settle)
    return stretch.change_set


def close_change_set() -> None:
    """From here on this transaction may not write tracked rows. For code that calls strangers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('relasi.change_set', '', true)")


VIA_LABELS: dict[str, Any] = {
    "ui": _("By hand"),
    "import": _("Import"),
    "api": _("API"),
    "conversion": _("Conversion"),
    "merge": _("Merge"),
    "workflow": _("Workflow"),
    "system": _("Relasi"),
    "undo": _("Undo"),
    "public": _("Customer, by link"),
}
