"""Jobs of archives in the worker. One may be started twice: one process has it at a time."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from relasi.engine.access.acting import acting
from relasi.engine.access.door import rights_of
from relasi.engine.transfer.export_file import one_moment
from relasi.engine.transfer.file_job import State, telling
from relasi.features.company_archive.making import make_archive
from relasi.features.company_archive.models import ArchiveJob
from relasi.features.company_archive.news import tell_admins


class _Made(File):
    """A file that is moved into the storage instead of copied."""

    def temporary_file_path(self) -> str:
        assert self.name is not None
        return self.name


@app.task
def write_archive(job: int) -> None:
    found = ArchiveJob.objects.select_related("user").filter(pk=job).first()
    if found is not None and not found.is_over:
        run_archive(found)


def run_archive(job: ArchiveJob) -> None:
    """Makes the file as of this moment, if its person is an admin still."""
    with acting(job.user), translation.override(job.language):
        if not rights_of(job.user).admin:
            job.fail(_("Only an admin may make an archive of the company."))
            return
    job.note(status=State.RUNNING)
    place = Path(default_storage.path(job.folder))
    place.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(".making", dir=place)
    os.close(handle)
    try:
        _make(job, name)
    except OSError as trouble:
        with translation.override(job.language):
            job.fail(
                _("The archive could not be written: %(reason)s.") % {"reason": trouble.strerror or trouble}
            )
        raise
    finally:
        Path(name).unlink(missing_ok=True)


def _make(job: ArchiveJob, name: str) -> None:
    with one_moment():
        if not job.claim():
            return
        with telling(job) as told:
            about = make_archive(name, job.user, job.language, told)
    job.rows = about["rows"]
    with open(name, "rb") as content:
        job.keep(_Made(content, name))
    tell_admins(job)
