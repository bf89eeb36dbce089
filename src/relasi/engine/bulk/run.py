"""Run: a bulk job rehearsed or carried out slice by slice, each in a transaction of its own, all in one change set."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from relasi.engine.access.acting import acting
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import BULK
from relasi.engine.bulk.job import BulkJob, BulkSlice
from relasi.engine.bulk.outcome import Outcome
from relasi.engine.bulk.rehearsal import Findings, rehearse_slice
from relasi.engine.bulk.take_back import keep_faults, take_back
from relasi.engine.bulk.work import allowed, record_of, work_on
from relasi.engine.records.at_work import at_work, commit_without_waiting, seldom_collected
from relasi.engine.records.long_job import Status, Wanted
from relasi.engine.records.what_stands import write_what_stands


class NotAllowed(Exception):
    """The person may not, or no longer, do this."""


def run(job: BulkJob) -> None:
    """Takes the slices that are not taken yet. Returns at once when another process has the job.

    Trouble ends the job as failed, and is raised: it can be resumed where it stopped.
    """
    _with_claim(job, _run, (Status.DRAFT, Status.READY, Status.RUNNING, Status.PAUSED, Status.FAILED))


def check(job: BulkJob) -> None:
    """Rehearses the whole job and notes what would happen."""
    _with_claim(job, _check, (Status.DRAFT, Status.CHECKING, Status.READY))


def _with_claim(job: BulkJob, act: Callable[[BulkJob], None], statuses: tuple[Status, ...]) -> None:
    if not job.claim():
        return
    try:
        job.refresh_from_db()
        if job.status in statuses:
            with seldom_collected():
                act(job)
    finally:
        job.release()


def _how(job: BulkJob) -> dict[str, Any]:
    """How the job acts: of `acting`."""
    return {
        "via": "undo" if job.is_undo else "ui",
        "reason": "" if job.is_undo else str(job.act_label),
        "impersonator": job.impersonator,
        "change_set": job.change_set,
        "reverts": job.undoes,
    }


def _run(job: BulkJob) -> None:
    now = timezone.now()
    job.note(
        status=Status.RUNNING, trouble="", touched_at=now, started_at=job.started_at or now, finished_at=None
    )
    try:
        ended = _take_all(job)
    except NotAllowed as refused:
        job.note(status=Status.FAILED, trouble=str(refused), finished_at=timezone.now())
    except Exception:
        with translation.override(job.reader.language):
            trouble = _("The work was interrupted. It can go on where it stopped.")
        job.note(status=Status.FAILED, trouble=trouble)
        raise
    else:
        job.note(status=ended, finished_at=None if ended == Status.PAUSED else timezone.now())
        if ended != Status.PAUSED and not job.is_small:
            _tell_the_end(job)


def _tell_the_end(job: BulkJob) -> None:
    """In the inbox of whoever started it: it may have taken long."""
    with transaction.atomic(), acting(job.user):
        tell(BULK, [job.user.pk], job=job.pk, count=job.total or 0)


def _take_all(job: BulkJob) -> Status:
    before, begun = job.seconds, time.monotonic()
    waiting = job.slices.filter(taken=False).order_by("place").values_list("pk", flat=True)
    for pk in list(waiting):
        wanted = job.asked()
        if wanted != Wanted.RUN:
            return Status.PAUSED if wanted == Wanted.PAUSE else Status.CANCELLED
        with at_work(job.user, job.reader, **_how(job)) as stretch, transaction.atomic():
            commit_without_waiting()
            if not allowed(job):
                raise NotAllowed(_("You may not do this any more."))
            ids = BulkSlice.objects.select_for_update().get(pk=pk).ids
            outcome = take_back(job, ids) if job.is_undo else _carry_out(job, ids)
            BulkSlice.objects.filter(pk=pk).update(taken=True)
            _note(job, outcome, len(ids), stretch.change_set, before + time.monotonic() - begun)
    return Status.DONE


def _carry_out(job: BulkJob, ids: list[int]) -> Outcome:
    work, outcome = work_on(job, ids), Outcome()
    outcome.unchanged = len(ids) - len(work.drafts)
    write_what_stands(work.module, work.drafts, **work.how)
    for draft in work.drafts:
        if draft.refusals:
            outcome.refuse(job.module, record_of(draft), draft.refusals)
        elif draft.id is None or (
            draft.change is not None and (draft.change.columns() or draft.lines_changed)
        ):
            outcome.done += 1
        else:
            outcome.unchanged += 1
    return outcome


def _note(job: BulkJob, outcome: Outcome, taken: int, change_set: int | None, seconds: float) -> None:
    """What one slice did, in the transaction of that slice."""
    keep_faults(job, outcome)
    job.note(
        counts={name: job.count(name) + value for name, value in outcome.counts().items()},
        taken=job.taken + taken,
        change_set=change_set,
        touched_at=timezone.now(),
        seconds=seconds,
    )


def _check(job: BulkJob) -> None:
    job.note(status=Status.CHECKING, trouble="", touched_at=timezone.now(), checked={}, taken=0)
    with at_work(job.user, job.reader, **_how(job)):
        if not allowed(job):
            job.note(status=Status.FAILED, trouble=_("You may not do this any more."))
            return
        findings, taken = Findings(job.home), 0
        for pk in list(job.slices.order_by("place").values_list("pk", flat=True)):
            if job.asked() != Wanted.RUN:
                job.note(status=Status.CANCELLED, finished_at=timezone.now())
                return
            ids = BulkSlice.objects.get(pk=pk).ids
            rehearse_slice(job, ids, findings)
            taken += len(ids)
            job.note(touched_at=timezone.now(), checked=findings.as_json(), taken=taken)
        job.note(status=Status.READY, checked=findings.as_json(), taken=0)
