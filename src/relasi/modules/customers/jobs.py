"""Jobs of the customers area."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop
from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.modules.customers.birthdays import tell_of_birthdays
from relasi.modules.customers.handover import tell_of_waiting
from relasi.modules.customers.scoring import weigh_all


@app.periodic(cron="*/5 * * * *")
@app.task(name="tell_of_waiting_leads", queueing_lock="tell_of_waiting_leads")
def tell_of_waiting_leads(timestamp: int) -> int:
    reason = gettext_noop("Nobody had taken over a lead in time")
    with acting(SYSTEM, via="system", reason=reason), transaction.atomic():
        return tell_of_waiting()


@app.periodic(cron="0 0 * * *")
@app.task(name="tell_of_birthdays", queueing_lock="tell_of_birthdays")
def tell_of_todays_birthdays(timestamp: int) -> int:
    """At seven in the morning in Jakarta: the worker counts in UTC."""
    with acting(SYSTEM, via="system", reason=gettext_noop("Birthdays of contacts")), transaction.atomic():
        return tell_of_birthdays()


@app.periodic(cron="40 0 * * *")
@app.task(name="weigh_leads", queueing_lock="weigh_leads", lock="weigh_leads")
def weigh_leads(timestamp: int = 0) -> int:
    """Every night, because days pass, and whenever a rule is another one. Returns how many leads were looked at."""
    with acting(SYSTEM, via="system", reason=gettext_noop("Points of leads by the rules")):
        return weigh_all()
