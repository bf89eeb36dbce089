"""Export: the records of a list in a file: who took what, how far it is, and until when it can be fetched."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.company import company
from relasi.engine.access.door import has_tool, may
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.reader import Reader

TOOL = "export"
KEPT = timedelta(hours=24)
AT_ONCE = 2000  # so many rows are written while the person waits
MOST_IN_A_SHEET = 1_048_575


class Format(Choices):
    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("Excel")
    JSONL = "jsonl", _("JSON lines")


class Shape(Choices):
    """What the columns are: those of the list in words, or every field so that an import reads it back."""

    VIEW = "view", _("To read: the columns of the list")
    IMPORT = "import", _("To import again: every field")


class State(Choices):
    WAITING = "waiting", _("Waiting"), "gray"
    RUNNING = "running", _("Running"), "biru"
    DONE = "done", _("Done"), "hijau"
    FAILED = "failed", _("Failed"), "merah"


class ExportJob(models.Model):
    """module: its key; slug: of the menu entry. asked: condition, words, columns and sort of the list, and ids where
    rows were chosen. rows: how many are written; total: how many there were at the start. fetched: how often.

    It stays when its file is gone: it is the record of who took what out.
    """

    user = models.ForeignKey("users.User", models.PROTECT, related_name="+")
    module = models.CharField(max_length=100)
    slug = models.CharField(max_length=100)
    format = ChoiceField(Format, default=Format.CSV, required=True)
    shape = ChoiceField(Shape, default=Shape.VIEW, required=True)
    asked = models.JSONField(default=dict)
    language = models.CharField(max_length=2, default="id")
    status = ChoiceField(State, default=State.WAITING, required=True)
    trouble = models.TextField(default="", blank=True)
    total = models.IntegerField(default=0)
    rows = models.IntegerField(default=0)
    size = models.BigIntegerField(default=0)
    file = models.CharField(max_length=200, default="", blank=True)
    ip = models.GenericIPAddressField(null=True)
    fetched = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [models.Index(fields=["user", "-id"], name="export_job_user")]

    def __str__(self) -> str:
        return self.name

    @property
    def home(self) -> Module:
        return registry.module(self.module)

    @property
    def name(self) -> str:
        """What the file is called: contacts-2026-11-25.csv"""
        return f"{self.slug}-{timezone.localtime(self.created_at or timezone.now()):%Y-%m-%d}.{self.format}"

    @property
    def status_label(self) -> Any:
        return State(self.status).label

    @property
    def status_tone(self) -> str:
        return State(self.status).tone

    @property
    def reader(self) -> Reader:
        decimal = self.user.number_style
        group = "." if decimal == "," else ","
        return Reader(self.language, self.user.zone, decimal, group, currency=company().currency)

    @property
    def is_over(self) -> bool:
        return self.status in (State.DONE, State.FAILED)

    @property
    def until(self) -> datetime | None:
        return None if self.finished_at is None else self.finished_at + KEPT

    @property
    def is_ready(self) -> bool:
        return (
            self.status == State.DONE and bool(self.file) and timezone.now() < (self.until or timezone.now())
        )

    def note(self, **values: Any) -> None:
        """Sets and stores these columns and no others."""
        for name, value in values.items():
            setattr(self, name, getattr(value, "value", value))
        ExportJob.objects.filter(pk=self.pk).update(**values)

    def keep(self, content: Any) -> None:
        """Stores the file under a name nobody guesses."""
        name = default_storage.save(f"exports/{secrets.token_hex(16)}.{self.format}", content)
        self.note(file=name, size=content.size, status=State.DONE, finished_at=timezone.now(), rows=self.rows)

    def claim(self) -> bool:
        """Takes the job for this transaction. False when another process has it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, self.pk])
            return bool(cursor.fetchone()[0])


# The first half of the advisory locks of exports; the second is the id of the job.
_LOCK = 73311


def may_export(user: Any, module: Module) -> bool:
    return has_tool(user, TOOL) and may(user, "view", module) and not module.self_ruled


def forget_old_files() -> int:
    """Takes away the files that can be fetched no more. Returns how many."""
    old = ExportJob.objects.filter(finished_at__lt=timezone.now() - KEPT).exclude(file="")
    count = 0
    for job in old:
        default_storage.delete(job.file)
        job.note(file="")
        count += 1
    return count
