"""Jobs of the activity room: notifications, mail, and what is left behind."""

from __future__ import annotations

import time

from django.utils import timezone
from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.attachment import sweep
from relasi.engine.activity.delivery import deliver
from relasi.engine.activity.mail import send_due
from relasi.engine.activity.notification import forget_old, wake

DAY = 24 * 3600


@app.task(name="deliver_news", retry=3)
def deliver_news() -> None:
    if deliver():
        send_due(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="every_minute_of_the_inbox", queueing_lock="every_minute_of_the_inbox")
def every_minute(timestamp: int) -> None:
    """Mails that are due, and notifications whose rest is over."""
    now = timezone.now()
    wake(now)
    send_due(now)


@app.periodic(cron="37 3 * * *")
@app.task(name="tidy_activity", queueing_lock="tidy_activity")
def tidy(timestamp: int) -> None:
    """What is older than ninety days, and stored bytes nothing names."""
    forget_old(timezone.now())
    with acting(SYSTEM, via="system"):
        sweep(time.time() - DAY)
