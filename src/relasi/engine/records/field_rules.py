"""Field rules: what an admin asks of fields under a condition. The room above that keeps them says what they are."""

from __future__ import annotations

from collections.abc import Callable

from relasi.engine.records.batch import Batch

_rules: Callable[[Batch], None] | None = None


def register_rules(function: Callable[[Batch], None]) -> None:
    """function(batch) refuses the drafts that break a rule."""
    global _rules
    _rules = function


def hold_rules(batch: Batch) -> None:
    """Rules are for people: the product goes on by itself, and an undo puts back what stood."""
    if _rules is not None and batch.via in ("ui", "api", "import") and not (batch.exact or batch.authorised):
        _rules(batch)
