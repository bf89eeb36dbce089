"""Recording: every run of a periodic job leaves a row. A worker wraps each job in `record_run`."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from relasi.features.scheduler.alarm import warn_of_end, warn_of_failures
from relasi.features.scheduler.models import ALERT_AFTER, MINUTES, RETRIES
from relasi.features.scheduler.time_limit import TookTooLong, within
from relasi.features.scheduler.timing import delivered
from relasi.features.scheduler.window import Window, next_run

# How long after each failure in a row it is tried again.
BACK_OFF = tuple(timedelta(minutes=n) for n in (1, 5, 15, 30, 60))

# What an admin set, whether somebody asked for this very run, and the zone of the company.
_SET = """
    SELECT coalesce(s.active, true) AS active, coalesce(s.cron, '') AS cron, s.window_first, s.window_last,
        coalesce(s.minutes, %(minutes)s::int) AS minutes, coalesce(s.retries, %(retries)s::int) AS retries,
        coalesce(s.alert_after, %(alert_after)s::int) AS alert_after,
        EXISTS (SELECT FROM scheduler_jobrun WHERE job = %(job)s AND status = 'waiting') AS asked,
        coalesce((SELECT zone FROM users_company ORDER BY id LIMIT 1), 'Asia/Jakarta') AS zone
    FROM (SELECT 1) one LEFT JOIN scheduler_jobsetting s ON s.task = %(task)s
"""
# A run of the same job that never ended belongs to a worker that is gone.
_LOST = """
    UPDATE scheduler_jobrun SET status = 'lost', finished_at = clock_timestamp() WHERE job = %(job)s AND status = 'running'
"""
_START = """
    WITH asked AS (
        UPDATE scheduler_jobrun SET status = 'running', started_at = clock_timestamp()
        WHERE job = %(job)s AND status = 'waiting' RETURNING id
    ), begun AS (
        INSERT INTO scheduler_jobrun (task, job, status, started_at, trouble)
        SELECT %(task)s, %(job)s, 'running', clock_timestamp(), '' WHERE NOT EXISTS (SELECT FROM asked) RETURNING id
    )
    SELECT id FROM asked UNION ALL SELECT id FROM begun
"""
_END = """
    UPDATE scheduler_jobrun SET status = %(status)s, finished_at = clock_timestamp(), result = %(result)s,
        trouble = %(trouble)s WHERE id = %(run)s
"""
_FAILURES = """
    INSERT INTO scheduler_jobsetting (task, active, cron, failures) VALUES (%(task)s, true, '', %(failed)s::int)
    ON CONFLICT (task) DO UPDATE
        SET failures = CASE WHEN %(failed)s::int = 1 THEN scheduler_jobsetting.failures + 1 ELSE 0 END
    RETURNING failures
"""


def is_periodic(app: Any, task: str) -> bool:
    return any(name == task for name, _id in app.periodic_registry.periodic_tasks)


async def record_run(call_next: Any, context: Any, worker: Any) -> Any:
    """Around every job: one that is switched off, or outside its hours, does nothing; each run of a periodic one is noted."""
    app, job = context.app, context.job
    if not is_periodic(app, job.task_name):
        return await call_next()
    about, ask = {"task": job.task_name, "job": job.id}, app.connector
    usual = {"minutes": MINUTES, "retries": RETRIES, "alert_after": ALERT_AFTER}
    found = await ask.execute_query_one_async(_SET, **about, **usual)
    if not found["asked"] and not (found["active"] and window_of(found).holds(timezone.now())):
        return None
    await ask.execute_query_async(_LOST, **about)
    run = (await ask.execute_query_one_async(_START, **about))["id"]
    try:
        result = await within(call_next, found["minutes"] * 60, ask)
    except TookTooLong:
        await _end(ask, run, "too_long", None, "")
        await _failed(app, job.task_name, found, ended=True)
        raise
    except Exception as trouble:
        await _end(ask, run, "failed", None, f"{type(trouble).__name__}: {trouble}"[:2000])
        await _failed(app, job.task_name, found)
        raise
    counted = result if isinstance(result, int) and not isinstance(result, bool) else None
    await _end(ask, run, "done", counted, "")
    await ask.execute_query_one_async(_FAILURES, task=job.task_name, failed=0)
    return result


def window_of(found: Any) -> Window:
    return Window(found["window_first"], found["window_last"], found["zone"])


async def _failed(app: Any, task: str, found: Any, ended: bool = False) -> None:
    """Admins are told once it has failed as often as they said, and at once of one that was ended; then it is tried again."""
    count = (await app.connector.execute_query_one_async(_FAILURES, task=task, failed=1))["failures"]
    if ended and count == 1:
        await warn_of_end.defer_async(task=task)
    if count == found["alert_after"]:
        await warn_of_failures.defer_async(task=task, times=count)
    if count <= found["retries"]:
        await _try_again(app, task, found, BACK_OFF[min(count, len(BACK_OFF)) - 1])


async def _try_again(app: Any, task: str, found: Any, pause: timedelta) -> None:
    """Unless its usual time comes before."""
    now = timezone.now()
    usual = next_run(found["cron"] or delivered()[task], now, window_of(found))
    if usual is not None and usual <= now + pause:
        return
    deferring = app.tasks[task].configure(schedule_in={"seconds": int(pause.total_seconds())})
    with suppress(AlreadyEnqueued):
        await deferring.defer_async(timestamp=int(now.timestamp()))


async def _end(ask: Any, run: int, status: str, result: int | None, trouble: str) -> None:
    await ask.execute_query_async(_END, run=run, status=status, result=result, trouble=trouble)
