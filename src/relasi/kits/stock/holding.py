"""Holding: products taken for as long as a transaction lasts, in the order of their ids, so that nobody waits in a ring."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db import models

from relasi.engine.declare.registry import registry


def held_products(ids: Collection[int]) -> dict[int, Any]:
    """Product -> its row, which nobody else moves until this transaction ends."""
    rows = _products().select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {row.pk: row for row in rows}


def hold_rows(model: type[models.Model], ids: Collection[int]) -> None:
    """Rows of documents and lines that a posting will change: always before the products."""
    list(model._base_manager.select_for_update().filter(pk__in=set(ids)).order_by("pk").values_list("pk"))


def lacking(wanted: dict[int, Decimal], products: dict[int, Any]) -> list[tuple[Any, Decimal]]:
    """(product, how many are there) of each of which more is wanted than lies here."""
    return [
        (products[id], products[id].on_hand)
        for id, amount in sorted(wanted.items())
        if id in products and amount > max(products[id].on_hand, Decimal(0))
    ]


def _products() -> Any:
    return registry.module("catalog.Product").model._base_manager
