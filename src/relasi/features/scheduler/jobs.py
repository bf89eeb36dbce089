"""Jobs of the scheduler: it looks whether the others keep their times."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.news import tell
from relasi.features.scheduler.alarm import LATE, admins
from relasi.features.scheduler.models import JobRun, JobSetting, State
from relasi.features.scheduler.page import all_jobs

TASK = "watch_the_clock"
PAUSE = timedelta(minutes=15)


@app.periodic(cron="*/5 * * * *")
@app.task(name=TASK, queueing_lock=TASK)
def watch_the_clock(timestamp: int) -> int:
    """After a pause everything is late, and makes up for it by itself: then nobody is told yet."""
    before = JobRun.objects.filter(task=TASK, status=State.DONE).order_by("-id").first()
    if before is None or before.started_at is None or timezone.now() - before.started_at > PAUSE:
        return 0
    return tell_of_late_jobs()


def tell_of_late_jobs() -> int:
    """Of how many admins were told now. Each is told of once, until it has kept its time again."""
    told = 0
    with acting(SYSTEM, via="system"), transaction.atomic():
        for job in all_jobs():
            late = job.is_late and not job.is_failing
            if late and not job.setting.late_told:
                tell(LATE, admins(), task=job.task)
                told += 1
            if late != job.setting.late_told:
                JobSetting.objects.update_or_create(task=job.task, defaults={"late_told": late})
    return told
