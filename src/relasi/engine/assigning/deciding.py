"""Deciding: which rule a record of a group falls under, who could take it, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.directory import directory
from relasi.engine.assigning.able import asked_of, reason_against
from relasi.engine.assigning.choosing import BY_LOAD, Member, Turn, choose
from relasi.engine.assigning.note import Result
from relasi.engine.assigning.rule import AssignmentRule, Fallback
from relasi.engine.assigning.turn import keep_turn, turns_of
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import current_reader


@dataclass
class Decision:
    """rule: the first that fits, or None. owner: who gets the record, None where it stays. candidates: as notes have them."""

    result: Result
    rule: AssignmentRule | None = None
    owner: int | None = None
    candidates: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Standing:
    """One rule while records are given by it. load: user -> open records. moved: whether its turn is another one now."""

    rule: AssignmentRule
    members: list[Member]
    turn: Turn
    load: dict[int, int]
    moved: bool = False


class Round:
    """Records of one module that are given one after the other. locked: they are really given; nobody else gives by
    the same rules until the transaction ends. Not locked, nothing is kept: a simulation."""

    def __init__(
        self, module: Module, rules: Iterable[AssignmentRule], *, locked: bool, now: datetime | None = None
    ):
        self.module, self.rules, self.locked = module, list(rules), locked
        self.now = now or timezone.now()
        self.people = directory()
        turns = turns_of([rule.pk for rule in self.rules], locked=locked)
        self._standing: dict[int, Standing] = {}
        self._turns = turns

    def standing(self, rule: AssignmentRule) -> Standing:
        if rule.pk not in self._standing:
            members = rule.taking_part()
            load = self._loads(rule, members)
            self._standing[rule.pk] = Standing(rule, members, self._turns[rule.pk], load)
        return self._standing[rule.pk]

    def _loads(self, rule: AssignmentRule, members: list[Member]) -> dict[int, int]:
        if rule.mode not in BY_LOAD and all(member.max_open is None for member in members):
            return {}
        tree = rule.open_tree()
        rows = self.module.model._base_manager.filter(
            trashed_at=None, owner_id__in=[member.user for member in members]
        )
        if tree is not None:
            rows = rows.filter(tree.q(SYSTEM, current_reader()))
        elif self.module.closed is not None:
            rows = rows.exclude(self.module.closed)
        counts = rows.order_by().values_list("owner_id").annotate(n=Count("pk", distinct=True))
        return dict(counts)

    def decide(self, record: Any, group: int, before: int | None = None) -> Decision:
        """Who gets a record that the group receives. before: whose it was until now, and so counts among theirs."""
        if is_closed(self.module, record):
            fitting = next((rule for rule in self.rules if rule.group_id == group), None)
            return Decision(Result.CLOSED, fitting)
        first: AssignmentRule | None = None
        asked: list[dict[str, Any]] = []
        for rule in self.rules:
            if (first is None and rule.group_id != group) or not fits(rule, record):
                continue
            first = first or rule
            standing = self.standing(rule)
            if before in standing.load and _counts(standing.rule, self.module, record):
                standing.load[before] -= 1
            chosen, told = self.ask(standing, record)
            asked += told
            if chosen is not None:
                return Decision(Result.GIVEN, rule, chosen, asked)
            if rule.fallback != Fallback.NEXT:
                return self._fallen_back(first, rule, asked)
        return Decision(Result.NOBODY, first, None, asked)

    def ask(self, standing: Standing, record: Any) -> tuple[int | None, list[dict[str, Any]]]:
        """Whose turn it is by one rule, and what spoke against each of its members."""
        rule = standing.rule
        told: list[dict[str, Any]] = [
            {"rule": rule.pk, "user": member.user, "reason": self._against(standing, member, record)}
            for member in standing.members
        ]
        able = {row["user"] for row in told if not row["reason"]}
        chosen = choose(rule.mode, standing.members, able, standing.turn, standing.load)
        if chosen is not None:
            standing.moved = True
            if _counts(rule, self.module, record):
                standing.load[chosen] = standing.load.get(chosen, 0) + 1
        return chosen, told

    def _against(self, standing: Standing, member: Member, record: Any) -> str:
        account = self.people.account(member.user)
        return reason_against(
            member,
            people=self.people,
            group=standing.rule.group_id,
            module=self.module,
            zone=account.zone if account is not None else self.people.company.zone,
            now=self.now,
            respect_hours=standing.rule.respect_hours,
            open_now=standing.load.get(member.user, 0),
            asked=asked_of(record, standing.rule.path()),
        )

    def _fallen_back(
        self, first: AssignmentRule, rule: AssignmentRule, asked: list[dict[str, Any]]
    ) -> Decision:
        if rule.fallback == Fallback.MANAGER:
            group = self.people.groups.get(rule.group_id)
            manager = (
                self.people.people.get(group.manager_id) if group is not None and group.manager_id else None
            )
            if manager is not None and manager.is_active:
                return Decision(Result.MANAGER, first, manager.id, asked)
        return Decision(Result.NOBODY, first, None, asked)

    def keep(self) -> None:
        """Keeps how far the turns are now."""
        for standing in self._standing.values():
            if standing.moved:
                keep_turn(standing.rule.pk, standing.turn)


def fits(rule: AssignmentRule, record: Any) -> bool:
    """Whether the rule is about this record. One that asks about a field that is gone is about none."""
    try:
        return rule.tree().holds(record, SYSTEM, current_reader())
    except Invalid:
        return False


def is_closed(module: Module, record: Any) -> bool:
    return module.closed is not None and _holds(module.closed, record)


def _holds(q: Q, record: Any) -> bool:
    """What a module calls closed, of a record in memory: values that are one of some, or are there at all."""
    parts: list[Any] = q.children
    answers = (_holds(one, record) if isinstance(one, Q) else _leaf(one[0], one[1], record) for one in parts)
    found = any(answers) if q.connector == Q.OR else all(answers)
    return found is not q.negated


def _leaf(path: str, value: Any, record: Any) -> bool:
    name, _double, lookup = path.partition("__")
    held = getattr(record, name)
    if lookup == "in":
        return held in value
    if lookup == "isnull":
        return (held is None) is value
    if lookup:
        raise NotImplementedError(f"what is closed asks {path}, which records in memory cannot answer")
    return bool(held == value)


def _counts(rule: AssignmentRule, module: Module, record: Any) -> bool:
    """Whether the record would be one of the open ones of whoever has it."""
    tree = rule.open_tree()
    return tree.holds(record, SYSTEM, current_reader()) if tree is not None else not is_closed(module, record)
