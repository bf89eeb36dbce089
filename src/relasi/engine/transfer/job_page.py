"""The page of one import: what a rehearsal found, how far the run is, what came of it; and what can be done about it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import Reader
from relasi.engine.records.find import titles_for_acting
from relasi.engine.records.long_job import Status, Wanted
from relasi.engine.screens.asking import reader_of, shell_for, signed_in, user_of
from relasi.engine.screens.faces import number
from relasi.engine.screens.pages import render_page, wants_part
from relasi.engine.screens.shell import entries_of
from relasi.engine.screens.toasts import toast
from relasi.engine.transfer.asking import entry_for, own_job, shell_of, steps, title_of
from relasi.engine.transfer.fault_file import fault_lines, label_of
from relasi.engine.transfer.import_ import UNDO_DAYS, ImportJob
from relasi.engine.transfer.jobs import run_import, undo_import
from relasi.engine.transfer.mapping import EXTRA, LEFT_OUT, Column
from relasi.engine.transfer.plan import Plan, columns_from_json
from relasi.engine.transfer.run import may_import
from relasi.engine.transfer.wizard import begin_check

SHOWN_FAULTS = 100
HISTORY = 50
# Parts of a title that are asked for in the list of failed rows.
TITLE_LENGTH = 60


@signed_in
def page(request: HttpRequest, id: int) -> HttpResponse:
    job = own_job(request, id)
    if job.status == Status.DRAFT:
        return _draft(request, job)
    if job.status == Status.READY:
        return _checked(request, job)
    if wants_part(request) and not job.is_active:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _running(request, job)


def _draft(request: HttpRequest, job: ImportJob) -> HttpResponse:
    """A rehearsal that was stopped or could not begin leads back to the duplicates, with the reason."""
    if job.trouble:
        toast(request, job.trouble, kind="bad")
    target = f"/import/{job.pk}/{'duplicates' if job.trouble else 'columns'}/"
    return (
        HttpResponse(headers={"HX-Redirect": target}) if wants_part(request) else HttpResponseRedirect(target)
    )


def _checked(request: HttpRequest, job: ImportJob) -> HttpResponse:
    if wants_part(request):
        return HttpResponse(headers={"HX-Refresh": "true"})
    entry, plan = entry_for(job), job.plan
    counts = job.checked["counts"]
    context = {
        "shell": shell_of(request, entry), "entry": entry, "job": job, "title": title_of(entry),
        "steps": steps(job, 4), "tallies": tallies(counts), "counts": counts,
        "writes": counts["created"] + counts["updated"] > 0,
        "reasons": [(label_of(field, job.home, job.reader), code, count, _example(job, field, code))
                    for field, code, count in job.checked["reasons"]],
        "faults": _faults(plan, [(f["row"], f["cells"], f["reasons"]) for f in job.checked["examples"]], entry, job.user),
        "columns": _columns(plan, job.user), "sentence": _sentence(counts),
    }  # fmt: skip
    return render_page(request, "screens/import_check.html", context)


def _example(job: ImportJob, field: str, code: str) -> str:
    """The sentence of the first row that failed for this reason."""
    for fault in job.checked["examples"]:
        for reason in fault["reasons"]:
            if (reason["field"], reason["code"]) == (field, code):
                return str(reason["message"])
    return ""


def _sentence(counts: dict[str, int]) -> str:
    parts = [
        ngettext("%(num)s row read.", "%(num)s rows read.", counts["rows"]) % {"num": number(counts["rows"])}
    ]
    if counts["made"]:
        parts.append(ngettext(
            "%(num)s record that rows refer to will be made.", "%(num)s records that rows refer to will be made.",
            counts["made"],
        ) % {"num": number(counts["made"])})  # fmt: skip
    return " ".join(parts)


def _running(request: HttpRequest, job: ImportJob) -> HttpResponse:
    entry, plan = entry_for(job), job.plan
    counts = job.checked.get("counts", {}) if job.status == Status.CHECKING else job.counts
    shown = job.faults.order_by("row").values_list("row", "cells", "reasons")[:SHOWN_FAULTS]
    context = {
        "shell": shell_of(request, entry), "entry": entry, "job": job, "title": title_of(entry),
        "steps": steps(job, 4), "tallies": tallies(counts), "counts": counts, **_progress(job, counts),
        "faults": _faults(plan, list(shown), entry, job.user), "columns": _columns(plan, job.user),
        "headline": _headline(job), "undo_days": UNDO_DAYS, "named": _named(job), "history_url": f"/changes/{job.change_set}/",
    }  # fmt: skip
    return render_page(request, "screens/import_job.html", context, part="progress")


def _headline(job: ImportJob) -> str:
    sentences = {
        Status.CHECKING: _("Checking %(name)s"),
        Status.RUNNING: _("Importing %(name)s"),
        Status.UNDOING: _("Undoing the import of %(name)s"),
        Status.PAUSED: _("The import of %(name)s is paused"),
        Status.CANCELLED: _("The import of %(name)s was stopped"),
        Status.FAILED: _("The import of %(name)s was interrupted"),
        Status.UNDONE: _("The import of %(name)s was undone"),
        Status.DONE: _("The import of %(name)s is done"),
    }
    return sentences[Status(job.status)] % {"name": job.name}


def tallies(counts: dict[str, int]) -> list[tuple[str, str, str, str]]:
    """(label, number, icon, tone), in the order of the screen."""
    shapes = [
        (_("Created"), "created", "circle-plus", "hijau"),
        (_("Updated"), "updated", "refresh-cw", "nila"),
        (_("Skipped (duplicates)"), "skipped", "copy", "gray"),
        (_("Failed"), "failed", "circle-x", "merah"),
    ]
    return [(label, number(counts.get(name, 0)), icon, shade) for label, name, icon, shade in shapes]


def _progress(job: ImportJob, counts: dict[str, int]) -> dict[str, Any]:
    """Where the run is: value of total, in words, in per cent."""
    done = counts.get("rows", 0)
    if job.status == Status.CHECKING or not job.total:
        share = job.checked.get("read", 0.0) if job.status == Status.CHECKING else float(job.is_finished)
        total, value = 100, round(share * 100)
    else:
        total, value = max(job.total, 1), min(done, job.total)
        share = value / total
    pieces = []
    if job.is_active and job.touched_at is None:
        pieces.append(_("Waiting for a free worker"))
    elif job.total and job.status != Status.CHECKING:
        pieces.append(_("Row %(done)s of %(total)s") % {"done": number(done), "total": number(job.total)})
    else:
        pieces.append(ngettext("%(num)s row", "%(num)s rows", done) % {"num": number(done)})
    speed = done / job.seconds if job.seconds > 0.2 else 0
    if job.status == Status.RUNNING and speed and job.total:
        pieces += [_left((job.total - done) / speed), _("%(num)s rows/s") % {"num": number(round(speed))}]
    return {"value": value, "max": total, "percent": f"{int(share * 100)}%", "note": " · ".join(pieces)}


def _left(seconds: float) -> str:
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    return ngettext("about %(num)s minute left", "about %(num)s minutes left", minutes) % {"num": minutes}


def _columns(plan: Plan, user: Any) -> list[tuple[str, str, bool]]:
    """(heading, field, whether it is imported) of every column."""
    targets = plan.targets(user)
    return [(column.heading, *_meaning(column, targets, plan)) for column in plan.columns]


def _meaning(column: Column, targets: dict[str, Any], plan: Plan) -> tuple[str, bool]:
    if column.to == EXTRA:
        return _("Additional information"), True
    target = targets.get(column.to)
    if column.to == LEFT_OUT or target is None:
        return _("Not imported"), False
    if target.may_create and column.create and plan.make_missing:
        return _("%(field)s (made when missing)") % {"field": target.label}, True
    return target.label, True


def _faults(plan: Plan, faults: list[Any], entry: Any, user: Any) -> list[dict[str, Any]]:
    """The failed rows with their titles, what is wrong, and a form that has their good values in it."""
    reader, module = plan.reader, plan.module
    titles = [p for p, column in enumerate(plan.columns) if _names_the_record(column, module)]
    return [
        {
            "row": number(row),
            "title": " ".join(str(cells[p]).strip() for p in titles if p < len(cells)).strip()[:TITLE_LENGTH],
            "reasons": [(label_of(r["field"], module, reader), r["message"], r["code"]) for r in reasons],
            "fix": f"{entry.url}new/?{_good_values(plan, cells, user, reader)}",
        }
        for row, cells, reasons in faults
    ]


def _names_the_record(column: Column, module: Any) -> bool:
    return column.to in module.title_fields or column.to.startswith("*")


def _good_values(plan: Plan, cells: list[Any], user: Any, reader: Reader) -> str:
    """Query of the form of a new record: every cell that its field takes."""
    targets, found = plan.targets(user), {}
    for place, column in enumerate(plan.columns):
        target = targets.get(column.to)
        if (
            target is None
            or target.kind is None
            or target.part
            or target.line
            or target.is_reference
            or place >= len(cells)
        ):
            continue
        try:
            value = target.kind.parse(cells[place], reader)
        except Invalid:
            continue
        if value is not None and target.kind.editable:
            found[target.name] = target.kind.typed(value, reader)
    return urlencode(found)


def _named(job: ImportJob) -> list[tuple[str, str]]:
    """(title, address) of the records an undo has left; who may not see one any longer reads its id."""
    ids = defaultdict(list)
    for one in job.undone.get("named", ()):
        ids[one["module"]].append(one["id"])
    return [
        (titles.get(id) or f"#{id}", f"/r/{id}/")
        for key, some in ids.items()
        for titles in [titles_for_acting(registry.module(key).model, some)]
        for id in some
    ]


# What can be done about it.
@signed_in
@require_POST
def act(request: HttpRequest, id: int, verb: str) -> HttpResponse:
    job = own_job(request, id)
    if verb not in ACTS:
        raise Http404
    ACTS[verb](request, job)
    return HttpResponseRedirect(f"/import/{job.pk}/")


def _run(request: HttpRequest, job: ImportJob) -> None:
    """Starts a checked import, and one that stands still: paused, interrupted, or left by its process."""
    if job.status not in (Status.READY, Status.PAUSED, Status.FAILED) and not job.is_lost:
        return
    if job.status == Status.CHECKING:
        begin_check(job)
        return
    with transaction.atomic():
        job.note(status=Status.RUNNING, wanted=Wanted.RUN, trouble="", touched_at=None)
        if job.started_at is None:
            job.note(started_at=timezone.now())
        run_import.defer(job=job.pk)


def _pause(request: HttpRequest, job: ImportJob) -> None:
    if job.status == Status.RUNNING:
        job.note(wanted=Wanted.PAUSE)


def _stop(request: HttpRequest, job: ImportJob) -> None:
    """Ends the run behind the batch it is at. What is written stays, and can be undone."""
    if job.status in (Status.PAUSED, Status.FAILED):
        job.note(status=Status.CANCELLED, finished_at=timezone.now())
    elif job.is_active and job.status != Status.UNDOING:
        job.note(wanted=Wanted.STOP)
        if job.claim():  # no process has it
            try:
                ended = Status.DRAFT if job.status == Status.CHECKING else Status.CANCELLED
                job.note(status=ended, finished_at=timezone.now() if ended == Status.CANCELLED else None)
            finally:
                job.release()


def _undo(request: HttpRequest, job: ImportJob) -> None:
    if job.may_undo:
        with transaction.atomic():
            job.note(status=Status.UNDOING, touched_at=None)
            undo_import.defer(job=job.pk)


ACTS = {"run": _run, "pause": _pause, "stop": _stop, "undo": _undo}


# Files.
@signed_in
def faults_file(request: HttpRequest, id: int) -> HttpResponse | StreamingHttpResponse:
    """The rows that were not taken; of a rehearsal those it kept."""
    job = own_job(request, id)
    headings = [column.heading for column in columns_from_json(job.columns)]
    if job.status == Status.READY:
        faults: Any = [(fault["cells"], fault["reasons"]) for fault in job.checked["examples"]]
    else:
        faults = job.faults.order_by("row").values_list("cells", "reasons").iterator(2000)
    lines = fault_lines(headings, faults, job.home, job.reader)
    name = f"{job.name.rsplit('.', 1)[0]}-{_('errors')}.csv"
    response = StreamingHttpResponse(
        (line.encode() for line in lines), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@signed_in
def original(request: HttpRequest, id: int) -> HttpResponse | FileResponse:
    """The file as it was chosen."""
    job = own_job(request, id)
    try:
        handle = job.file.open("rb")
    except OSError:
        raise Http404 from None
    return FileResponse(
        handle, as_attachment=True, filename=job.name, content_type="application/octet-stream"
    )


@signed_in
def history(request: HttpRequest) -> HttpResponse:
    """The person's own imports, newest first, and where a new one can begin."""
    jobs = [job for job in ImportJob.objects.filter(user_id=user_of(request).pk).order_by("-pk")[:HISTORY]
            if may_import(user_of(request), job.home)]  # fmt: skip
    shell = shell_for(request, None, (_("Imports"), None))
    starts = [entries_of(module)[0] for module in registry.records if may_import(user_of(request), module)]
    if not starts:
        raise Http404
    context = {
        "shell": shell, "jobs": [(job, entry_for(job), job.counts) for job in jobs], "starts": starts,
        "reader": reader_of(request),
    }  # fmt: skip
    return render_page(request, "screens/imports.html", context)
