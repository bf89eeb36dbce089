"""Simulating: who would get the next records, or this one, and why. Nothing is given and no turn moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from relasi.engine.access.acting import SYSTEM
from relasi.engine.assigning.deciding import Round, fits, is_closed
from relasi.engine.assigning.held import rules_of
from relasi.engine.assigning.rule import AssignmentRule
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid
from relasi.engine.query.condition import why_not
from relasi.engine.records.blank import blank_record


def next_ones(rule: AssignmentRule, count: int = 10) -> list[int | None]:
    """Whom the next so many records would go to, if they came now, asked for nothing, and all stayed open."""
    round_ = Round(rule.home, [rule], locked=False)
    standing, record = round_.standing(rule), blank_record(rule.home.model)
    return [round_.ask(standing, record)[0] for _n in range(count)]


@dataclass
class Asked:
    """One rule asked about one record. against: why it is not about the record, empty where it is. candidates: of a note.
    chosen: whose turn it would be."""

    rule: AssignmentRule
    against: str
    candidates: list[dict[str, Any]]
    chosen: int | None = None


def who_would(record: Any, rules: list[AssignmentRule]) -> list[Asked]:
    """What each of the rules would say of the record, if the group of the rule received it now."""
    module = registry.of(record)
    found = []
    for rule in rules:
        against = _against(rule, record)
        if against or is_closed(module, record):
            found.append(Asked(rule, against, []))
            continue
        round_ = Round(module, [rule], locked=False)
        chosen, told = round_.ask(round_.standing(rule), record)
        found.append(Asked(rule, "", told, chosen))
    return found


def _against(rule: AssignmentRule, record: Any) -> str:
    if fits(rule, record):
        return ""
    try:
        return why_not(rule.condition, record, rule.home, SYSTEM) or ""
    except Invalid as wrong:
        return str(wrong.message)


__all__ = ["Asked", "next_ones", "rules_of", "who_would"]
