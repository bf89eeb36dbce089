"""File job: a file that is made for a person: how far it is, where it stands, and until when it can be fetched."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.core.files.storage import default_storage
from django.db import connection, connections, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import ChoiceField, Choices

KEPT = timedelta(hours=24)
Told = Callable[[int], None]


class State(Choices):
    WAITING = "waiting", _("Waiting"), "gray"
    RUNNING = "running", _("Running"), "biru"
    DONE = "done", _("Done"), "hijau"
    FAILED = "failed", _("Failed"), "merah"


class FileJob(models.Model):
    """Abstract. rows: how many are written; total: how many there were at the start. fetched: how often.

    lock: the first half of the advisory locks of its kind; the second is the id of the job. folder: of the storage.
    """

    lock: ClassVar[int]
    folder: ClassVar[str]

    user = models.ForeignKey("users.User", models.PROTECT, related_name="+")
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
        abstract = True

    @property
    def suffix(self) -> str:
        raise NotImplementedError

    @property
    def status_label(self) -> Any:
        return State(self.status).label

    @property
    def status_tone(self) -> str:
        return State(self.status).tone

    @property
    def is_over(self) -> bool:
        return self.status in (State.DONE, State.FAILED)

    @property
    def percent(self) -> int:
        if self.is_over:
            return 100
        return min(self.rows * 100 // self.total, 99) if self.total else 0

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
        type(self)._base_manager.filter(pk=self.pk).update(**values)

    def fail(self, sentence: str) -> None:
        self.note(status=State.FAILED, trouble=sentence, finished_at=timezone.now())

    def keep(self, content: Any) -> None:
        """Stores the file under a name nobody guesses."""
        name = default_storage.save(f"{self.folder}/{secrets.token_hex(16)}.{self.suffix}", content)
        self.note(file=name, size=content.size, status=State.DONE, finished_at=timezone.now(), rows=self.rows)

    def claim(self) -> bool:
        """Takes the job for this transaction. False when another process has it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [self.lock, self.pk])
            return bool(cursor.fetchone()[0])

    @classmethod
    def forget_old(cls) -> int:
        """Takes away the files that can be fetched no more. Returns how many."""
        old = cls._base_manager.filter(finished_at__lt=timezone.now() - KEPT).exclude(file="")
        count = 0
        for job in old:
            default_storage.delete(job.file)
            job.note(file="")
            count += 1
        return count


@contextmanager
def telling(job: FileJob) -> Iterator[Told]:
    """Notes how far it is beside the transaction that reads, so that the person who waits sees it."""
    beside = connections.create_connection(connection.alias)
    table = job._meta.db_table

    def told(rows: int) -> None:
        with beside.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET rows = %s WHERE id = %s', [rows, job.pk])

    try:
        yield told
    finally:
        beside.close()
