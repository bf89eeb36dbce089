"""Jobs of the agenda."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.modules.agenda import inviting
from relasi.modules.agenda.reminders import send_due


@app.periodic(cron="* * * * *")
@app.task(name="send_reminders", queueing_lock="send_reminders")
def send_reminders(timestamp: int) -> int:
    with acting(SYSTEM, via="system"), transaction.atomic():
        return send_due()


@app.periodic(cron="* * * * *")
@app.task(name="send_invitations", queueing_lock="send_invitations")
def send_invitations(timestamp: int) -> int:
    """A minute after the last change at most; what was changed twice in it is told once."""
    with acting(SYSTEM, via="system"):
        return inviting.send_due()
