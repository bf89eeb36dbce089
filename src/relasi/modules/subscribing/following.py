"""Following: what became of the invoices of subscriptions shows in their transactions, and both in the subscription."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create, update
from relasi.kits.schedule.zoned_days import days_now
from relasi.modules.subscribing.subscription import Mode, Subscription
from relasi.modules.subscribing.subscription_flow import BILLED
from relasi.modules.subscribing.subscription_flow import S as State
from relasi.modules.subscribing.subscription_period import Outcome, SubscriptionPeriod
from relasi.modules.subscribing.transaction import OPEN, PAID, PaidBy, S, Transaction

FOLLOWS = "transactions follow the invoice"
OWED = ("issued", "partly_paid")
log = logging.getLogger(__name__)
GIVES_UP_AFTER = 7  # days after the due date, where customers pay by themselves


def subscription_of(invoice: int) -> Any:
    """The subscription an invoice belongs to, None where it belongs to none."""
    row = (
        SubscriptionPeriod._base_manager.filter(invoice=invoice, trashed_at=None)
        .select_related("subscription")
        .first()
    )
    return row.subscription if row else None


def follow_invoices(ids: Iterable[int]) -> None:
    """Books what was paid of these invoices, and says what is still to be paid."""
    rows = SubscriptionPeriod._base_manager.filter(invoice__in=sorted(set(ids)), trashed_at=None)
    found = sorted(rows.values_list("invoice_id", "subscription_id"))
    for invoice, subscription in found:
        _follow(invoice, subscription)
    for subscription in sorted({subscription for _invoice, subscription in found}):
        follow_subscription(subscription)


def _follow(id: int, subscription: int) -> None:
    invoice = registry.module("billing.Invoice").model._base_manager.get(pk=id)
    parts = _parts(id)
    known = list(_transactions(id))
    booked = {one.payment_id: one for one in known if one.payment_id and one.kind != "refund"}
    for payment, one in booked.items():
        if payment not in {part.payment_id for part in parts}:
            _taken_off(one)
    for part in parts:
        if part.payment_id not in booked:
            _book(part, known, subscription)
            known = list(_transactions(id))
    _follow_rest(invoice, [one for one in known if one.status == S.PENDING and one.payment_id is None], known)


def _parts(invoice: int) -> list[Any]:
    model: Any = registry.module("billing.PaymentPart").model
    rows = model._base_manager.filter(
        invoice=invoice, trashed_at=None, payment__trashed_at=None, payment__status="recorded"
    )
    return list(rows.select_related("payment").order_by("payment_id", "pk"))


def _transactions(invoice: int) -> Any:
    rows = Transaction._base_manager.filter(invoice=invoice, trashed_at=None)
    return rows.select_for_update(of=("self",)).order_by("pk")


def _book(part: Any, known: list[Any], subscription: int) -> None:
    """The transaction a payment settles: the one it was charged by, what waited for so much, or one of its own."""
    payment = part.payment
    amount = _amount_of(part)
    values = {
        "payment": payment.pk, "status": S.SUCCEEDED, "settled_at": timezone.now(), "paid_on": payment.date,
        "reference": payment.reference,
    }  # fmt: skip
    method = payment.method if payment.method in set(PaidBy) else "other"
    charged = next(
        (one for one in known if one.gateway_reference and one.gateway_reference == payment.reference), None
    )
    if charged is not None and charged.payment_id is None:
        update(
            charged,
            {"payment": payment.pk, "status": S.SUCCEEDED, "settled_at": timezone.now()},
            authorised=FOLLOWS,
        )
        return
    waits = next((one for one in known if one.status == S.PENDING and one.payment_id is None), None)
    if waits is not None and amount >= waits.amount:
        update(waits, values | {"amount": amount, "method": method}, authorised=FOLLOWS)
        return
    given = {"subscription": subscription, "invoice": part.invoice_id, "kind": "payment", "amount": amount,
             "method": method, "owner": payment.owner_id}  # fmt: skip
    create(Transaction, values | given, authorised=FOLLOWS)


def _amount_of(part: Any) -> Decimal:
    """What came in: all of the payment where this is the first it pays, so what was paid too much is seen as well."""
    others = type(part)._base_manager.filter(payment=part.payment_id, trashed_at=None).exclude(pk=part.pk)
    found: Decimal = part.amount - part.given if others.exists() else part.payment.amount
    return found


def _taken_off(one: Any) -> None:
    """Its payment was reversed, or pays something else now."""
    payment = one.payment
    if payment.status == "reversed" or payment.trashed_at is not None:
        if one.status != S.REFUNDED:
            update(one, {"status": S.REFUNDED, "refunded": one.amount}, authorised=FOLLOWS)
    else:
        update(one, {"invoice": None}, authorised=FOLLOWS)


def _follow_rest(invoice: Any, waiting: list[Any], known: list[Any]) -> None:
    """What is still to be paid waits in one transaction."""
    balance = invoice.balance if invoice.status in OWED else Decimal(0)
    if waiting and not balance:
        for one in waiting:
            update(one, {"status": S.EXPIRED}, authorised=FOLLOWS)
    elif waiting and waiting[0].amount != balance:
        update(waiting[0], {"amount": balance}, authorised=FOLLOWS)
    elif balance and known and not waiting:
        tries = [one for one in known if one.kind in ("charge", "retry")]
        if tries and tries[-1].status in PAID | {S.EXPIRED}:
            plan_try(tries[-1], invoice, tries[-1].subscription.today())


def plan_try(last: Any, invoice: Any, due: date) -> Any:
    values = {
        "subscription": last.subscription_id, "invoice": invoice.pk, "kind": "retry", "attempt": last.attempt + 1,
        "amount": invoice.balance, "due": due, "owner": last.owner_id, "method": last.method,
    }  # fmt: skip
    return create(Transaction, values, authorised=FOLLOWS)


def follow_subscription(id: int, day: date | None = None) -> None:
    """Behind with payment, suspended, or active again, as its invoices say."""
    found = Subscription._base_manager.select_for_update(of=("self",)).get(pk=id)
    day = day or found.today()
    if found.status not in BILLED | {State.SUSPENDED}:
        return
    late = _late(found, day)
    if found.status == State.SUSPENDED:
        if not late:
            _come_back(found, day)
    elif late and found.status == State.ACTIVE:
        found = update(found, {"status": State.OVERDUE}, authorised=FOLLOWS)
    elif not late and found.status == State.OVERDUE:
        update(found, {"status": State.ACTIVE}, authorised=FOLLOWS)
    if late and found.status == State.OVERDUE and found.suspends and _is_given_up(found, late, day):
        from relasi.modules.subscribing.subscription_news import tell_owner

        tell_owner(update(found, {"status": State.SUSPENDED}, authorised=FOLLOWS), "suspended")


def _come_back(found: Any, day: date) -> None:
    from relasi.modules.subscribing.billing_run import go_on

    go_on(found, day, Outcome.SUSPENDED)


def _late(found: Any, day: date) -> list[Any]:
    """Its invoices that are past their due date, or of which a charge failed."""
    model: Any = registry.module("billing.Invoice").model
    owed = model._base_manager.filter(
        subscription_periods__subscription=found.pk, subscription_periods__trashed_at=None, trashed_at=None,
        status__in=OWED, balance__gt=0,
    ).order_by("due_date", "pk")  # fmt: skip
    failed = set(
        Transaction._base_manager.filter(subscription=found.pk, status=S.FAILED, trashed_at=None)
        .values_list("invoice_id", flat=True)
    )  # fmt: skip
    return [one for one in owed if one.due_date < day or one.pk in failed]


def _is_given_up(found: Any, late: list[Any], day: date) -> bool:
    if found.mode == Mode.MANUAL:
        return any((day - one.due_date).days > GIVES_UP_AFTER for one in late)
    tries = Transaction._base_manager.filter(invoice__in=[one.pk for one in late], trashed_at=None)
    open_ones = set(tries.filter(status__in=OPEN).values_list("invoice_id", flat=True))
    return any(one.pk not in open_ones for one in late)


def follow_due(day: date | None = None) -> int:
    """Looks at every subscription that may be late by now. How many."""
    model: Any = registry.module("billing.Invoice").model
    rows = model._base_manager.filter(
        subscription_periods__subscription__status__in=[State.ACTIVE, State.OVERDUE], trashed_at=None, status__in=OWED,
        balance__gt=0,
    )  # fmt: skip
    ids: set[int] = set()
    for there, whose in days_now("subscription_periods__subscription__zone", day):
        late = rows.filter(whose, due_date__lt=there)
        ids |= set(late.values_list("subscription_periods__subscription", flat=True))
    for id in sorted(ids):
        try:
            with transaction.atomic():
                follow_subscription(id, day)
        except Exception:  # whatever it is, it stops this one alone
            log.exception("subscription %s", id)
    return len(ids)
