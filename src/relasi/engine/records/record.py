"""Record: the base of every business record, and the index that finds one anywhere by id, number or words."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.door import visible_to
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.fields.auto_number import NumberField
from relasi.engine.fields.owner import OwnerField
from relasi.engine.records.refusal import Change


class Source(models.TextChoices):
    """Where a record came from; the same words name the channel of a change set."""

    UI = "ui", _("By hand")
    IMPORT = "import", _("Import")
    API = "api", _("API")
    CONVERSION = "conversion", _("Conversion")
    WORKFLOW = "workflow", _("Workflow")
    SYSTEM = "system", _("Relasi")


class RecordManager(models.Manager):
    """Gives what the acting person may see; refuses to run while nobody acts."""

    def get_queryset(self) -> models.QuerySet:
        user = acting_user()
        if user is SYSTEM:
            return super().get_queryset().filter(trashed_at=None)
        return visible_to(user, self.model)


class Record(Tracked):
    number = NumberField(_("Number"))
    owner = OwnerField(_("Owner"), required=True)
    source = models.CharField(_("Origin"), max_length=12, choices=Source, default=Source.UI, editable=False)
    custom = models.JSONField(default=dict, editable=False, blank=True)

    objects = RecordManager()

    class Meta(Tracked.Meta):
        abstract = True

    class Module(Declaration):
        """What a module may declare; see engine.declare.module.Declaration for every attribute."""

    def __str__(self) -> str:
        return self.title_text()

    def title_text(self) -> str:
        names = registry.of(self).title_fields
        return (
            " ".join(str(value) for value in (getattr(self, name) for name in names) if value) or self.number
        )

    def take(self) -> Any:
        """A member of the group it belongs to makes it their own."""
        from relasi.engine.records.taking import take

        return take(self)

    def before_save(self, change: Change) -> None:
        """What follows from a change, inside this record only. Overridden by modules; call super()."""

    @classmethod
    def before_save_all(cls, changes: list[Change]) -> None:
        """What follows and asks the database, for all records of a write at once, after `before_save` of each."""

    def clean(self, change: Change) -> None:  # type: ignore[override]
        """What must be true. Raises Refusal."""

    def after_number(self) -> None:
        """What follows from the final number it has just got. Nothing can be refused any more."""

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        """Rules that ask the database, for all records of a write at once: `change.refuse(field, code, message)`."""

    def before_trash(self) -> None:
        """Raises Refusal when this record may not be deleted now."""

    @classmethod
    def before_trash_all(cls, changes: list[Change]) -> None:
        """The same for all records of a deletion at once, for what asks the database."""


def record_indexes(name: str, *sorts: str) -> list[models.Index]:
    """The indexes every record table needs: its default sorts with the owner, over living rows."""
    living = models.Q(trashed_at=None)
    found = [
        models.Index(fields=["owner", "-changed_at", "-id"], name=f"{name}_owner", condition=living),
        models.Index(fields=["-changed_at", "-id", "owner"], name=f"{name}_changed", condition=living),
    ]
    for sort in sorts:
        bare = sort.lstrip("-")
        tie = "-id" if sort.startswith("-") else "id"
        found.append(models.Index(fields=[sort, tie, "owner"], name=f"{name}_{bare}", condition=living))
    return found


def board_index(name: str, by: str) -> models.Index:
    """The index that gives the first cards of every column of a board, newest change first."""
    fields = [by, "-changed_at", "-id", "owner"]
    return models.Index(fields=fields, name=f"{name}_board", condition=models.Q(trashed_at=None))


class RecordIndex(models.Model):
    """One row for each record of every module, written by the door in the same transaction."""

    id = models.BigIntegerField(primary_key=True)
    module = models.CharField(max_length=100)
    number = models.CharField(max_length=50)
    title = models.CharField(max_length=600)
    # The record's own row has the key; the check would cost every indexed row a look-up once more.
    owner = models.ForeignKey(
        "access.Owner", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    vector = SearchVectorField(null=True)
    trashed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "records_record_index"
        indexes = [
            # New entries wait in a short list and are merged many at a time; a longer list would slow every search.
            GinIndex(fields=["vector"], name="record_index_words", gin_pending_list_limit=1024),
            models.Index(OpClass(Upper("number"), "text_pattern_ops"), name="record_index_number_start"),
            models.Index(
                fields=["-trashed_at"], name="record_index_bin", condition=models.Q(trashed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Word(models.Model):
    """A word that occurs in some title: what a misspelt word may have meant."""

    word = models.TextField(primary_key=True)

    class Meta:
        db_table = "records_word"
        indexes = [GinIndex(OpClass("word", "gin_trgm_ops"), name="record_word_alike")]


class CoOwner(models.Model):
    """A person who has a record together with its owner."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(RecordIndex, models.CASCADE, related_name="co_owners")
    user = models.ForeignKey("users.User", models.CASCADE, related_name="+")

    class Meta:
        db_table = "records_co_owner"
        constraints = [models.UniqueConstraint(fields=["user", "record"], name="co_owner_once")]


def title_of(record: Any) -> str:
    return record.title_text() if isinstance(record, Record) else str(record)
