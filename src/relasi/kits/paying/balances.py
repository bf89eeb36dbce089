"""Balances: whose follow from a payer and its parts. The engine holds those records before anything is worked out of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry

Held = Iterator[tuple[Module, Any]]


def of_both_sides(records: list[Any], *names: str) -> Held:
    """Of what parts of one class refer to by these names."""
    for name in names:
        ids = {id for one in records if (id := getattr(one, f"{name}_id"))}
        if ids:
            yield registry.of(records[0]._meta.get_field(name).related_model), ids


def of_what_is_paid(parts: Any, by: str, name: str, payers: list[Any]) -> Held:
    """Of the debts that parts of this class pay. by: their reference to the payer; name: to the debt."""
    ids = [one.pk for one in payers if one.pk]
    if ids:
        rows = parts._base_manager.filter(**{f"{by}__in": ids}, trashed_at=None)
        yield registry.of(parts._meta.get_field(name).related_model), rows.values(f"{name}_id")
