"""Step 4 of the write door: what must be there, be unique, exist and be true. Set-based wherever it asks the database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from django.db import IntegrityError, connection, models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.door import assignable, fields_for, visible_q
from relasi.engine.access.owner import Owner
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.remembered import remembered
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.loose_reference import LooseReferenceField
from relasi.engine.records import restore_step
from relasi.engine.records.batch import Batch, Draft
from relasi.engine.records.doubles_rule import Answer, answer_to_doubles
from relasi.engine.records.field_rules import hold_rules
from relasi.engine.records.refusal import Change, Refusal

# Uniqueness under any other condition is left to the database.
LIVING = models.Q(trashed_at=None)


def validate(batch: Batch) -> None:
    if batch.verb == "save":
        _required(batch)
        _references(batch)
    if batch.verb == "restore":
        restore_step.check(batch)
    if batch.verb in ("save", "restore"):
        _unique(batch)
    if batch.verb == "save" and not batch.exact:
        _clean(batch)
        hold_rules(batch)
    if batch.verb == "restore" or (batch.via == "undo" and (batch.exact or batch.anyway)):
        _clean_back(batch)
    if batch.verb in ("save", "restore") and not batch.exact:
        _doubles(batch)


def _required(batch: Batch) -> None:
    wanted = [(n, f.attname) for n, f in batch.module.fields.items() if f.editable and not f.blank]
    custom = batch.module.custom
    for draft in batch.standing():
        values = draft.record.__dict__
        for name, column in wanted:
            missing = values[column] is None or values[column] == ""
            if missing and (name not in custom or _is_asked(batch, draft, name)):
                draft.refuse(name, "REQUIRED", _("This must be filled in."))


def _is_asked(batch: Batch, draft: Draft, name: str) -> bool:
    """Whether a custom field that must be filled in is asked for now. What stood there before somebody said so, what the
    product writes by itself, and what becomes of another document go on without."""
    if batch.exact or batch.authorised or batch.via not in ("ui", "api", "import"):
        return False
    if name in draft.values:
        return True
    return (
        draft.id is None and not batch.module.lines and name in fields_for(batch.user, "create", batch.module)
    )


def _references(batch: Batch) -> None:
    """Every newly chosen record must exist and be visible to the person who chooses it."""
    for name, field in batch.module.fields.items():
        if not isinstance(field, models.ForeignKey | LooseReferenceField) or not field.editable:
            continue
        chosen: dict[int, list[Draft]] = defaultdict(list)
        column = field.attname
        for draft in batch.standing():
            id = draft.record.__dict__[column]
            if id is not None and (draft.id is None or draft.change.has(name)):
                chosen[id].append(draft)
        if chosen:
            if field is batch.module.whole:
                _changeable(batch, field, chosen)
            if field.related_model is Owner:
                _assignable(batch, name, chosen)
            for id in chosen.keys() - _known(batch, field, chosen):
                for draft in chosen[id]:
                    draft.refuse(name, "BAD_REFERENCE", _("The chosen record is not there any more."))


def _changeable(batch: Batch, field: Any, chosen: dict[int, list[Draft]]) -> None:
    """Who adds a part to a record changes that record. One that may not be seen is not there, as any other reference."""
    if batch.exact or batch.authorised:
        return
    module = registry.of(field.related_model)
    rows = field.related_model._base_manager.filter(pk__in=list(chosen))
    closed = chosen.keys() - set(
        rows.filter(visible_q(batch.user, module, "edit")).values_list("pk", flat=True)
    )
    seen = rows.filter(visible_q(batch.user, module), pk__in=closed) if closed else rows.none()
    for id in seen.values_list("pk", flat=True):
        for draft in chosen[id]:
            draft.refuse(field.name, "NO_PERMISSION", _("You may not change this record."))


def _assignable(batch: Batch, name: str, chosen: dict[int, list[Draft]]) -> None:
    """A role may be limited to giving records to those below it."""
    allowed = None if batch.exact or batch.authorised else assignable(batch.user)
    for id in chosen.keys() - (chosen.keys() if allowed is None else allowed):
        for draft in chosen[id]:
            draft.refuse(name, "NO_PERMISSION", _("Your role may not give records to this person or group."))


def _known(batch: Batch, field: Any, ids: Iterable[int]) -> set[int]:
    target = field.related_model
    if target is Owner:
        found = Owner.objects.filter(pk__in=list(ids))
        return set((found if batch.exact else found.filter(active=True)).values_list("pk", flat=True))
    # One array, not a placeholder for each id: an import asks for thousands.
    rows = target._base_manager.extra(where=[f'"{target._meta.db_table}".id = ANY(%s)'], params=[list(ids)])
    if registry.knows(target._meta.label) and not batch.exact:
        module = registry.of(target)
        rows = rows.filter(trashed_at=None)
        if module.is_record and not batch.authorised:
            rows = rows.filter(visible_q(batch.user, module))
    return set(rows.values_list("pk", flat=True))


@remembered
def _unique_sets(module: Module) -> list[tuple[tuple[str, ...], bool]]:
    """(field names, whether letter case is ignored) of every uniqueness the model declares."""
    found: list[tuple[tuple[str, ...], bool]] = [
        ((f.name,), False) for f in module.fields.values() if f.unique and not f.primary_key and f.editable
    ]
    for constraint in module.model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition in (None, LIVING):
            if constraint.fields:
                found.append((tuple(constraint.fields), False))
            elif all(isinstance(e, Lower) for e in constraint.expressions):
                keys: Any = constraint.expressions
                found.append((tuple(key.source_expressions[0].name for key in keys), True))
    return found


def _unique(batch: Batch) -> None:
    for names, any_case in _unique_sets(batch.module):
        _unique_together(batch, names, any_case)


def _unique_together(batch: Batch, names: tuple[str, ...], any_case: bool) -> None:
    columns = [batch.module.fields[name].attname for name in names]

    def key_of(values: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(v.casefold() if any_case and isinstance(v, str) else v for v in values)

    asked: dict[tuple[Any, ...], list[Draft]] = defaultdict(list)
    for draft in batch.standing():
        if batch.verb == "restore" or any(draft.change.has(name) for name in names):
            key = key_of(draft.record.__dict__[column] for column in columns)
            if None not in key:
                asked[key].append(draft)
    if not asked:
        return
    if names[0] in batch.module.custom:
        _one_at_a_time(batch.module, names[0])
    living = batch.module.model._base_manager.filter(trashed_at=None)
    if any_case:
        rows = living.annotate(_key=Lower(names[0])).filter(_key__in=[k[0].lower() for k in asked])
    else:
        rows = living.filter(**{f"{columns[0]}__in": {key[0] for key in asked}})
    taken: dict[tuple[Any, ...], int] = {key_of(row[1:]): row[0] for row in rows.values_list("pk", *columns)}
    for key, drafts in asked.items():
        for draft in drafts:
            if taken.get(key, draft.id) != draft.id:
                draft.refuse(names[-1], "NOT_UNIQUE", _("This is taken already."), matches=[taken[key]])
        for draft in drafts[1:]:
            if not draft.refusals:
                draft.refuse(names[-1], "NOT_UNIQUE", _("This stands twice in what you gave."))


def _one_at_a_time(module: Module, name: str) -> None:
    """No index keeps the values of a custom field apart, so who writes one waits for whoever writes another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{module.key}.{name}"])


