"""Export: the records of a list in a file: who took what, how far it is, and until when it can be fetched."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.company import company
from relasi.engine.access.door import has_tool, may
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.reader import Reader
from relasi.engine.transfer.file_job import FileJob

TOOL = "export"
AT_ONCE = 2000  # so many rows are written while the person waits
MOST_IN_A_SHEET = 1_048_575
MOST_ON_PAPER = 2000
PAPER_AT_ONCE = 500  # typesetting takes memory, which belongs into the worker


class Format(Choices):
    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("Excel")
    JSONL = "jsonl", _("JSON lines")
    PDF = "pdf", _("PDF")
    VCF = "vcf", _("Contact cards (vCard)")
    ICS = "ics", _("Calendar (ICS)")


CARDS = ".vcf"


class Shape(Choices):
    """What the columns are: those of the list in words, or every field so that an import reads it back."""

    VIEW = "view", _("To read: the columns of the list")
    IMPORT = "import", _("To import again: every field")


class ExportJob(FileJob):
    """module: its key; slug: of the menu entry. asked: condition, words, columns and sort of the list, and ids where
    rows were chosen.

    It stays when its file is gone: it is the record of who took what out.
    """

    lock = 73311
    folder = "exports"

    module = models.CharField(max_length=100)
    slug = models.CharField(max_length=100)
    format = ChoiceField(Format, default=Format.CSV, required=True)
    shape = ChoiceField(Shape, default=Shape.VIEW, required=True)
    asked = models.JSONField(default=dict)

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
    def suffix(self) -> str:
        return str(self.format)

    @property
    def name(self) -> str:
        """What the file is called: contacts-2026-11-25.csv"""
        return f"{self.slug}-{timezone.localtime(self.created_at or timezone.now()):%Y-%m-%d}.{self.format}"

    @property
    def reader(self) -> Reader:
        decimal = self.user.number_style
        group = "." if decimal == "," else ","
        return Reader(self.language, self.user.zone, decimal, group, currency=company().currency)


def formats_of(module: Module) -> list[Format]:
    """What its records can be written as: tables, and cards or a calendar where it says how."""
    found = [Format.CSV, Format.XLSX, Format.JSONL, Format.PDF]
    if CARDS in module.writers:
        found.append(Format.VCF)
    if module.calendar is not None:
        found.append(Format.ICS)
    return found


def shape_of(format: str, wanted: str) -> str:
    """Paper is for reading."""
    return Shape.VIEW.value if format == Format.PDF else wanted


def may_export(user: Any, module: Module) -> bool:
    return has_tool(user, TOOL) and may(user, "view", module) and not module.self_ruled


def forget_old_files() -> int:
    """Takes away the files that can be fetched no more. Returns how many."""
    return ExportJob.forget_old()
