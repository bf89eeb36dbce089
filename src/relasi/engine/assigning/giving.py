"""Giving: in the write door, what a group receives goes to whoever's turn it is, and a note says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.directory import directory
from relasi.engine.assigning.deciding import Decision, Round
from relasi.engine.assigning.held import rules_of
from relasi.engine.assigning.note import Result
from relasi.engine.assigning.noting import keep_notes
from relasi.engine.assigning.rule import AssignmentRule
from relasi.engine.declare.module import Module
from relasi.engine.records.batch import Batch, Draft


def assign(batch: Batch) -> Callable[[], None] | None:
    """Gives the records of a write that a group receives to its members, in the order of the drafts.

    Returns what is left to do once the records are stored, if anything."""
    if batch.verb != "save" or batch.exact or not batch.module.is_record or batch.module.whole is not None:
        return None
    if batch.user is SYSTEM:
        # Nobody asked for rights, so nobody looked whether the rules are others now.
        directory()
    rules = rules_of(batch.module.key)
    if not rules:
        return None
    given = _assigned(batch, rules)
    by_hand = (
        [] if batch.authorised else [draft for draft in batch.stored if _is_by_hand(batch, draft, rules)]
    )
    notes = [*given, *((draft, Decision(Result.MANUAL, owner=draft.record.owner_id)) for draft in by_hand)]
    if not notes:
        return None
    return lambda: keep_notes([(draft.record.pk, decision) for draft, decision in notes])


def _assigned(batch: Batch, rules: list[AssignmentRule]) -> list[tuple[Draft, Decision]]:
    groups = {rule.group_id for rule in rules}
    drafts = [draft for draft in batch.drafts if _receives(draft, groups)]
    if not drafts:
        return []
    round_ = Round(batch.module, rules, locked=True)
    found = []
    for draft in drafts:
        record, before = draft.record, draft.change.old("owner")
        decision = round_.decide(record, record.owner_id, before)
        if decision.owner is not None:
            give(record, decision.owner)
        if decision.rule is not None:
            found.append((draft, decision))
    round_.keep()
    return found


def _receives(draft: Draft, groups: set[int]) -> bool:
    if draft.refusals or draft.record.owner_id not in groups:
        return False
    return draft.id is None or draft.change.has("owner")


def give(record: Any, owner: int) -> None:
    record.owner_id = owner
    record._state.fields_cache.pop("owner", None)


def _is_by_hand(batch: Batch, draft: Draft, rules: list[AssignmentRule]) -> bool:
    """Whether somebody chose a member of a group that has a rule, so that no rule was asked."""
    owner, group = draft.record.owner_id, draft.change.old("owner")
    if "owner" not in draft.values or not draft.change.has("owner") or draft.values["owner"] != owner:
        return False
    if draft.id is None and owner == getattr(batch.user, "id", None):
        return False
    members = {member.user for rule in rules for member in rule.taking_part()}
    return owner in members or group in {rule.group_id for rule in rules}


def rules_for(module: Module, group: int) -> list[AssignmentRule]:
    """The rules that may decide about what this group receives, none where none begins with it."""
    rules = rules_of(module.key)
    return rules if any(rule.group_id == group for rule in rules) else []
