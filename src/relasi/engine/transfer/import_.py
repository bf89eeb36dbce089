"""Import: one file on its way into a module: what was chosen, how far it is, what came of every row."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.company import company
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.reader import Reader
from relasi.engine.transfer.importer import Tally
from relasi.engine.transfer.open_file import open_file
from relasi.engine.transfer.plan import Duplicates, Plan, columns_from_json
from relasi.engine.transfer.table import Table

UNDO_DAYS = 7

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


class ImportJob(models.Model):
    """module: its key; slug: of the menu entry it was begun from. shape: what the file is (see Table).

    columns: as Column has them. taken: rows of the file that are dealt with, written in the transaction of the
    batch that dealt with them, so that a run that was cut off goes on behind them. counts: of Tally. checked:
    what the rehearsal found: its counts, and for each reason how many rows. undone: how many records an undo
    took back, and those it left because somebody changed them since.
    """

    user = models.ForeignKey("users.User", models.PROTECT, related_name="+")
    module = models.CharField(max_length=100)
    slug = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    file = models.FileField(upload_to="imports/%Y/%m/", max_length=400)
    size = models.BigIntegerField(default=0)
    sheet = models.CharField(max_length=255, default="", blank=True)
    shape = models.JSONField(default=dict)
    language = models.CharField(max_length=2, default="id")
    decimal = models.CharField(max_length=1, default=",")
    day_first = models.BooleanField(default=True)
    columns = models.JSONField(default=list)
    duplicates = ChoiceField(Duplicates, default=Duplicates.SKIP, required=True)
    matches = models.JSONField(default=list)
    make_missing = models.BooleanField(default=True)

    status = ChoiceField(Status, default=Status.DRAFT, required=True)
    wanted = ChoiceField(Wanted, default=Wanted.RUN, required=True)
    trouble = models.TextField(default="", blank=True)
    total = models.IntegerField(null=True)
    taken = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)
    checked = models.JSONField(default=dict)
    change_set = models.BigIntegerField(null=True)
    undone_by = models.BigIntegerField(null=True)
    undone = models.JSONField(default=dict)

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["user", "-id"], name="import_job_user")]

    def __str__(self) -> str:
        return self.name

    @property
    def home(self) -> Module:
        return registry.module(self.module)

    @property
    def status_label(self) -> Any:
        return Status(self.status).label

    @property
    def status_tone(self) -> str:
        return Status(self.status).tone

    @property
    def reader(self) -> Reader:
        group = "." if self.decimal == "," else ","
        return Reader(self.language, self.user.zone, self.decimal, group, self.day_first, company().currency)

    @property
    def plan(self) -> Plan:
        columns = columns_from_json(self.columns)
        return Plan(self.home, columns, self.reader, self.duplicates, list(self.matches), self.make_missing)

    def keep(self, content: Any) -> None:
        """Stores the file under a name of ours: what a person calls a file has no place in a path."""
        suffix = Path(self.name).suffix.lower()
        self.file.save(
            f"{secrets.token_hex(16)}{suffix if suffix[1:].isalnum() else ''}"[:60], content, save=False
        )

    def open(self) -> Table:
        """Raises BadFile."""
        return open_file(self._local_file(), self.home, name=self.name, sheet=self.sheet)

    def _local_file(self) -> Path:
        """The file on this machine; storage elsewhere is copied here for as long as the process lives."""
        try:
            return Path(default_storage.path(self.file.name))
        except NotImplementedError:
            copy = Path(_copies().name) / f"{self.pk}{Path(self.name).suffix}"
            if not copy.exists():
                with default_storage.open(self.file.name) as source, copy.open("wb") as target:
                    shutil.copyfileobj(source, target)
            return copy

    def count(self, name: str) -> int:
        return self.counts.get(name, 0)

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

    @property
    def undo_until(self) -> datetime | None:
        """Until when the import can be taken back here; None when there is nothing to take back."""
        if (
            self.change_set is None
            or self.undone_by is not None
            or not self.is_finished
            or self.finished_at is None
        ):
            return None
        return self.finished_at + timedelta(days=UNDO_DAYS)

    @property
    def may_undo(self) -> bool:
        return self.undo_until is not None and timezone.now() < self.undo_until

    def note(self, **values: Any) -> None:
        """Sets and stores these columns and no others: the person may ask for a pause at the same time."""
        for name, value in values.items():
            setattr(self, name, getattr(value, "value", value))
        ImportJob.objects.filter(pk=self.pk).update(**values)

    def take(self, tally: Tally, change_set: int | None, seconds: float) -> None:
        """Notes what one batch did, in the transaction of that batch."""
        self.note(
            counts={name: self.count(name) + value for name, value in tally.counts().items()},
            taken=self.taken + tally.rows,
            change_set=change_set,
            touched_at=timezone.now(),
            seconds=seconds,
        )
        ImportFault.keep(self, tally)

    def asked(self) -> str:
        """What the person wants of the run now: a key of Wanted."""
        return ImportJob.objects.values_list("wanted", flat=True).get(pk=self.pk)

    def claim(self) -> bool:
        """Takes the job for this process until its connection ends. False when another process has it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, self.pk])
            return bool(cursor.fetchone()[0])

    def release(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, self.pk])


@cache
def _copies() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="relasi-imports-")


# The first half of the advisory locks of imports; the second is the id of the job.
_LOCK = 73310


class ImportFault(models.Model):
    """A row that was not taken. cells: as they stood in the file. reasons: dictionaries with field, code, message."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="faults")
    row = models.IntegerField()
    cells = models.JSONField(default=list)
    reasons = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["job", "row"], name="import_fault_row")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.row}"

    @classmethod
    def keep(cls, job: ImportJob, tally: Tally) -> None:
        cls.objects.bulk_create(
            cls(
                job=job,
                row=row.number,
                cells=[as_text(cell) for cell in row.cells],
                reasons=reasons_of(refusals),
            )
            for row, refusals in tally.faults
        )


def as_text(cell: Any) -> str:
    return "" if cell is None else str(cell)


def reasons_of(refusals: list[Any]) -> list[dict[str, str]]:
    return [{"field": one.field, "code": one.code, "message": str(one.message)} for one in refusals]


class ImportMap(models.Model):
    """A mapping of columns kept under a name, for the next file of the same kind."""

    user = models.ForeignKey("users.User", models.CASCADE, related_name="+")
    module = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    columns = models.JSONField(default=list)

    class Meta:
        verbose_name = _("column mapping")
        verbose_name_plural = _("column mappings")
        constraints = [models.UniqueConstraint(fields=["user", "module", "name"], name="import_map_name")]

    def __str__(self) -> str:
        return self.name
