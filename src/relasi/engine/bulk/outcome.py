"""Outcome: what came of the records of one slice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from relasi.engine.records.long_job import reasons_of
from relasi.engine.records.refusal import Refusal


@dataclass
class Outcome:
    """left: values an undo found changed since. faults: (module, record) -> reasons, as BulkFault keeps them."""

    done: int = 0
    unchanged: int = 0
    failed: int = 0
    left: int = 0
    faults: dict[tuple[str, int], list[dict[str, Any]]] = field(default_factory=dict)

    def refuse(self, module: str, record: int, refusals: list[Refusal]) -> None:
        self.failed += 1
        self.faults.setdefault((module, record), []).extend(reasons_of(refusals))

    def leave(self, module: str, record: int, **reason: Any) -> None:
        self.left += 1
        self.faults.setdefault((module, record), []).append(reason)

    def counts(self) -> dict[str, int]:
        return {"done": self.done, "unchanged": self.unchanged, "failed": self.failed, "left": self.left}
