"""Arranging: the layouts and field rules that hold now, as forms and the write door ask for them. Read with the directory."""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.door import fields_for, rights_of
from relasi.engine.customize.field_rule import Effect, FieldRule
from relasi.engine.customize.layout import Layout
from relasi.engine.declare.module import Module
from relasi.engine.declare.words import Section
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.query.condition import Group
from relasi.engine.records.batch import Batch, Draft

# module key -> profile (None: all others) -> layout; module key -> rules. Replaced as a whole.
_layouts: dict[str, dict[int | None, Layout]] = {}
_rules: dict[str, list[FieldRule]] = {}


def read_arrangements() -> None:
    global _layouts, _rules
    layouts: dict[str, dict[int | None, Layout]] = defaultdict(dict)
    for layout in Layout._base_manager.filter(trashed_at=None):
        layouts[layout.module][layout.profile_id] = layout
    rules: dict[str, list[FieldRule]] = defaultdict(list)
    for rule in FieldRule._base_manager.filter(trashed_at=None, active=True).order_by("pk"):
        rules[rule.module].append(rule)
    _layouts, _rules = dict(layouts), dict(rules)


def forget_arrangements() -> None:
    global _layouts, _rules
    _layouts, _rules = {}, {}


def sections_of(user: Any, module: Module) -> list[Section] | None:
    """Those of the first profile of this person that has a layout, else those for everybody, else None."""
    by_profile = _layouts.get(module.key)
    if not by_profile or user is SYSTEM or user is None:
        return None
    for profile in rights_of(user).profiles:
        if profile.id in by_profile:
            return by_profile[profile.id].arranged()
    return by_profile[None].arranged() if None in by_profile else None


def _holding(module: Module) -> list[tuple[FieldRule, Group]]:
    """Rules with what they ask. A rule about a field that is gone asks nothing."""
    found = []
    for rule in _rules.get(module.key, ()):
        try:
            if rule.field in module.fields:
                found.append((rule, rule.tree()))
        except Invalid:
            continue
    return found


def locked_fields(module: Module, record: Any) -> set[str]:
    """Names of the fields that may not be changed as the record stands."""
    reader = current_reader()
    return {
        rule.field
        for rule, tree in _holding(module)
        if rule.effect == Effect.READ_ONLY and record.pk is not None and tree.holds(record, SYSTEM, reader)
    }


def hold_field_rules(batch: Batch) -> None:
    """Refuses what an admin asks for and is missing, and changes of what may not be changed."""
    rules = _holding(batch.module)
    if not rules:
        return
    seen = fields_for(batch.user, "view", batch.module)
    writable = {
        new: fields_for(batch.user, "create" if new else "edit", batch.module) for new in (True, False)
    }
    for draft in batch.standing():
        for rule, tree in rules:
            if rule.field not in writable[draft.id is None]:
                continue
            if rule.effect == Effect.READ_ONLY:
                told, broken = _("This cannot be changed now."), _changes_locked(draft, rule, tree)
            else:
                told, broken = _("This must be filled in."), _lacks(batch, draft, rule, tree)
            if broken:
                code = "LOCKED" if rule.effect == Effect.READ_ONLY else "REQUIRED"
                draft.refuse(rule.field, code, _said(tree, told, seen))


def _changes_locked(draft: Draft, rule: FieldRule, tree: Group) -> bool:
    is_changed = draft.id is not None and draft.change.has(rule.field)
    return is_changed and tree.holds(_as_it_stood(draft), SYSTEM, current_reader())


def _lacks(batch: Batch, draft: Draft, rule: FieldRule, tree: Group) -> bool:
    """Whether the field is empty although it must not be. A record from before the rule goes on until somebody changes
    the field, or what the rule asks about."""
    field = batch.module.fields[rule.field]
    if not kind_of(field).is_empty(getattr(draft.record, field.attname)):
        return False
    asked = {rule.field, *(leaf.path.text.partition(".")[0] for leaf in tree.leaves())}
    is_asked = asked & draft.values.keys() or (draft.id is None and not batch.module.lines)
    return bool(is_asked) and tree.holds(draft.record, SYSTEM, current_reader())


def _said(tree: Group, sentence: Any, seen: set[str]) -> str:
    """With the condition, to those who may see all it asks about."""
    asked = {leaf.path.text.partition(".")[0] for leaf in tree.leaves()}
    return f"{sentence} ({tree.text(current_reader())})" if asked and asked <= seen else str(sentence)


def _as_it_stood(draft: Draft) -> Any:
    record = copy(draft.record)
    record.__dict__.update(draft.change.before)
    return record
