"""Row tones: the colour a row gets from the first rule of its view that holds for it."""

from __future__ import annotations

from typing import Any

from relasi.engine.declare.module import Module
from relasi.engine.fields.choice import TONES
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import current_reader
from relasi.engine.query.condition import Group, read

MOST_RULES = 8


def rules_of(colours: list[dict[str, Any]], module: Module, user: Any) -> list[tuple[Group, str]]:
    """The rules this person can read; one that names a field they may not see colours nothing for them."""
    found = []
    for rule in colours[:MOST_RULES]:
        try:
            group = read(rule.get("condition"), module, user)
        except Invalid:
            continue
        if rule.get("tone") in TONES and group.items:
            found.append((group, rule["tone"]))
    return found


def asked_by(colours: list[dict[str, Any]], module: Module, user: Any) -> list[str]:
    """Paths of the fields the rules read, for the list to load with its rows."""
    return [leaf.path.text for group, _tone in rules_of(colours, module, user) for leaf in group.leaves()]


def row_tones(colours: list[dict[str, Any]], rows: list[Any], module: Module, user: Any) -> dict[int, str]:
    """Record id -> tone, of the rows that have one."""
    rules = rules_of(colours, module, user)
    reader = current_reader()
    found = {}
    for row in rows if rules else ():
        tone = next((tone for group, tone in rules if group.holds(row, user, reader)), "")
        if tone:
            found[row.pk] = tone
    return found
