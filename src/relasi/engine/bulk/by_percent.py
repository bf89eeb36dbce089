"""By percent: many amounts raised or lowered by the same percentage, each from what it is, and rounded as wished."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices
from relasi.engine.fields.kind import Invalid, Kind
from relasi.engine.fields.number_text import read_number, write_number
from relasi.engine.fields.reader import Reader

LEAST, MOST = -100, 500
_WRITTEN = re.compile(r"\s*([+\-\u2212])\s*(\S+?)\s*%\s*$")


class Rounding(Choices):
    NONE = "none", _("None")
    HUNDRED = "100", _("To 100")
    FIVE_HUNDRED = "500", _("To 500")
    THOUSAND = "1000", _("To 1,000")
    ENDING_900 = "ending_900", _("Ending in 900")


_STEPS = {
    Rounding.HUNDRED: Decimal(100),
    Rounding.FIVE_HUNDRED: Decimal(500),
    Rounding.THOUSAND: Decimal(1000),
}


def moved(amount: Decimal, percent: Decimal, rounding: str, decimals: int) -> Decimal:
    """The amount more or less the percentage. Ending in 900 is the nearest such amount below or at; others are rounded
    half away from zero, without a rounding to the decimals of the currency."""
    exact = Fraction(amount) * (100 + Fraction(percent)) / 100
    if rounding == Rounding.ENDING_900 and exact >= 900:
        return Decimal((exact - 900) // 1000 * 1000 + 900)
    return _nearest(exact, _STEPS.get(Rounding(rounding), Decimal(1).scaleb(-decimals)))


def _nearest(exact: Fraction, step: Decimal) -> Decimal:
    units = (2 * abs(exact) / Fraction(step) + 1) // 2
    return Decimal(units if exact >= 0 else -units) * step


@dataclass(frozen=True)
class ByPercent:
    """percent: above zero raises."""

    percent: Decimal
    rounding: str = Rounding.NONE.value

    @classmethod
    def read(cls, text: str, rounding: str, reader: Reader) -> ByPercent | None:
        """ "+5%" or "-8%"; None for what is no such thing. Raises Invalid."""
        found = _WRITTEN.match(text)
        if found is None:
            return None
        percent = read_number(found[2], reader, 4)
        percent = percent if found[1] == "+" else -percent
        if not LEAST <= percent <= MOST:
            raise Invalid(
                _("This is between %(least)s%% and %(most)s%%.") % {"least": LEAST, "most": MOST},
                "OUT_OF_RANGE",
            )
        known = {one.value for one in Rounding}
        return cls(percent, rounding if rounding in known else Rounding.NONE.value)

    def written(self, reader: Reader) -> str:
        return (
            f"{'+' if self.percent >= 0 else '-'}{write_number(abs(self.percent), reader, 4, shortest=True)}%"
        )

    def as_json(self) -> dict[str, str]:
        return {"by_percent": str(self.percent), "rounding": self.rounding}

    @classmethod
    def from_json(cls, stored: Any) -> ByPercent | None:
        """None where a job holds a value of its own."""
        if not isinstance(stored, dict) or "by_percent" not in stored:
            return None
        return cls(Decimal(stored["by_percent"]), stored["rounding"])

    def of(self, amount: Decimal | None, decimals: int) -> Decimal | None:
        return None if amount is None else moved(amount, self.percent, self.rounding, decimals)


def may_move(kind: Kind) -> bool:
    return kind.name == "money"
