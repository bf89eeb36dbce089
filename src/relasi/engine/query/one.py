"""One record, as a person sees it: all its columns, and of the records it refers to what their titles need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from relasi.engine.access.door import Sight, sight_of
from relasi.engine.access.prepared import Given, prepared
from relasi.engine.declare.module import Module
from relasi.engine.query.listing import title_columns


def find_one(
    user: Any, module: Module, id: int, *, trashed: bool = False, fixed: Mapping[str, Any] | None = None
) -> Any:
    """None when it is not there or may not be seen. fixed: what else must hold, of a menu entry."""
    sight, fixed = sight_of(user, module), fixed or {}
    if sight.shape == "none":
        return None
    shape = ("one", module.key, sight.shape, trashed, *fixed)
    query = prepared(shape, lambda: _rows(module, sight, trashed, [*fixed]), by_key=True)
    found = query.run({**sight.values, "id": id, **{f"fixed_{name}": value for name, value in fixed.items()}})
    return found[0] if found else None


def _rows(module: Module, sight: Sight, trashed: bool, fixed: list[str]) -> QuerySet:
    related: dict[str, Any] = {
        name: field for name, field in module.fields.items() if field.editable and field.many_to_one
    }
    titles = [
        f"{name}__{column}"
        for name, field in related.items()
        for column in title_columns(field.related_model)
    ]
    rows = sight.rows(module, trashed=trashed).filter(
        pk=Given("id"), **{n: Given(f"fixed_{n}") for n in fixed}
    )
    return rows.select_related(*related).only(*module.fields, *titles) if related else rows
