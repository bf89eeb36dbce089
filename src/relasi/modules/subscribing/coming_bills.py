"""Coming bills: what the next periods of subscriptions will be billed at, as things stand now, planned changes included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q

from relasi.kits.trade.priced import lines_by_document
from relasi.modules.subscribing.billed import Bill, bill_of
from relasi.modules.subscribing.plan_change import PlanChange, pending_amounts
from relasi.modules.subscribing.subscription import Subscription
from relasi.modules.subscribing.subscription_flow import BILLED, S

# Whose next invoice is known: they are billed, will be, or go on at the end of a pause.
COMING = Q(status__in=[*BILLED, S.TRIAL]) | Q(status=S.PAUSED, pause_until__isnull=False)


@dataclass(frozen=True)
class ComingBill:
    """changes: a planned change of plan holds from it. discount_ends: a discount was there the period before. is_last: the
    subscription ends with its period."""

    subscription: Any
    bill: Bill
    changes: bool
    discount_ends: bool
    is_last: bool

    @property
    def day(self) -> date:
        return self.bill.period.first

    @property
    def due(self) -> date:
        return self.day + timedelta(days=self.subscription.payment_days or 0)

    @property
    def payable(self) -> Decimal:
        return self.bill.totals.payable


def coming_bills(subscriptions: Iterable[Any], first: date, last: date) -> list[ComingBill]:
    """Those dated between these days. What comes to nothing makes no invoice, and is left out."""
    found = list(subscriptions)
    ids = [one.pk for one in found]
    lines, more, changes = lines_by_document(Subscription, ids), pending_amounts(ids), _planned(ids)
    bills = (
        bill
        for one in found
        for bill in _bills(one, lines[one.pk], more.get(one.pk, ()), changes[one.pk], first, last)
    )
    return [one for one in bills if one.payable > 0]


def _planned(ids: list[int]) -> dict[int, list[Any]]:
    rows = PlanChange._base_manager.filter(subscription__in=ids, trashed_at=None, state="planned")
    found: dict[int, list[Any]] = defaultdict(list)
    for change in rows.order_by("effective_on", "pk"):
        found[change.subscription_id].append(change)
    return found


def _bills(
    one: Any,
    lines: list[Any],
    more: Iterable[tuple[str, Decimal]],
    changes: list[Any],
    first: date,
    last: date,
) -> Iterator[ComingBill]:
    for number in _numbers(one, last):
        day = one.period_of(number).first
        if day >= first:
            made = [change for change in changes if change.effective_on <= day]
            before = one.period_of(number - 1).first if number > 1 else None
            bill = bill_of(one, _changed(lines, made), number, more if number == _next(one) else ())
            yield ComingBill(
                one,
                bill,
                changes=any(before is None or change.effective_on > before for change in made),
                discount_ends=any(_discount_ended(line, number) for line in lines),
                is_last=not one.has(number + 1),
            )


def _next(one: Any) -> int:
    """The next period that is billed: behind a pause, the first one that begins after it."""
    after = one.cycle.k_on_or_after(one.pause_until) + 1 if one.status == S.PAUSED else 1
    return max(one.next_number, after)


def _numbers(one: Any, last: date) -> Iterator[int]:
    number = _next(one)
    while one.has(number) and one.cycle.day(number - 1) <= last:
        yield number
        number += 1


def _changed(lines: list[Any], changes: list[Any]) -> list[Any]:
    found = [copy(line) for line in lines]
    for change in changes:
        for line in found:
            if line.pk == change.line_id:
                line.product_id, line.service_id, line.name = (
                    change.product_id,
                    change.service_id,
                    change.name,
                )
                line.quantity, line.price = change.quantity, change.price
    return found


def _discount_ended(line: Any, number: int) -> bool:
    has = line.discount_percent or line.discount_amount
    return (
        bool(has)
        and line.counts
        and number > line.since
        and line.has_discount_in(number - 1) > line.has_discount_in(number)
    )
