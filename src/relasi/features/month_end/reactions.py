"""Reactions of the month-end: whenever a period is closed, what stood at its end is kept in the same change set."""

from __future__ import annotations

from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, on
from relasi.engine.records.refusal import Change
from relasi.features.month_end.taking import take
from relasi.kits.trade.closed_period import wait_for_documents

CLOSED = "billing.ClosedPeriod"


@on(CREATED, CLOSED)
@on(RESTORED, CLOSED)
@on(CHANGED, CLOSED, field="until")
def keep_what_stood(changes: list[Change]) -> None:
    wait_for_documents()
    for change in sorted(changes, key=lambda one: one.record.until):
        if change.record.trashed_at is None:
            take(change.record)
