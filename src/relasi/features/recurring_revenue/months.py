"""Months: what subscriptions earn each month and what moved it, added up from the log of moves.

Amounts are in the currency of the company, at the rate of each subscription.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from relasi.engine.access.door import fields_for, may, visible_to
from relasi.engine.declare.registry import registry
from relasi.modules.subscribing.mrr_move import MoveKind, MrrMove
from relasi.modules.subscribing.subscription import Subscription

ZERO = Decimal(0)
MANY = 12
# What somebody must be allowed to see before they are told what it adds up to.
TOLD_OF = {"mrr", "counted_mrr", "status"}
KINDS = (
    MoveKind.NEW,
    MoveKind.EXPANSION,
    MoveKind.BACK,
    MoveKind.CONTRACTION,
    MoveKind.PAUSED,
    MoveKind.LOST,
)


@dataclass
class Month:
    """moves: kind -> by how much. customers: who paid when it began. left: who of them were lost and pay nothing at its end.
    last: its last day."""

    first: date
    last: date
    opening: Decimal
    customers: int
    left: int = 0
    moves: dict[str, Decimal] = field(default_factory=dict)

    @property
    def closing(self) -> Decimal:
        return self.opening + sum(self.moves.values(), ZERO)

    @property
    def yearly(self) -> Decimal:
        return 12 * self.closing

    @property
    def churn(self) -> Decimal | None:
        """Percent of what was earned when it began."""
        return _percent(-self.moves.get(MoveKind.LOST, ZERO), self.opening)

    @property
    def logo_churn(self) -> Decimal | None:
        """Percent of the customers."""
        return _percent(Decimal(self.left), Decimal(self.customers))

    @property
    def retention(self) -> Decimal | None:
        """Percent of what was earned when it began that those customers still bring in."""
        kept = (MoveKind.EXPANSION, MoveKind.CONTRACTION, MoveKind.PAUSED, MoveKind.LOST)
        return _percent(self.opening + sum((self.moves.get(kind, ZERO) for kind in kept), ZERO), self.opening)


def _percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return part * 100 / whole if whole > 0 else None


def may_see(user: Any) -> bool:
    module = registry.of(Subscription)
    return bool(may(user, "view", module)) and fields_for(user, "view", module) >= TOLD_OF


def subscriptions_of(user: Any, currency: str = "") -> QuerySet[Any]:
    found = visible_to(user, Subscription).order_by()
    return found.filter(currency=currency) if currency else found


def currencies_of(user: Any) -> list[str]:
    """In which somebody pays for a subscription."""
    moved = subscriptions_of(user).filter(mrr_moves__isnull=False)
    return sorted(set(moved.values_list("currency", flat=True)))


def month_after(day: date, months: int = 1) -> date:
    """The first day of the month so many months later."""
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def months_until(user: Any, last: date, currency: str = "", many: int = MANY) -> list[Month]:
    """The months up to the one of that day, the earliest first."""
    begin, beyond = month_after(last, 1 - many), month_after(last)
    moves = MrrMove.objects.filter(subscription__in=subscriptions_of(user, currency).values("pk")).order_by()
    moved: dict[date, dict[str, Decimal]] = defaultdict(dict)
    within = moves.filter(day__gte=begin, day__lt=beyond).annotate(month=TruncMonth("day"))
    for month, kind, amount in within.values_list("month", "kind").annotate(n=Sum("amount")):
        moved[month][kind] = amount
    opening = moves.filter(day__lt=begin).aggregate(n=Sum("amount"))["n"] or ZERO
    found = []
    for place, (customers, left) in enumerate(_customers(moves, within, begin, many)):
        first = month_after(begin, place)
        month = Month(first, _day_before(month_after(first)), opening, customers, left, moved[first])
        found.append(month)
        opening = month.closing
    return found


def _customers(moves: Any, within: Any, begin: date, many: int) -> Iterator[tuple[int, int]]:
    """(how many paid when it began, how many of them were lost) of each month."""
    pays: dict[Any, Decimal] = defaultdict(Decimal)
    pays.update(moves.filter(day__lt=begin).values_list("subscription__account").annotate(n=Sum("amount")))
    lost = Sum("amount", filter=Q(kind=MoveKind.LOST))
    by_month: dict[date, list[tuple[Any, Decimal, Any]]] = defaultdict(list)
    rows = within.values_list("month", "subscription__account").annotate(n=Sum("amount"), lost=lost)
    for month, account, amount, gone in rows:
        by_month[month].append((account, amount, gone))
    for place in range(many):
        customers, left = sum(1 for amount in pays.values() if amount > 0), 0
        for account, amount, gone in by_month[month_after(begin, place)]:
            before, pays[account] = pays[account], pays[account] + amount
            left += bool(gone) and before > 0 >= pays[account]
        yield customers, left


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def moves_in(user: Any, month: date, kind: str, currency: str = "") -> QuerySet[Any]:
    """The moves of that kind in a month, the latest first."""
    rows = MrrMove.objects.filter(subscription__in=subscriptions_of(user, currency).values("pk"), kind=kind)
    within = rows.filter(day__gte=month, day__lt=month_after(month))
    return within.select_related("subscription").order_by("-day", "-pk")


def earning_at(user: Any, day: date, currency: str = "") -> QuerySet[Any]:
    """Subscriptions with what each earned at the end of that day as `amount`, the most first."""
    until = Sum("mrr_moves__amount", filter=Q(mrr_moves__day__lte=day))
    return (
        subscriptions_of(user, currency)
        .annotate(amount=until)
        .filter(amount__gt=0)
        .order_by(F("amount").desc(), "pk")
    )
