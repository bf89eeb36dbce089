"""Stored values of many records as this person reads them: references by their titles, found with one query each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.find import titles_for_acting


class Readable:
    """pairs: (field name, stored value in JSON form) of everything that is going to be shown."""

    def __init__(self, module: Module, pairs: Iterable[tuple[str, Any]]):
        self.module = module
        wanted: dict[Any, set[int]] = defaultdict(set)
        for name, value in pairs:
            target = getattr(module.fields.get(name), "related_model", None)
            if target is not None and isinstance(value, int):
                wanted[target].add(value)
        self.titles = {target: titles_for_acting(target, ids) for target, ids in wanted.items()}

    def label(self, name: str) -> str:
        return str(kind_of(self.module.fields[name]).label) if name in self.module.fields else ""

    def text(self, name: str, value: Any) -> str:
        """Empty for nothing."""
        field = self.module.fields.get(name)
        if field is None or value is None:
            return ""
        target = getattr(field, "related_model", None)
        if target in self.titles and isinstance(value, int):
            return self.titles[target].get(value, f"#{value}")
        kind = kind_of(field)
        return kind.show(kind.from_json(value))
