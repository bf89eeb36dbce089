"""Refusal: why a write is not taken, said to the person who asked. Change: what one write does to one record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

HTTP_STATUS = {"STALE_VERSION": 409, "NO_PERMISSION": 403, "NOT_FOUND": 404, "RATE_LIMITED": 429}


class Refusal(Exception):
    """One thing that is wrong. field: its name, "" for the record as a whole. code: of the error vocabulary.

    matches: for a likely double, the records it resembles. theirs: for a stale version, what stands now.
    """

    def __init__(self, field: str, code: str, message: str | Promise, **more: Any):
        super().__init__(f"{field} {code}")
        self.field, self.code, self.message, self.more = field, code, message, more

    def __repr__(self) -> str:
        return f"<Refusal {self.field or '-'} {self.code}: {self.message}>"


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
        for refusal in self.refusals:
            if refusal.code in HTTP_STATUS:
                return HTTP_STATUS[refusal.code]
        return 422

    def by_field(self) -> dict[str, str]:
        """Field name -> sentence; the first one of each field."""
        found: dict[str, str] = {}
        for refusal in self.refusals:
            found.setdefault(refusal.field, str(refusal.message))
        return found


@dataclass
class Change:
    """What a write is about to do to one record. before: column -> the value that stood, empty for a new one."""

    record: Any
    is_new: bool
    before: dict[str, Any] = field(default_factory=dict)
    via: str = "ui"

    def has(self, name: str) -> bool:
        """Whether the field gets another value (for a new record: whether it gets one at all)."""
        column = self._column(name)
        if self.is_new:
            return getattr(self.record, column) not in (None, "")
        return column in self.before and self.before[column] != getattr(self.record, column)

    def old(self, name: str) -> Any:
        column = self._column(name)
        return self.before[column] if column in self.before else None if self.is_new else getattr(self.record, column)

    def columns(self) -> list[str]:
        """The columns that really change."""
        return [c for c, value in self.before.items() if value != getattr(self.record, c)]

    def _column(self, name: str) -> str:
        return self.record._meta.get_field(name).attname
