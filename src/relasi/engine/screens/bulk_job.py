"""The page of one bulk job: what a rehearsal found, how far the run is, what came of it, and what can be done about it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.access.door import fields_for
from relasi.engine.bulk.job import Act, BulkFault, BulkJob
from relasi.engine.bulk.jobs import check_bulk, run_bulk
from relasi.engine.bulk.run import run
from relasi.engine.bulk.take_back import LEFT, begin_again, may_be_forced
from relasi.engine.declare.registry import registry
from relasi.engine.fields.safe_text import guarded
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.find import titles_for_acting
from relasi.engine.records.long_job import Status, Wanted
from relasi.engine.screens import bulk_form
from relasi.engine.screens.asking import reader_of, shell_for, signed_in, user_of, wholes
from relasi.engine.screens.bulk_start import back_of, report
from relasi.engine.screens.bulk_values import Readable
from relasi.engine.screens.faces import number
from relasi.engine.screens.pages import render_page, wants_part
from relasi.engine.screens.shell import Entry, entries_of, entry_of

SHOWN = 100


def own_job(request: HttpRequest, id: int) -> BulkJob:
    """The person's own job, or 404."""
    rows = BulkJob.objects.select_related("user", "impersonator")
    job = rows.filter(pk=id, user_id=user_of(request).pk).first()
    if job is None:
        raise Http404
    return job


def entry_for(job: BulkJob) -> Entry | None:
    try:
        return entry_of(job.slug)
    except KeyError:
        return next(iter(entries_of(job.home)), None) if job.module else None


@signed_in
def page(request: HttpRequest, id: int) -> HttpResponse:
    """A draft asks what is to be changed; a checked job shows it and waits for a yes; else how far it is."""
    job = own_job(request, id)
    entry = entry_for(job)
    unstarted = job.status in (Status.DRAFT, Status.READY) and job.started_at is None
    if (
        entry is not None
        and unstarted
        and (job.status == Status.DRAFT or "edit" in request.GET or request.POST)
    ):
        return _ask(request, entry, job)
    if job.status == Status.READY:
        if wants_part(request):
            return HttpResponse(headers={"HX-Refresh": "true"})
        return _checked(request, entry, job)
    if wants_part(request) and not job.is_active:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _running(request, entry, job)


def _ask(request: HttpRequest, entry: Entry, job: BulkJob) -> HttpResponse:
    if job.act in (Act.TAG, Act.UNTAG):
        return bulk_form.ask_for_tag(request, entry, job)
    if job.act != Act.EDIT:
        raise Http404
    if request.method != "POST":
        return bulk_form.form(request, entry, job, [*job.values, *request.GET.getlist("field")])
    names = [*request.POST.getlist("_field"), request.POST.get("_more", "")]
    return bulk_form.form(request, entry, job, [n for n in names if n != request.POST.get("_less")])


def _checked(request: HttpRequest, entry: Entry | None, job: BulkJob) -> HttpResponse:
    found = job.checked
    sample = [pair for one in found["sample"] for pair in _both(one["fields"])]
    common = [(one["name"], v) for one in found["fields"] for b, a, _n in one["common"] for v in (b, a)]
    readable = Readable(job.home, [*sample, *common])
    titles = titles_for_acting(job.home.model, [one["id"] for one in found["sample"]])
    context = {
        "shell": _shell(request, entry, job), "entry": entry, "job": job, "title": _title(job),
        "counts": found["counts"], "tallies": _checked_tallies(found["counts"]),
        "fields": [
            (readable.label(one["name"]), one["count"], one["different"],
             [(readable.text(one["name"], b), readable.text(one["name"], a), n) for b, a, n in one["common"]])
            for one in found["fields"]
        ],
        "sample": [
            (titles.get(one["id"], f"#{one['id']}"), f"/r/{one['id']}/",
             [(readable.label(name), readable.text(name, b), readable.text(name, a)) for name, b, a in one["fields"]])
            for one in found["sample"] if one["fields"]
        ],
        "reasons": [(readable.label(field), message, code, n) for field, code, message, n in found["reasons"]],
        "examples": found["examples"], "back": back_of(entry, job) if entry else "/",
        "yes": _yes(job, found["counts"]["changed"]),
    }  # fmt: skip
    return render_page(request, "screens/bulk_check.html", context)


