"""Recording: every run of a periodic job leaves a row. A worker wraps each job in `record_run`."""

from __future__ import annotations

from typing import Any

from relasi.features.scheduler.alarm import ALARM_AT, warn_of_failures

# Off, and nobody asked for this very run.
_MAY_RUN = """
    SELECT coalesce((SELECT active FROM scheduler_jobsetting WHERE task = %(task)s), true)
        OR EXISTS (SELECT FROM scheduler_jobrun WHERE job = %(job)s AND status = 'waiting') AS may
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
    """Around every job: one that is switched off does nothing; each run of a periodic one is noted."""
    app, job = context.app, context.job
    if not is_periodic(app, job.task_name):
        return await call_next()
    about, ask = {"task": job.task_name, "job": job.id}, app.connector
    if not (await ask.execute_query_one_async(_MAY_RUN, **about))["may"]:
        return None
    await ask.execute_query_async(_LOST, **about)
    run = (await ask.execute_query_one_async(_START, **about))["id"]
    try:
        result = await call_next()
    except Exception as trouble:
        await _end(ask, run, "failed", None, f"{type(trouble).__name__}: {trouble}"[:2000])
        count = await ask.execute_query_one_async(_FAILURES, task=job.task_name, failed=1)
        if count["failures"] == ALARM_AT:
            await warn_of_failures.defer_async(task=job.task_name)
        raise
    counted = result if isinstance(result, int) and not isinstance(result, bool) else None
    await _end(ask, run, "done", counted, "")
    await ask.execute_query_one_async(_FAILURES, task=job.task_name, failed=0)
    return result


async def _end(ask: Any, run: int, status: str, result: int | None, trouble: str) -> None:
    await ask.execute_query_async(_END, run=run, status=status, result=result, trouble=trouble)
