"""The one door for writes: one record or a hundred thousand, the same steps in the same order.

1 access · 2 parse · 3 defaults, fill, before_save · 4 validation · 5 store, version checked · 6 history (the tables'
triggers) · 7 search index and reactions · 8 news, all in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, models, transaction

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.records import (
    access_step,
    assign_step,
    held,
    index_step,
    lines_step,
    parse_step,
    react_step,
    store_step,
    validate_step,
)
from relasi.engine.records.batch import Batch, Draft, Written
from relasi.engine.records.change_set import open_change_set
from relasi.engine.records.refusal import Refusal, Refused

__all__ = [
    "Draft",
    "Refusal",
    "Refused",
    "Written",
    "create",
    "rehearse",
    "rehearse_all",
    "restore",
    "trash",
    "update",
    "write",
]


def write(
    module: Module,
    drafts: Iterable[Draft],
    *,
    verb: str = "save",
    partial: bool = False,
    exact: bool = False,
    parsed: bool = False,
    confirmed: Sequence[str] = (),
    authorised: str = "",
    anyway: bool = False,
) -> Written:
    """Makes the drafts true.

    verb: "save", "trash" or "restore". partial: write what can be written and report the rest; otherwise the
    first refusal refuses all. exact: the values are stored columns put back by an undo, so nothing is derived
    from them. parsed: the values have been read by their kinds already. confirmed: codes of warnings the person
    has seen ("double", …). authorised: why the caller has decided by itself that this person may do this,
    whatever the profile says (own list views, own preferences). anyway: no rule of the module keeps these records
    from the bin, as when an act is undone or what hung on them has moved to another record.
    Raises Refused, after which nothing has changed. Returns Written.
    """
    seen = current_acting().confirmed.union(confirmed)
    batch = Batch(module, list(drafts), verb, exact, parsed, seen, authorised, anyway=anyway)
    with transaction.atomic():
        _decide(batch)
        if batch.refusals and not partial:
            raise Refused(batch.refusals)
        _store(batch)
    refused = [draft for draft in batch.drafts if draft.refusals]
    return Written(batch.saved, batch.refusals, current_acting().change_set, refused)


def _decide(batch: Batch) -> None:
    """Everything before the first row is written."""
    held.hold_first(batch)
    access_step.load(batch)
    access_step.check(batch)
    parse_step.parse(batch)
    lines_step.gather(batch)
    held.hold_followers(batch)
    lines_step.complete(batch)
    parse_step.complete(batch)
    validate_step.validate(batch)
    lines_step.validate(batch)


def _store(batch: Batch) -> None:
    lines_step.note_changed(batch)
    batch.created, batch.updated = batch.new, batch.changed
    if not batch.stored:
        return
    open_change_set()
    note = assign_step.assign(batch)
    try:
        store_step.store(batch)
        lines_step.store(batch)
    except IntegrityError as error:
        # Another transaction was quicker than our checks.
        raise Refused([validate_step.refusal_of(batch, error)]) from error
    index_step.index(batch)
    note()
    for written in (batch, *batch.lines):
        react_step.react(written)
    react_step.announce(batch)


def rehearse(module: Module, draft: Draft) -> Draft:
    """What the draft would make of its record and lines, with nothing stored and nothing refused aloud.

    The same steps as `write` up to what follows from the values, so a form can show what saving will store.
    """
    batch = Batch(module, [draft])
    with transaction.atomic():
        access_step.load(batch)
        parse_step.parse(batch)
        lines_step.gather(batch)
        lines_step.complete(batch)
        held, draft.refusals = draft.refusals, []
        parse_step.complete(batch)
        draft.refusals += held
    return draft


def rehearse_all(
    module: Module,
    drafts: list[Draft],
    *,
    verb: str = "save",
    parsed: bool = False,
    confirmed: Sequence[str] = (),
    authorised: str = "",
) -> None:
    """What `write` would make of the drafts: each has its change or its refusals afterwards. Nothing is stored or
    locked. verb, parsed, confirmed, authorised: of `write`."""
    batch = Batch(module, drafts, verb, False, parsed, frozenset(confirmed), authorised, locked=False)
    with transaction.atomic():
        _decide(batch)


def create(
    model: type[models.Model],
    values: dict[str, Any],
    *,
    lines: list[dict[str, Any]] | None = None,
    **how: Any,
) -> Any:
    """One new record from raw values by field name. lines: of a Draft. how: of `write`. Raises Refused."""
    return write(registry.of(model), [Draft(values, lines=lines)], **how).records[0]


def update(
    record: models.Model,
    values: dict[str, Any],
    *,
    version: int | None = None,
    merge: bool = False,
    lines: list[dict[str, Any]] | None = None,
    **how: Any,
) -> Any:
    """One changed record. version: the one the person saw; merge: take it when nobody touched the same fields."""
    draft = Draft(values, id=record.pk, version=version, merge=merge, lines=lines)
    return write(registry.of(record), [draft], **how).records[0]


def trash(model: type[models.Model], ids: Iterable[int], *, partial: bool = False, **how: Any) -> Written:
    """Into the recycle bin."""
    return write(registry.of(model), [Draft({}, id=id) for id in ids], verb="trash", partial=partial, **how)


def restore(model: type[models.Model], ids: Iterable[int], *, partial: bool = False, **how: Any) -> Written:
    """Out of the recycle bin, with id, number, owner and relations as they were."""
    return write(registry.of(model), [Draft({}, id=id) for id in ids], verb="restore", partial=partial, **how)
