"""Jobs that the product runs for itself: takes up lost jobs again, forgets finished ones, empties the bin."""

import structlog
from django.core.management import call_command
from django.db import connection
from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.api.company_usage import forget_old_usage
from relasi.engine.api.daily import forget_old_days
from relasi.engine.api.idempotency import forget_old_answers
from relasi.engine.api.metering import forget_old_use
from relasi.engine.api.storage_used import forget_old_sizes
from relasi.engine.query import viewed
from relasi.engine.records.recycle_bin import purge_due
from relasi.engine.transfer.export import forget_old_files
from relasi.features.company_archive.models import ArchiveJob
from relasi.features.scheduler.models import forget_old_runs

KEEP_FINISHED = 24  # hours
KEEP_FAILED = 30 * 24  # hours
log = structlog.get_logger("relasi.upkeep")


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="requeue_lost_jobs", pass_context=True)
async def requeue_lost_jobs(context, timestamp: int) -> int:
    """A killed worker leaves its job marked as running: once its heartbeat is 30 s old it runs again."""
    lost = list(await context.app.job_manager.get_stalled_jobs())
    for job in lost:
        await context.app.job_manager.retry_job(job)
        log.warning("a lost job runs again", job=job.task_name)
    return len(lost)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="forget_finished_jobs", pass_context=True)
async def forget_finished_jobs(context, timestamp: int) -> None:
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_FINISHED)
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEEP_FAILED, include_failed=True, include_cancelled=True
    )


@app.periodic(cron="7 3 * * *")
@app.task(queueing_lock="make_room_for_history")
def make_room_for_history(timestamp: int) -> None:
    """History lies in one partition for each month; those of the next three must stand before they begin."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT records_ensure_partitions(3)")


@app.periodic(cron="57 3 * * *")
@app.task(queueing_lock="forget_old_job_runs")
def forget_old_job_runs(timestamp: int) -> int:
    """How periodic jobs went is kept for thirty days."""
    return forget_old_runs()


@app.periodic(cron="27 3 * * *")
@app.task(queueing_lock="forget_ended_sessions")
def forget_ended_sessions(timestamp: int) -> None:
    call_command("clearsessions")


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="forget_old_views")
def forget_old_views(timestamp: int) -> int:
    """Who opened what is kept for the lists of recently viewed records, and no longer."""
    return viewed.forget_old_views()


@app.periodic(cron="41 * * * *")
@app.task(queueing_lock="forget_old_answers")
def forget_kept_answers(timestamp: int) -> int:
    """What the API answered under a key is kept for a day, and how often it was asked for thirteen months."""
    return (
        forget_old_answers() + forget_old_use() + forget_old_days() + forget_old_usage() + forget_old_sizes()
    )


@app.periodic(cron="51 * * * *")
@app.task(queueing_lock="forget_exported_files")
def forget_exported_files(timestamp: int) -> int:
    """The file of an export or an archive can be fetched for a day; that it was made stays known."""
    return forget_old_files() + ArchiveJob.forget_old()


@app.periodic(cron="47 2 * * *")
@app.task(queueing_lock="empty_the_bin")
def empty_the_bin(timestamp: int) -> int:
    """What has waited thirty days in the recycle bin goes for good. Returns how many records."""
    with acting(SYSTEM, via="system"):
        return purge_due()
