"""Reactions around recurring invoices: what a pause left out is noted, orders say how they are invoiced, and schedules
follow their orders."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.declare.registry import registry
from relasi.engine.records.reactions import CHANGED, RESTORED, TRASHED, on
from relasi.engine.records.refusal import Change
from relasi.engine.records.write import Draft, write
from relasi.kits.trade.conversion import all_taken
from relasi.modules.billing.recurring_days import row_of
from relasi.modules.billing.recurring_flow import RUNNING, Hold, Outcome, S
from relasi.modules.billing.recurring_invoice import RecurringInvoice
from relasi.modules.billing.recurring_news import tell_owner
from relasi.modules.billing.recurring_period import RecurringPeriod

FOLLOWS = "it follows from the recurring invoices"
BY_ORDER = "a schedule follows its order"


@on(CHANGED, "billing.RecurringInvoice", field="status")
def note_what_a_pause_left_out(changes: list[Change]) -> None:
    """An undo puts the rows back itself."""
    rows = []
    for change in changes:
        if change.via != "undo" and change.old("status") == S.PAUSED and change.record.status == S.ACTIVE:
            numbers = range(change.old("next_number"), change.record.next_number)
            rows += [row_of(change.record, n, Outcome.PAUSED) for n in numbers if change.record.has(n)]
    if rows:
        write(registry.of(RecurringPeriod), [Draft(row) for row in rows], authorised=FOLLOWS)


@on(CHANGED, "billing.RecurringInvoice", field="status")
@on(TRASHED, "billing.RecurringInvoice")
@on(RESTORED, "billing.RecurringInvoice")
def say_how_orders_are_invoiced(changes: list[Change]) -> None:
    """By a schedule while there is one that runs; wholly once it has come to its end; else by what was taken."""
    module = registry.module("sales.SalesOrder")
    ids = sorted({change.record.sales_order_id for change in changes})
    states: dict[int, set[str]] = {}
    rows = RecurringInvoice._base_manager.filter(sales_order__in=ids, trashed_at=None).order_by()
    for order, status in rows.values_list("sales_order_id", "status"):
        states.setdefault(order, set()).add(status)
    made = set(
        RecurringPeriod._base_manager.filter(
            schedule__sales_order__in=ids, outcome=Outcome.MADE, trashed_at=None
        ).values_list("schedule__sales_order", flat=True)
    )
    sums = all_taken(module.model, ids, "invoiced")
    drafts = []
    for order in module.model._base_manager.filter(pk__in=ids, trashed_at=None):
        state = _invoiced(states.get(order.pk, set()), order.pk in made, *sums.get(order.pk, (0, 0)))
        if order.invoiced != state:
            drafts.append(Draft({"invoiced": state}, id=order.pk))
    if drafts:
        write(module, drafts, authorised=FOLLOWS)


def _invoiced(states: set[str], made: bool, held: Any, taken: Any) -> str:
    if states & {S.ACTIVE, S.PAUSED}:
        return "recurring"
    if S.DONE in states or (taken and taken >= held):
        return "fully"
    return "partly" if taken or made else "none"


@on(CHANGED, "sales.SalesOrder")
def follow_orders(changes: list[Change]) -> None:
    """A cancelled or closed order is invoiced no more; where something else changed, what failed is tried again soon."""
    orders = {change.record.pk: change for change in changes if change.via != "undo"}
    rows = RecurringInvoice._base_manager.filter(
        sales_order__in=list(orders), trashed_at=None, status__in=RUNNING
    )
    drafts = []
    for one in rows:
        change = orders[one.sales_order_id]
        if change.has("status") and change.record.status in ("cancelled", "closed"):
            cancelled = change.record.status == "cancelled"
            why = _("The order was cancelled.") if cancelled else _("The order is closed.")
            drafts.append(Draft({"status": S.STOPPED, "stop_reason": why}, id=one.pk))
            tell_owner(one, "stopped")
            continue
        values: dict[str, object] = {}
        if one.account_id != change.record.account_id:
            values["account"] = change.record.account_id
        if one.hold == Hold.FAILED and not set(change.columns()) <= {"invoiced", "shipping_state"}:
            values |= {"retry_at": None, "failures": 0}
        if values:
            drafts.append(Draft(values, id=one.pk))
    if drafts:
        write(registry.of(RecurringInvoice), drafts, authorised=BY_ORDER)
