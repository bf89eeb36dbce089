"""The nightly tie-out, and the one an admin asks for."""

from __future__ import annotations

from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.features.tie_out.models import TieOutRun, forget_old_runs
from relasi.features.tie_out.news import warn_admins
from relasi.features.tie_out.running import run_checks


@app.periodic(cron="17 2 * * *")
@app.task(name="check_tie_out", queueing_lock="check_tie_out")
def check_tie_out(timestamp: int) -> int:
    """How many figures differ."""
    forget_old_runs()
    [run] = TieOutRun.objects.bulk_create([TieOutRun()])
    return _run(run)


@app.task(name="check_tie_out_now", queueing_lock="check_tie_out_now")
def check_tie_out_now(run: int) -> int:
    found = TieOutRun.objects.filter(pk=run).first()
    return _run(found) if found else 0


def _run(run: TieOutRun) -> int:
    with acting(SYSTEM, via="system"):
        differing = run_checks(run)
        if differing:
            warn_admins(differing)
    return differing
