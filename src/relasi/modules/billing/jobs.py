"""Jobs of billing."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop
from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.modules.billing.reminding import mail_reminder, remind


@app.periodic(cron="20 1 * * *")
@app.task(name="remind_of_invoices", queueing_lock="remind_of_invoices")
def remind_of_invoices(timestamp: int) -> int:
    """Once a day, in the morning of Indonesia; a missed day is made up for by the next."""
    with (
        acting(SYSTEM, via="system", reason=gettext_noop("The invoice is past its due date")),
        transaction.atomic(),
    ):
        found = remind()
        for id, mails in found:
            if mails:
                write_reminder.defer(invoice=id)
    return len(found)


@app.task(name="write_reminder")
def write_reminder(invoice: int) -> bool:
    with acting(SYSTEM, via="system"):
        return mail_reminder(invoice)
