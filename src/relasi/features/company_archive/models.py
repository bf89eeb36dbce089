"""Archive job: who asked for the whole company as one file, how far it is, and until when it can be fetched."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.transfer.file_job import FileJob


class ArchiveJob(FileJob):
    """It stays when its file is gone: it is the record of who took the company out."""

    lock = 73313
    folder = "archives"

    class Meta:
        verbose_name = _("company archive")
        verbose_name_plural = _("company archives")

    def __str__(self) -> str:
        return self.name

    @property
    def suffix(self) -> str:
        return "zip"

    @property
    def name(self) -> str:
        """What the file is called: relasi-archive-2026-11-25.zip"""
        return f"relasi-archive-{timezone.localtime(self.created_at or timezone.now()):%Y-%m-%d}.zip"
