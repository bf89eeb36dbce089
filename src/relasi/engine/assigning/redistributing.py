"""Redistributing: what waits with a group, or with people who left it, goes to whoever's turn it is."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.directory import directory
from relasi.engine.assigning.deciding import Decision, Round
from relasi.engine.assigning.held import rules_of
from relasi.engine.assigning.noting import keep_notes
from relasi.engine.assigning.rule import AssignmentRule
from relasi.engine.fields.custom import unfold
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.write import Draft, write

MOST = 1000  # in one go


def waiting(rule: AssignmentRule) -> QuerySet[Any]:
    """The open records the rule is about that stand with its group, or with members who have no active account."""
    people = directory().people
    members = [member.user for member in rule.taking_part()]
    gone = [id for id in members if id not in people or not people[id].is_active]
    rows = rule.home.model._base_manager.filter(trashed_at=None, owner_id__in=[rule.group_id, *gone])
    rows = rows.filter(rule.tree().q(SYSTEM, current_reader()))
    return rows if rule.home.closed is None else rows.exclude(rule.home.closed)


def redistribute(rule: AssignmentRule) -> tuple[int, int]:
    """Gives the oldest of what waits, at most MOST of them. Returns how many went to somebody and how many stay. One
    change set of whoever acts."""
    decided: list[tuple[int, Decision]] = []
    with transaction.atomic():
        rows = list(waiting(rule).select_for_update(of=("self",)).order_by("pk")[:MOST])
        round_ = Round(rule.home, rules_of(rule.module), locked=True)
        for record in rows:
            unfold(record)
            decided.append((record.pk, round_.decide(record, rule.group_id, record.owner_id)))
        drafts = [Draft({"owner": one.owner}, id=record) for record, one in decided if one.owner is not None]
        if drafts:
            write(rule.home, drafts, authorised="a rule gives what waits")
            round_.keep()
            keep_notes([(record, one) for record, one in decided if one.owner is not None])
    return len(drafts), len(rows) - len(drafts)
