"""Assigning: what a group receives may go on to one of its members. The room above that keeps the rules says to whom."""

from __future__ import annotations

from collections.abc import Callable

from relasi.engine.records.batch import Batch

# Sets the owners of the drafts that go on, and returns what is left to do once they are stored.
Assign = Callable[[Batch], Callable[[], None] | None]
_assign: Assign | None = None


def register_assigning(function: Assign) -> None:
    global _assign
    _assign = function


def assign(batch: Batch) -> Callable[[], None]:
    """Before the records are stored, where nothing but the database can refuse them any more. Call what it returns after."""
    left = _assign(batch) if _assign is not None else None
    return left or _nothing


def _nothing() -> None:
    """Nobody was given anything."""
