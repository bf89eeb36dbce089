"""Verbs of a subscription: what people do with it from its page, and customers from the public one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import fields_for, may
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import create, update
from relasi.kits.pipeline.days import today
from relasi.modules.subscribing.payment_details import PaymentDetails, stored_details
from relasi.modules.subscribing.subscription_flow import S

BY_VERB = "a verb of the subscription"


def refused(field: str, code: str, sentence: Any) -> Refused:
    return Refused([Refusal(field, code, sentence)])


def held(subscription: Any) -> Any:
    """The subscription as it stands, held until this transaction ends. Raises Refused for who may not change it."""
    found = type(subscription)._base_manager.select_for_update(of=("self",)).get(pk=subscription.pk)
    if not may(acting_user(), "edit", registry.of(found), found):
        raise refused("", "NO_PERMISSION", _("You may not change this record."))
    return found


def activate(subscription: Any, accepted_by: Any = None) -> Any:
    """Active, or on trial first; what is due by today is billed at once. Raises Refused."""
    from relasi.modules.subscribing.billing_run import bill_up_to

    with transaction.atomic():
        found = held(subscription)
        on_trial = bool(found.trial_days) and found.billed_from > found.today()
        values = {"status": S.TRIAL if on_trial else S.ACTIVE, "activated_at": timezone.now()}
        found = update(
            found, values | ({"accepted_by": accepted_by} if accepted_by else {}), authorised=BY_VERB
        )
        bill_up_to(found.pk, found.today())
    found.refresh_from_db()
    return found


def accept(subscription: Any, accepted_by: Any = None) -> Any:
    """By the customer. With autopay and no payment details it goes on waiting: for those that come with the first payment."""
    from relasi.modules.subscribing.billing_run import bill_all

    on_trial = bool(subscription.trial_days) and subscription.billed_from > subscription.today()
    if subscription.mode == "manual" or subscription.has_details or on_trial:
        return activate(subscription, accepted_by)
    with transaction.atomic():
        found = update(held(subscription), {"accepted_by": accepted_by}, authorised=BY_VERB)
        if found.next_number == 1 and found.next_date <= found.today():
            bill_all([found])
    found.refresh_from_db()
    return found


def reject(subscription: Any, rejection_reason: Any = None) -> Any:
    """By the customer, before it runs."""
    values = {"status": S.CANCELLED, "cancel_reason": rejection_reason, "cancel_on": subscription.today()}
    return update(held(subscription), values, authorised=BY_VERB)


def send(subscription: Any) -> Any:
    return update(subscription, {"status": S.WAITING})


def recall(subscription: Any) -> Any:
    return update(subscription, {"status": S.DRAFT})


def pause(subscription: Any, pause_until: Any = None, keeps_service: Any = None) -> Any:
    with transaction.atomic():
        found = held(subscription)
        values = {"status": S.PAUSED, "paused_on": found.today(), "pause_until": pause_until or None,
                  "keeps_service": bool(keeps_service)}  # fmt: skip
        found = update(found, values, authorised=BY_VERB)
        if found.pause_until and found.pause_until <= found.today():
            raise refused("pause_until", "OUT_OF_RANGE", _("Choose a day after today."))
    return found


def resume(subscription: Any) -> Any:
    from relasi.modules.subscribing.billing_run import bill_up_to, go_on

    with transaction.atomic():
        found = go_on(held(subscription), subscription.today())
        bill_up_to(found.pk, found.today())
    found.refresh_from_db()
    return found


def cancel(subscription: Any, cancel_when: Any = None, cancel_reason: Any = None) -> Any:
    """At the end of the period that is billed, or now where nothing was billed or somebody says so."""
    try:
        kind_of(subscription._meta.get_field("cancel_when")).parse(cancel_when or None, current_reader())
    except Invalid as wrong:
        raise refused("cancel_when", wrong.code, wrong.message) from None
    if not cancel_reason:
        raise refused("cancel_reason", "REQUIRED", _("Write why it is cancelled."))
    with transaction.atomic():
        found = held(subscription)
        day = found.today()
        later = cancel_when != "now" and found.period_end is not None and found.period_end >= day
        values: dict[str, Any] = {
            "cancel_reason": cancel_reason, "cancel_on": found.period_end if later else day,
            "cancel_when": "period_end" if later else "now",
        }  # fmt: skip
        if not later:
            values["status"] = S.CANCELLED
        return update(found, values, authorised=BY_VERB)


def keep(subscription: Any) -> Any:
    return update(held(subscription), {"cancel_on": None, "cancel_reason": None}, authorised=BY_VERB)


def blank_payment(subscription: Any) -> Any:
    """Of the oldest invoice that is not paid."""
    transactions = registry.module("subscribing.Transaction").model
    waits = transactions._base_manager.filter(subscription=subscription.pk, status="pending", trashed_at=None)
    first = waits.exclude(invoice=None).order_by("due", "pk").first()
    found = transactions(subscription_id=subscription.pk, paid_on=today(), currency=subscription.currency)
    shown = set(fields_for(acting_user(), "view", registry.of(found)))
    if first is not None and {"invoice", "amount"} <= shown:
        found.invoice_id, found.amount = first.invoice_id, first.amount
    return found


def enter_payment(subscription: Any, **values: Any) -> Any:
    """A payment that waits for somebody to confirm it. Raises Refused."""
    from relasi.modules.subscribing.transaction_verbs import check_by_hand

    model = registry.module("subscribing.Transaction").model
    with transaction.atomic():
        found = held(subscription)
        given = {name: value for name, value in values.items() if value not in (None, "")}
        made = create(model, given | {"subscription": found.pk, "owner": found.owner_id}, authorised=BY_VERB)
        try:
            check_by_hand(made)
        except Refusal as wrong:
            raise Refused([wrong]) from None
    return made


def blank_details(subscription: Any) -> PaymentDetails:
    return PaymentDetails()


def take_details(subscription: Any, gateway_token: Any = None, last_digits: Any = None) -> Any:
    """A person enters what the payment service shows of the customer. Raises Refused."""
    with transaction.atomic():
        return update(held(subscription), stored_details(gateway_token, last_digits), authorised=BY_VERB)
