"""Steps 2 and 3 of the write door: raw values become stored ones, references are found, the rest follows."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.door import visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.declare.remembered import remembered
from relasi.engine.fields.custom import HOME, PREFIX, custom_fields_of
from relasi.engine.fields.kind import Invalid, Kind, kind_of
from relasi.engine.fields.loose_reference import LooseReferenceField
from relasi.engine.fields.reader import current_reader
from relasi.engine.fields.reference import Unresolved
from relasi.engine.records import stale
from relasi.engine.records.batch import Batch, Draft
from relasi.engine.records.find import find_references
from relasi.engine.records.refusal import Refusal


def parse(batch: Batch) -> None:
    if batch.verb == "save":
        (_put_back if batch.exact else _check_names if batch.parsed else _parse_values)(batch)
        _resolve(batch)
        for draft in batch.standing():
            if draft.version is not None and draft.id and draft.record.version != draft.version:
                stale.check(draft)
    _apply(batch)


def _parse_values(batch: Batch) -> None:
    reader = current_reader()
    kinds: dict[str, Kind] = {}
    fields = batch.module.fields
    for draft in batch.standing():
        for name, raw in draft.values.items():
            kind = kinds.get(name)
            if kind is None:
                if name not in fields or not (fields[name].editable or batch.authorised):
                    draft.refuse(name, "NO_PERMISSION", _("This field cannot be changed."))
                    continue
                kind = kinds[name] = kind_of(fields[name])
            try:
                draft.values[name] = kind.parse(raw, reader)
            except Invalid as wrong:
                draft.refuse(name, wrong.code, wrong.message, value=raw)


def _check_names(batch: Batch) -> None:
    """All that is left to do for values that are parsed: no field may be written that nobody writes by hand."""
    fields = batch.module.fields
    closed = {name for draft in batch.drafts for name in draft.values if not fields[name].editable}
    for draft in batch.standing() if closed else ():
        for name in draft.values.keys() & closed:
            draft.refuse(name, "NO_PERMISSION", _("This field cannot be changed."))


def _put_back(batch: Batch) -> None:
    """An undo gives stored columns in their JSON form."""
    by_column = {field.attname: field for field in batch.module.fields.values()}
    for draft in batch.drafts:
        given = draft.values
        draft.values = {
            by_column[column].name: kind_of(by_column[column]).from_json(value)
            for column, value in given.items()
            if column in by_column and column != HOME
        }
        # What belongs to no field: notes of an import, and fields that are turned off now.
        loose = {c: value for c, value in given.items() if c.startswith(PREFIX) and c not in by_column}
        if loose or HOME in given:
            draft.over = {HOME: _laid_instead(draft.record.custom or {}, given.get(HOME)) | loose}


def _laid_instead(stands: dict[str, Any], notes: dict[str, Any] | None) -> dict[str, Any]:
    """What to lay over `custom` so that these notes stand in it and none besides; None for those that stand."""
    if notes is None:
        return {}
    gone = [key for key in stands if not key.startswith(PREFIX) and key not in notes]
    return {**dict.fromkeys(gone), **notes}


def _resolve(batch: Batch) -> None:
    """Finds what references name by number or title: one query for each field, however many drafts."""
    wanted: dict[str, dict[str, list[Draft]]] = defaultdict(lambda: defaultdict(list))
    references = [name for name, field in batch.module.fields.items() if _refers(field)]
    for draft in batch.standing():
        values = draft.values
        for name in references:
            value = values.get(name)
            if value.__class__ is Unresolved:
                wanted[name][value.text].append(draft)
    for name, texts in wanted.items():
        found = find_references(batch.module.fields[name], list(texts))
        for text, drafts in texts.items():
            ids = found.get(text, [])
            for draft in drafts:
                if len(ids) == 1:
                    draft.values[name] = ids[0]
                else:
                    message = (
                        _("“%(text)s” names more than one record.") if ids else _("“%(text)s” was not found.")
                    ) % {"text": text}
                    draft.refuse(name, "BAD_REFERENCE", message, value=text)


def _refers(field: Any) -> bool:
    return field.is_relation or isinstance(field, LooseReferenceField)


def _apply(batch: Batch) -> None:
    """Sets the parsed values, keeping what stood before."""
    columns = {name: field.attname for name, field in batch.module.fields.items()}
    for draft in batch.standing():
        record, before = draft.record, draft.change.before
        draft.was_read = True
        for name, value in draft.values.items():
            column = columns[name]
            if draft.id is not None:
                before.setdefault(column, record.__dict__[column])
            record.__dict__[column] = value
            cached = record._state.fields_cache
            if name in cached:
                del cached[name]
        for name, parts in (draft.over or {}).items():
            column = columns[name]
            if draft.id is not None:
                before.setdefault(column, record.__dict__[column])
            whole = laid_over(record.__dict__[column], parts)
            record.__dict__[column] = whole or (None if batch.module.fields[name].null else whole)


def laid_over(whole: dict[str, Any] | None, parts: dict[str, Any]) -> dict[str, Any]:
    """A new value: the parts over what stands, at any depth; a part that is None goes."""
    found = dict(whole or {})
    for key, part in parts.items():
        if isinstance(part, dict):
            found[key] = laid_over(found.get(key), part)
        elif part is None:
            found.pop(key, None)
        else:
            found[key] = part
    return found


def complete(batch: Batch) -> None:
    """Defaults, `fill` and what the module derives from the change."""
    if batch.verb in ("trash", "restore"):
        _stamp_bin(batch)
        return
    if batch.exact:
        return
    _default_owner(batch)
    _fill(batch)
    for draft in batch.standing():
        keep_before(draft)
        if hasattr(draft.record, "before_save"):
            try:
                draft.record.before_save(draft.change)
            except Refusal as refusal:
                draft.refusals.append(refusal)
    before_save_all = getattr(batch.module.model, "before_save_all", None)
    if before_save_all is not None:
        before_save_all([draft.change for draft in batch.standing()])


def keep_before(draft: Draft) -> None:
    """Remembers every column, so that what before_save derives is seen as a change too."""
    if draft.id is not None:
        values = draft.record.__dict__
        model: Any = type(draft.record)
        draft.change.before = {c: values.get(c) for c in _columns(model)} | draft.change.before


@remembered
def _columns(model: Any) -> tuple[str, ...]:
    fields = (*model._meta.concrete_fields, *custom_fields_of(model).values())
    return tuple(field.attname for field in fields)


def _stamp_bin(batch: Batch) -> None:
    user = None if batch.user is SYSTEM else batch.user.id
    now = timezone.now()
    if batch.verb == "trash" and not batch.anyway:
        _ask_the_rules(batch)
    for draft in batch.standing():
        record = draft.record
        draft.change.before.update(trashed_at=record.trashed_at, trashed_by_id=record.trashed_by_id)
        if batch.verb == "trash":
            record.trashed_at, record.trashed_by_id = now, user
        else:
            record.trashed_at, record.trashed_by_id = None, None


def _ask_the_rules(batch: Batch) -> None:
    """What the module holds against a deletion. A warning the person has seen is answered; a refusal stays one."""
    before_trash_all = getattr(batch.module.model, "before_trash_all", None)
    if before_trash_all is not None:
        before_trash_all([draft.change for draft in batch.standing()])
    for draft in batch.drafts:
        draft.refusals[:] = [one for one in draft.refusals if not _answered(one, batch)]
    for draft in batch.standing():
        if hasattr(draft.record, "before_trash"):
            try:
                draft.record.before_trash()
            except Refusal as refusal:
                draft.refusals += [] if _answered(refusal, batch) else [refusal]


def _answered(refusal: Refusal, batch: Batch) -> bool:
    return refusal.more.get("confirm") in batch.confirmed


def _default_owner(batch: Batch) -> None:
    if not batch.module.is_record or batch.user is SYSTEM:
        return
    for draft in batch.standing():
        if draft.id is None and draft.record.owner_id is None and "owner" not in draft.values:
            draft.record.owner_id = batch.user.id
        if draft.id is None:
            draft.record.source = batch.via if batch.via in _SOURCES else "ui"


_SOURCES = {"ui", "import", "api", "conversion", "workflow", "system"}


def _fill(batch: Batch) -> None:
    """`fill = {"account": "contact.account"}`: an empty field takes the value of a record just chosen, if they see it.
    Of several ways with spaces between them the first that leads to a value counts."""
    ways = [(target, way) for target, path in batch.module.fill.items() for way in path.split()]
    for target, way in ways:
        through, source = way.split(".")
        here, there = batch.module.fields[target].attname, batch.module.fields[through]
        waiting: dict[int, list[Any]] = defaultdict(list)
        for draft in batch.standing():
            chosen = draft.record.__dict__[there.attname]
            if chosen is not None and draft.record.__dict__[here] is None and draft.change.has(through):
                waiting[chosen].append(draft.record)
        if waiting:
            other = registry.of(there.related_model)
            column = other.fields[source].attname
            seen = (
                other.model._base_manager.all() if batch.authorised else visible_to(batch.user, other.model)
            )
            rows = seen.filter(pk__in=list(waiting)).order_by().values_list("pk", column)
            for id, value in rows:
                for record in waiting[id]:
                    record.__dict__[here] = value
