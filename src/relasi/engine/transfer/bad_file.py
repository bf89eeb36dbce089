"""BadFile: a file nothing can be imported from, and the sentence that says why."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise


class BadFile(Exception):
    """message: a translatable sentence; values: what stands in its named places."""

    def __init__(self, message: str | Promise, **values: Any):
        super().__init__(message)
        self.message, self.values = message, values

    def __str__(self) -> str:
        return str(self.message) % self.values if self.values else str(self.message)
