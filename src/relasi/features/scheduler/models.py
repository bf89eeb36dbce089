"""Tables of the scheduler: what an admin set about each periodic job, and how each run of one went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import ChoiceField, Choices

KEPT = timedelta(days=30)


class State(Choices):
    WAITING = "waiting", _("Waiting"), "gray"
    RUNNING = "running", _("Running"), "biru"
    DONE = "done", _("Done"), "hijau"
    FAILED = "failed", _("Failed"), "merah"
    LOST = "lost", _("Cut off"), "kuning"


class JobSetting(models.Model):
    """task: the name of the job. cron: instead of the delivered one, empty for that. failures: in a row, by now.
    late_told: admins have heard that it misses its times."""

    task = models.CharField(max_length=200, primary_key=True)
    active = models.BooleanField(default=True)
    cron = models.CharField(max_length=60, default="", blank=True)
    failures = models.IntegerField(default=0)
    late_told = models.BooleanField(default=False, db_default=False)
    changed_by = models.ForeignKey("users.User", models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.task


class JobRun(models.Model):
    """job: its number in the queue. asked_by: who started it by hand, None for the clock. result: what it counted."""

    id = models.BigAutoField(primary_key=True)
    task = models.CharField(max_length=200)
    job = models.BigIntegerField()
    status = ChoiceField(State, default=State.RUNNING, required=True)
    asked_by = models.ForeignKey("users.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    result = models.BigIntegerField(null=True)
    trouble = models.TextField(default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["task", "-id"], name="job_run_task"),
            models.Index(fields=["job"], name="job_run_job"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.job}"

    @property
    def milliseconds(self) -> int | None:
        if self.started_at is None or self.finished_at is None:
            return None
        return round((self.finished_at - self.started_at).total_seconds() * 1000)

    @property
    def status_label(self) -> Any:
        return State(self.status).label

    @property
    def status_tone(self) -> str:
        return State(self.status).tone


def forget_old_runs() -> int:
    return JobRun.objects.filter(started_at__lt=timezone.now() - KEPT).delete()[0]
