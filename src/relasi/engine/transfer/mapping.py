"""Mapping: which column of a file fills which field, and what is wrong with one somebody chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.transfer.target import Target

# Where a column without a field goes: kept beside the record under its heading, or left out.
EXTRA, LEFT_OUT = "+", "-"


@dataclass
class Column:
    """to: key of a target, EXTRA or LEFT_OUT. create: make the record referred to when it is not there.

    factor: what numbers are multiplied by ("Omzet (ribu)"). values: what a file writes -> value of a choice.
    sure: 3 by name, 2 by alias, 1 loosely, 0 not at all. doubt: why nothing was proposed, for the reader.
    """

    heading: str
    to: str = EXTRA
    create: bool = True
    factor: str = "1"
    values: dict[str, str] | None = None
    sure: int = 0
    doubt: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Column:
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in found.items() if name in known})


def check(columns: Sequence[Column], targets: dict[str, Target]) -> str:
    """What is wrong with a mapping somebody chose, as a sentence; empty when nothing is."""
    seen: dict[str, str] = {}
    for column in columns:
        if column.to in (EXTRA, LEFT_OUT):
            continue
        target = targets.get(column.to)
        if target is None:
            return _("“%(heading)s” is mapped to a field that is not there.") % {"heading": column.heading}
        # A name and an id may not both say what a field refers to.
        said = target.name if target.by_their_id else column.to
        if said in seen:
            return _("“%(one)s” and “%(other)s” are both mapped to “%(field)s”.") % {
                "one": seen[said], "other": column.heading, "field": target.label,
            }  # fmt: skip
        seen[said] = column.heading
        if Decimal(column.factor or 1) <= 0:
            return _("The factor of “%(heading)s” must be more than zero.") % {"heading": column.heading}
    if not seen:
        return _("Choose a field for at least one column.")
    return ""
