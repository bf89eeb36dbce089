"""Long job: work on many records that a process of its own does batch by batch: how far it is, what its person wants
of it, and which process has it. Cut off, it goes on behind the last batch; nothing is done twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.choice import ChoiceField, Choices

# A run that has not shown itself for so long has lost its process.
LOST_AFTER = timedelta(seconds=45)


class Status(Choices):
    DRAFT = "draft", _("Draft"), "gray"
    CHECKING = "checking", _("Checking"), "biru"
    READY = "ready", _("Ready"), "toska"
    RUNNING = "running", _("Running"), "biru"
    PAUSED = "paused", _("Paused"), "kuning"
    DONE = "done", _("Done"), "hijau"
    FAILED = "failed", _("Failed"), "merah"
    CANCELLED = "cancelled", _("Cancelled"), "jingga"
    UNDOING = "undoing", _("Undoing"), "biru"
    UNDONE = "undone", _("Undone"), "gray"


class Wanted(Choices):
    """What the person wants of a run; asked before every batch."""

    RUN = "run", _("Run")
    PAUSE = "pause", _("Pause")
    STOP = "stop", _("Stop")


ACTIVE = (Status.CHECKING, Status.RUNNING, Status.UNDOING)
FINISHED = (Status.DONE, Status.CANCELLED, Status.FAILED, Status.UNDONE)


class LongJob(models.Model):
    """Abstract. module: its key; slug: of the menu entry it was begun from. counts: what came of it so far.

    taken: how much is dealt with, written in the transaction of the batch that dealt with it. checked: what a
    rehearsal found. lock: the first half of the advisory locks of its kind; the second is the id of the job.
    """

    lock: ClassVar[int]

    user = models.ForeignKey("users.User", models.PROTECT, related_name="+")
    module = models.CharField(max_length=100)
    slug = models.CharField(max_length=100)
    status = ChoiceField(Status, default=Status.DRAFT, required=True)
    wanted = ChoiceField(Wanted, default=Wanted.RUN, required=True)
    trouble = models.TextField(default="", blank=True)
    total = models.IntegerField(null=True)
    taken = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)
    checked = models.JSONField(default=dict)
    change_set = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)

    class Meta:
        abstract = True

    @property
    def home(self) -> Module:
        return registry.module(self.module)

    @property
    def status_label(self) -> Any:
        return Status(self.status).label

    @property
    def status_tone(self) -> str:
        return Status(self.status).tone

    def count(self, name: str) -> int:
        return int(self.counts.get(name, 0))

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED

    @property
    def is_lost(self) -> bool:
        """Whether the process that ran it is gone."""
        return (
            self.is_active and self.touched_at is not None and timezone.now() - self.touched_at > LOST_AFTER
        )

    def note(self, **values: Any) -> None:
        """Sets and stores these columns and no others: the person may ask for a pause at the same time."""
        for name, value in values.items():
            setattr(self, name, getattr(value, "value", value))
        type(self)._base_manager.filter(pk=self.pk).update(**values)

    def asked(self) -> str:
        """What the person wants of the run now: a key of Wanted."""
        return str(type(self)._base_manager.values_list("wanted", flat=True).get(pk=self.pk))

    def claim(self) -> bool:
        """Takes the job for this process until its connection ends. False when another process has it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [self.lock, self.pk])
            return bool(cursor.fetchone()[0])

    def release(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [self.lock, self.pk])


def reasons_of(refusals: list[Any]) -> list[dict[str, Any]]:
    """Refusals as a job keeps them: field, code and message, in the language of whoever it works for."""
    return [{"field": one.field, "code": one.code, "message": str(one.message)} for one in refusals]