def _violations(module: Module) -> dict[str, tuple[Any, ...]]:
    """Of lines that are written alone, as by an undo, what their record says of them holds too."""
    own: dict[str, tuple[Any, ...]] = getattr(module.model, "violations", {})
    return getattr(module.whole.related_model, "violations", {}) | own if module.is_line else own


def refusal_of(batch: Batch, error: IntegrityError) -> Refusal:
    """What a constraint of the database has refused, in words."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    told = _violations(batch.module).get(name)
    if told:
        return Refusal(*told)
    for constraint in batch.module.model._meta.constraints:
        if constraint.name == name and isinstance(constraint, models.UniqueConstraint):
            last = constraint.fields[-1] if constraint.fields else ""
            return Refusal(last, "NOT_UNIQUE", _("This is taken already."))
        if constraint.name == name:
            said = constraint.violation_error_message
            own = said is not None and said != constraint.default_violation_error_message
            message = said if own and said else _("The values do not fit together.")
            return Refusal("", "INVALID_VALUE", message)
    for field in batch.module.fields.values():
        if field.unique and field.column in name:
            return Refusal(field.name, "NOT_UNIQUE", _("This is taken already."))
    return Refusal("", "INVALID_VALUE", _("The database does not accept these values."))


def _clean(batch: Batch) -> None:
    for draft in batch.standing():
        if hasattr(draft.record, "clean"):
            try:
                draft.record.clean(draft.change)
            except Refusal as refusal:
                draft.refusals.append(refusal)
    clean_all = getattr(batch.module.model, "clean_all", None)
    if clean_all is not None:
        clean_all([draft.change for draft in batch.standing()])


def _clean_back(batch: Batch) -> None:
    """What stood once comes back as it stood, and no `clean` is asked; but what somebody may not bring about, they may not
    bring back either. That a model says in `clean_back`."""
    if batch.authorised or not hasattr(batch.module.model, "clean_back"):
        return
    for draft in batch.standing():
        try:
            draft.record.clean_back(draft.change)
        except Refusal as refusal:
            draft.refusals.append(refusal)


def _as_new(draft: Draft) -> Draft:
    """What comes back is compared with all its values, as a new record is."""
    return Draft({}, id=draft.id, record=draft.record, change=Change(draft.record, True))


def _doubles(batch: Batch) -> None:
    """Warns of likely doubles where a person looks; an import compares in its own way."""
    if not batch.module.doubles or batch.authorised or batch.via not in ("ui", "api"):
        return
    path, function = batch.module.doubles.rsplit(".", 1)
    find = getattr(import_module(path), function)
    standing = list(batch.standing())
    asked = [_as_new(draft) for draft in standing] if batch.verb == "restore" else standing
    held = {id(one): draft for one, draft in zip(asked, standing, strict=True)}
    found = [(held[id(one)], matches) for one, matches in find(batch.module, asked) if matches]
    answer = answer_to_doubles(batch.module) if found else Answer.ALLOW
    if answer == Answer.BLOCK or (answer == Answer.WARN and "double" not in batch.confirmed):
        for draft, matches in found:
            message = _("This looks like a record that is there already.")
            draft.refuse(
                "", "NOT_UNIQUE", message, matches=matches, confirm="" if answer == Answer.BLOCK else "double"
            )


def count_codes(refusals: Iterable[Refusal]) -> Counter[str]:
    return Counter(refusal.code for refusal in refusals)


__all__ = ["count_codes", "kind_of", "refusal_of", "validate"]
