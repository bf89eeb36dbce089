"""Charging: what is due of subscriptions with autopay is taken by their token, and tried again as they say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.company import company
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from relasi.kits.paying.gateway import GatewayTrouble
from relasi.kits.schedule.zoned_days import due_now
from relasi.modules.subscribing.following import follow_subscription, plan_try
from relasi.modules.subscribing.payment_details import token_of
from relasi.modules.subscribing.subscription import Mode, Subscription
from relasi.modules.subscribing.subscription_flow import S as State
from relasi.modules.subscribing.subscription_news import tell_owner
from relasi.modules.subscribing.transaction import S, Transaction

BY_CHARGING = "charging what is due"
REASON = gettext_noop("What is due of subscriptions")
CHARGED = (State.ACTIVE, State.OVERDUE, State.PAUSED, State.SUSPENDED)
NO_DETAILS, NO_GATEWAY, NO_ANSWER = "no_details", "no_gateway", "no_answer"


class _Changed(Exception):
    """Somebody was quicker."""


def charge_due(day: date | None = None) -> int:
    """Charges what is due by that day, by default by today where each customer is. How many tries that were."""
    rows = Transaction._base_manager.filter(
        due_now("due", "subscription__zone", day), trashed_at=None, status=S.PENDING, kind__in=["charge", "retry"],
        amount__gt=0, subscription__mode=Mode.AUTOPAY, subscription__status__in=CHARGED, subscription__trashed_at=None,
    )  # fmt: skip
    ids = list(rows.order_by("due", "pk").values_list("pk", flat=True))
    return sum(attempt(id, day) for id in ids)


def attempt(id: int, day: date | None = None) -> bool:
    """One try. Whether there was one. What the gateway says is booked; what is not known is asked for later."""
    found = Transaction._base_manager.select_related("subscription", "invoice").get(pk=id)
    row: Any = apps.get_model("billing.PaymentGateway")._base_manager.filter(
        kind=found.subscription.gateway, trashed_at=None
    ).first()  # fmt: skip
    token = token_of(found.subscription)
    why = NO_DETAILS if not token else NO_GATEWAY if row is None or row.speaking() is None else ""
    try:
        with transaction.atomic(), acting(SYSTEM, via="system", reason=REASON):
            if why:
                fail(_pending(id), why, day=day)
                return True
            order = row.begin_stored(found.invoice).order
            values = {"status": S.PROCESSING, "attempted_at": timezone.now(), "gateway": found.subscription.gateway,
                      "gateway_reference": order}  # fmt: skip
            update(_pending(id), values, authorised=BY_CHARGING)
    except (_Changed, Refused):
        return False
    try:
        row.charge_stored(order, token)
    except (GatewayTrouble, Refused):
        return True
    return True


def _pending(id: int) -> Any:
    found = Transaction._base_manager.select_for_update(of=("self",)).get(pk=id)
    if found.status != S.PENDING:
        raise _Changed
    return found


def fail(found: Any, code: str, raw: Any = None, day: date | None = None) -> None:
    """The try did not bring the money: the next one is planned, or the subscription goes without. Part of a transaction."""
    from relasi.modules.subscribing.jobs import write_failed

    day = day or found.subscription.today()
    values = {
        "status": S.FAILED,
        "failure_code": code,
        "failure_text": words_of(code),
        "attempted_at": timezone.now(),
    }
    found = update(found, values | ({"raw": dict(raw)} if raw else {}), authorised=BY_CHARGING)
    days = found.subscription.retry_days
    again = found.attempt <= len(days) and found.invoice.balance > 0
    subscription = Subscription._base_manager.select_for_update(of=("self",)).get(pk=found.subscription_id)
    update(subscription, {"retries": found.attempt}, authorised=BY_CHARGING)
    if again:
        plan_try(found, found.invoice, day + timedelta(days=days[found.attempt - 1]))
    tell_owner(subscription, "failed")
    follow_subscription(subscription.pk, day)
    write_failed.defer(transaction=found.pk)


def words_of(code: str) -> str:
    """Why a try failed, in the language of the company. code: of the gateway, or one of ours."""
    with translation.override(company().language):
        known = {
            NO_DETAILS: _("There are no payment details to charge."),
            NO_GATEWAY: _("The payment service is not set up, or its key cannot be read."),
            NO_ANSWER: _("The payment service did not take the charge."),
            "400": _("The payment service did not understand the charge."),
            "402": _("This way of paying is not open to us at the payment service."),
            "404": _("The stored card is not known any more. The customer must enter one again."),
            "411": _("The stored card is not known any more. The customer must enter one again."),
            "410": _("The stored card is not known any more. The customer must enter one again."),
            "05": _("The bank refused the card without saying why."),
            "14": _("The card number is not valid any more."),
            "41": _("The card was reported lost or stolen."),
            "43": _("The card was reported lost or stolen."),
            "51": _("There is not enough money on the account, or the limit of the card is reached."),
            "54": _("The card has expired."),
            "57": _("The bank does not allow this kind of payment with the card."),
            "61": _("There is not enough money on the account, or the limit of the card is reached."),
        }
        return known.get(code) or _("The bank refused the payment.")
