"""File sums: how many rows of a file go to each owner and each stage, and what they add up to.

Counted while the rows are taken, from what the file says; `file_compared` asks the database for its side.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.owner import OwnerField
from relasi.engine.fields.reference import Unresolved
from relasi.engine.transfer.row_reader import ReadRow

# Groups of a field; more would be no report. What comes later counts under one of no name.
MOST_GROUPS = 300
# In front of what a file writes and nobody understood.
NOT_FOUND = "?"

# Of one group: rows, of them not taken, what all add up to and what those not taken do, by currency.
Counted = list[Any]
# Field -> group -> counted. A group is an id, a key of a choice, or "" for a blank.
Sums = dict[str, dict[str, Counted]]


def group_fields(module: Module) -> list[str]:
    """The owner, and what the board of the module has its columns by."""
    owners = [
        name for name, field in module.fields.items() if isinstance(field, OwnerField) and name == "owner"
    ]
    by = module.board.by if module.board is not None and module.board.by in module.fields else ""
    return list(dict.fromkeys([*owners, *([by] if by else [])]))


def summed_field(module: Module) -> str:
    """The money the board adds up; "" when it adds up nothing that is stored."""
    name = module.board.sum if module.board is not None else ""
    return name if name in module.fields and kind_of(module.fields[name]).name == "money" else ""


def currency_of(module: Module, name: str) -> str:
    """The field with the currency of an amount; "" where all are in that of the company."""
    return getattr(kind_of(module.fields[name]), "currency_field", "") if name else ""


class FileSums:
    """Those of one batch. said: the fields the file fills: of the others it says nothing."""

    def __init__(self, module: Module, said: Iterable[str]):
        self.module, self.said = module, frozenset(said)
        self.by = group_fields(module)
        self.money = summed_field(module) if summed_field(module) in self.said else ""
        self.currency = currency_of(module, self.money)
        self.found: Sums = {name: {} for name in self.by}

    def add(self, row: ReadRow, record: Any) -> None:
        """record: what the row has become; None when it was not taken."""
        amount = row.values.get(self.money) if self.money else None
        currency = str(self._value(self.currency, row, record) or "") if self.currency else ""
        for name in self.by:
            groups = self.found[name]
            key = _as_key(self._value(name, row, record))
            counted = groups.get(key)
            if counted is None:
                counted = groups.setdefault(key if len(groups) < MOST_GROUPS else NOT_FOUND, [0, 0, {}, {}])
            counted[0] += 1
            counted[1] += record is None
            if isinstance(amount, Decimal):
                for sums in counted[2:3] if record is not None else counted[2:]:
                    sums[currency] = str(Decimal(sums.get(currency, 0)) + amount)

    def _value(self, name: str, row: ReadRow, record: Any) -> Any:
        """What the file says, or where it says nothing what the record was given."""
        if name in row.values:
            return row.values[name]
        if record is None or name in self.said:
            return None
        return record.__dict__.get(self.module.fields[name].attname)


def _as_key(value: Any) -> str:
    if isinstance(value, Unresolved):
        return NOT_FOUND + value.text[:100]
    return "" if value is None else str(getattr(value, "value", value))


def joined(one: Sums, other: Sums) -> Sums:
    """Both together."""
    found: Sums = {}
    for name in dict.fromkeys([*one, *other]):
        groups = found.setdefault(name, {})
        for side in (one.get(name, {}), other.get(name, {})):
            for key, (rows, left, sums, left_sums) in side.items():
                had = groups.setdefault(key, [0, 0, {}, {}])
                groups[key] = [had[0] + rows, had[1] + left, _added(had[2], sums), _added(had[3], left_sums)]
    return found


def _added(one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    return {c: str(Decimal(one.get(c, 0)) + Decimal(other.get(c, 0))) for c in dict.fromkeys([*one, *other])}
