"""Double pair: two records that are probably the same, found by a look at all of them, until somebody decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction

from relasi.engine.access.door import visible_to
from relasi.engine.declare.module import Module
from relasi.engine.records.record import RecordIndex


class DoublePair(models.Model):
    """one < other. score: 0 to 100. reasons: codes of what speaks for and against, strongest first.

    dismissed_by: who said that they are two; a later look does not ask again.
    """

    id = models.BigAutoField(primary_key=True)
    module = models.CharField(max_length=100)
    one = models.ForeignKey(RecordIndex, models.CASCADE, related_name="+")
    other = models.ForeignKey(RecordIndex, models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = ArrayField(models.CharField(max_length=40))
    dismissed_by = models.ForeignKey("users.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "records_double_pair"
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="double_pair_once")]
        indexes = [
            models.Index(fields=["module", "-score", "id"], name="double_pair_open",
                         condition=models.Q(dismissed_by=None)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.one_id} ~ {self.other_id}"


def open_pairs(user: Any, module: Module) -> models.QuerySet[DoublePair]:
    """What waits for a decision, surest first: pairs of living records the person may see both of."""
    seen = visible_to(user, module.model).values("pk")
    rows = DoublePair.objects.filter(module=module.key, dismissed_by=None, one__in=seen, other__in=seen)
    return rows.select_related("one", "other").order_by("-score", "id")


def keep_found(module: Module, found: Iterable[tuple[int, int, int, list[str]]]) -> int:
    """Puts what a look has found (one, other, score, reasons) in the place of what an earlier one did.

    What was dismissed stays so. Returns how many pairs there are. Safe to run twice.
    """
    rows = {(min(a, b), max(a, b)): (score, reasons) for a, b, score, reasons in found}
    with transaction.atomic(), connection.cursor() as cursor:
        DoublePair.objects.filter(module=module.key, dismissed_by=None).delete()
        cursor.executemany(
            "INSERT INTO records_double_pair (module, one_id, other_id, score, reasons) "
            "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (one_id, other_id) DO NOTHING",
            [(module.key, one, other, score, reasons) for (one, other), (score, reasons) in rows.items()],
        )
    return len(rows)
