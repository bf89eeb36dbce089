"""Tables of the tie-out: each run, how each check went in it, and the figures that differed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import ChoiceField, Choices

KEPT = timedelta(days=400)


class Outcome(Choices):
    CLEAN = "clean", _("Ties out"), "hijau"
    DIFFERS = "differs", _("Differs"), "merah"
    BROKEN = "broken", _("Could not be checked"), "kuning"


class TieOutRun(models.Model):
    """asked_by: who wanted it by hand, None for the clock. started_at: None while it waits; finished_at: until it ends."""

    id = models.BigAutoField(primary_key=True)
    asked_by = models.ForeignKey("users.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.pk} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def milliseconds(self) -> int | None:
        if self.started_at is None or self.finished_at is None:
            return None
        return round((self.finished_at - self.started_at).total_seconds() * 1000)


class TieOutResult(models.Model):
    """How one check went. rows: compared. differing: figures that were not what they are due to be. trouble: why it could
    not be checked."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(TieOutRun, models.CASCADE, related_name="results")
    check_key = models.CharField(max_length=100)
    outcome = ChoiceField(Outcome, required=True)
    rows = models.BigIntegerField(default=0)
    differing = models.BigIntegerField(default=0)
    milliseconds = models.IntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)
    trouble = models.TextField(default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "check_key"], name="tie_out_result_once")]
        indexes = [models.Index(fields=["check_key", "-id"], name="tie_out_result_check")]

    def __str__(self) -> str:
        return f"{self.check_key} {self.outcome}"

    @property
    def outcome_label(self) -> Any:
        return Outcome(self.outcome).label

    @property
    def outcome_tone(self) -> str:
        return Outcome(self.outcome).tone


class TieOutDifference(models.Model):
    """One figure. record: id of the record it belongs to; line: of its line, None for its own. change_set: the last that
    touched it or what it follows from. past_history: whether its value came there without history knowing."""

    id = models.BigAutoField(primary_key=True)
    result = models.ForeignKey(TieOutResult, models.CASCADE, related_name="differences")
    record = models.BigIntegerField(null=True)
    line = models.BigIntegerField(null=True)
    figure = models.CharField(max_length=60)
    stored = models.DecimalField(max_digits=30, decimal_places=6, null=True)
    due = models.DecimalField(max_digits=30, decimal_places=6, null=True)
    change_set = models.BigIntegerField(null=True)
    past_history = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.record} {self.figure}: {self.stored}, {self.due}"


def forget_old_runs() -> int:
    return TieOutRun.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()[0]
