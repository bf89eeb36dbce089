"""Billing run: what is due of subscriptions is done, each step in a transaction of its own and never twice.

A step holds its subscription and looks at it again before it does anything, so the run can be started twice, by two at once,
and cut off anywhere. Beside that a unique constraint lets nobody settle a period twice.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import translation

from relasi.engine.access.company import company
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, update
from relasi.kits.pipeline.days import today
from relasi.kits.trade.copying import AS_AGREED
from relasi.modules.subscribing.billed import Bill, bill_of
from relasi.modules.subscribing.plan_change import apply_due, billed_with_next, pending_amounts
from relasi.modules.subscribing.subscription import Mode, Subscription
from relasi.modules.subscribing.subscription_flow import BILLED, S
from relasi.modules.subscribing.subscription_news import tell_owner
from relasi.modules.subscribing.subscription_period import Outcome, SubscriptionPeriod
from relasi.modules.subscribing.transaction import Transaction

BY_RUN = "billing of subscriptions"
MOST_STEPS = 400  # of one subscription in one run


def bill_due(day: date | None = None) -> int:
    """Does what is due by that day, of every subscription. How many steps that took."""
    day, done = day or today(), 0
    rows = Subscription._base_manager.filter(trashed_at=None, look_on__lte=day).order_by("look_on", "pk")
    for id in list(rows.values_list("pk", flat=True)):
        try:
            done += bill_up_to(id, day)
        except Refused as refused:
            _note_trouble(id, refused)
    return done


def bill_up_to(id: int, day: date) -> int:
    """Does what is due of one subscription. Raises Refused, after which the steps before it stand."""
    for done in range(MOST_STEPS):
        with transaction.atomic():
            if not _step(id, day):
                return done
    return MOST_STEPS


def _step(id: int, day: date) -> bool:
    """One thing that is due. Whether there was one; somebody who does it at this moment is left alone."""
    rows = Subscription._base_manager.select_for_update(skip_locked=True, of=("self",))
    found = rows.filter(pk=id, trashed_at=None, look_on__lte=day).first()
    if found is None:
        return False
    owed = found.status in BILLED and found.next_date is not None and found.next_date <= day
    if not owed and found.last_day is not None and found.last_day < day:
        ends = S.CANCELLED if found.cancel_on == found.last_day else S.ENDED
        update(found, {"status": ends}, authorised=BY_RUN)
    elif found.status == S.TRIAL:
        update(found, {"status": S.ACTIVE}, authorised=BY_RUN)
    elif found.status == S.PAUSED:
        go_on(found, found.pause_until)
    elif owed and not apply_due(found, found.next_date):
        bill_next(found)
    return True


def go_on(found: Any, day: date, outcome: Outcome = Outcome.PAUSED) -> Any:
    """After a pause: the periods that began before that day and were not billed are left out."""
    number = found.cycle.k_on_or_after(day) + 1
    for left_out in range(found.next_number, number):
        if found.has(left_out):
            settle(found, left_out, outcome)
    values: dict[str, Any] = {"status": S.ACTIVE, "next_number": max(number, found.next_number)}
    return update(found, values | {"paused_on": None, "pause_until": None}, authorised=BY_RUN)


def bill_next(found: Any) -> None:
    """Bills the next period. Part of a transaction; the subscription is held."""
    number = found.next_number
    bill = bill_of(found, found.lines_in_order(), number, pending_amounts(found))
    if bill.totals.payable > 0:
        invoice = _invoice(found, bill)
        settle(found, number, Outcome.BILLED, invoice)
        charge(found, invoice, number)
        billed_with_next(found, invoice)
    else:
        settle(found, number, Outcome.FREE)
    values = {
        "next_number": number + 1, "last_date": bill.period.first, "period_start": bill.period.first,
        "period_end": bill.period.last, "trouble": None, "retries": 0,
    }  # fmt: skip
    update(found, values, authorised=BY_RUN)


def _invoice(found: Any, bill: Bill) -> Any:
    invoice = registry.module("billing.Invoice").model
    made = create(invoice, bill.header(), lines=bill.line_values(), authorised=AS_AGREED)
    return update(made, {"status": "issued"}, authorised=BY_RUN)


def settle(found: Any, number: int | None, outcome: Outcome, invoice: Any = None, days: Any = None) -> Any:
    """The row of a period that says what became of it. days: a period that is none of the cycle."""
    period = days or found.period_of(number)
    values = {"subscription": found.pk, "period": number, "first": period.first, "last": period.last, "outcome": outcome,
              "invoice": invoice and invoice.pk}  # fmt: skip
    return create(SubscriptionPeriod, values, authorised=BY_RUN)


def charge(found: Any, invoice: Any, number: int | None) -> Any:
    """What the customer is to pay by an invoice."""
    values = {
        "subscription": found.pk, "invoice": invoice.pk, "kind": "charge", "amount": invoice.payable, "period": number,
        "due": invoice.due_date, "owner": found.owner_id, "method": "autodebit" if found.mode == Mode.AUTOPAY else "transfer",
    }  # fmt: skip
    return create(Transaction, values, authorised=BY_RUN)


def _note_trouble(id: int, refused: Refused) -> None:
    """Once for each sentence, in the language of the company."""
    with transaction.atomic(), translation.override(company().language):
        sentence = " ".join(str(one.message) for one in refused.refusals)
        found = Subscription._base_manager.select_for_update(of=("self",)).get(pk=id)
        if found.trouble != sentence:
            update(found, {"trouble": sentence}, authorised=BY_RUN)
            tell_owner(found, "trouble")
