"""Co-owning: who has a record together with its owner, kept beside the record by what declares it."""

from __future__ import annotations

from collections.abc import Iterable

from relasi.engine.access.acting import current_acting
from relasi.engine.records.record import CoOwner


def add_co_owners(pairs: Iterable[tuple[int, int]]) -> None:
    """pairs: (record id, user id)."""
    rows = [CoOwner(record_id=record, user_id=user) for record, user in pairs]
    CoOwner.objects.bulk_create(rows, ignore_conflicts=True)
    _forget()


def remove_co_owners(pairs: Iterable[tuple[int, int]]) -> None:
    for record, user in pairs:
        CoOwner.objects.filter(record_id=record, user_id=user).delete()
    _forget()


def _forget() -> None:
    memo = current_acting().memo
    for key in [key for key in memo if isinstance(key, tuple) and key[0] == "co_owned"]:
        del memo[key]
