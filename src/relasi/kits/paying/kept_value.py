"""Kept value: what kept sums come to, as a value of a customer or vendor: shown, sorted and filtered like a field.

It is in the currency of the company and holds the documents alone that the person who looks may see.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, Func

from relasi.engine.access.acting import acting_user
from relasi.kits.paying.kept import DEBT, LEFT, NOTE, PAID, side
from relasi.kits.paying.kept_reading import home_of, home_sql, sums_seen

OPEN = {DEBT: 1, LEFT: -1, NOTE: -1}
RECEIVED = {PAID: 1}


class KeptValue(Func):
    """side: whose sums. signs: of each source that counts. None for who sees no document of these sources."""

    def __init__(self, *given: Any, side: str = "", signs: dict[str, int] | None = None, **more: Any):
        more.setdefault("output_field", DecimalField(max_digits=30, decimal_places=2))
        super().__init__(*(given or (F("pk"),)), **more)
        self.side, self.signs = side, signs or {}
        self.name = "_kept_" + "_".join(self.signs)

    def as_sql(self, compiler: Any, connection: Any, *more: Any, **named: Any) -> Any:
        asked = sums_seen(side(self.side), self.signs, acting_user())
        if asked is None:
            return "NULL::numeric", []
        party, values = compiler.compile(self.source_expressions[0])
        return home_sql(asked[0], self.signs, party), [*asked[1], *values]

    def load(self, records: list[Any]) -> None:
        """Reads it for many records at once. It stands with what was loaded of them: what changes it changes their look."""
        found = home_of(side(self.side), self.signs, [record.pk for record in records])
        for record in records:
            record.__dict__[self.name] = None if found is None else found[record.pk]

    def of(self, record: Any) -> Decimal | None:
        if self.name in record.__dict__:
            return record.__dict__[self.name]
        found = home_of(side(self.side), self.signs, [record.pk])
        return None if found is None else found[record.pk]
