"""Beside: values every record has that stand in no column of its table, such as its tags; shown and filtered like fields."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from relasi.engine.declare.module import Module
from relasi.engine.fields.computed import ComputedValue
from relasi.engine.fields.kind import Kind


class BesideKind(Kind):
    """Mixin of kinds for values beside a record. Their `where` compiles to a condition on the record's id (path "pk").

    load: reads the value of many records at once, in a fixed number of queries, into `kept(record)`.
    """

    sortable = False

    @property
    def editable(self) -> bool:
        return False

    def load(self, records: list[Any]) -> None:
        raise NotImplementedError

    def value_of(self, record: Any) -> Any:
        if self.key not in kept(record):
            self.load([record])
        return kept(record)[self.key]


def kept(record: Any) -> dict[str, Any]:
    """The values beside the record that have been read."""
    return record.__dict__.setdefault("_beside", {})


_kinds: dict[str, BesideKind] = {}


def register_beside(name: str, label: Any, kind: type[BesideKind]) -> None:
    _kinds[name] = kind(ComputedValue(SimpleNamespace(name=name, label=label, choices=())))  # type: ignore[arg-type]


def beside(module: Module) -> dict[str, BesideKind]:
    """The values beside the records of this module, by name. Everybody who sees a record may see them."""
    return _kinds if module.is_record else {}
