"""Making: one run of a scheduled export, from the records its owner may see now to the place where the file goes."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.core.files import File
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.company import company
from relasi.engine.access.sealed import Unreadable, unseal
from relasi.engine.fields.reader import reading_as
from relasi.engine.screens.list_state import ListState
from relasi.engine.screens.shell import Entry
from relasi.engine.transfer.export import ExportJob, may_export, shape_of
from relasi.engine.transfer.export_file import TooManyRows, written
from relasi.engine.transfer.file_job import State
from relasi.features.scheduled_exports import folder, letter, s3
from relasi.features.scheduled_exports.news import tell_of_failure, tell_of_stop
from relasi.features.scheduled_exports.run import RETRIES, ExportRun
from relasi.features.scheduled_exports.schedule import SEALED_FOR, Place, ScheduleClock, ScheduledExport
from relasi.features.scheduled_exports.setting_up import lists_of, places, turn
from relasi.features.scheduled_exports.trouble import Undelivered

log = structlog.get_logger("relasi.exports")


def carry_out(run: ExportRun) -> None:
    """One try. One that is over, or that another process has, stays as it is."""
    if not run.claim():
        return
    try:
        run.refresh_from_db()
        if not run.is_over:
            _try(run)
    finally:
        run.release()


def _try(run: ExportRun) -> None:
    schedule, owner = run.schedule, run.schedule.user
    run.note(status=State.RUNNING, trouble="", tries=run.tries + 1)
    with translation.override(owner.language):
        entry = schedule.entry
        if entry is None or not _may(owner, entry):
            _stop(run)
            return
        try:
            _make(run, entry)
        except (Undelivered, TooManyRows) as trouble:
            _failed(run, str(trouble), getattr(trouble, "for_good", True))
        except Exception as trouble:  # whatever it is, the run says that it failed, and the log says why
            log.exception("a scheduled export failed", schedule=schedule.pk)
            _failed(run, _("It broke off: %(kind)s.") % {"kind": type(trouble).__name__}, for_good=False)
        else:
            run.note(status=State.DONE, finished_at=timezone.now())
            ScheduleClock.objects.filter(schedule=schedule).update(failures=0)


def _may(owner: Any, entry: Entry) -> bool:
    with acting(owner, via="system"):
        return bool(owner.is_active) and may_export(owner, entry.module)


def _make(run: ExportRun, entry: Entry) -> None:
    owner, job = run.schedule.user, _job_of(run, entry)
    reader = job.reader
    with acting(owner, via="system"), reading_as(reader), timezone.override(reader.tz):
        job.note(status=State.RUNNING)
        try:
            with written(job) as place, open(place, "rb") as content:
                size = content.seek(0, 2)
                content.seek(0)
                run.note(rows=job.rows, size=size)
                _deliver(run, job, place, File(content))
                if not job.is_over:
                    job.note(status=State.DONE, size=size, rows=job.rows, finished_at=timezone.now())
        except Exception as trouble:
            job.fail(str(trouble)[:500])
            raise


def _job_of(run: ExportRun, entry: Entry) -> ExportJob:
    """The note of who took what out; a run that is tried again goes on with a new one."""
    schedule = run.schedule
    job = ExportJob(
        user=schedule.user, module=entry.module.key, slug=schedule.slug, asked=asked_of(schedule, entry),
        language=schedule.user.language, format=schedule.format, shape=shape_of(schedule.format, schedule.shape),
    )  # fmt: skip
    ExportJob.objects.bulk_create([job])
    run.note(job=job)
    return job


def asked_of(schedule: ScheduledExport, entry: Entry) -> dict[str, Any]:
    """What ExportJob.asked holds, of the list as it is now. Raises Undelivered where it is gone."""
    with acting(schedule.user):
        views = lists_of(schedule.user, entry)
        if schedule.view not in {one.key for one in views}:
            raise Undelivered(_("The list it exports is not there any more."), for_good=True)
        state = ListState(entry=entry, user=schedule.user, view=schedule.view, views=views)
        return {
            "condition": state.tree, "words": "", "columns": state.shown_columns,
            "sort": state.shown_sort, "fixed": dict(entry.fixed),
        }  # fmt: skip


def name_of(run: ExportRun) -> str:
    """contacts-2026-11-30-0500-17.csv: by the time it stands for and its schedule, so a second try replaces the first."""
    moment = timezone.localtime(run.due_at, ZoneInfo(company().zone))
    return f"{run.schedule.slug}-{moment:%Y-%m-%d-%H%M}-{run.schedule_id}.{run.schedule.format}"


def _deliver(run: ExportRun, job: ExportJob, place: str, content: Any) -> None:
    """Raises Undelivered. Where its owner may send no more, nothing goes out."""
    schedule, name = run.schedule, name_of(run)
    if schedule.place == Place.MAIL:
        attached = letter.fits_a_mail(place)
        run.note(by_link=not attached)
        if not attached:
            job.keep(content)
        run.note(where=letter.send(run, name, place, attached))
        return
    if Place(schedule.place) not in places(schedule.user):
        raise Undelivered(_("Only an admin may have files go there."), for_good=True)
    if schedule.place == Place.DISK:
        before = schedule.runs.filter(status=State.DONE).exclude(where="").order_by("-due_at", "-id")
        names = [one.rpartition("/")[2] for one in before.values_list("where", flat=True)[:2000]]
        run.note(where=folder.put(schedule.folder, name, place, schedule.keep, names))
        return
    run.note(where=s3.put(bucket_of(schedule), f"{schedule.prefix or ''}{name}", place))


def bucket_of(schedule: ScheduledExport) -> s3.Bucket:
    try:
        secret = unseal(schedule.sealed_secret, SEALED_FOR)
    except Unreadable:
        sentence = _("The secret key cannot be read on this installation. Type it again.")
        raise Undelivered(sentence, for_good=True) from None
    return s3.Bucket(schedule.address, schedule.region, schedule.bucket, schedule.access_key, secret)


def _failed(run: ExportRun, sentence: str, for_good: bool) -> None:
    """Tried again later, or given up, of which the owner hears."""
    if not for_good and run.tries <= len(RETRIES):
        run.note(status=State.WAITING, trouble=sentence, retry_at=timezone.now() + RETRIES[run.tries - 1])
        return
    _end(run, sentence)
    tell_of_failure(run.schedule)


def _end(run: ExportRun, sentence: str) -> None:
    run.note(status=State.FAILED, trouble=sentence, finished_at=timezone.now(), retry_at=None)
    with transaction.atomic():
        clock = ScheduleClock.objects.select_for_update().filter(schedule=run.schedule_id).first()
        if clock is not None:
            clock.failures += 1
            clock.save(update_fields=["failures"])


def _stop(run: ExportRun) -> None:
    """Its owner works here no more, or may not export this any more: it is switched off, and people hear of it."""
    _end(run, _("Its owner may not export this any more, so it was stopped."))
    with acting(SYSTEM, via="system"):
        turn(run.schedule, on=False)
    tell_of_stop(run.schedule)
