"""Billing run: what is due of subscriptions is done, some at a time in one transaction, and never twice.

A lot holds its subscriptions and looks at them again before it does anything, so the run can be started twice, by two at
once, and cut off anywhere. Beside that a unique constraint lets nobody settle a period twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import translation

from relasi.engine.access.company import company
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import Draft, update, write
from relasi.kits.schedule.zoned_days import due_now
from relasi.kits.trade.copying import AS_AGREED
from relasi.kits.trade.lots import in_lots, why_not
from relasi.kits.trade.priced import lines_by_document
from relasi.modules.subscribing.billed import Bill, bill_of
from relasi.modules.subscribing.plan_change import (
    apply_due,
    billed_with_next,
    pending_amounts,
    waiting_changes,
)
from relasi.modules.subscribing.subscription import Mode, Subscription
from relasi.modules.subscribing.subscription_flow import BILLED, S
from relasi.modules.subscribing.subscription_news import tell_owner
from relasi.modules.subscribing.subscription_period import Outcome, SubscriptionPeriod
from relasi.modules.subscribing.transaction import Transaction

BY_RUN = "billing of subscriptions"
MOST_STEPS = 400  # of one subscription in one run
log = logging.getLogger(__name__)


def bill_due(day: date | None = None) -> int:
    """Does what is due by that day, by default by today where each customer is. How many steps that took."""
    done, rows = 0, Subscription._base_manager.filter(due_now("look_on", "zone", day), trashed_at=None)
    waiting = list(rows.order_by("look_on", "pk").values_list("pk", flat=True))
    for _round in range(MOST_STEPS):
        moved = [id for ids in in_lots(waiting, lambda ids: _lot(ids, day), _note_trouble) for id in ids]
        done += len(moved)
        if not moved:
            break
        waiting = moved
    return done


def bill_up_to(id: int, day: date) -> int:
    """Does what is due of one subscription. Raises Refused, after which the steps before it stand."""
    for done in range(MOST_STEPS):
        if not _lot([id], day):
            return done
    return MOST_STEPS


def _lot(ids: list[int], day: date | None) -> list[int]:
    """One thing that is due of each. Which of them had one; those somebody else does at this moment are left alone."""
    with transaction.atomic():
        rows = Subscription._base_manager.select_for_update(skip_locked=True, of=("self",))
        rows = rows.filter(due_now("look_on", "zone", day), pk__in=ids, trashed_at=None)
        held = list(rows.order_by("look_on", "pk"))
        owed = {one.pk: one for one in held if _owes(one, day or one.today())}
        changing = waiting_changes(owed.values()) if owed else set()
        for id in changing:
            apply_due(owed[id], owed[id].next_date)
        bill_all([one for one in owed.values() if one.pk not in changing])
        return [one.pk for one in held if one.pk in owed or _move(one, day or one.today())]


def _owes(found: Any, day: date) -> bool:
    """Whether a period is to be billed. One on trial begins first."""
    return found.status in BILLED and found.next_date is not None and found.next_date <= day


def _move(found: Any, day: date) -> bool:
    """Into the state whose day has come. Whether there was one."""
    if found.last_day is not None and found.last_day < day:
        ends = S.CANCELLED if found.cancel_on == found.last_day else S.ENDED
        update(found, {"status": ends}, authorised=BY_RUN)
    elif found.status == S.TRIAL:
        update(found, {"status": S.ACTIVE}, authorised=BY_RUN)
    elif found.status == S.PAUSED:
        go_on(found, found.pause_until)
    else:
        return False
    return True


def go_on(found: Any, day: date, outcome: Outcome = Outcome.PAUSED) -> Any:
    """After a pause: the periods that began before that day and were not billed are left out."""
    number = found.cycle.k_on_or_after(day) + 1
    left_out = [n for n in range(found.next_number, number) if found.has(n)]
    _settle([settled(found, n, outcome) for n in left_out])
    values: dict[str, Any] = {"status": S.ACTIVE, "next_number": max(number, found.next_number)}
    return update(found, values | {"paused_on": None, "pause_until": None}, authorised=BY_RUN)


def bill_all(subscriptions: list[Any]) -> None:
    """Bills the next period of each. Part of a transaction; the subscriptions are held."""
    if not subscriptions:
        return
    ids = [one.pk for one in subscriptions]
    lines, more = lines_by_document(Subscription, ids), pending_amounts(ids)
    bills = {one.pk: bill_of(one, lines[one.pk], one.next_number, more[one.pk]) for one in subscriptions}
    owing = [one for one in subscriptions if bills[one.pk].totals.payable > 0]
    invoices = dict(zip((one.pk for one in owing), _invoices([bills[one.pk] for one in owing]), strict=True))
    outcomes = [(one, Outcome.BILLED if one.pk in invoices else Outcome.FREE) for one in subscriptions]
    _settle([settled(one, one.next_number, what, invoices.get(one.pk)) for one, what in outcomes])
    charges = [charged(one, invoices[one.pk], one.next_number) for one in owing]
    if charges:
        write(registry.of(Transaction), [Draft(values) for values in charges], authorised=BY_RUN)
        billed_with_next(invoices)
    drafts = [Draft(_moved_on(bills[one.pk]), id=one.pk) for one in subscriptions]
    write(registry.of(Subscription), drafts, authorised=BY_RUN)


def _moved_on(bill: Bill) -> dict[str, Any]:
    """What a subscription becomes once the period is billed."""
    return {
        "next_number": bill.number + 1, "last_date": bill.period.first, "period_start": bill.period.first,
        "period_end": bill.period.last, "trouble": None, "retries": 0,
    }  # fmt: skip


def _invoices(bills: list[Bill]) -> list[Any]:
    """Issued."""
    if not bills:
        return []
    module = registry.module("billing.Invoice")
    drafts = [Draft(bill.header(), lines=bill.line_values()) for bill in bills]
    made = write(module, drafts, authorised=AS_AGREED).records
    return write(module, [Draft({"status": "issued"}, id=one.pk) for one in made], authorised=BY_RUN).records


def _settle(rows: Iterable[dict[str, Any]]) -> None:
    if drafts := [Draft(values) for values in rows]:
        write(registry.of(SubscriptionPeriod), drafts, authorised=BY_RUN)


def settled(
    found: Any, number: int | None, outcome: Outcome, invoice: Any = None, days: Any = None
) -> dict[str, Any]:
    """The row of a period that says what became of it. days: a period that is none of the cycle."""
    period = days or found.period_of(number)
    return {"subscription": found.pk, "period": number, "first": period.first, "last": period.last, "outcome": outcome,
            "invoice": invoice and invoice.pk}  # fmt: skip


def charged(found: Any, invoice: Any, number: int | None) -> dict[str, Any]:
    """The transaction that says what the customer is to pay by an invoice."""
    return {
        "subscription": found.pk, "invoice": invoice.pk, "kind": "charge", "amount": invoice.payable, "period": number,
        "due": invoice.due_date, "owner": found.owner_id, "method": "autodebit" if found.mode == Mode.AUTOPAY else "transfer",
    }  # fmt: skip


def _note_trouble(id: int, trouble: Exception) -> None:
    """Once for each sentence, in the language of the company."""
    if not isinstance(trouble, Refused):
        log.error("subscription %s", id, exc_info=trouble)
    with transaction.atomic(), translation.override(company().language):
        sentence = why_not(trouble)
        found = Subscription._base_manager.select_for_update(of=("self",)).get(pk=id)
        if found.trouble != sentence:
            update(found, {"trouble": sentence}, authorised=BY_RUN)
            tell_owner(found, "trouble")
