"""Run: a job carried out batch by batch, each in a transaction of its own, all in one change set."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from relasi.engine.access.acting import acting
from relasi.engine.access.door import has_tool, may
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import IMPORT
from relasi.engine.declare.module import Module
from relasi.engine.records.at_work import at_work, commit_without_waiting, seldom_collected
from relasi.engine.records.long_job import Status, Wanted, reasons_of
from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.import_ import ImportJob, as_text
from relasi.engine.transfer.importer import Importer, Tally
from relasi.engine.transfer.line_cells import each_row
from relasi.engine.transfer.plan import BadPlan
from relasi.engine.transfer.read_ahead import batches
from relasi.engine.transfer.row_reader import ReadRow

# So many examples of failed rows a rehearsal shows.
EXAMPLES = 50

Watch = Callable[[dict[str, int], float], None]


class NotAllowed(Exception):
    """The person may not, or no longer, import into this module."""


def may_import(user: Any, module: Module) -> bool:
    if module.is_settings or not has_tool(user, "import"):
        return False
    return may(user, "create", module) or may(user, "edit", module)


def run(job: ImportJob, watch: Watch | None = None) -> None:
    """Takes the rows that are not taken yet. watch: told the counts and how much of the file is read.

    Returns at once when another process has the job. A file or a plan that cannot be used ends the job as
    failed; any other trouble does too, and is raised: the job can be resumed where it stopped.
    """
    if not job.claim():
        return
    try:
        job.refresh_from_db()
        if job.status in (Status.RUNNING, Status.READY, Status.PAUSED, Status.FAILED, Status.DRAFT):
            with seldom_collected():
                _run(job, watch)
    finally:
        job.release()


def _run(job: ImportJob, watch: Watch | None) -> None:
    now = timezone.now()
    job.note(
        status=Status.RUNNING, trouble="", touched_at=now, started_at=job.started_at or now, finished_at=None
    )
    try:
        ended = _take_all(job, watch)
    except (BadFile, BadPlan, NotAllowed) as trouble:
        with translation.override(job.language):
            job.note(status=Status.FAILED, trouble=str(trouble), finished_at=timezone.now())
        _tell_the_end(job)
    except Exception:
        with translation.override(job.language):
            job.note(
                status=Status.FAILED, trouble=_("The import was interrupted. It can go on where it stopped.")
            )
        raise
    else:
        job.note(status=ended, finished_at=None if ended == Status.PAUSED else timezone.now())
        if ended != Status.PAUSED:
            _tell_the_end(job)


def _tell_the_end(job: ImportJob) -> None:
    """In the inbox of whoever started it: it may have taken long."""
    with transaction.atomic(), acting(job.user, via="import"):
        tell(IMPORT, [job.user.pk], job=job.pk, name=job.name)


def _take_all(job: ImportJob, watch: Watch | None) -> Status:
    plan, before, begun = job.plan, job.seconds, time.monotonic()
    with at_work(job.user, plan.reader, via="import", reason=job.name):
        _check_rights(job)
        table = job.open()
        importer = Importer(plan)
        work = batches(table, importer.reader, skip=job.taken, bytes=job.size)
    for rows in work:
        wanted = job.asked()
        if wanted != Wanted.RUN:
            work.close()
            return Status.PAUSED if wanted == Wanted.PAUSE else Status.CANCELLED
        how = {"via": "import", "reason": job.name, "change_set": job.change_set}
        with at_work(job.user, plan.reader, **how) as stretch, transaction.atomic():
            commit_without_waiting()
            _check_rights(job)
            tally = importer.take(rows)
            job.take(tally, stretch.change_set, before + time.monotonic() - begun)
        if watch:
            watch(job.counts, table.read)
    job.note(total=job.taken)
    return Status.DONE


def _check_rights(job: ImportJob) -> None:
    if not may_import(job.user, job.home):
        raise NotAllowed(_("You may not import into this module."))


class _RolledBack(Exception):
    """Ends the transaction of a batch that was only rehearsed."""


def rehearse(importer: Importer, rows: list[ReadRow]) -> Tally:
    """What taking these rows would do. Nothing stays written, no job is deferred."""
    tally = Tally()
    try:
        with transaction.atomic():
            tally = importer.take(rows)
            raise _RolledBack
    except _RolledBack:
        return tally


def check(job: ImportJob) -> None:
    """Rehearses the whole file and notes what would happen: counts, reasons, and the first failed rows."""
    if not job.claim():
        return
    try:
        job.refresh_from_db()
        if job.status in (Status.CHECKING, Status.DRAFT, Status.READY):
            with seldom_collected():
                _check(job)
    finally:
        job.release()


def _check(job: ImportJob) -> None:
    job.note(status=Status.CHECKING, trouble="", touched_at=timezone.now(), checked={})
    found = Rehearsal()
    try:
        with at_work(job.user, job.reader, via="import", reason=job.name):
            _check_rights(job)
            table = job.open()
            importer = Importer(job.plan, rehearsal=True)
            for rows in batches(table, importer.reader, bytes=job.size):
                if job.asked() != Wanted.RUN:
                    job.note(status=Status.DRAFT)
                    return
                found.add(rehearse(importer, rows))
                job.note(touched_at=timezone.now(), checked={"read": table.read, **found.as_json()})
    except (BadFile, BadPlan, NotAllowed) as trouble:
        with translation.override(job.language):
            job.note(status=Status.DRAFT, trouble=str(trouble))
    else:
        job.note(status=Status.READY, total=found.read, checked=found.as_json())


class Rehearsal:
    """What the rehearsed batches would have done. reasons: (field, code) -> rows; examples: the first failed rows."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter(Tally().counts())
        self.read = 0
        self.reasons: Counter[tuple[str, str]] = Counter()
        self.examples: list[dict[str, Any]] = []

    def add(self, tally: Tally) -> None:
        self.counts.update(tally.counts())
        self.read += tally.read
        for number, cells, reasons in (one for fault in tally.faults for one in each_row(*fault)):
            self.reasons.update({(one.field, one.code) for one in reasons})
            if len(self.examples) < EXAMPLES:
                texts = [as_text(cell) for cell in cells]
                self.examples.append({"row": number, "cells": texts, "reasons": reasons_of(reasons)})

    def as_json(self) -> dict[str, Any]:
        reasons = [[field, code, count] for (field, code), count in self.reasons.most_common()]
        return {"counts": dict(self.counts), "reasons": reasons, "examples": self.examples}
