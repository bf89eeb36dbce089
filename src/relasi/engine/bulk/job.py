"""Bulk job: one act on many records: which ones, what is wanted, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.reading import reader_for
from relasi.engine.bulk.by_percent import ByPercent
from relasi.engine.declare.registry import registry
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import Reader
from relasi.engine.records.long_job import LongJob, Status

# Up to here the person waits for it; more is done by the worker.
AT_ONCE = 200

# So many records are written in one transaction.
SLICE = 5000

# What was begun and never started is forgotten after this.
DRAFTS_KEPT = timedelta(days=1)


class Act(Choices):
    EDIT = "edit", _("Edit"), "biru"
    TAG = "tag", _("Tag"), "toska"
    UNTAG = "untag", _("Take off a tag"), "toska"
    FOLLOW = "follow", _("Follow"), "kuning"
    UNFOLLOW = "unfollow", _("Unfollow"), "kuning"
    DELETE = "delete", _("Delete"), "merah"
    UNDO = "undo", _("Undo"), "ungu"


class BulkJob(LongJob):
    """values: field -> new value in JSON form, or by how much it is moved (by_percent.py), or {"tag": id}.
    back: query of the list it was begun from.

    undoes: of an undo the change set it takes back. over: the undo whose conflicts are taken back after all.
    counts: done, unchanged, failed; of an undo also left, the values that somebody changed since.
    """

    lock = 73311

    act = ChoiceField(Act, required=True)
    values = models.JSONField(default=dict)
    back = models.TextField(default="", blank=True)
    undoes = models.BigIntegerField(null=True)
    over = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    impersonator = models.ForeignKey("users.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("work on many records")
        verbose_name_plural = _("work on many records")
        indexes = [
            models.Index(fields=["user", "-id"], name="bulk_job_user"),
            models.Index(fields=["undoes"], name="bulk_job_undoes", condition=models.Q(undoes__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.module} {self.total}"

    @property
    def act_label(self) -> Any:
        return Act(self.act).label

    @property
    def reader(self) -> Reader:
        return reader_for(self.user)

    @property
    def is_small(self) -> bool:
        return (self.total or 0) <= AT_ONCE

    @property
    def is_undo(self) -> bool:
        return self.act == Act.UNDO

    @property
    def parsed_values(self) -> dict[str, Any]:
        """Of an edit. A new one each time, for a record may change what it was given."""
        fields = self.home.fields
        return {
            name: kind_of(fields[name]).from_json(value)
            for name, value in self.values.items()
            if name not in self.by_percent
        }

    @property
    def by_percent(self) -> dict[str, ByPercent]:
        """Of an edit: field -> by how much its amount is moved in each record."""
        found = {name: ByPercent.from_json(value) for name, value in self.values.items()}
        return {name: one for name, one in found.items() if one is not None}

    @classmethod
    def begun(cls, **values: Any) -> Self:
        """A stored job, of which nothing is done yet."""
        job = cls(**values)
        cls.objects.bulk_create([job])
        return job

    def freeze(self, ids: Iterable[int]) -> None:
        """Writes down which records it is about. What fits the filter later does not join them."""
        found, place, total = iter(ids), 0, 0
        while some := list(islice(found, SLICE)):
            BulkSlice.objects.bulk_create([BulkSlice(job=self, place=place, ids=some)])
            place, total = place + 1, total + len(some)
        self.note(total=total)

    def ids(self, most: int) -> list[int]:
        """The first of its records."""
        found: list[int] = []
        for one in self.slices.order_by("place").values_list("ids", flat=True).iterator(1):
            found += one
            if len(found) >= most:
                break
        return found[:most]

    @classmethod
    def forget_drafts(cls, user: Any) -> None:
        old = cls.objects.filter(user=user, status__in=(Status.DRAFT, Status.READY), started_at=None)
        old.filter(created_at__lt=timezone.now() - DRAFTS_KEPT).delete()


class BulkSlice(models.Model):
    """Some of the records of a job, dealt with in one transaction, which also sets `taken`."""

    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="slices")
    place = models.IntegerField()
    ids = ArrayField(models.BigIntegerField())
    taken = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "place"], name="bulk_slice_once")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.place}"


class BulkFault(models.Model):
    """A record that was not changed, or of an undo one with values that were left: number, title and reasons.

    reasons: dictionaries with field, code, message; of a value that was left also column, before, after.
    chosen: the person wants these values taken back all the same.
    """

    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="faults")
    module = models.CharField(max_length=100)
    record = models.BigIntegerField()
    number = models.CharField(max_length=50, default="", blank=True)
    title = models.CharField(max_length=600, default="", blank=True)
    reasons = models.JSONField(default=list)
    chosen = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["job", "id"], name="bulk_fault_job")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.record}"

    @property
    def home(self) -> Any:
        return registry.module(self.module)
