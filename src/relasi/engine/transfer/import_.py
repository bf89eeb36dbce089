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
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.company import company
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.reader import Reader
from relasi.engine.records.long_job import LongJob, reasons_of
from relasi.engine.transfer.file_sums import joined
from relasi.engine.transfer.importer import Tally
from relasi.engine.transfer.line_cells import each_row
from relasi.engine.transfer.open_file import open_file
from relasi.engine.transfer.plan import Duplicates, Plan, columns_from_json
from relasi.engine.transfer.table import Table

UNDO_DAYS = 7


class ImportJob(LongJob):
    """shape: what the file is (see Table). columns: as Column has them. taken: rows of the file that are dealt with.

    constants: of Plan. counts: of Tally. sums: of FileSums. checked: what the rehearsal found: its counts, and for each
    reason how many rows. undone: how many records an undo took back, and those it left because somebody changed them
    since.
    """

    lock = 73310

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
    source = models.CharField(max_length=40, default="", blank=True)

    constants = models.JSONField(default=dict)
    sums = models.JSONField(default=dict)
    undone_by = models.BigIntegerField(null=True)
    undone = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["user", "-id"], name="import_job_user")]

    def __str__(self) -> str:
        return self.name

    @property
    def reader(self) -> Reader:
        group = "." if self.decimal == "," else ","
        return Reader(self.language, self.user.zone, self.decimal, group, self.day_first, company().currency)

    @property
    def plan(self) -> Plan:
        columns = columns_from_json(self.columns)
        return Plan(
            self.home,
            columns,
            self.reader,
            self.duplicates,
            list(self.matches),
            self.make_missing,
            self.source,
            dict(self.constants),
        )

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
            return Path(default_storage.path(str(self.file.name)))
        except NotImplementedError:
            copy = Path(_copies().name) / f"{self.pk}{Path(self.name).suffix}"
            if not copy.exists():
                with default_storage.open(str(self.file.name)) as source, copy.open("wb") as target:
                    shutil.copyfileobj(source, target)
            return copy

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

    def take(self, tally: Tally, change_set: int | None, seconds: float) -> None:
        """Notes what one batch did, in the transaction of that batch."""
        self.note(
            counts={name: self.count(name) + value for name, value in tally.counts().items()},
            taken=self.taken + tally.read,
            change_set=change_set,
            sums=joined(self.sums, tally.sums),
            touched_at=timezone.now(),
            seconds=seconds,
        )
        ImportFault.keep(self, tally)


@cache
def _copies() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="relasi-imports-")


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
        ImportFault.objects.bulk_create(
            ImportFault(
                job=job,
                row=number,
                cells=[as_text(cell) for cell in cells],
                reasons=reasons_of(reasons),
            )
            for row, refusals in tally.faults
            for number, cells, reasons in each_row(row, refusals)
        )


def as_text(cell: Any) -> str:
    return "" if cell is None else str(cell)


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
