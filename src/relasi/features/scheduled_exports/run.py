"""Export run: one time a scheduled export was due or asked for: how it went and where its file is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection, models

from relasi.engine.fields.choice import ChoiceField
from relasi.engine.transfer.export import ExportJob
from relasi.engine.transfer.file_job import State
from relasi.features.scheduled_exports.schedule import ScheduledExport

RETRIES = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
KEPT = timedelta(days=396)  # thirteen months
LOCK = 73315


class ExportRun(models.Model):
    """due_at: the time it stands for, which its file is named by. retry_at: when it is tried next, None while nothing waits.

    where: the file, the address of the object, or those the mail went to. by_link: those were sent a link to the file.
    """

    schedule = models.ForeignKey(ScheduledExport, models.CASCADE, related_name="runs", db_index=False)
    job = models.OneToOneField(ExportJob, models.SET_NULL, null=True, related_name="+")
    asked_by = models.ForeignKey("users.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    status = ChoiceField(State, default=State.WAITING, required=True)
    tries = models.SmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    trouble = models.TextField(default="", blank=True)
    where = models.TextField(default="", blank=True)
    by_link = models.BooleanField(default=False)
    rows = models.IntegerField(default=0)
    size = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["schedule", "-id"], name="export_run_schedule"),
            models.Index(
                fields=["retry_at"], condition=models.Q(retry_at__isnull=False), name="export_run_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.due_at}"

    @property
    def status_label(self) -> Any:
        return State(self.status).label

    @property
    def status_tone(self) -> str:
        return State(self.status).tone

    @property
    def is_over(self) -> bool:
        return self.status in (State.DONE, State.FAILED)

    def note(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, getattr(value, "value", value))
        type(self)._base_manager.filter(pk=self.pk).update(**values)

    def claim(self) -> bool:
        """Takes the run for this process until released or its connection ends. False when another one has it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, self.pk])
            return bool(cursor.fetchone()[0])

    def release(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, self.pk])
