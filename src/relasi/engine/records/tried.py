"""Tried: something is done in earnest and taken back at once, to tell what it comes to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from relasi.engine.access.acting import acting, current_acting

Done = TypeVar("Done")
Told = TypeVar("Told")


def tried(do: Callable[[], Done], tell: Callable[[Done], Told]) -> Told:
    """What `tell` says of what `do` brought about. Nothing of it stays in the database, so nothing may leave it either.
    Raises Refused."""
    now = current_acting()
    with (
        acting(now.user, via=now.via, reason=now.reason, impersonator=now.impersonator),
        transaction.atomic(),
    ):
        told = tell(do())
        transaction.set_rollback(True)
    return told
