"""Lines: the parts a record is worked out from go through the door with it, in the same steps and change set.

A module that declares `lines` gets, on every write that is no undo, all its lines: those given, or those that stand.
`before_save` of the record sees them as `change.lines` and may set what follows on both sides, so no figure of
the record can be stored that does not come from its lines.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.access.door import fields_for
from relasi.engine.records import access_step, parse_step, store_step, validate_step
from relasi.engine.records.batch import Batch, Draft


def gather(batch: Batch) -> None:
    """Gives every draft its lines: a batch of those that stay or come, and one of those that go."""
    module = batch.module.lines_module
    if module is None or batch.exact or batch.verb != "save":
        return
    drafts = list(batch.standing())
    stored = _stored(batch, [draft.id for draft in drafts if draft.id is not None])
    staying: list[Draft] = []
    going: list[Draft] = []
    for draft in drafts:
        known = stored.get(draft.id or 0, [])
        draft.line_drafts = _line_drafts(draft, known)
        staying += draft.line_drafts
        kept = {line.id for line in draft.line_drafts}
        going += [Draft({}, id=id) for id in known if id not in kept]
    how: dict[str, Any] = {
        "parsed": batch.parsed,
        "confirmed": batch.confirmed,
        "authorised": batch.authorised,
        "locked": batch.locked,
        "anyway": batch.anyway,
    }
    batch.lines = [Batch(module, staying, **how), Batch(module, going, verb="trash", **how)]
    for lines in batch.lines:
        access_step.load(lines)
        _check_fields(lines)
        parse_step.parse(lines)


def _stored(batch: Batch, ids: list[int]) -> dict[int, list[int]]:
    """Record -> ids of its lines, in their order."""
    module = batch.module.lines_module
    column = module.whole.attname
    found: dict[int, list[int]] = defaultdict(list)
    if ids:
        rows = module.model._base_manager.filter(**{f"{column}__in": ids}, trashed_at=None)
        for whole, id in rows.order_by("position", "pk").values_list(column, "pk"):
            found[whole].append(id)
    return found


def _check_fields(lines: Batch) -> None:
    """Of a line a person may write what they may see; whether they may change the record was asked of the record."""
    if not lines.authorised:
        seen = fields_for(lines.user, "view", lines.module)
        for draft in lines.standing():
            for name in draft.values.keys() - seen:
                draft.refuse(name, "NO_PERMISSION", _("You may not change this field."))


def _line_drafts(draft: Draft, known: list[int]) -> list[Draft]:
    if draft.lines is None:
        return [Draft({}, id=id) for id in known]
    found = []
    for place, given in enumerate(draft.lines):
        values = {name: value for name, value in given.items() if name != "id"}
        line = Draft({**values, "position": place + 1}, id=given.get("id"))
        if line.id is not None and line.id not in known:
            line.refuse("", "BAD_REFERENCE", _("This line is not there any more."))
            line.id = None
        found.append(line)
    return found


def complete(batch: Batch) -> None:
    """The lines first; then the record can be worked out from them."""
    for lines in batch.lines:
        parse_step.complete(lines)
    for draft in batch.standing():
        if draft.change is not None and batch.lines:
            draft.change.lines = [line.change for line in draft.line_drafts if line.change is not None]


def validate(batch: Batch) -> None:
    """What is held against a line is held against its record, with the place of the line."""
    for lines in batch.lines:
        validate_step.validate(lines)
    for draft in batch.drafts if batch.lines else ():
        draft.refusals = draft.all_refusals()
    if batch.lines:
        refused = {id(line) for d in batch.drafts if d.refusals for line in d.line_drafts}
        for lines in batch.lines:
            lines.drafts = [line for line in lines.drafts if id(line) not in refused]


def note_changed(batch: Batch) -> None:
    """A record whose lines change is changed itself: its version moves on."""
    for draft in batch.standing() if batch.lines else ():
        left = any(
            getattr(gone.record, batch.lines[1].module.whole.attname) == draft.id
            for gone in batch.lines[1].standing()
        )
        draft.lines_changed = left or any(
            line.id is None or (line.change is not None and line.change.columns())
            for line in draft.line_drafts
        )
        draft.change.lines_changed = draft.lines_changed


def store(batch: Batch) -> None:
    """After the records, which new lines must point to."""
    if not batch.lines:
        return
    column = batch.lines[0].module.whole.attname
    for draft in batch.standing():
        for line in draft.line_drafts:
            line.record.__dict__[column] = draft.record.pk
    for lines in batch.lines:
        lines.created, lines.updated = lines.new, lines.changed
        if lines.stored:
            store_step.store(lines)
