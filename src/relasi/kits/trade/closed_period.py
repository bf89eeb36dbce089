"""Closed periods: days the books are closed for, asked by every document that moves money.

Whoever asks holds a shared lock until their transaction ends, and whoever closes waits for all of them: what a closing finds
is all there will be of its period, and who asks while it runs hears of it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.kits.pipeline.days import today

MEMO = "closed until"
_ASKING = "SELECT pg_advisory_xact_lock_shared(hashtext('relasi.closed_periods'))"
_CLOSING = "SELECT pg_advisory_xact_lock(hashtext('relasi.closed_periods'))"


def closed_until() -> date | None:
    """The last closed day. Deleting the newest period opens its months again."""
    memo = current_acting().memo
    if MEMO not in memo:
        if connection.in_atomic_block:
            _hold(_ASKING)
            # The lock ends with the transaction, and what was heard holds no longer.
            transaction.on_commit(lambda: memo.pop(MEMO, None))
        rows: Any = registry.module("billing.ClosedPeriod").model._base_manager.filter(trashed_at=None)
        memo[MEMO] = rows.aggregate(last=models.Max("until"))["last"]
    return memo[MEMO]


def wait_for_documents() -> None:
    """Holds up whoever asks from here on, until this transaction has closed."""
    _hold(_CLOSING)


def _hold(lock: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(lock)


def check_open_period(day: date | None, field: str = "date") -> None:
    """Raises Refusal for a day the books are closed for."""
    last = closed_until()
    if day is not None and last is not None and day <= last:
        sentence = _("The books are closed up to %(day)s. Choose a later date.")
        raise Refusal(field, "PERIOD_CLOSED", sentence % {"day": write_date(last, current_reader())})


def open_today() -> None:
    """Raises Refused when the books are closed for today already."""
    try:
        check_open_period(today(), "")
    except Refusal as refusal:
        raise Refused([refusal]) from None


def keep_closed_periods(changes: list[Change]) -> None:
    """A reaction to what is deleted or restored: an undo does not reach into a month that is closed."""
    for change in changes:
        try:
            check_open_period(change.record.date)
        except Refusal as refusal:
            raise Refused([refusal]) from None


def check_period_back(change: Change) -> None:
    """Part of clean_back: an undo moves nothing into a closed month, nor out of one. Raises Refusal."""
    for day in (change.old("date"), change.record.date):
        check_open_period(day)


def forget(changes: list[Change]) -> None:
    current_acting().memo.pop(MEMO, None)
