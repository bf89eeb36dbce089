"""Reminding: who pays invoices of a subscription by themselves hears of them before, on and after the due date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from relasi.engine.records.write import update
from relasi.kits.schedule.zoned_days import days_now
from relasi.modules.subscribing.following import OWED
from relasi.modules.subscribing.letters import reminder
from relasi.modules.subscribing.subscription import Mode
from relasi.modules.subscribing.subscription_flow import OVER
from relasi.modules.subscribing.subscription_period import SubscriptionPeriod
from relasi.modules.subscribing.subscription_settings import SubscriptionSettings

STEPS = (-3, 0, 3, 7)  # days after the due date
BY_REMINDER = "reminding of an invoice of a subscription"


def remind(day: date | None = None) -> list[int]:
    """Notes each reminder that is due, once; the periods whose customers are to be written to. Part of a transaction."""
    found = []
    for there, whose in days_now("subscription__zone", day):
        for place, step in enumerate(STEPS):
            until = STEPS[place + 1] if place + 1 < len(STEPS) else step + 1
            # Of two that are due at once only the later one goes out.
            first, last = there - timedelta(days=until - 1), there - timedelta(days=step)
            for period in _owed(step, whose, first, last):
                update(period, {"reminded": step}, authorised=BY_REMINDER)
                found.append(period.pk)
    return found


def _owed(step: int, whose: Q, first: date, last: date) -> list[Any]:
    fresh = Q(reminded=None) | Q(reminded__lt=step)
    rows = SubscriptionPeriod._base_manager.select_for_update(skip_locked=True, of=("self",)).filter(
        fresh, whose, trashed_at=None, subscription__mode=Mode.MANUAL, invoice__trashed_at=None, invoice__status__in=OWED,
        invoice__balance__gt=0, invoice__disputed=False, invoice__due_date__range=(first, last),
        invoice__account__no_reminders=False,
    ).exclude(subscription__status__in=OVER)  # fmt: skip
    return list(rows.order_by("pk"))


def write_reminder(id: int, day: date | None = None) -> bool:
    """Whether a letter went out: it is still owed, and mail is wanted."""
    period = SubscriptionPeriod._base_manager.select_related("subscription", "invoice").get(pk=id)
    invoice = period.invoice
    if (
        not SubscriptionSettings.now().mails_reminders
        or invoice.status not in OWED
        or invoice.balance <= 0
        or invoice.disputed
    ):
        return False
    return reminder(period.subscription, invoice, day or period.subscription.today())
