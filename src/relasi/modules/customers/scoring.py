"""Scoring: the points of leads by the rules of the company, and the leads that become MQLs by them.

SQL alone answers whether a lead fits, so that a rule means the same for one lead that was just saved and for all of
them at night, when days have passed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Case, F, IntegerField, Q, Value, When

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.directory import directory
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.write import Draft, write
from relasi.kits.pipeline.days import today
from relasi.modules.customers.lead import Lead
from relasi.modules.customers.lead_rule import Effect, LeadRule
from relasi.modules.customers.lifecycle import Lifecycle

BY_RULE = "a rule of the company says so"
SLICE = 1000
_rules: list[LeadRule] = []


def read_rules() -> None:
    """The active rules, read again with the directory of access, whose epoch every change of them moves on."""
    global _rules
    _rules = list(LeadRule.objects.filter(active=True, trashed_at=None).order_by("pk"))


def are_any() -> bool:
    if acting_user() is SYSTEM:
        # Nobody asked for rights, so nobody looked whether the rules are others now.
        directory()
    return bool(_rules)


def rules(effect: Effect) -> list[tuple[LeadRule, Q]]:
    """Those that hold now, each with its condition. One that asks about a field that is gone holds for nothing."""
    found = []
    for rule in _rules:
        if rule.effect == effect:
            try:
                found.append((rule, rule.tree().q(SYSTEM, current_reader())))
            except Invalid:
                continue
    return found


def weigh(ids: Iterable[int], *, promote: bool = True) -> None:
    """Gives these leads the points they have by the rules, and makes MQLs of those a rule says it of."""
    ids = list(ids)
    _score(ids)
    if promote:
        _promote(ids)


def _score(ids: list[int]) -> None:
    given = rules(Effect.POINTS)
    zero = Value(0)
    points: Any = zero
    for rule, condition in given:
        points += Case(When(condition, then=Value(rule.points)), default=zero, output_field=IntegerField())
    rows = Lead._base_manager.filter(pk__in=ids, trashed_at=None)
    if given:
        rows = rows.annotate(points=points).exclude(points=F("score"))
        found = rows.order_by().values_list("pk", "points")
    else:
        found = rows.exclude(score=0).order_by().values_list("pk", Value(0))
    by_points: dict[int, set[int]] = defaultdict(set)
    for id, number in found:
        by_points[number].add(id)
    for number, some in by_points.items():
        # Points are worked out: they are in no history, and a lead is not changed by them.
        Lead._base_manager.filter(pk__in=some).update(score=number)


def _promote(ids: list[int]) -> None:
    """The first rule that fits is the one that is named."""
    for rule, condition in rules(Effect.MQL):
        rows = Lead._base_manager.filter(_may_be_promoted(), condition, pk__in=ids)
        drafts = [
            Draft({"stage": Lifecycle.MQL.value, "qualified_by": rule.pk}, id=id)
            for id in rows.order_by("pk").values_list("pk", flat=True).distinct()
        ]
        if drafts:
            write(registry.of(Lead), drafts, authorised=BY_RULE)


def _may_be_promoted() -> Q:
    """What sales gave back waits for its day, or for somebody to say so; nobody is mailed who did not agree."""
    open_ = Q(stage=Lifecycle.LEAD, trashed_at=None) & ~registry.of(Lead).closed  # type: ignore[operator]
    waits = Q(rejection_reason__isnull=False) & (Q(recycle_on__isnull=True) | Q(recycle_on__gt=today()))
    return open_ & ~waits & ~only_by_mail_without_consent()


def only_by_mail_without_consent() -> Q:
    by_mail_alone = Q(email__isnull=False, phone__isnull=True, mobile__isnull=True)
    return by_mail_alone & (Q(email_opt_out=True) | Q(consent_at__isnull=True))


def weigh_all() -> int:
    """All leads that are not converted, slice by slice, each in its own transaction. Returns how many."""
    directory()
    rows = Lead._base_manager.filter(trashed_at=None).exclude(status="converted").order_by("pk")
    last, count = 0, 0
    while ids := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:SLICE]):
        with transaction.atomic():
            weigh(ids)
        last, count = ids[-1], count + len(ids)
    return count
