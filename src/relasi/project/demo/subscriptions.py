"""Subscriptions: monitoring, maintenance and rent that customers of solar plants pay for again and again, in every state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from heapq import heappush
from random import Random
from typing import Any

from django.utils import timezone

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create, update
from relasi.kits.pipeline.days import told_as_of
from relasi.modules.subscribing.billing_run import bill_up_to
from relasi.modules.subscribing.charging import BY_CHARGING, fail
from relasi.modules.subscribing.following import follow_subscription
from relasi.modules.subscribing.jobs import WHY
from relasi.modules.subscribing.subscription import Subscription
from relasi.modules.subscribing.subscription_period import SubscriptionPeriod
from relasi.modules.subscribing.transaction import Transaction
from relasi.project.demo.trade import Trade, again

NAMES = {
    "LGN-PAN": "Pemantauan jarak jauh", "LGN-PLUS": "Pemantauan jarak jauh Plus", "LGN-OM": "Operasi & pemeliharaan",
    "LGN-SEWA": "Sewa panel surya", "LGN-GAR": "Garansi diperpanjang",
}  # fmt: skip
DAY = timedelta(days=1)
REFUSED = "51"  # what a bank answers where there is not enough money


@dataclass(frozen=True)
class Plan:
    """begun: days ago. every: months. unpaid: how many of its last invoices are not paid. acts: days ago -> what somebody does
    then, by the name of a verb. refused: number of the charge a bank refuses first."""

    service: str
    quantity: int
    begun: int
    every: int = 1
    mode: str = "manual"
    unpaid: int = 0
    refused: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    acts: tuple[tuple[int, str, dict[str, Any]], ...] = ()
    stays: str = ""  # "draft" or "waiting"

    @property
    def often(self) -> dict[str, Any]:
        return {"frequency": "yearly"} if self.every == 12 else {"frequency": "monthly", "every": self.every}


CHEAPER, DISCONTENT = "Pindah ke penyedia yang lebih murah", "Pabrik ditutup"
PLANS = [
    Plan("LGN-PAN", 2, 350, 3), Plan("LGN-OM", 1, 330, 6), Plan("LGN-SEWA", 1, 300, 6), Plan("LGN-PAN", 10, 340, 12),
    Plan("LGN-GAR", 1, 200, 12), Plan("LGN-PLUS", 3, 66), Plan("LGN-OM", 1, 40),
    Plan("LGN-PAN", 1, 68, mode="autopay"), Plan("LGN-GAR", 2, 120, 12, mode="autopay"),
    Plan("LGN-PLUS", 1, 64, mode="autopay", refused=2), Plan("LGN-PAN", 4, 33, mode="autopay", refused=2, unpaid=1),
    Plan("LGN-PAN", 1, 6, values={"trial_days": 30}), Plan("LGN-PLUS", 2, 12, values={"trial_days": 14}),
    Plan("LGN-OM", 1, 130, 3, acts=((20, "pause", {"pause_until": 40}),)), Plan("LGN-PAN", 2, 45, acts=((9, "pause", {}),)),
    Plan("LGN-SEWA", 1, 220, 3, acts=((150, "pause", {}), (80, "resume", {}))),
    Plan("LGN-PLUS", 2, 50, unpaid=1), Plan("LGN-OM", 1, 115, 3, unpaid=1),
    Plan("LGN-PAN", 3, 48, unpaid=1, values={"suspends": True}),
    Plan("LGN-SEWA", 1, 270, 3, acts=((95, "cancel", {"cancel_when": "now", "cancel_reason": DISCONTENT}),)),
    Plan("LGN-PAN", 5, 160, 3, acts=((25, "cancel", {"cancel_when": "now", "cancel_reason": CHEAPER}),)),
    Plan("LGN-PLUS", 1, 55, acts=((4, "cancel", {"cancel_when": "period_end", "cancel_reason": CHEAPER}),)),
    Plan("LGN-OM", 1, 200, 6, values={"end_date": 17}),
    Plan("LGN-PAN", 2, 80, acts=((33, "change_plan", {"service": "LGN-PLUS"}),)),
    Plan("LGN-PAN", 4, 170, 6, acts=((70, "change_plan", {"quantity": "7"}),)),
    Plan("LGN-PLUS", 4, 140, 3, acts=((12, "change_plan", {"service": "LGN-PAN"}),)),
    Plan("LGN-SEWA", 1, 52, acts=((5, "change_plan", {"price": "13500000"}),)),
    Plan("LGN-OM", 1, 3, stays="draft"), Plan("LGN-PAN", 3, 2, stays="waiting"),
]  # fmt: skip


def begin_subscriptions(trade: Trade, deals: list[Any], sellers: dict[int, Any]) -> None:
    """deals: won, of which the customers subscribe. What happens has chance of its own, so that nothing else changes."""
    told = Subscriptions(trade, sellers, Random(WHY))
    customers = {deal.account_id: deal for deal in reversed(deals) if deal.contact_id}
    for plan, deal in zip(PLANS, customers.values(), strict=False):
        told.at_work(
            trade.clock.now.date() - plan.begun * DAY, lambda at, p=plan, d=deal: told.begin(p, d, at)
        )


class Subscriptions:
    def __init__(self, trade: Trade, sellers: dict[int, Any], random: Random) -> None:
        self.trade, self.sellers, self.random = trade, sellers, random
        self.seen: set[int] = set()

    def at(self, moment: datetime, step: Callable[[datetime], None]) -> None:
        if moment < self.trade.clock.now:
            heappush(self.trade.coming, (moment, next(self.trade.order), step))

    def at_work(self, day: date, step: Callable[[datetime], None]) -> None:
        hour, minute = self.random.randint(8, 16), self.random.randint(0, 59)
        self.at(datetime.combine(day, time(hour, minute), self.trade.clock.now.tzinfo), step)

    def at_night(self, day: date, minute: int, step: Callable[[datetime], None]) -> None:
        """When the product does what is due."""
        self.at(datetime.combine(day, time(5, minute), self.trade.clock.now.tzinfo), step)

    def act(self, one: Any, user: Any, at: datetime, done: Callable[[], Any]) -> Any:
        """one: the subscription, whose moment it is; None where it is made."""
        how = {"via": "system", "reason": WHY} if user is SYSTEM else {}
        with told_as_of(at.date()), acting(user, **how) as stretch:
            made = done()
        record = made if one is None else one
        self.trade.past.moments[stretch.change_set or 0, record.pk] = at
        return made

    def begin(self, plan: Plan, deal: Any, at: datetime) -> None:
        seller = self.sellers[deal.owner_id]
        service = self.trade.catalog[plan.service]
        values = {
            "subject": NAMES[plan.service], "account": deal.account_id, "contact": deal.contact_id,
            "start": at.date(), "mode": plan.mode, "owner": seller.pk, **plan.often, **plan.values,
        } | ({"gateway": "midtrans", "payment_days": 0} if plan.mode == "autopay" else {"payment_days": 7})  # fmt: skip
        if (left := values.get("end_date")) is not None:
            values["end_date"] = self.trade.clock.now.date() - left * DAY
        lines = [{"service": service.pk, "quantity": plan.quantity, "price": service.price}]
        one = self.act(None, seller, at, lambda: create(Subscription, values, lines=lines))
        if plan.stays == "draft":
            return
        if plan.stays == "waiting":
            self.act(one, seller, at + timedelta(minutes=12), one.send)
            return
        if plan.mode == "autopay":
            self.act(one, seller, at, lambda: one.take_details(f"demo-{one.pk}", f"{one.pk % 10_000:04}"))
        self.act(one, seller, at + timedelta(minutes=20), again(one).activate)
        for ago, verb, given in plan.acts:
            day = self.trade.clock.now.date() - ago * DAY
            self.at_work(day, lambda at, v=verb, g=given: self.verb(plan, one, seller, v, g, at))
        self.follow(plan, one, at)

    def verb(self, plan: Plan, one: Any, seller: Any, verb: str, given: dict[str, Any], at: datetime) -> None:
        values = dict(given)
        if "pause_until" in values:
            values["pause_until"] = self.trade.clock.now.date() + values["pause_until"] * DAY
        if "service" in values:
            values["service"] = self.trade.catalog[values["service"]].pk
        record = again(one)
        self.act(one, seller, at, lambda: getattr(record, verb)(**values))
        self.follow(plan, one, at)

    def follow(self, plan: Plan, one: Any, at: datetime) -> None:
        """What comes after something happened: its new invoices are paid or not, and the next one is made on its day."""
        rows = SubscriptionPeriod._base_manager.filter(subscription=one.pk, invoice__isnull=False)
        for period in rows.select_related("invoice").exclude(pk__in=self.seen).order_by("pk"):
            self.seen.add(period.pk)
            self.settle(plan, one, period, at)
        look_on = again(one).look_on
        if look_on is not None and look_on > at.date():
            self.at_night(look_on, 12, lambda at: self.due(plan, one, at))

    def due(self, plan: Plan, one: Any, at: datetime) -> None:
        if again(one).look_on == at.date():
            self.act(one, SYSTEM, at, lambda: bill_up_to(one.pk, at.date()))
            self.follow(plan, one, at)

    def settle(self, plan: Plan, one: Any, period: Any, at: datetime) -> None:
        invoice, number = period.invoice, period.period or 0
        after = again(one).next_date
        is_last = plan.unpaid and (after is None or after > self.trade.clock.now.date())
        if plan.mode == "autopay":
            refused = number == plan.refused
            self.at(at + timedelta(minutes=28), lambda at: self.charge(one, invoice, at, refused))
            if refused and not is_last:
                self.at_night(at.date() + DAY, 40, lambda at: self.charge(one, invoice, at, False))
        elif is_last:
            for days in (1, 8):
                self.at_night(invoice.due_date + days * DAY, 20, lambda at: self.act(
                    one, SYSTEM, at, lambda: follow_subscription(one.pk, at.date())))  # fmt: skip
        else:
            day = at.date() + self.random.randint(1, 6) * DAY
            self.at_work(day, lambda at: self.paid(one, invoice, at))

    def paid(self, one: Any, invoice: Any, at: datetime) -> None:
        found = again(invoice)
        how = {"date": at.date(), "amount": found.balance, "method": self.random.choice(("transfer", "va", "qris")),
               "reference": f"TRF {self.random.randint(10**7, 10**8)}"}  # fmt: skip
        self.act(one, self.sellers[one.owner_id], at, lambda: found.pay(**how))

    def charge(self, one: Any, invoice: Any, at: datetime, refused: bool) -> None:
        """As if a payment service had answered: the demo speaks to none."""
        waiting = Transaction._base_manager.filter(
            invoice=invoice.pk, status="pending", due__lte=at.date()
        ).first()
        if waiting is None:
            return
        order = f"DEMO-{waiting.pk}"
        values = {
            "status": "processing",
            "attempted_at": timezone.now(),
            "gateway": "midtrans",
            "gateway_reference": order,
        }

        def answered() -> None:
            tried = update(waiting, values, authorised=BY_CHARGING)
            if refused:
                fail(tried, REFUSED, day=at.date())
            else:
                found = again(invoice)
                money = {"account": found.account_id, "date": at.date(), "amount": found.balance, "method": "card",
                         "reference": order, "owner": one.owner_id}  # fmt: skip
                create(registry.module("billing.Payment").model, money, authorised=BY_CHARGING).allocate(
                    found.pk
                )

        self.act(one, SYSTEM, at, answered)
