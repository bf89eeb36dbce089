"""Sample: a sheet of an invented document, with the letterhead of the company, to see how paper looks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.money import amount
from relasi.engine.fields.reader import reading_as
from relasi.kits.trade.paper.letterhead import banks, letterhead
from relasi.kits.trade.paper.sheet import READERS, WITH_BANKS, labels_of
from relasi.kits.trade.paper.ways import account_row
from relasi.kits.trade.terbilang import terbilang

# The golden example of the specification, a hundredfold: ten at 150,000 less 10 %, five at 200,000.
LINES = ((10, 15_000_000, 10, 135_000_000), (5, 20_000_000, 0, 100_000_000))
NET, TAX = Decimal(235_000_000), Decimal(25_850_000)


def sample_sheet(slug: str, title: str, language: str, size: str, signer: str) -> dict[str, Any]:
    """slug: of the kind of document. For document.typ."""
    with translation.override(language), reading_as(READERS[language]) as reader:
        head = letterhead(slug, reader)

        def money(value: Any) -> str:
            return amount(Decimal(value), "IDR", reader)

        rows = [
            {"kind": "item", "name": _("Sample item %(n)s") % {"n": n}, "unit": "unit", "amount": money(net), "sub": "",
             "quantity": str(quantity), "price": money(price), "discount": f"{percent}%" if percent else "",
             "optional": False, "parts": []}
            for n, (quantity, price, percent, net) in enumerate(LINES, 1)
        ]  # fmt: skip
        return {
            **head, "size": size, "language": language, "title": title, "number": "0001",
            "watermark": _("SAMPLE"), "subject": _("How our paper looks"),
            "to": [_("The customer"), "Jalan Jenderal Sudirman 1", "Jakarta 10220"],
            "facts": [[_("Date"), write_date(reader.today(), reader)]],
            "rows": rows, "sums": [
                [_("Subtotal"), money(NET), ""], ["PPN", money(TAX), ""], [_("Total"), money(NET + TAX), "grand"],
            ],
            "words": terbilang(NET + TAX, "IDR", language), "parts": [], "state": [], "qr": "", "ways": None,
            "banks": [account_row(one) for one in banks()] if slug in WITH_BANKS else [], "terms": head["usual_terms"],
            "signer": signer, "stamp": True, "labels": labels_of("IDR"),
        }  # fmt: skip
