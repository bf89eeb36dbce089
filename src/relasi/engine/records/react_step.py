"""Steps 7 and 8 of the write door: reactions in the same transaction, then news for open screens."""

from __future__ import annotations

from relasi.engine.access.acting import SYSTEM
from relasi.engine.records.batch import Batch, Draft
from relasi.engine.records.live import publish_all
from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, TRASHED, reactions_to

# Open pages of single records are told up to this many records; lists are always told.
MOST_RECORDS = 20


def react(batch: Batch) -> None:
    happened: dict[str, list[Draft]] = {CREATED: batch.created}
    if batch.verb == "trash":
        happened[TRASHED] = batch.updated
    elif batch.verb == "restore":
        happened[RESTORED] = batch.updated
    else:
        happened[CHANGED] = batch.updated
    for what, drafts in happened.items():
        for reaction in reactions_to(what, batch.module.key) if drafts else ():
            changes = [draft.change for draft in drafts if draft.change and reaction.wants(draft.change)]
            if changes:
                reaction.function(changes)


def announce(batch: Batch) -> None:
    """Says that something changed, not what: a screen asks again with the rights of the person before it."""
    by = None if batch.user is SYSTEM else batch.user.id
    records = [draft.record for draft in batch.stored] if len(batch.stored) <= MOST_RECORDS else []
    hangs_on = batch.module.fields[batch.module.hangs_on].attname if batch.module.hangs_on else ""
    topics = {f"activity:{getattr(r, hangs_on)}" if hangs_on else f"record:{r.pk}" for r in records}
    publish_all([batch.module.key, *sorted(topics)], {"by": by})
