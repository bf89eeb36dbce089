"""What stands on documents: whether a tax or an item was ever used, asked of every module of lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry


def line_modules() -> Iterator[Module]:
    """The modules whose rows are lines of a document: they keep the taxes they were sold with."""
    for module in registry:
        if module.whole is not None and "tax_rules" in module.fields:
            yield module


def tax_is_used(code: str) -> bool:
    """Whether any line or charge of a document that is not deleted keeps this tax."""
    kept = [(module, "tax_rules") for module in line_modules()]
    kept += [(module, "charge_tax_rules") for module in registry if "charge_tax_rules" in module.fields]
    return any(
        module.model._base_manager.filter(**{f"{name}__contains": [{"code": code}]}, trashed_at=None).exists()
        for module, name in kept
    )


def used_items(name: str, ids: Collection[int]) -> set[int]:
    """Which of these records stand on a line that is not deleted. name: the reference of the lines, "product"."""
    found: set[int] = set()
    for module in line_modules():
        if name in module.fields:
            rows = module.model._base_manager.filter(**{f"{name}__in": ids}, trashed_at=None)
            found |= set(rows.values_list(f"{name}_id", flat=True).distinct())
    return found
