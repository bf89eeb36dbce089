"""Jobs of billing."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.kits.paying.gathering import gather_all
from relasi.modules.billing import online_paying, recurring_run
from relasi.modules.billing.customer_sum import KEPT
from relasi.modules.billing.recurring_news import mail_or_tell
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


@app.periodic(cron="*/10 * * * *")
@app.task(name="ask_about_online_charges", queueing_lock="ask_about_online_charges")
def ask_about_online_charges(timestamp: int) -> int:
    """Payments whose callback never came."""
    return online_paying.ask_about_silent()


@app.task(name="end_outdated_online_charges")
def end_outdated_online_charges(invoices: list[int]) -> None:
    online_paying.end_outdated(invoices)


@app.task(name="cancel_online_charge", retry=RetryStrategy(max_attempts=6, exponential_wait=5))
def cancel_online_charge(order: str) -> None:
    online_paying.cancel_at_gateway(order)


@app.periodic(cron="10 * * * *")
@app.task(name="make_recurring_invoices", queueing_lock="make_recurring_invoices")
def make_recurring_invoices(timestamp: int) -> int:
    """Every hour, so that each zone is served soon after its midnight; what was missed is made up for."""
    return recurring_run.run()


MAIL_TRIES = 4


@app.task(
    name="mail_recurring_invoice",
    pass_context=True,
    retry=RetryStrategy(max_attempts=MAIL_TRIES, exponential_wait=60),
)
def mail_recurring_invoice(context: JobContext, invoice: int) -> bool:
    with acting(SYSTEM, via="system", reason=recurring_run.REASON):
        return mail_or_tell(invoice, last=context.job.attempts + 1 >= MAIL_TRIES)


@app.periodic(cron="* * * * *")
@app.task(name="gather_customer_sums", queueing_lock="gather_customer_sums")
def gather_customer_sums(timestamp: int) -> int:
    """Of how many customers. Every minute, so that a new day of the company is met soon after its midnight."""
    return gather_all(KEPT)
