"""The worker process: runs the jobs that wait in the database."""

import asyncio
import os

import django

GRACE = 1.5  # seconds a running job gets when the worker stops; a job cut off is run again
CONCURRENCY = min(os.cpu_count() or 1, 4)


async def work() -> None:
    from procrastinate.contrib.django import app

    from relasi.engine.api.jobs import listen_for_news
    from relasi.features.scheduler.recording import record_run
    from relasi.features.scheduler.timing import follow_settings

    with app.replace_connector(app.connector.get_worker_connector()):
        async with app.open_async():
            # Kept in a name: the loop itself would let the garbage collector have them.
            beside = [asyncio.create_task(follow_settings(app)), asyncio.create_task(listen_for_news(app))]
            await app.run_worker_async(
                concurrency=int(os.environ.get("RELASI_JOBS_AT_ONCE") or CONCURRENCY),
                shutdown_graceful_timeout=GRACE,
                worker_middleware=[record_run],
            )
            for task in beside:
                task.cancel()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relasi.project.settings")
    django.setup()
    asyncio.run(work())
