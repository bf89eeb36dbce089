"""Held: which products a line of a document stands for: its own, or those its bundle held when it was written."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

PRODUCTS = "catalog_product"


def held_in(row: str) -> str:
    """SQL: a set of (product, each) of a row of lines: the product, and how many of it one of the line holds."""
    return f"""(
        SELECT {row}.product_id AS product, 1::numeric AS each WHERE {row}.product_id IS NOT NULL
        UNION ALL
        SELECT (c.part->>'id')::bigint, (c.part->>'quantity')::numeric
        FROM jsonb_array_elements(
            CASE WHEN jsonb_typeof({row}.components) = 'array' THEN {row}.components ELSE '[]'::jsonb END
        ) AS c(part)
        WHERE c.part->>'kind' = 'product')"""


def open_of(row: str, met: str) -> str:
    """SQL: how much of a row of lines is still to come. met: its column that counts what came."""
    return f"""CASE WHEN {row}.kind = 'item' AND {row}.trashed_at IS NULL AND (NOT {row}.optional OR {row}.chosen)
            THEN greatest({row}.quantity - {row}.{met}, 0) ELSE 0 END"""


def listed(words: Iterable[str]) -> str:
    """SQL: an array of these words."""
    return "ARRAY[" + ", ".join(f"'{one}'" for one in sorted(words)) + "]::text[]"


def held_by(line: Any) -> dict[int, Decimal]:
    """Product -> how many of it one of this line holds."""
    if line.product_id:
        return {line.product_id: Decimal(1)}
    found: dict[int, Decimal] = {}
    for part in line.components or ():
        if part["kind"] == "product":
            found[part["id"]] = found.get(part["id"], Decimal(0)) + Decimal(part["quantity"])
    return found


def products_of(quantities: Iterable[tuple[Any, Decimal]]) -> dict[int, Decimal]:
    """Product -> how many of it. quantities: (line, how many of the line)."""
    found: dict[int, Decimal] = {}
    for line, quantity in quantities:
        for product, each in held_by(line).items():
            found[product] = found.get(product, Decimal(0)) + each * quantity
    return found
