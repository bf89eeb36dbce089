"""Trade fields: values of the head of a document that are no plain field: its figures, its rate, what stands for a line."""

from __future__ import annotations

from typing import Any

from relasi.features.compat.field import Field, Given, Plain


class Figure(Plain):
    """A figure worked out from the lines; nobody writes it. The answer to create tells it as a number of JSON."""


class Rate(Plain):
    """The exchange rate, with five decimals."""

    def told(self, record: Any) -> str:
        value = self.kind.value_of(record)
        return "1.00000" if value is None else f"{value:.5f}"


class FirstLine(Field):
    """Sent with the head of a document beside its lines: the first of them, where no lines are sent (see trade.py)."""

    editable = False

    def __init__(self, name: str):
        super().__init__(name)

    def put(self, raw: Any, given: Given) -> None:
        return None
