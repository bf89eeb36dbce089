"""Short ways to write documents down in tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from relasi.kits.trade.figures import Discount, Document, Line, LineKind
from relasi.kits.trade.tax_rule import COMPOUND, WITHHELD, TaxRule

PPN = TaxRule("PPN", "PPN 12%", Decimal(12), 11, 12)
LUXURY = TaxRule("PPN-M", "PPN 12% mewah", Decimal(12))
EXPORT = TaxRule("PPN-0", "PPN 0%", Decimal(0))
ELEVEN = TaxRule("E", "11%", Decimal(11))
PPH23 = TaxRule("PPH23", "PPh 23 2%", Decimal(2), method=WITHHELD)
TEN = TaxRule("A", "A 10%", Decimal(10))
FIVE_ON_TEN = TaxRule("B", "B 5%", Decimal(5), method=COMPOUND, compounds_on=("A",))


def line(quantity: Any, price: Any, *taxes: TaxRule, off: Any = None, less: Any = None, **more: Any) -> Line:
    """off: percent, less: amount of the line's own discount."""
    discount = Discount(*(None if one is None else Decimal(str(one)) for one in (off, less)))
    return Line(Decimal(str(quantity)), Decimal(str(price)), discount, taxes, **more)


def section() -> Line:
    return Line(kind=LineKind.SECTION)


def document(*lines: Line, off: Any = None, less: Any = None, decimals: int = 0, **more: Any) -> Document:
    discount = Discount(*(None if one is None else Decimal(str(one)) for one in (off, less)))
    return Document(lines, decimals, discount, **more)
