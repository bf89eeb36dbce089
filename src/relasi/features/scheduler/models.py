"""Tables of the scheduler: what an admin set about each periodic job, and how each run of one went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.features.scheduler.window import Window

KEPT = timedelta(days=30)
MINUTES = 240
RETRIES = 3
ALERT_AFTER = 3


class State(Choices):
    WAITING = "waiting", _("Waiting"), "gray"
    RUNNING = "running", _("Running"), "biru"
    DONE = "done", _("Done"), "hijau"
    FAILED = "failed", _("Failed"), "merah"
    LOST = "lost", _("Cut off"), "kuning"
    TOO_LONG = "too_long", _("Ended: took too long"), "jingga"


class JobSetting(models.Model):
    """task: the name of the job. cron: instead of the delivered one, empty for that. failures: in a row, by now.
    late_told: admins have heard that it misses its times. sequence: which comes first of those due at once, 0 before 1, None
    as delivered. window_first, window_last: full hours of the company between which it may begin. minutes: it may take, 0
    without a limit. retries: after failures in a row, as long as its next time is not nearer. alert_after: so many of them."""

    task = models.CharField(max_length=200, primary_key=True)
    active = models.BooleanField(default=True)
    cron = models.CharField(max_length=60, default="", blank=True)
    failures = models.IntegerField(default=0)
    late_told = models.BooleanField(default=False, db_default=False)
    sequence = models.SmallIntegerField(null=True)
    window_first = models.SmallIntegerField(null=True)
    window_last = models.SmallIntegerField(null=True)
    minutes = models.IntegerField(default=MINUTES, db_default=MINUTES)
    retries = models.SmallIntegerField(default=RETRIES, db_default=RETRIES)
    alert_after = models.SmallIntegerField(default=ALERT_AFTER, db_default=ALERT_AFTER)
    changed_by = models.ForeignKey("users.User", models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(window_first=None, window_last=None) | Q(window_first__range=(0, 23), window_last__range=(0, 23)),
                name="job_setting_window",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=0, retries__gte=0, alert_after__gte=1), name="job_setting_counts"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.task

    def window(self, zone: str) -> Window:
        return Window(self.window_first, self.window_last, zone)


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
