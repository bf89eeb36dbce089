"""Jobs of scheduled exports: what is due begins, what failed is tried again, old runs are forgotten."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from relasi.engine.access.company import company
from relasi.features.scheduled_exports.making import carry_out
from relasi.features.scheduled_exports.run import KEPT, ExportRun
from relasi.features.scheduled_exports.schedule import ScheduleClock, ScheduledExport
from relasi.features.scheduled_exports.timing import next_time


@app.periodic(cron="* * * * *")
@app.task(name="run_scheduled_exports", queueing_lock="run_scheduled_exports")
def run_scheduled_exports(timestamp: int) -> int:
    return begin_due()


def begin_due() -> int:
    """Times that were missed are one run. Returns how many runs were begun or are tried again."""
    now = timezone.now()
    with transaction.atomic():
        due = ScheduleClock.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            next_at__lte=now, schedule__active=True, schedule__trashed_at=None
        )
        for clock in due.select_related("schedule"):
            ExportRun.objects.bulk_create(
                [ExportRun(schedule=clock.schedule, due_at=clock.next_at, retry_at=now)]
            )
            clock.next_at = next_time(clock.schedule.every, clock.schedule.hour, now, company().zone)
            clock.save(update_fields=["next_at"])
        runs = ExportRun.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            retry_at__lte=now, schedule__trashed_at=None
        )
        count = 0
        for run in runs.order_by("id"):
            _hand_over(run)
            count += 1
    return count


def run_now(schedule: ScheduledExport, by: Any) -> ExportRun:
    """A run beside its times."""
    with transaction.atomic():
        run = ExportRun(schedule=schedule, due_at=timezone.now(), asked_by=by)
        ExportRun.objects.bulk_create([run])
        _hand_over(run)
    return run


def _hand_over(run: ExportRun) -> None:
    run.note(retry_at=None)
    write_scheduled_export.defer(run=run.pk)


@app.task(name="write_scheduled_export")
def write_scheduled_export(run: int) -> None:
    found = ExportRun.objects.select_related("schedule__user").filter(pk=run).first()
    if found is not None:
        carry_out(found)


@app.periodic(cron="22 3 * * *")
@app.task(name="forget_export_runs", queueing_lock="forget_export_runs")
def forget_export_runs(timestamp: int) -> int:
    return ExportRun.objects.filter(finished_at__lt=timezone.now() - KEPT).delete()[0]
