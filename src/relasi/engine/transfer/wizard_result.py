"""The import wizard from the check on: what would happen, how far it is, what came of it, and taking it back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.screens.asking import shell_for, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import toast
from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.fault_file import fault_lines, label_of, reason_text
from relasi.engine.transfer.import_ import ImportJob, Status, Wanted
from relasi.engine.transfer.jobs import check_import, run_import
from relasi.engine.transfer.run import may_import

SHOWN = 50


def _own(request: HttpRequest, entry: Entry, id: int) -> ImportJob:
    job = ImportJob.objects.select_related("user").filter(pk=id, user_id=user_of(request).pk).first()
    if job is None or job.module != entry.module.key or not may_import(user_of(request), entry.module):
        raise Http404
    return job


@signed_in
def history(request: HttpRequest) -> HttpResponse:
    """The person's own imports, newest first."""
    user = user_of(request)
    if not any(may_import(user, module) for module in registry.records):
        raise Http404
    jobs = ImportJob.objects.filter(user_id=user.pk).order_by("-pk")[:100]
    rows = [
        (job, registry.module(job.module), Status(job.status)) for job in jobs if registry.knows(job.module)
    ]
    context = {"shell": shell_for(request, None, (_("Imports"), None)), "rows": rows}
    return render_page(request, "screens/import_history.html", context)


def result_page(request: HttpRequest, entry: Entry, job: ImportJob) -> HttpResponse:
    context = {
        "shell": shell_for(request, entry, (_("Import"), f"/import/{entry.slug}/"), (job.name, None)),
        **_standing(entry, job),
    }
    return render_page(request, "screens/import_result.html", context)


@signed_in
def progress(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """The part of the page that follows a running import."""
    return render_page(request, "screens/import_standing.html", _standing(entry, _own(request, entry, id)))


def _standing(entry: Entry, job: ImportJob) -> dict[str, Any]:
    """Counts, progress, failed rows and what can be done now."""
    if job.is_lost:
        # Its process is gone; another one goes on behind the last batch.
        (check_import if job.status == Status.CHECKING else run_import).defer(job=job.pk)
    checking = job.status in (Status.CHECKING, Status.READY)
    counts = job.checked.get("counts", {}) if checking else job.counts
    total = job.total or 0
    done = counts.get("rows", 0)
    share = (
        1.0 if job.is_finished else done / total if total and not checking else job.checked.get("read", 0.0)
    )
    speed = round(job.taken / job.seconds) if job.seconds else 0
    left = round((total - job.taken) / speed) if speed and total > job.taken else 0
    return {
        "entry": entry,
        "job": job,
        "here": f"/import/{entry.slug}/{job.pk}/",
        "counts": counts,
        "done": done,
        "total": total,
        "percent": round(100 * min(share, 1.0)),
        "speed": speed,
        "left": left,
        "checking": checking,
        "status": Status(job.status),
        "reasons": _reasons(entry, job),
        "faults": _faults(entry, job),
        "targets": {key: target.label for key, target in job.plan.targets(job.user).items()},
    }


def _reasons(entry: Entry, job: ImportJob) -> list[tuple[str, str, int]]:
    """Of a check: field, code, rows."""
    return [
        (label_of(field, entry.module, job.reader) if field else "", code, count)
        for field, code, count in job.checked.get("reasons", [])
    ]


def _faults(entry: Entry, job: ImportJob) -> list[tuple[int, str, str]]:
    """(row, its first filled cell, why) of the first failed rows."""
    if job.status in (Status.CHECKING, Status.READY):
        found = [(one["row"], one["cells"], one["reasons"]) for one in job.checked.get("examples", [])]
    else:
        found = list(job.faults.order_by("row").values_list("row", "cells", "reasons")[:SHOWN])
    return [
        (row, " ".join([cell for cell in cells if cell][:2])[:60],
         "; ".join(reason_text(one, entry.module, job.reader) for one in reasons))
        for row, cells, reasons in found
    ]  # fmt: skip


@signed_in
@require_POST
def do(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """run, pause, resume, stop, change (back to the columns) or undo."""
    job = _own(request, entry, id)
    what = request.POST.get("what", "")
    if what == "run" and job.status in (Status.READY, Status.PAUSED, Status.FAILED):
        job.note(wanted=Wanted.RUN, status=Status.RUNNING)
        run_import.defer(job=job.pk)
    elif what == "pause" and job.is_active:
        job.note(wanted=Wanted.PAUSE)
    elif what == "stop" and (job.is_active or job.status in (Status.PAUSED, Status.READY)):
        job.note(wanted=Wanted.STOP)
        if not job.is_active:
            job.note(status=Status.CANCELLED)
    elif what == "change" and job.status == Status.READY:
        job.note(status=Status.DRAFT)
    elif what == "undo":
        _undo(request, job)
    return HttpResponseRedirect(f"/import/{entry.slug}/{job.pk}/")


def _undo(request: HttpRequest, job: ImportJob) -> None:
    change_set = ChangeSet.objects.filter(pk=job.change_set).first() if job.may_undo else None
    if change_set is None:
        toast(request, _("This import can no longer be undone here."), kind="bad")
        return
    try:
        undone = revert(change_set)
    except Refused as refused:
        toast(request, " ".join(dict.fromkeys(str(one.message) for one in refused.refusals)), kind="bad")
        return
    job.note(status=Status.UNDONE, undone_by=undone.change_set)
    toast(request, _("%(n)s records are as they were before the import.") % {"n": undone.count})
    if undone.conflicts:
        left = len({id for _module, id, _column in undone.conflicts})
        toast(request, _("%(n)s records were changed since and stay.") % {"n": left}, kind="info")


@signed_in
def errors(request: HttpRequest, entry: Entry, id: int) -> StreamingHttpResponse:
    """The failed rows as a file, put right and imported again."""
    job = _own(request, entry, id)
    try:
        headings = job.open().headings
    except BadFile:
        raise Http404 from None
    faults = job.faults.order_by("row").values_list("cells", "reasons").iterator(2000)
    lines = fault_lines(headings, faults, entry.module, job.reader)
    answer = StreamingHttpResponse((line.encode() for line in lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{job.pk}-errors.csv"'
    return answer
