"""What stands in the way of a record that comes back: an owner who left meanwhile, a record above it in the bin too.

Both are warnings: with the code confirmed the record comes back all the same, so that somebody can put it right. An
undo asks nobody.
"""

from __future__ import annotations

from collections import defaultdict

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.owner import Owner
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.records.batch import Batch, Draft

# Codes of the warnings.
OWNER, PARENT = "owner", "parent"


def check(batch: Batch) -> None:
    if not batch.module.is_record or batch.authorised or batch.via == "undo":
        return
    if OWNER not in batch.confirmed:
        _owners(batch)
    if PARENT not in batch.confirmed:
        _parents(batch)


def _owners(batch: Batch) -> None:
    ids = {draft.record.owner_id for draft in batch.standing()}
    gone = set(Owner.objects.filter(pk__in=ids, active=False).values_list("pk", flat=True))
    for draft in batch.standing() if gone else ():
        if draft.record.owner_id in gone:
            message = _("Its owner does not work here any more. Choose another one.")
            draft.refuse("owner", "BAD_REFERENCE", message, confirm=OWNER)


def _parents(batch: Batch) -> None:
    """References to records of this company that lie in the bin."""
    found: dict[int, list[int]] = defaultdict(list)
    drafts = batch.standing()
    for field, target in _references(batch.module):
        wanted: dict[int, list[Draft]] = defaultdict(list)
        for draft in drafts:
            wanted[draft.record.__dict__[field.attname]].append(draft)
        rows = target.model._base_manager.filter(pk__in=[id for id in wanted if id], trashed_at__isnull=False)
        for id in rows.values_list("pk", flat=True):
            for draft in wanted[id]:
                found[draft.record.pk].append(id)
    for draft in drafts if found else ():
        if draft.record.pk in found:
            message = _("A record it belongs to lies in the recycle bin as well.")
            draft.refuse("", "BAD_REFERENCE", message, confirm=PARENT, parents=found[draft.record.pk])


def _references(module: Module) -> list[tuple[models.ForeignKey, Module]]:
    return [
        (field, registry.of(field.related_model))
        for field in module.fields.values()
        if isinstance(field, models.ForeignKey)
        and field.editable
        and registry.knows(field.related_model._meta.label)
        and registry.of(field.related_model).is_record
    ]
