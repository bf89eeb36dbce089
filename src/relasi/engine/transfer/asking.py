"""What every import screen asks first: whose import it is, and whether this person may import here at all."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from relasi.engine.screens.asking import shell_for, user_of
from relasi.engine.screens.shell import Entry, Shell, entries_of, entry_of
from relasi.engine.transfer.import_ import ImportJob
from relasi.engine.transfer.run import may_import


def must_import(request: HttpRequest, entry: Entry) -> None:
    """404 for who may not import into the module."""
    if not may_import(user_of(request), entry.module):
        raise Http404


def own_job(request: HttpRequest, id: int) -> ImportJob:
    """The person's own import, or 404."""
    job = ImportJob.objects.select_related("user").filter(pk=id, user_id=user_of(request).pk).first()
    if job is None or not may_import(user_of(request), job.home):
        raise Http404
    return job


def entry_for(job: ImportJob) -> Entry:
    try:
        return entry_of(job.slug)
    except KeyError:
        return entries_of(job.home)[0]


def shell_of(request: HttpRequest, entry: Entry) -> Shell:
    return shell_for(request, entry, (_("Import"), None))


def title_of(entry: Entry) -> str:
    return _("Import %(things)s") % {"things": str(entry.plural).lower()}


def steps(job: ImportJob | None, current: int) -> list[tuple[str, str | None]]:
    """(label, address) of the four steps; those behind can be gone back to while nothing has run."""
    addresses: list[Any] = [None] * 4
    if job is not None and job.started_at is None and not job.is_active:
        addresses = [None, f"/import/{job.pk}/columns/", f"/import/{job.pk}/duplicates/", None]
    labels = [_("File"), _("Map"), _("Duplicates"), _("Import")]
    return [
        (label, address if place < current else None)
        for place, (label, address) in enumerate(zip(labels, addresses, strict=True), 1)
    ]
