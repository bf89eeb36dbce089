"""The rules that hold now, in memory. Read with the directory of access, whose epoch every change of them moves on."""

from __future__ import annotations

from collections import defaultdict

from relasi.engine.assigning.note import AssignmentNote
from relasi.engine.assigning.rule import AssignmentRule

_rules: dict[str, list[AssignmentRule]] = {}
_were_any = False


def read_rules() -> None:
    global _rules, _were_any
    stored = list(AssignmentRule._base_manager.order_by("position", "pk"))
    found: dict[str, list[AssignmentRule]] = defaultdict(list)
    for rule in stored:
        if rule.active and rule.trashed_at is None:
            found[rule.module].append(rule)
    _rules, _were_any = dict(found), bool(found) or (bool(stored) and AssignmentNote.objects.exists())


def rules_of(module: str) -> list[AssignmentRule]:
    """The active rules of a module, in order."""
    return _rules.get(module, [])


def were_any() -> bool:
    """Whether rules have given records, or may do so any moment: then timelines ask for notes."""
    return _were_any
