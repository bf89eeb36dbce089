"""Jobs of imports in the worker. Each may be started twice: one process has an import at a time."""

from procrastinate.contrib.django import app

from relasi.engine.transfer import run, taking_back
from relasi.engine.transfer.import_ import ImportJob


def _found(job: int) -> ImportJob | None:
    return ImportJob.objects.select_related("user").filter(pk=job).first()


@app.task
def run_import(job: int) -> None:
    found = _found(job)
    if found is not None:
        run.run(found)


@app.task
def check_import(job: int) -> None:
    found = _found(job)
    if found is not None:
        run.check(found)


@app.task
def undo_import(job: int) -> None:
    found = _found(job)
    if found is not None:
        taking_back.take_back(found)
