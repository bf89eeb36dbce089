"""Plan change: another plan, quantity or price of a line of a running subscription, from a day on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.company import company
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Section
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.part import Part
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, create, update, write
from relasi.kits.trade.billing_cycle import Period
from relasi.kits.trade.recurring_revenue import difference
from relasi.modules.subscribing.billed import net_of_period
from relasi.modules.subscribing.subscription_flow import BILLED
from relasi.modules.subscribing.verbs import held

BY_CHANGE = "a change of plan"
DAY = timedelta(days=1)


class ChangeState(Choices):
    PLANNED = "planned", _("Planned"), "kuning"
    DONE = "done", _("Done"), "hijau"
    DROPPED = "dropped", _("Dropped"), "gray"


class PlanChange(Part):
    """amount: what the rest of the running period costs more, before tax; less than nothing where it costs less.
    open_amount: what of it goes onto the next invoice."""

    subscription = ReferenceField(
        "subscribing.Subscription", models.CASCADE, verbose_name=_("Subscription"), related_name="plan_changes",
        required=True, editable=False,
    )  # fmt: skip
    line = ReferenceField(
        "subscribing.SubscriptionLine",
        models.CASCADE,
        verbose_name=_("Line"),
        related_name="+",
        required=True,
    )
    state = ChoiceField(ChangeState, _("State"), default=ChangeState.PLANNED, required=True, editable=False)
    effective_on = DateField(_("Holds from"), required=True)
    product = ReferenceField("catalog.Product", models.PROTECT, verbose_name=_("Product"), related_name="+")
    service = ReferenceField("catalog.Service", models.PROTECT, verbose_name=_("Service"), related_name="+")
    name = TextField(_("Plan or extra"), required=True)
    quantity = DecimalField(_("Quantity"), min=0, required=True)
    price = MoneyField(_("Price"), min=0, required=True)
    before_name = TextField(_("Plan before"), editable=False)
    before_quantity = DecimalField(_("Quantity before"), editable=False)
    before_price = MoneyField(_("Price before"), editable=False)
    amount = MoneyField(_("For the rest of the period"), default=0, required=True, editable=False)
    open_amount = MoneyField(_("With the next invoice"), default=0, required=True, editable=False)
    announced_at = DateTimeField(_("Announced to the customer"), editable=False)
    invoice = ReferenceField(
        "billing.Invoice", models.PROTECT, verbose_name=_("Invoice"), related_name="+", editable=False
    )
    credit_note = ReferenceField(
        "billing.CreditNote", models.PROTECT, verbose_name=_("Credit note"), related_name="+", editable=False
    )

    class Meta(Part.Meta):
        verbose_name = _("change of plan")
        verbose_name_plural = _("changes of plan")
        indexes = [
            models.Index(fields=["subscription", "effective_on"], name="plan_change_planned",
                         condition=models.Q(trashed_at=None, state="planned")),
        ]  # fmt: skip
        triggers = history_triggers()

    class Module(Declaration):
        slug = "plan-changes"
        icon = "arrow-up-down"
        part_of = "subscription"
        title = "name"
        verbs = ("view",)
        columns = ["subscription", "before_name", "name", "price", "effective_on", "state", "amount"]
        sort = ["-effective_on", "-id"]
        form = [
            Section(
                _("Change of plan"),
                "subscription line before_name name quantity price effective_on state amount announced_at",
            )
        ]

    def __str__(self) -> str:
        return self.name or ""

    @property
    def is_dearer(self) -> bool:
        """The same at a higher price."""
        kept = (self.name, self.quantity) == (self.before_name, self.before_quantity)
        return bool(kept and self.price > self.before_price)


@dataclass(frozen=True)
class Asked:
    """What somebody wants of a line. when: "now" or "period_end", empty: as the subscription says."""

    line: Any
    name: str
    quantity: Decimal
    price: Decimal
    product: int | None = None
    service: int | None = None
    when: str = ""

    @property
    def is_same_plan(self) -> bool:
        kept = (self.line.product_id, self.line.service_id, self.line.quantity, self.line.name)
        return kept == (self.product, self.service, self.quantity, self.name)


@dataclass(frozen=True)
class Preview:
    """What a change would do. old, new: a full period before tax. period: the one that runs, None where none does. amount:
    for the rest of it, 0 where it holds from the next one. settled: "invoice", "next", "credit" or empty."""

    asked: Asked
    old: Decimal
    new: Decimal
    effective_on: date
    period: Period | None
    amount: Decimal
    settled: str

    @property
    def is_upgrade(self) -> bool:
        return self.new > self.old


def preview(subscription: Any, asked: Asked, day: date | None = None) -> Preview:
    """Raises Refused."""
    day = day or subscription.today()
    _check(subscription, asked)
    lines = subscription.lines_in_order()
    number = max(1, subscription.next_number - 1)
    old = net_of_period(subscription, lines, number)
    new = net_of_period(subscription, _with(lines, asked), number)
    period = _running(subscription, day)
    notice = asked.is_same_plan and new > old
    when = asked.when or ("now" if new > old else _downgrades(subscription))
    if notice or period is None or when == "period_end" or new == old:
        return Preview(asked, old, new, _next_period(subscription, day, notice), period, Decimal(0), "")
    amount = difference(old, new, period, day, subscription.decimals)
    settled = "credit" if amount < 0 else "invoice" if subscription.upgrade_billed == "now" else "next"
    return Preview(asked, old, new, day, period, amount, settled if amount else "")


def change_plan(subscription: Any, asked: Asked, day: date | None = None) -> PlanChange:
    """Plans the change, and makes it where it holds from today. Raises Refused."""
    from relasi.modules.subscribing.jobs import announce_price
    from relasi.modules.subscribing.plan_settling import settle_change

    day = day or subscription.today()
    with transaction.atomic():
        found = held(subscription)
        asked = _again(found, asked)
        seen = preview(found, asked, day)
        change = create(PlanChange, _values(found, seen), authorised=BY_CHANGE)
        if seen.effective_on <= day:
            _make(found, change)
            settle_change(found, change, seen)
        elif change.is_dearer:
            announce_price.defer(change=change.pk)
        change.refresh_from_db()
    return change


def drop(subscription: Any, id: int) -> None:
    """A planned change is not wanted any more. Raises Refused."""
    with transaction.atomic():
        found = held(subscription)
        change = PlanChange._base_manager.filter(
            subscription=found.pk, pk=id, trashed_at=None, state="planned"
        ).first()
        if change is None:
            raise Refused([Refusal("", "INVALID_TRANSITION", _("This change is not planned any more."))])
        update(change, {"state": ChangeState.DROPPED}, authorised=BY_CHANGE)


def planned(subscription: Any) -> Any:
    rows = PlanChange._base_manager.filter(subscription=subscription.pk, trashed_at=None, state="planned")
    return rows.order_by("effective_on", "pk")


def apply_due(found: Any, day: date) -> bool:
    """Makes the planned changes that hold from that day or before. Whether there was one."""
    due = list(planned(found).filter(effective_on__lte=day))
    for change in due:
        _make(found, change)
        found.refresh_from_db()
    return bool(due)


def waiting_changes(subscriptions: Iterable[Any]) -> set[int]:
    """Ids of those that have planned changes to make before their next period is billed."""
    days = {one.pk: one.next_date for one in subscriptions}
    rows = PlanChange._base_manager.filter(subscription__in=list(days), trashed_at=None, state="planned")
    return {id for id, day in rows.values_list("subscription_id", "effective_on") if day <= days[id]}


def pending_amounts(ids: Iterable[int]) -> dict[int, list[tuple[str, Decimal]]]:
    """Subscription -> (name, amount) of changes whose difference goes onto its next invoice."""
    rows = PlanChange._base_manager.filter(
        subscription__in=list(ids), trashed_at=None, open_amount__gt=0
    ).order_by("pk")
    found: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for one in rows:
        found[one.subscription_id].append((words_of(one), one.open_amount))
    return found


def billed_with_next(invoices: dict[int, Any]) -> None:
    """What changes left open goes with the invoice of their subscription: it stands on it, and credit pays of it."""
    rows = PlanChange._base_manager.filter(subscription__in=list(invoices), trashed_at=None)
    drafts = [
        Draft({"open_amount": 0, "invoice": invoices[one.subscription_id].pk}, id=one.pk)
        for one in rows.filter(open_amount__gt=0)
    ]
    if drafts:
        write(registry.of(PlanChange), drafts, authorised=BY_CHANGE)
    with_credit = rows.filter(credit_note__available__gt=0).select_related("credit_note")
    for one in with_credit.order_by("pk"):
        invoice = invoices[one.subscription_id]
        invoice.refresh_from_db()
        if one.credit_note.currency == invoice.currency and invoice.balance > 0:
            one.credit_note.apply(invoice.pk)


def words_of(change: Any) -> str:
    with translation.override(company().language):
        return gettext("Change of plan: %(before)s → %(after)s") % {
            "before": change.before_name,
            "after": change.name,
        }


def _check(subscription: Any, asked: Asked) -> None:
    refusals = []
    if subscription.status not in BILLED and subscription.status != "trial":
        refusals.append(
            Refusal("", "INVALID_TRANSITION", _("Only the plan of an active subscription can be changed."))
        )
    if asked.quantity is None or asked.quantity <= 0:
        refusals.append(Refusal("quantity", "OUT_OF_RANGE", _("This must be more than zero.")))
    if asked.price is None or asked.price < 0:
        refusals.append(Refusal("price", "OUT_OF_RANGE", _("This cannot be less than zero.")))
    if not asked.name:
        refusals.append(Refusal("name", "REQUIRED", _("This must be filled in.")))
    if asked.is_same_plan and asked.price == asked.line.price:
        refusals.append(Refusal("", "INVALID_VALUE", _("Nothing would change.")))
    if refusals:
        raise Refused(refusals)


def _with(lines: Iterable[Any], asked: Asked) -> list[Any]:
    found = [copy(line) for line in lines]
    for line in found:
        if line.pk == asked.line.pk:
            line.quantity, line.price = asked.quantity, asked.price
    return found


def _again(found: Any, asked: Asked) -> Asked:
    line = next((one for one in found.lines_in_order() if one.pk == asked.line.pk and one.is_item), None)
    if line is None:
        raise Refused([Refusal("line", "BAD_REFERENCE", _("Choose a line of this subscription."))])
    return replace(asked, line=line)


def _running(subscription: Any, day: date) -> Period | None:
    """The period that is billed and runs that day, its share reckoned from the whole."""
    if subscription.period_end is None or not subscription.period_start <= day <= subscription.period_end:
        return None
    found: Period = subscription.period_of(subscription.next_number - 1)
    return found if found.first <= day <= found.last else None


def _downgrades(subscription: Any) -> str:
    return "now" if subscription.downgrade_holds == "balance" else "period_end"


def _next_period(subscription: Any, day: date, notice: bool) -> date:
    """The first day of the next period that is not billed; with a notice, of the first one that leaves enough of it."""
    earliest = max(day, day + timedelta(days=subscription.notice_days) if notice else day)
    k = max(subscription.next_number - 1, subscription.cycle.k_on_or_after(earliest))
    found: date = subscription.cycle.day(k)
    return found


def _values(found: Any, seen: Preview) -> dict[str, Any]:
    asked = seen.asked
    return {
        "subscription": found.pk, "line": asked.line.pk, "effective_on": seen.effective_on, "product": asked.product,
        "service": asked.service, "name": asked.name, "quantity": asked.quantity, "price": asked.price,
        "before_name": asked.line.name, "before_quantity": asked.line.quantity, "before_price": asked.line.price,
        "amount": seen.amount,
    }  # fmt: skip


def _make(found: Any, change: Any) -> None:
    """The line becomes what was planned, with everything else as it stands."""
    lines: list[dict[str, Any]] = [{"id": line.pk} for line in found.lines_in_order()]
    mine = next((line for line in lines if line["id"] == change.line_id), None)
    if mine is not None:
        mine |= {"product": change.product_id, "service": change.service_id, "name": change.name,
                 "quantity": change.quantity, "price": change.price}  # fmt: skip
        update(found, {}, lines=lines, authorised=BY_CHANGE)
    update(change, {"state": ChangeState.DONE}, authorised=BY_CHANGE)