def _both(fields: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    for name, before, after in fields:
        yield name, before
        yield name, after


def _yes(job: BulkJob, n: int) -> str:
    """What stands on the button that starts it."""
    sentences: dict[str, Callable[[], str]] = {
        Act.EDIT: lambda: ngettext("Change %(n)s record", "Change %(n)s records", n),
        Act.DELETE: lambda: ngettext("Delete %(n)s record", "Delete %(n)s records", n),
        Act.TAG: lambda: ngettext("Tag %(n)s record", "Tag %(n)s records", n),
        Act.UNTAG: lambda: ngettext("Untag %(n)s record", "Untag %(n)s records", n),
        Act.FOLLOW: lambda: ngettext("Follow %(n)s record", "Follow %(n)s records", n),
        Act.UNFOLLOW: lambda: ngettext("Unfollow %(n)s record", "Unfollow %(n)s records", n),
    }
    return sentences[job.act]() % {"n": number(n)}


def _title(job: BulkJob) -> str:
    if job.is_undo:
        return _("Undo")
    return f"{job.act_label}: {job.home.plural}"


def _shell(request: HttpRequest, entry: Entry | None, job: BulkJob) -> Any:
    return shell_for(request, entry, (job.act_label, None))


def _checked_tallies(counts: dict[str, int]) -> list[tuple[str, str, str, str]]:
    shapes = [
        (_("Would change"), "changed", "refresh-cw", "nila"),
        (_("Stay as they are"), "unchanged", "circle-minus", "gray"),
        (_("Would fail"), "failed", "circle-x", "merah"),
    ]
    return [(label, number(counts[name]), icon, shade) for label, name, icon, shade in shapes]


def _tallies(job: BulkJob) -> list[tuple[str, str, str, str]]:
    if job.status == Status.CHECKING:
        return _checked_tallies({"changed": 0, "unchanged": 0, "failed": 0} | job.checked.get("counts", {}))
    shapes = [
        (_("Taken back") if job.is_undo else _("Changed"), "done", "circle-check", "hijau"),
        *([(_("Values left"), "left", "circle-minus", "kuning")] if job.is_undo
          else [(_("Unchanged"), "unchanged", "circle-minus", "gray")]),
        (_("Failed"), "failed", "circle-x", "merah"),
    ]  # fmt: skip
    return [(label, number(job.count(name)), icon, shade) for label, name, icon, shade in shapes]


def _running(request: HttpRequest, entry: Entry | None, job: BulkJob) -> HttpResponse:
    total, undone = job.total or 0, _undone(job)
    faults = list(job.faults.order_by("pk")[:SHOWN])
    left = sum(any(r["code"] == LEFT for r in one.reasons) for one in faults)
    context = {
        "shell": _shell(request, entry, job), "entry": entry, "job": job, "title": _title(job),
        "tallies": _tallies(job), "headline": _headline(job), "faults": _shown(faults, user_of(request)),
        "fault_count": job.faults.count() if faults else 0, "left": left, "value": job.taken, "max": max(total, 1),
        "percent": f"{job.taken * 100 // max(total, 1)}%",
        "note": _("%(taken)s of %(total)s") % {"taken": number(job.taken), "total": number(total)},
        "may_undo": bool(job.change_set and job.is_finished and not job.is_undo and not undone),
        "undone": undone, "back": back_of(entry, job) if entry else "/changes/",
    }  # fmt: skip
    return render_page(request, "screens/bulk_job.html", context, part="progress")


def _undone(job: BulkJob) -> int | None:
    """The change set that took it back."""
    return (
        ChangeSet.objects.filter(reverts=job.change_set).values_list("pk", flat=True).first()
        if job.change_set
        else None
    )


def _headline(job: BulkJob) -> str:
    return {
        Status.CHECKING: _("Looking at what would change"),
        Status.RUNNING: _("At work"),
        Status.PAUSED: _("Paused"),
        Status.CANCELLED: _("Stopped"),
        Status.FAILED: _("Interrupted"),
        Status.DONE: _("Done"),
        Status.DRAFT: _("Draft"),
    }[Status(job.status)]


def _shown(faults: list[BulkFault], user: Any) -> list[dict[str, Any]]:
    """The faults as the page shows them: title, address, what is wrong; of a value that was left what it was and is."""
    by_module: dict[str, list[BulkFault]] = {}
    for one in faults:
        by_module.setdefault(one.module, []).append(one)
    found = {}
    for key, some in by_module.items():
        module, seen = registry.module(key), fields_for(user, "view", registry.module(key))
        records = module.model._base_manager.in_bulk([one.record for one in some])
        values = [
            (r["field"], v) for one in some for r in one.reasons for v in (r.get("before"), r.get("after"))
        ]
        now = [
            (r["field"], getattr(records[one.record], r["column"], None))
            for one in some if one.record in records for r in one.reasons if r["code"] == LEFT
        ]  # fmt: skip
        readable = Readable(module, [*values, *now])
        for one in some:
            found[one.pk] = {
                "id": one.pk, "number": one.number, "title": one.title or f"#{one.record}",
                "url": f"/r/{one.record}/", "may_force": may_be_forced(module),
                "reasons": [_reason(r, readable, records.get(one.record), seen) for r in one.reasons],
            }  # fmt: skip
    return [found[one.pk] for one in faults]


def _reason(reason: dict[str, Any], readable: Readable, record: Any, seen: set[str]) -> dict[str, Any]:
    name = reason["field"]
    told = {
        "label": readable.label(name),
        "message": reason["message"],
        "code": reason["code"],
        "left": False,
    }
    if reason["code"] == LEFT and name in seen and record is not None:
        value = readable.module.fields[name].value_from_object(record)
        told |= {
            "left": True,
            "before": readable.text(name, reason["before"]),
            "now": readable.text(name, value),
        }
    return told


# What can be done about it.
@signed_in
@require_POST
def act(request: HttpRequest, id: int, verb: str) -> HttpResponse:
    job = own_job(request, id)
    if verb not in ACTS:
        raise Http404
    return ACTS[verb](request, job) or HttpResponseRedirect(f"/bulk/{job.pk}/")


def _run(request: HttpRequest, job: BulkJob) -> HttpResponse | None:
    """Starts a checked job, and one that stands still: paused, stopped, interrupted, or left by its process."""
    resumed = job.status in (Status.PAUSED, Status.FAILED, Status.CANCELLED) and job.started_at is not None
    if job.status != Status.READY and not resumed and not job.is_lost:
        return None
    if job.status == Status.CHECKING:
        check_bulk.defer(job=job.pk)
        return None
    job.note(wanted=Wanted.RUN)
    entry = entry_for(job)
    if job.is_small and job.status == Status.READY and entry is not None:
        run(job)
        return report(request, entry, job)
    with transaction.atomic():
        job.note(status=Status.RUNNING, trouble="", touched_at=None)
        run_bulk.defer(job=job.pk)
    return None


def _pause(request: HttpRequest, job: BulkJob) -> None:
    if job.status == Status.RUNNING:
        job.note(wanted=Wanted.PAUSE)


def _stop(request: HttpRequest, job: BulkJob) -> None:
    """Ends the run behind the slice it is at. What is written stays, and can be undone."""
    if job.status in (Status.PAUSED, Status.FAILED, Status.READY):
        job.note(status=Status.CANCELLED, finished_at=timezone.now())
    elif job.is_active:
        job.note(wanted=Wanted.STOP)
        if job.claim():  # no process has it
            try:
                job.note(status=Status.CANCELLED, finished_at=timezone.now())
            finally:
                job.release()


def _over(request: HttpRequest, job: BulkJob) -> HttpResponse | None:
    """Takes back after all what an undo has left: the ticked values, or with all=1 every one."""
    if not job.is_undo or not job.is_finished:
        return None
    chosen = job.faults.filter(chosen=False)
    if not request.POST.get("all"):
        chosen = chosen.filter(pk__in=wholes(request.POST.getlist("id")))
    if not chosen.exists():
        return None
    again = begin_again(job, chosen)
    if again.is_small:
        run(again)
    else:
        again.note(status=Status.RUNNING)
        run_bulk.defer(job=again.pk)
    return HttpResponseRedirect(f"/bulk/{again.pk}/")


ACTS: dict[str, Callable[[HttpRequest, BulkJob], HttpResponse | None]] = {
    "run": _run, "pause": _pause, "stop": _stop, "over": _over,
}  # fmt: skip


@signed_in
def faults_file(request: HttpRequest, id: int) -> StreamingHttpResponse:
    """Number, name and reason of every record that was not changed, or left by an undo."""
    job = own_job(request, id)
    response = StreamingHttpResponse(
        (line.encode() for line in _lines(job, reader_of(request))), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = content_disposition_header(True, f"{job.act_label}-{job.pk}.csv")
    return response


def _lines(job: BulkJob, reader: Any) -> Iterator[str]:
    """With a byte order mark, so that every spreadsheet program reads its letters."""
    separator = ";" if reader.decimal == "," else ","
    yield "\ufeff" + _line([_("Number"), _("Name"), _("Problem")], separator)
    for one in job.faults.order_by("pk").iterator(2000):
        module = registry.module(one.module)
        labels = Readable(module, [])
        why = [f"{labels.label(r['field'])}: {r['message']}".removeprefix(": ") for r in one.reasons]
        yield _line([one.number, one.title, "; ".join(why)], separator)


def _line(cells: list[str], separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerow([guarded(cell) for cell in cells])
    return out.getvalue()
