"""Wizard: where an import begins, and what happens to duplicates. Between them stands columns_step.py."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from relasi.engine.fields.image import ImageKind
from relasi.engine.fields.reader import Reader
from relasi.engine.records.long_job import Status, Wanted
from relasi.engine.screens.asking import reader_of, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry
from relasi.engine.transfer.asking import entry_for, must_import, own_job, shell_of, steps, title_of
from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.columns_step import wrong_columns
from relasi.engine.transfer.import_ import ImportJob
from relasi.engine.transfer.jobs import check_import
from relasi.engine.transfer.known_source import recognised
from relasi.engine.transfer.matching import matches_of, usable
from relasi.engine.transfer.open_file import TEXT_SUFFIXES, taken_by
from relasi.engine.transfer.plan import EXPLAINED, BadPlan, Duplicates, columns_as_json
from relasi.engine.transfer.proposing import propose
from relasi.engine.transfer.run import check as rehearse
from relasi.engine.transfer.target import Target, targets_of

LARGEST = 200 << 20
# A smaller file is rehearsed at once, a larger one by the worker.
SMALL = 256 << 10


@signed_in
def start(request: HttpRequest, entry: Entry) -> HttpResponse:
    must_import(request, entry)
    error = ""
    if request.method == "POST":
        uploaded = request.FILES.get("file")
        if uploaded is None:
            error = _("Choose a file first.")
        elif (uploaded.size or 0) > LARGEST:
            error = _("The file is larger than %(most)s MB.") % {"most": LARGEST >> 20}
        else:
            try:
                job = _begin(request, entry, uploaded)
                return HttpResponseRedirect(f"/import/{job.pk}/columns/")
            except BadFile as bad:
                error = str(bad)
    suffixes = [suffix for suffix in TEXT_SUFFIXES if suffix] + [".xlsx", ".xlsm", ".xls", ".ods"]
    suffixes += [f".{suffix.lstrip('.')}" for suffix in entry.module.readers]
    context = {
        "shell": shell_of(request, entry), "entry": entry, "title": title_of(entry), "steps": steps(None, 1),
        "error": error, "taken": taken_by(entry.module), "accept": ",".join(suffixes),
    }  # fmt: skip
    return render_page(request, "screens/import_file.html", context, status=422 if error else 200)


def _begin(request: HttpRequest, entry: Entry, uploaded: Any) -> ImportJob:
    """A draft with the file kept and its columns proposed. Raises BadFile, after which nothing is kept."""
    reader: Reader = reader_of(request)
    name = Path(str(uploaded.name).replace("\\", "/")).name.replace("\x00", "")[:200] or "import.csv"
    job = ImportJob(
        user=user_of(request), module=entry.module.key, slug=entry.slug, name=name, size=uploaded.size or 0,
        language=reader.language, decimal=reader.decimal, day_first=reader.day_first,
    )  # fmt: skip
    job.keep(uploaded)
    try:
        table = job.open()
    except BadFile:
        job.file.storage.delete(str(job.file.name))
        raise
    job.shape = table.shape
    source = recognised(table.headings, job.home)
    job.source = source.key if source else ""
    job.columns = columns_as_json(propose(table, job.home, job.user, job.reader))
    ImportJob.objects.bulk_create([job])
    return job


@signed_in
def template(request: HttpRequest, entry: Entry) -> HttpResponse:
    """An empty file with a heading for every field, to be filled in and imported."""
    must_import(request, entry)
    reader: Reader = reader_of(request)
    targets = targets_of(entry.module, user_of(request))
    labels = [target.label for target in targets.values() if _can_be_typed(target)]
    out = io.StringIO()
    csv.writer(out, delimiter=";" if reader.decimal == "," else ",", lineterminator="\r\n").writerow(labels)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{entry.slug}.csv"'
    return response


def _can_be_typed(target: Target) -> bool:
    if target.of_other_program:
        return False
    return target.kind is not None and target.kind.editable and not isinstance(target.kind, ImageKind)


@signed_in
def duplicates(request: HttpRequest, id: int) -> HttpResponse:
    job = own_job(request, id)
    if job.started_at is not None or job.is_active:
        return HttpResponseRedirect(f"/import/{job.pk}/")
    if wrong_columns(job):
        return HttpResponseRedirect(f"/import/{job.pk}/columns/")
    error = ""
    if request.method == "POST":
        job.note(
            duplicates=request.POST.get("duplicates", ""),
            matches=[name for name in request.POST.getlist("match") if name in matches_of(job.home)],
            make_missing="make_missing" in request.POST,
        )
        error = _wrong(job)
        if not error:
            begin_check(job)
            return HttpResponseRedirect(f"/import/{job.pk}/")
    return _duplicates_page(request, job, error)


def _wrong(job: ImportJob) -> str:
    try:
        plan = job.plan
        plan.check(job.user)
        if (
            plan.duplicates != Duplicates.CREATE
            and usable(job.home, plan.filled(job.user))
            and not plan.matches
        ):
            return _("Choose at least one thing that duplicates are found by.")
    except BadPlan as wrong:
        return str(wrong)
    return ""


def begin_check(job: ImportJob) -> None:
    """Rehearses the import: at once when the file is small, else in the worker."""
    job.note(wanted=Wanted.RUN, checked={}, trouble="")
    if job.size <= SMALL:
        rehearse(job)
        return
    with transaction.atomic():
        job.note(status=Status.CHECKING, touched_at=None)
        check_import.defer(job=job.pk)


def _duplicates_page(request: HttpRequest, job: ImportJob, error: str) -> HttpResponse:
    entry, plan = entry_for(job), job.plan
    here = usable(job.home, plan.filled(job.user))
    known = matches_of(job.home)
    chosen = plan.matches or [name for name in here if known[name].usual]
    makes = [
        target.label
        for column in plan.columns
        if (target := plan.targets(job.user).get(column.to)) is not None
        and target.may_create
        and column.create
    ]
    context = {
        "shell": shell_of(request, entry), "entry": entry, "job": job, "title": title_of(entry),
        "steps": steps(job, 3), "error": error, "modes": [(m.value, m.label, EXPLAINED[m]) for m in Duplicates],
        "matches": [(name, known[name].label, name in chosen) for name in here], "makes": makes,
    }  # fmt: skip
    return render_page(request, "screens/import_duplicates.html", context, status=422 if error else 200)
