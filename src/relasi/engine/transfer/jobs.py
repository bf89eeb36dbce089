"""Jobs of imports: a rehearsal or a run in the worker. Both may be started twice: one process has a job at a time."""

from procrastinate.contrib.django import app

from relasi.engine.transfer import run
from relasi.engine.transfer.import_ import ImportJob


@app.task
def run_import(job: int) -> None:
    found = ImportJob.objects.select_related("user").filter(pk=job).first()
    if found is not None:
        run.run(found)


@app.task
def check_import(job: int) -> None:
    found = ImportJob.objects.select_related("user").filter(pk=job).first()
    if found is not None:
        run.check(found)
