"""What a trade document costs without database and screen: the totals of 200 lines, and a PDF once fonts are read."""

from __future__ import annotations

from decimal import Decimal

from benchmarks import measure
from relasi.engine.access.acting import SYSTEM, acting
from relasi.kits.trade.figures import Charge, Discount, Document, Line
from relasi.kits.trade.paper.printing import pdf
from relasi.kits.trade.paper.sample import sample_sheet
from relasi.kits.trade.tax_rule import WITHHELD, TaxRule
from relasi.kits.trade.totals import totals_of

LINES = 200
PPN = TaxRule("PPN", "PPN", Decimal(12), 11, 12)
PPH = TaxRule("PPH23", "PPh 23", Decimal(2), method=WITHHELD)


def document(lines: int = LINES) -> Document:
    """Goods and services with discounts of lines and of the whole, a tax with a base of its own, one that is withheld."""
    return Document(
        lines=[
            Line(
                Decimal(n % 9 + 1), Decimal(10_005 + 1_777 * n), Discount(Decimal(5) if n % 3 else None),
                (PPN, PPH) if n % 4 == 0 else (PPN,),
            )
            for n in range(lines)
        ],
        decimals=0,
        discount=Discount(Decimal(5)),
        charges=[Charge("Ongkos kirim", Decimal(50_000), taxes=(PPN,))],
    )  # fmt: skip


def times() -> dict[str, measure.Times]:
    made = document()
    with acting(SYSTEM):
        sheet = sample_sheet("invoices", "Faktur Penjualan", "id", "a4", "Sari Wulandari")
    return {
        "document_totals": measure.timed(lambda n: totals_of(made)),
        # Another number each time: the same paper twice would come from what the compiler remembers.
        "document_pdf": measure.timed(lambda n: pdf(sheet | {"number": f"{n:04}"}), times=60, warm_up=5),
    }
