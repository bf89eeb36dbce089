"""Refusal: why a write is not taken, said to the person who asked. Change: what one write does to one record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from relasi.engine.declare.refusal import Refusal
from relasi.engine.declare.remembered import remembered

__all__ = ["HTTP_STATUS", "Change", "Refusal", "Refused"]

HTTP_STATUS = {"STALE_VERSION": 409, "NO_PERMISSION": 403, "NOT_FOUND": 404, "RATE_LIMITED": 429}


class Refused(Exception):
    """The write was not taken and nothing changed. refusals: one or more Refusal."""

    def __init__(self, refusals: Iterable[Refusal]):
        self.refusals = list(refusals)
        super().__init__("; ".join(f"{r.field or '-'}: {r.code} {r.message}" for r in self.refusals))

    @property
    def codes(self) -> set[str]:
        return {refusal.code for refusal in self.refusals}

    @property
    def status(self) -> int:
        """409 for what stands in the way of these values now: a newer version, a likely double."""
        for refusal in self.refusals:
            if refusal.code in HTTP_STATUS:
                return HTTP_STATUS[refusal.code]
        return 409 if any("confirm" in refusal.more for refusal in self.refusals) else 422

    def by_field(self) -> dict[str, str]:
        """Field name -> sentence; the first one of each field."""
        found: dict[str, str] = {}
        for refusal in self.refusals:
            found.setdefault(refusal.field, str(refusal.message))
        return found


@remembered
def _column(model: type[Any], name: str) -> str:
    return str(model._meta.get_field(name).attname)


@dataclass(slots=True)
class Change:
    """What a write is about to do to one record. before: column -> the value that stood, empty for a new one.

    confirmed: codes of the warnings the person has seen. authorised: why the product does this by itself; empty
    for what a person asks for. refusals: what is held against the record so far. lines: the changes of its lines in
    order, of a module that has lines; lines_changed: whether one of them changes, comes or goes, known to reactions.
    """

    record: Any
    is_new: bool
    before: dict[str, Any] = field(default_factory=dict)
    via: str = "ui"
    confirmed: frozenset[str] = frozenset()
    authorised: str = ""
    refusals: list[Refusal] = field(default_factory=list)
    lines: list[Change] = field(default_factory=list)
    lines_changed: bool = False

    def refuse(self, name: str, code: str, message: Any, **more: Any) -> None:
        """For rules about many records at once, which cannot stop at the first wrong one."""
        self.refusals.append(Refusal(name, code, message, **more))

    def has(self, name: str) -> bool:
        """Whether the field gets another value (for a new record: whether it gets one at all)."""
        column = self._column(name)
        if self.is_new:
            return getattr(self.record, column) not in (None, "")
        if column not in self.before:
            return False
        before, now = self.before[column], self.record.__dict__[column]
        return before is not now and before != now

    def old(self, name: str) -> Any:
        column = self._column(name)
        return (
            self.before[column]
            if column in self.before
            else None
            if self.is_new
            else getattr(self.record, column)
        )

    def columns(self) -> list[str]:
        """The columns that really change."""
        now = self.record.__dict__
        return [c for c, value in self.before.items() if value is not now[c] and value != now[c]]

    def _column(self, name: str) -> str:
        model: Any = type(self.record)
        return _column(model, name)
