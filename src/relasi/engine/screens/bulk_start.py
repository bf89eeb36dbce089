"""How a bulk job starts: a small one while the person waits, a large one in the worker, after a rehearsal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relasi.engine.bulk.job import BulkJob
from relasi.engine.bulk.jobs import check_bulk
from relasi.engine.bulk.run import check, run
from relasi.engine.records.long_job import Status
from relasi.engine.screens.asking import go_to
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import offer_undo, toast


def back_of(entry: Entry, job: BulkJob) -> str:
    return f"{entry.url}?{job.back}" if job.back else entry.url


def rehearse(request: HttpRequest, job: BulkJob) -> HttpResponse:
    if job.is_small:
        check(job)
    else:
        job.note(status=Status.CHECKING, touched_at=None)
        check_bulk.defer(job=job.pk)
    return go_to(request, f"/bulk/{job.pk}/")


def start(request: HttpRequest, entry: Entry, job: BulkJob) -> HttpResponse:
    """Carries a small job out and tells what came of it; a large one is rehearsed first, on a page of its own."""
    if not job.is_small:
        return rehearse(request, job)
    run(job)
    return report(request, entry, job)


def report(request: HttpRequest, entry: Entry, job: BulkJob) -> HttpResponse:
    """Back to the list with a sentence; to the job's page where some records could not be changed."""
    done, failed = job.count("done"), job.count("failed")
    if done:
        sentence = ngettext("%(n)s record changed.", "%(n)s records changed.", done) % {"n": done}
        offer_undo(request, job.change_set, sentence)
    elif not failed:
        toast(request, _("Nothing was to be changed."), kind="info")
    if failed:
        sentence = ngettext("%(n)s record was not changed.", "%(n)s records were not changed.", failed)
        toast(request, sentence % {"n": failed}, kind="bad")
        return go_to(request, f"/bulk/{job.pk}/")
    return go_to(request, back_of(entry, job))
