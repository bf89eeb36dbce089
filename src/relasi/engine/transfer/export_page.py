"""Export pages: what is wanted of a list, how far it is, and the file itself."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from relasi.engine.access.door import has_tool, rights_of
from relasi.engine.activity.file_name import disposition
from relasi.engine.fields.kind import Invalid
from relasi.engine.screens.asking import shell_for, signed_in, user_of, wholes
from relasi.engine.screens.list_state import ListState
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry, entry_of
from relasi.engine.transfer.export import (
    AT_ONCE,
    MOST_ON_PAPER,
    PAPER_AT_ONCE,
    TOOL,
    ExportJob,
    Format,
    Shape,
    formats_of,
    may_export,
    shape_of,
)
from relasi.engine.transfer.export_file import run_export, too_many_for_paper
from relasi.engine.transfer.export_rows import count_of
from relasi.engine.transfer.jobs import write_export

MOST_CHOSEN = 5000
COUNTED = 100_000
HISTORY = 100


@signed_in
def start(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The address holds the list, or the ids of the rows that were chosen. POST makes the file."""
    user = user_of(request)
    if not may_export(user, entry.module):
        raise Http404
    state = ListState.read(request, entry, user)
    job = _job(request, entry, state)
    try:
        total = count_of(job, COUNTED)
    except Invalid as wrong:
        raise Http404 from wrong
    error = ""
    if request.method == "POST":
        job.total = total
        if job.format != Format.PDF or total <= MOST_ON_PAPER:
            return _begin(job)
        error = str(too_many_for_paper())
    context = {
        "shell": shell_for(request, entry, (_("Export"), None)),
        "entry": entry,
        "total": total,
        "more": total > COUNTED,
        "chosen": job.asked.get("ids") is not None,
        "formats": [(str(one.value), one.label) for one in formats_of(entry.module)],
        "shapes": [(str(one.value), one.label) for one in Shape],
        "format": job.format,
        "shape": job.shape,
        "error": error,
        "query": request.GET.urlencode(),
        "view": state.view,
    }
    status = 422 if error else 200
    return render_page(request, "screens/export.html", context, part="drawer", status=status)


def _job(request: HttpRequest, entry: Entry, state: ListState) -> ExportJob:
    user = user_of(request)
    asked: dict[str, Any] = {
        "condition": state.tree,
        "words": state.words,
        "columns": state.shown_columns,
        "sort": state.shown_sort,
        "fixed": dict(entry.fixed),
    }
    if "id" in request.GET:
        asked |= {"ids": wholes(request.GET.getlist("id"))[:MOST_CHOSEN], "condition": None, "words": ""}
    form = request.POST
    format, shape = form.get("format") or "", form.get("shape") or ""
    format = format if format in formats_of(entry.module) else Format.CSV.value
    shape = shape if shape in list(Shape) else Shape.VIEW.value
    return ExportJob(
        user=user,
        module=entry.module.key,
        slug=entry.slug,
        asked=asked,
        language=user.language,
        format=format,
        shape=shape_of(format, shape),
        ip=request.META.get("REMOTE_ADDR") or None,
    )


def _begin(job: ExportJob) -> HttpResponse:
    """A small one at once, a large one in the worker."""
    most = PAPER_AT_ONCE if job.format == Format.PDF else AT_ONCE
    with transaction.atomic():
        ExportJob.objects.bulk_create([job])
        if job.total > most:
            write_export.defer(job=job.pk)
    if job.total <= most:
        run_export(job)
    return HttpResponseRedirect(f"/export/{job.pk}/")


def _own(request: HttpRequest, id: int) -> ExportJob:
    """One's own; an admin may look at everybody's, but fetch their own alone."""
    user = user_of(request)
    rows = ExportJob.objects.select_related("user").filter(pk=id)
    found = rows.first()
    if found is None or (found.user_id != user.pk and not rights_of(user).admin):
        raise Http404
    return found


@signed_in
def page(request: HttpRequest, id: int) -> HttpResponse:
    job = _own(request, id)
    entry = entry_of(job.slug)
    context = {
        "shell": shell_for(request, entry, (_("Export"), None)),
        "entry": entry,
        "job": job,
        "mine": job.user_id == user_of(request).pk,
        "percent": job.percent,
    }
    return render_page(request, "screens/export_job.html", context, part="progress")


@signed_in
def fetch(request: HttpRequest, id: int) -> HttpResponse | FileResponse:
    """410 when its day is over."""
    job = _own(request, id)
    if job.user_id != user_of(request).pk or not may_export(user_of(request), job.home):
        raise Http404
    if not job.is_ready:
        return HttpResponse(
            _("This file is not there any more. Export again."), status=410, content_type="text/plain"
        )
    try:
        content = default_storage.open(job.file)
    except FileNotFoundError:
        raise Http404 from None
    job.note(fetched=job.fetched + 1)
    answer = FileResponse(content, content_type="application/octet-stream")
    answer["Content-Disposition"] = disposition(job.name)
    answer["Cache-Control"] = "private, no-store"
    return answer


@signed_in
def history(request: HttpRequest) -> HttpResponse:
    """One's own exports; an admin sees who took what out."""
    user = user_of(request)
    admin = rights_of(user).admin
    if not has_tool(user, TOOL):
        raise Http404
    rows = ExportJob.objects.select_related("user").order_by("-pk")
    jobs = list((rows if admin else rows.filter(user=user.pk))[:HISTORY])
    context = {
        "shell": shell_for(request, None, (_("Exports"), None)),
        "jobs": [(job, entry_of(job.slug)) for job in jobs],
        "admin": admin,
        "me": user.pk,
    }
    return render_page(request, "screens/exports.html", context)
