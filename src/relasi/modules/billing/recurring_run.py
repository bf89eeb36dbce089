"""Recurring run: makes the invoices that are due. However often and in how many workers it runs, each period comes once.

Schedules are taken some at a time, each lot in one transaction that makes the invoices, notes the periods and moves the
schedules on. A lot that fails is halved until the one that cannot be made stands alone; that one is noted, and
nobody else's invoice waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from relasi.engine.access.acting import SYSTEM, acting, acting_user
from relasi.engine.access.company import company
from relasi.engine.access.door import may
from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import ENGLISH, INDONESIAN, reading_as
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, write
from relasi.kits.pipeline.days import today
from relasi.kits.trade.copying import AS_AGREED
from relasi.kits.trade.lots import in_lots, why_not
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.invoice import S as Issuing
from relasi.modules.billing.recurring_flow import LATER, SOON, Hold, S
from relasi.modules.billing.recurring_invoice import RecurringInvoice
from relasi.modules.billing.recurring_news import tell_owner
from relasi.modules.billing.recurring_period import RecurringPeriod
from relasi.modules.billing.recurring_steps import NO_PERMISSION, Step, decide

TRIES = 3  # an hour apart; after them once a day
REASON = gettext_noop("Recurring invoices")
BY_SCHEDULE = "invoices are made by their schedule"
log = logging.getLogger(__name__)


def run() -> int:
    """Everything that is due, periods missed before included. Returns how many invoices were made."""
    _resume_pauses()
    count = 0
    while ids := _due():
        settled = 0
        for steps in in_lots(ids, _lot, note_failure):
            count += sum(step.bill is not None for step in steps)
            settled += sum(step.moved for step in steps)
        if not settled:
            break
    return count


def _due() -> list[int]:
    """Of all zones: what may be due somewhere; `decide` asks for the day where the schedule is."""
    soon = today() + timedelta(days=1)
    late = Q(status=S.ACTIVE) & (Q(next_date__lte=soon) | Q(next_date=None))
    before_pause = Q(status=S.PAUSED, next_date__lt=F("paused_on"))
    rows = RecurringInvoice._base_manager.filter(
        late | before_pause, Q(retry_at=None) | Q(retry_at__lte=timezone.now()), trashed_at=None
    )
    return list(rows.order_by("next_date", "pk").values_list("pk", flat=True))


def _resume_pauses() -> None:
    rows = RecurringInvoice._base_manager.filter(
        status=S.PAUSED, pause_until__lte=today() + timedelta(days=1)
    )
    for one in rows.filter(trashed_at=None):
        if one.pause_until > one.today():
            continue
        with acting(SYSTEM, via="system", reason=REASON):
            try:
                one.resume()
            except Refused:
                log.info("recurring invoice %s cannot go on yet", one.pk)


def _lot(ids: list[int]) -> list[Step]:
    with (
        acting(SYSTEM, via="system", reason=REASON),
        transaction.atomic(),
        translation.override(company().language),
    ):
        return settle(_held(ids))


def _held(ids: Iterable[int]) -> list[Any]:
    """What another worker holds is done there."""
    rows = RecurringInvoice._base_manager.select_for_update(skip_locked=True, of=("self",))
    return list(rows.filter(pk__in=list(ids), trashed_at=None).order_by("next_date", "pk"))


def settle(schedules: list[Any], **how: Any) -> list[Step]:
    """One period of each, in the open transaction. how: of `decide`. Raises Refused."""
    steps = decide(schedules, **how)
    bills = [step for step in steps if step.bill is not None]
    made = write(registry.of(Invoice), [step.bill.draft() for step in bills], authorised=AS_AGREED).records
    for step, invoice in zip(bills, made, strict=True):
        step.invoice = invoice
    issued = [step.invoice for step in bills if step.schedule.makes != "draft"]
    if issued:
        drafts = [Draft({"status": Issuing.ISSUED}, id=one.pk) for one in issued]
        write(registry.of(Invoice), drafts, authorised=BY_SCHEDULE)
    rows = [row for step in steps for row in step.rows()]
    if rows:
        write(registry.of(RecurringPeriod), [Draft(row) for row in rows], authorised=BY_SCHEDULE)
    drafts = [Draft(values, id=step.schedule.pk) for step in steps if (values := step.values())]
    if drafts:
        write(registry.of(RecurringInvoice), drafts, authorised=BY_SCHEDULE)
    _tell(steps)
    return steps


def _tell(steps: list[Step]) -> None:
    from relasi.modules.billing.jobs import mail_recurring_invoice

    for step in steps:
        if step.news:
            tell_owner(step.schedule, step.news)
        if step.invoice is not None and step.schedule.makes == "sent":
            mail_recurring_invoice.defer(invoice=step.invoice.pk)


def note_failure(id: int, trouble: Exception) -> None:
    """The date stays; the owner is told at the first failure and when the tries of this day are over."""
    if isinstance(trouble, DatabaseError):
        log.warning("recurring invoice %s: %s", id, trouble)
    elif not isinstance(trouble, Refused):
        log.error("recurring invoice %s", id, exc_info=trouble)
    with acting(SYSTEM, via="system", reason=REASON), transaction.atomic():
        one = RecurringInvoice._base_manager.select_for_update(of=("self",)).get(pk=id)
        reader = INDONESIAN if company().language == "id" else ENGLISH
        with translation.override(company().language), reading_as(reader):
            words = why_not(trouble)
        count = one.failures + 1
        values = {
            "hold": Hold.FAILED, "trouble": words, "failures": count,
            "retry_at": timezone.now() + (SOON if count <= TRIES else LATER),
        }  # fmt: skip
        write(registry.of(RecurringInvoice), [Draft(values, id=id)], authorised=BY_SCHEDULE)
        if count in (1, TRIES + 1):
            tell_owner(one, "failed" if count == 1 else "given_up")


def make_now(schedule: Any) -> Any:
    """The next invoice by hand, before its day as well. Raises Refused."""
    with transaction.atomic():
        [step] = settle(_own(schedule), ahead=True)
        if step.invoice is None:
            raise Refused([Refusal("", "INVALID_TRANSITION", step.why_nothing())])
    return step.invoice


def catch_up(schedule: Any, policy: str) -> Any:
    """What was missed, as the owner has decided. Raises Refused."""
    with transaction.atomic():
        while True:
            [step] = settle(_own(schedule), policy=policy)
            if not step.moved:
                break
    schedule.refresh_from_db()
    return schedule


def _own(schedule: Any) -> list[Any]:
    if not may(acting_user(), "create", registry.of(Invoice)):
        raise Refused([Refusal("", "NO_PERMISSION", NO_PERMISSION)])
    return [RecurringInvoice._base_manager.select_for_update(of=("self",)).get(pk=schedule.pk)]
