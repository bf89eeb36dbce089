"""Steps 0 and 1 of the write door: the records as they stand, locked, and whether this person may touch them."""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.door import fields_for, may
from relasi.engine.access.prepared import Given, IsOneOf, prepared
from relasi.engine.declare.module import Module
from relasi.engine.fields.custom import unfold
from relasi.engine.records.batch import Batch, Draft
from relasi.engine.records.blank import blank_record
from relasi.engine.records.refusal import Change

VERB_RIGHT = {"save": "edit", "trash": "delete", "restore": "delete"}


def load(batch: Batch) -> None:
    """Gives every draft its record: a blank one, or the stored one, under a row lock when it is to be written."""
    model = batch.module.model
    ids = [draft.id for draft in batch.drafts if draft.id is not None]
    rows = {}
    if ids:
        shape = ("locked" if batch.locked else "loaded", batch.module.key)
        query = prepared(shape, lambda: _stored(batch.module, batch.locked), by_key=True)
        rows = {row.pk: row for row in query.run({"ids": ids})}
    for draft in batch.drafts:
        if draft.id is None:
            draft.record = blank_record(model)
            unfold(draft.record)
            draft.change = _change(batch, draft, is_new=True)
        elif draft.id in rows:
            draft.record = rows[draft.id]
            unfold(draft.record)
            draft.change = _change(batch, draft, is_new=False)
        else:
            _not_found(draft)


def _stored(module: Module, locked: bool) -> QuerySet:
    """With the record they belong to or hang on, where rights are asked of that one."""
    found = module.model._base_manager.all()
    found = found.select_for_update(of=("self",)) if locked else found
    if module.whole is not None:
        found = found.select_related(module.whole.name)
    if module.hangs_on:
        found = found.select_related(module.hangs_on)
    return found.filter(IsOneOf(F("pk"), Given("ids")))


def _change(batch: Batch, draft: Draft, *, is_new: bool) -> Change:
    return Change(
        draft.record, is_new, via=batch.via, confirmed=batch.confirmed, authorised=batch.authorised,
        refusals=draft.refusals,
    )  # fmt: skip


def check(batch: Batch) -> None:
    if batch.authorised:
        return
    module, user = batch.module, batch.user
    right = VERB_RIGHT[batch.verb]
    may_create = may(user, "create", module)
    writable = {is_new: fields_for(user, "create" if is_new else "edit", module) for is_new in (True, False)}
    for draft in batch.standing():
        is_new = draft.id is None
        if is_new and not may_create:
            draft.refuse("", "NO_PERMISSION", _("You may not create this."))
        elif not is_new:
            _check_record(batch, draft, right)
        if not draft.refusals:
            _check_fields(batch, draft, writable[is_new])


def _check_fields(batch: Batch, draft: Draft, writable: set[str]) -> None:
    names = set(draft.values)
    if draft.over:
        names.update(draft.over.keys() - {"custom"})
    if batch.exact:
        # Columns as they are stored; what the product derived comes back with what the person may change.
        names = {
            field.name for field in batch.module.fields.values() if field.attname in names and field.editable
        }
    for name in names - writable:
        known = batch.module.has(name)
        draft.refuse(
            name,
            "NO_PERMISSION" if known else "INVALID_VALUE",
            _("You may not change this field.") if known else _("There is no such field."),
        )


def _check_record(batch: Batch, draft: Draft, right: str) -> None:
    record, user, module = draft.record, batch.user, batch.module
    in_bin = record.trashed_at is not None
    visible = may(user, "view", module, record)
    if not visible or (in_bin and batch.verb == "save" and not batch.exact):
        _not_found(draft)
    elif not may(user, right, module, record):
        draft.refuse("", "NO_PERMISSION", _("You may not change this record."))
    elif batch.verb == "restore" and not in_bin:
        draft.refuse("", "INVALID_TRANSITION", _("This record is not in the recycle bin."))
    elif batch.verb == "trash" and in_bin:
        draft.refuse("", "INVALID_TRANSITION", _("This record is in the recycle bin already."))


def _not_found(draft: Draft) -> None:
    draft.refuse("", "NOT_FOUND", _("This record is not there, or you may not see it."))
