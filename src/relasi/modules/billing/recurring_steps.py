"""Recurring steps: what is to be done about each of some schedules now: an invoice, a period left out, a hold, the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relasi.engine.declare.registry import registry
from relasi.kits.trade.priced import lines_by_document
from relasi.modules.billing import recurring_days
from relasi.modules.billing.recurring_bill import Bill, bill_of
from relasi.modules.billing.recurring_flow import SOON, CatchUp, Hold, Outcome, S

NO_PERMISSION = gettext_lazy("You may not create this.")
CLEAR = {"hold": None, "trouble": None, "failures": 0, "retry_at": None}


@dataclass
class Step:
    """bill: of the invoice to make. left_out: periods before it that are not made. outcome: of a period without invoice.

    hold: why it waits. end: the state it comes to. news: what the owner is told."""

    schedule: Any
    bill: Bill | None = None
    invoice: Any = None
    number: int = 0
    left_out: list[int] = field(default_factory=list)
    outcome: str = ""
    hold: str = ""
    end: str = ""
    why: str = ""
    news: str = ""

    @property
    def moved(self) -> bool:
        return bool(self.bill or self.outcome or self.end)

    def rows(self) -> list[dict[str, Any]]:
        """Of the log of periods."""
        found = [recurring_days.row_of(self.schedule, n, Outcome.MISSED) for n in self.left_out]
        if self.bill is not None:
            made = {"invoice": self.invoice.pk, "day": self.bill.day}
            found.append(recurring_days.row_of(self.schedule, self.number, Outcome.MADE) | made)
        elif self.outcome:
            found.append(recurring_days.row_of(self.schedule, self.number, self.outcome))
        return found

    def values(self) -> dict[str, Any]:
        """What the schedule becomes."""
        if self.end:
            return CLEAR | {"status": self.end} | ({"stop_reason": self.why} if self.why else {})
        if self.hold:
            return {"hold": self.hold, "retry_at": timezone.now() + SOON, "trouble": None}
        if not self.moved:
            return {}
        values = CLEAR | {
            "next_number": self.number + 1,
            "billed_until": self.schedule.period_of(self.number).last,
        }
        if self.bill is not None:
            values["last_date"] = self.bill.day
        if not self.schedule.has(self.number + 1):
            values["status"] = S.DONE
        return values

    def why_nothing(self) -> str:
        """For who asked for an invoice and gets none."""
        if self.hold == Hold.INACTIVE:
            return _("The customer is inactive.")
        if self.outcome == Outcome.ZERO:
            return _("There is nothing to invoice for the next period.")
        return self.why or _("No further period is left to invoice.")


def decide(schedules: list[Any], *, ahead: bool = False, policy: str = "") -> list[Step]:
    """ahead: the next period although its day has not come. policy: instead of the schedule's own of what was missed."""
    model = registry.module("sales.SalesOrder").model
    ids = {one.sales_order_id for one in schedules}
    orders = {one.pk: one for one in model._base_manager.filter(pk__in=ids).select_related("account")}
    lines = lines_by_document(model, ids)
    return [_step(one, orders[one.sales_order_id], lines, ahead, policy or one.catch_up) for one in schedules]


def _step(one: Any, order: Any, lines: dict[int, list[Any]], ahead: bool, policy: str) -> Step:
    if one.status not in (S.ACTIVE, S.PAUSED):
        return Step(one)
    if one.next_date is None:
        return Step(one, end=S.DONE)
    if order.status != "approved" or order.trashed_at is not None:
        return _stopped(one, order)
    day = one.today()
    if not ahead and (one.next_date > day or (one.status == S.PAUSED and one.next_date >= one.paused_on)):
        return Step(one)
    if order.account is None or not order.account.active or order.account.trashed_at is not None:
        return Step(one, hold=Hold.INACTIVE, news="" if one.hold == Hold.INACTIVE else "inactive")
    number = one.next_number
    if not ahead and policy != CatchUp.ALL and recurring_days.missed(one, day) > 1:
        if policy == CatchUp.ASK:
            return Step(one, hold=Hold.ASKS, news="" if one.hold == Hold.ASKS else "asks")
        number = recurring_days.latest_due(one, day)
    left_out = list(range(one.next_number, number))
    made_on = min(one.day_of(number), day)
    bill = bill_of(one, number, order, lines.get(order.pk, ()), made_on)
    if one.skip_zero and not bill.totals.grand_total:
        return Step(one, number=number, left_out=left_out, outcome=Outcome.ZERO)
    return Step(one, bill=bill, number=number, left_out=left_out)


def _stopped(one: Any, order: Any) -> Step:
    why = _("The order was cancelled.") if order.status == "cancelled" else _("The order is closed.")
    return Step(one, end=S.STOPPED, why=why, news="stopped")


def coming_bills(
    schedule: Any, order: Any, lines: list[Any], most: int, until: date | None = None
) -> list[Bill]:
    """The next periods as they will be invoiced, as things stand now."""
    found: list[Bill] = []
    for number, day in schedule.coming():
        if len(found) == most or (until is not None and day > until):
            break
        found.append(bill_of(schedule, number, order, lines))
    return found
