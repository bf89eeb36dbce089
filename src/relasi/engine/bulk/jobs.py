"""Jobs of bulk work in the worker. Each may be started twice: one process has a job at a time."""

from procrastinate.contrib.django import app

from relasi.engine.bulk import run
from relasi.engine.bulk.job import BulkJob


def _found(job: int) -> BulkJob | None:
    return BulkJob.objects.select_related("user", "impersonator").filter(pk=job).first()


@app.task
def run_bulk(job: int) -> None:
    found = _found(job)
    if found is not None:
        run.run(found)


@app.task
def check_bulk(job: int) -> None:
    found = _found(job)
    if found is not None:
        run.check(found)
