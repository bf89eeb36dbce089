"""Jobs of imports and exports in the worker. Each may be started twice: one process has one at a time."""

from procrastinate.contrib.django import app

from relasi.engine.transfer import run, taking_back
from relasi.engine.transfer.export import ExportJob
from relasi.engine.transfer.export_file import run_export
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


@app.task
def write_export(job: int) -> None:
    found = ExportJob.objects.select_related("user").filter(pk=job).first()
    if found is not None and not found.is_over:
        run_export(found)
