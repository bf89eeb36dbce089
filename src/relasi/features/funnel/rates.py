"""Rates of a span of days, over the leads and deals a person may see. Each rate follows the records that took its
first step in the span, however late they took the second; only the rate of MQLs asks that both lie in the span."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, Avg, Count, DurationField, ExpressionWrapper, F, Q

from relasi.engine.access.company import company
from relasi.engine.access.door import fields_for, may, visible_to
from relasi.engine.declare.registry import registry
from relasi.kits.pipeline.lead_source import LeadSource
from relasi.modules.customers.lead import Lead
from relasi.modules.customers.qualification import RejectionReason
from relasi.modules.customers.stage_history import LeadStage
from relasi.modules.sales.deal import Deal

DAY = timedelta(days=1)
# What somebody must be allowed to see before they are told how often it happens.
TOLD_OF_LEADS = {"stage", "mql_first_at", "sql_at"}
TOLD_OF_DEALS = {"status", "closed_at"}


@dataclass(frozen=True)
class Span:
    """From the first moment of `first` up to the last of `last`, on the company's clock."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), ZoneInfo(company().zone))

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last + DAY, time(), ZoneInfo(company().zone))

    def holds(self, column: str) -> Q:
        return Q(**{f"{column}__gte": self.start, f"{column}__lt": self.end})


@dataclass(frozen=True)
class Rate:
    """part of whole; None when there is no whole."""

    part: int
    whole: int

    @property
    def percent(self) -> Decimal | None:
        return Decimal(self.part * 100) / self.whole if self.whole else None


@dataclass(frozen=True)
class LeadRates:
    """days_to_mql: the median; None where nobody became one. sources: key -> (leads, MQL, SQL, customers)."""

    mql: Rate
    sql: Rate
    won: Rate
    days_to_mql: Decimal | None
    rejected: dict[str, int]
    sources: list[tuple[Any, int, int, int, int]]


@dataclass(frozen=True)
class DealRates:
    """cycle: mean days from the creation of a deal to its end."""

    won: Rate
    cycle: Decimal | None


class Median(Aggregate):
    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def _since_creation(column: str) -> Any:
    return ExpressionWrapper(F(column) - F("created_at"), output_field=DurationField())


def _days(length: timedelta | None) -> Decimal | None:
    return None if length is None else Decimal(length.total_seconds()) / 86400


def may_see(user: Any) -> bool:
    module = registry.of(Lead)
    return bool(may(user, "view", module)) and fields_for(user, "view", module) >= TOLD_OF_LEADS


def lead_rates(user: Any, span: Span) -> LeadRates:
    leads = visible_to(user, Lead).order_by()
    created, offered, accepted = span.holds("created_at"), span.holds("mql_first_at"), span.holds("sql_at")
    reached = created & Q(mql_first_at__lt=span.end)
    found = leads.aggregate(
        created=Count("pk", created), reached=Count("pk", reached), offered=Count("pk", offered),
        taken=Count("pk", offered & Q(sql_at__isnull=False)), accepted=Count("pk", accepted),
        won=Count("pk", accepted & Q(stage="customer")), days=Median(_since_creation("mql_first_at"), filter=reached),
    )  # fmt: skip
    shown = fields_for(user, "view", registry.of(Lead))
    return LeadRates(
        mql=Rate(found["reached"], found["created"]),
        sql=Rate(found["taken"], found["offered"]),
        won=Rate(found["won"], found["accepted"]),
        days_to_mql=_days(found["days"]),
        rejected=_rejected(leads, span) if "rejection_reason" in shown else {},
        sources=_sources(leads.filter(created)) if "lead_source" in shown else [],
    )


def _rejected(leads: Any, span: Span) -> dict[str, int]:
    """MQLs that sales gave back in the span, by reason, the most frequent first."""
    moves = LeadStage._base_manager.filter(
        span.holds("at"), lead__in=leads.values("pk"), before="mql", after="lead"
    )
    counted = moves.order_by().values_list("rejection_reason").annotate(n=Count("pk"))
    return dict(sorted(counted, key=lambda one: (-one[1], one[0] or "")))


def _sources(leads: Any) -> list[tuple[Any, int, int, int, int]]:
    """Of the leads that came in the span: where they came from and how far they are today, most leads first."""
    rows = leads.values_list("lead_source").annotate(
        n=Count("pk"), mql=Count("pk", Q(mql_first_at__isnull=False)), sql=Count("pk", Q(sql_at__isnull=False)),
        won=Count("pk", Q(stage="customer")),
    )  # fmt: skip
    named = [(LeadSource(key).label if key else None, *counts) for key, *counts in rows]
    return sorted(named, key=lambda row: (-row[1], str(row[0] or "")))


def deal_rates(user: Any, span: Span) -> DealRates | None:
    """None for a person who may not know how deals end."""
    module = registry.of(Deal)
    if not may(user, "view", module) or not fields_for(user, "view", module) >= TOLD_OF_DEALS:
        return None
    closed = visible_to(user, Deal).filter(span.holds("closed_at"), status__in=["won", "lost"]).order_by()
    found = closed.aggregate(
        won=Count("pk", Q(status="won")), all=Count("pk"), cycle=Avg(_since_creation("closed_at"))
    )
    return DealRates(Rate(found["won"], found["all"]), _days(found["cycle"]))


def reason_label(key: str | None) -> Any:
    return RejectionReason(key).label if key else None
