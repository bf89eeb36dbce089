"""Merge: several records of one kind become one, and every relation moves along. Undone, each is back in its place.

What moves is written through the door in one change set of its own channel, so history tells it and an undo takes it
apart again. What the product notes for itself about a record (its stages) stays with that record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting, current_acting
from relasi.engine.access.door import fields_for, has_tool, may, visible_to
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.loose_reference import LooseReferenceField
from relasi.engine.fields.reference import ReferencesField
from relasi.engine.records import absorbed
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, write

MOST = 10
REFERRING = (models.ForeignKey, LooseReferenceField)
VIA = "merge"
# Why the door lets relations move that the person may not change one by one.
MOVED = "the record it belonged to went into another one"
AT_ONCE = 5000


def merge(module: Module, survivor: int, others: Sequence[int], values: Mapping[str, int]) -> tuple[Any, int]:
    """Makes one record of several.

    values: field name -> id of the record whose value stays; fields not named keep the survivor's.
    Returns the survivor and the id of the change set. Raises Refused, after which nothing has changed.
    """
    mine = current_acting()
    with (
        transaction.atomic(),
        acting(mine.user, via=VIA, impersonator=mine.impersonator, memo=mine.memo) as stretch,
    ):
        records = _checked(module, [survivor, *others], values)
        gone = [record for record in records.values() if record.pk != survivor]
        stretch.reason = " + ".join(record.number for record in (records[survivor], *gone))
        ids = [record.pk for record in gone]
        _move_relations(module, survivor, ids)
        write(module, [Draft({}, id=id) for id in ids], verb="trash", anyway=True)
        taken = _taken(module, records, survivor, values)
        drafts = [Draft(taken, id=survivor)]
        saved = write(module, drafts, parsed=True, confirmed=["double"]).records[0]
        assert stretch.change_set is not None
        absorbed.keep([(record.pk, record.number) for record in gone], survivor, stretch.change_set)
    return saved, stretch.change_set


def _checked(module: Module, ids: list[int], values: Mapping[str, int]) -> dict[int, Any]:
    """The records, locked, if this person may merge them."""
    user = current_acting().user
    if not has_tool(user, "merge"):
        raise Refused([Refusal("", "NO_PERMISSION", _("You may not merge records."))])
    if not 2 <= len(set(ids)) <= MOST:
        message: Any = _("Choose two to %(most)s records to merge.") % {"most": MOST}
        raise Refused([Refusal("", "OUT_OF_RANGE", message)])
    rows = visible_to(user, module.model).select_for_update(of=("self",)).filter(pk__in=ids)
    records = {row.pk: row for row in rows.order_by("pk")}
    if len(records) < len(set(ids)):
        message = _("One of these records is not there any more, or you may not see it.")
        raise Refused([Refusal("", "NOT_FOUND", message)])
    for id, record in records.items():
        verb = "edit" if id == ids[0] else "delete"
        if not may(user, verb, module, record):
            message = _("You may not merge %(name)s.") % {"name": str(record)}
            raise Refused([Refusal("", "NO_PERMISSION", message)])
    unknown = set(values) - set(mergeable_fields(module, user))
    if unknown or set(values.values()) - records.keys():
        raise Refused(
            [Refusal(min(unknown, default=""), "NO_PERMISSION", _("You may not change this field."))]
        )
    return records


def mergeable_fields(module: Module, user: Any) -> list[str]:
    """The fields whose value may be chosen, in the order of the form."""
    writable = fields_for(user, "edit", module)
    return [
        n for n in module.form_fields if n in writable and n in module.fields and module.fields[n].editable
    ]


def _taken(
    module: Module, records: dict[int, Any], survivor: int, values: Mapping[str, int]
) -> dict[str, Any]:
    """Field name -> the stored value the survivor takes over. A record never points at itself or at what is gone."""
    found = {}
    for name, field in module.fields.items():
        column = field.attname
        source = records[values.get(name, survivor)]
        value = getattr(source, column)
        if field.related_model is module.model and value in records:
            value = _first_outside(records, column)
        elif isinstance(field, ReferencesField) and field.target is module.model and value:
            value = [id for id in value if id not in records] or None
        if field.editable and (name in values or value != getattr(records[survivor], column)):
            found[name] = value
    return found


def _first_outside(records: dict[int, Any], column: str) -> int | None:
    """What the first of them points at beyond these records."""
    pointed = (record.__dict__[column] for record in records.values())
    return next((id for id in pointed if id is not None and id not in records), None)


def pointing_at(module: Module) -> Iterator[tuple[Module, models.Field]]:
    """Every reference to records of this module, or to records of any module; parts of a record come first."""
    ours = (module.model, RecordIndex)
    homes = sorted(registry, key=lambda other: other.whole is None)
    for other in homes:
        if "delete" not in other.verbs:
            continue  # what the product notes for itself stays noted where it was
        for field in other.fields.values():
            listed = isinstance(field, ReferencesField) and field.editable and field.target is module.model
            if listed or (isinstance(field, REFERRING) and field.related_model in ours):
                yield other, field


def _move_relations(module: Module, survivor: int, others: list[int]) -> None:
    """Everything that points at the others points at the survivor. A part the survivor has already goes to the bin."""
    twins: list[tuple[Module, list[int]]] = []
    for other, field in pointing_at(module):
        drafts = list(_redirected(other, field, survivor, others))
        for start in range(0, len(drafts), AT_ONCE):
            some = drafts[start : start + AT_ONCE]
            written = write(other, some, exact=True, partial=True, authorised=MOVED)
            left: set[Any] = {draft.id for draft in some} - {draft.id for draft in written.drafts}
            if left and other.whole is None and not other.hangs_on:
                raise Refused(written.refusals)
            if left:
                twins.append((other, sorted(left)))
    for other, gone in twins:
        living = other.model._base_manager.filter(pk__in=gone, trashed_at=None).values_list("pk", flat=True)
        drafts = [Draft({}, id=id) for id in living]
        if drafts:
            write(other, drafts, verb="trash", authorised=MOVED, anyway=True)


def _redirected(other: Module, field: models.Field, survivor: int, others: list[int]) -> Iterator[Draft]:
    """One draft for each row, in the bin or not. Of the merged records themselves only the survivor's own count,
    and those are settled with its values."""
    rows = other.model._base_manager.exclude(pk__in=[survivor, *others])
    if isinstance(field, REFERRING):
        found = rows.filter(**{f"{field.attname}__in": others}).order_by("pk")
        for pk in found.values_list("pk", flat=True):
            yield Draft({field.attname: survivor}, id=pk)
        return
    kind = kind_of(field)
    match = models.Q()
    for id in others:
        match |= models.Q(**{f"{field.name}__contains": [id]})
    for pk, listed in rows.filter(match).order_by("pk").values_list("pk", field.attname):
        kept = dict.fromkeys(survivor if id in others else id for id in listed)
        yield Draft({field.attname: kind.to_json(list(kept))}, id=pk)


def what_moves(module: Module, others: Sequence[int]) -> list[tuple[Module, int]]:
    """How many records of each module would move, of those the acting person may see."""
    user, found = current_acting().user, []
    for other, field in pointing_at(module):
        if not other.is_record or not isinstance(field, REFERRING) or not may(user, "view", other):
            continue
        rows = visible_to(user, other.model).filter(**{f"{field.attname}__in": others}).exclude(pk__in=others)
        count = rows.count()
        if count:
            found.append((other, count))
    return found
