"""Refusal: one thing that is wrong with what somebody asked for, in words. Raised by declarations and by the engine."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise


class Refusal(Exception):
    """One thing that is wrong. field: its name, "" for the record as a whole. code: of the error vocabulary.

    matches: for a likely double, the records it resembles. theirs: for a stale version, what stands now.
    """

    def __init__(self, field: str, code: str, message: str | Promise, **more: Any):
        super().__init__(f"{field} {code}")
        self.field, self.code, self.message, self.more = field, code, message, more

    def __repr__(self) -> str:
        return f"<Refusal {self.field or '-'} {self.code}: {self.message}>"
