"""The worker process: runs the jobs that wait in the database."""

import asyncio
import os

import django

GRACE = 1.5  # seconds a running job gets when the worker stops; a job cut off is run again
CONCURRENCY = min(max(os.cpu_count() or 1, 2), 4)  # two at least: a slow job keeps no other waiting


async def work() -> None:
    from django.conf import settings
    from django.utils.module_loading import import_string
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()):
        async with app.open_async():
            # Kept in a name: the loop itself would let the garbage collector have them.
            beside = [asyncio.create_task(import_string(path)(app)) for path in settings.BESIDE_JOBS]
            await app.run_worker_async(
                concurrency=int(os.environ.get("RELASI_JOBS_AT_ONCE") or CONCURRENCY),
                shutdown_graceful_timeout=GRACE,
                worker_middleware=[import_string(path) for path in settings.AROUND_JOBS],
                task_middleware=[import_string(path) for path in settings.INSIDE_JOBS],
            )
            for task in beside:
                task.cancel()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relasi.project.settings")
    django.setup()
    asyncio.run(work())
