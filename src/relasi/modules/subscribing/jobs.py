"""Jobs of subscriptions."""

from __future__ import annotations

from django.db import transaction as database
from django.utils import timezone
from django.utils.translation import gettext_noop
from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.records.write import update
from relasi.modules.subscribing import billing_run, charging, following, letters, reminding
from relasi.modules.subscribing.plan_change import BY_CHANGE, PlanChange
from relasi.modules.subscribing.subscription_settings import SubscriptionSettings
from relasi.modules.subscribing.transaction import Transaction

WHY = gettext_noop("What is due of subscriptions")


@app.periodic(cron="12 * * * *")
@app.task(name="bill_subscriptions", queueing_lock="bill_subscriptions", lock="bill_subscriptions")
def bill_subscriptions(timestamp: int) -> int:
    """Every hour: periods are billed, what is due is charged, who is late is reminded; a missed run is made up for."""
    with acting(SYSTEM, via="system", reason=WHY):
        done = billing_run.bill_due()
    done += charging.charge_due()
    with acting(SYSTEM, via="system", reason=WHY):
        following.follow_due()
        with database.atomic():
            for period in reminding.remind():
                write_subscription_reminder.defer(period=period)
    return done


@app.task(name="charge_subscription")
def charge_one(transaction: int) -> bool:
    return charging.attempt(transaction)


@app.task(name="write_subscription_reminder")
def write_subscription_reminder(period: int) -> bool:
    with acting(SYSTEM, via="system"):
        return reminding.write_reminder(period)


@app.task(name="announce_price")
def announce_price(change: int) -> bool:
    """Whether a letter went out: the change is still planned, and nobody was told yet."""
    with acting(SYSTEM, via="system", reason=WHY), database.atomic():
        found = (
            PlanChange._base_manager.select_for_update(of=("self",))
            .filter(pk=change, trashed_at=None)
            .first()
        )
        if (
            found is None
            or found.state != "planned"
            or found.announced_at
            or not SubscriptionSettings.now().mails_prices
        ):
            return False
        told = letters.higher_price(found)
        if told:
            update(found, {"announced_at": timezone.now()}, authorised=BY_CHANGE)
        return told


@app.task(name="write_failed_charge")
def write_failed(transaction: int) -> bool:
    with acting(SYSTEM, via="system"):
        found = Transaction._base_manager.select_related("subscription", "invoice").get(pk=transaction)
        return (
            SubscriptionSettings.now().mails_failures and found.status == "failed" and letters.failed(found)
        )


@app.task(name="write_subscription_receipt")
def write_receipt(transaction: int) -> bool:
    with acting(SYSTEM, via="system"):
        found = Transaction._base_manager.select_related("subscription", "invoice", "payment").get(
            pk=transaction
        )
        return (
            SubscriptionSettings.now().mails_receipts and found.payment is not None and letters.receipt(found)
        )
