"""The PDF of a document: its figures are those that are stored, in both languages, on both sizes of paper."""

import io
import re
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from relasi.engine.access.acting import current_acting
from relasi.engine.fields.money import amount
from relasi.engine.fields.reader import ENGLISH, INDONESIAN
from relasi.kits.trade.paper.printing import pdf
from relasi.kits.trade.paper.sheet import sheet_of
from relasi.modules.billing.invoice import Invoice
from relasi.modules.sales.quote import Quote
from tests.make import again, make
from tests.modules.trading import document, issued, thing
from tests.people import signed_in

pytestmark = pytest.mark.usefixtures("as_admin")
READERS = {"id": INDONESIAN, "en": ENGLISH}


@pytest.fixture
def golden() -> Quote:
    from relasi.modules.catalog.defaults import ensure_defaults

    ensure_defaults()
    lines = [
        {"kind": "section", "name": "Peralatan"},
        thing(150_000, 10, discount_percent=10, taxes=["PPN"], name="Panel #1 *tebal* $x$ <b>"),
        thing(200_000, 5, taxes=["PPN"]),
    ]
    return document(
        Quote, *lines, discount_percent=5, shipping=50_000, terms='Baris satu\n#include "/etc/passwd"'
    )


def text_of(found: bytes) -> str:
    pages = PdfReader(io.BytesIO(found)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages)).replace("\u00a0", " ")


def printed(record: Any, language: str = "id", size: str = "a4") -> bytes:
    return pdf(sheet_of(again(record), current_acting().user, language, size))


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("size", ["a4", "f4"])
def test_the_paper_says_what_is_stored(golden: Quote, language: str, size: str) -> None:
    text = text_of(printed(golden, language, size))
    record = again(golden)
    for name in ("subtotal", "grand_total"):
        shown = amount(getattr(record, name), "IDR", READERS[language]).replace("\u00a0", " ")
        assert shown in text, (name, shown, text)
    assert amount(Decimal(2_533_575), "IDR", READERS[language]).replace("\u00a0", " ") in text
    for line in record.lines_in_order():
        if line.is_item:
            assert line.name in text
    words = {
        "id": "dua juta lima ratus tiga puluh tiga ribu",
        "en": "two million five hundred thirty-three thousand",
    }
    assert words[language] in text
    assert ("Penawaran" in text) == (language == "id")


def test_what_stands_in_a_document_is_text_and_never_read_as_markup(golden: Quote) -> None:
    text = text_of(printed(golden))
    assert "Panel #1 *tebal* $x$ <b>" in text
    assert '#include "/etc/passwd"' in text


def test_a_draft_says_so_and_an_issued_invoice_does_not() -> None:
    draft = document(Invoice, thing(1000))
    assert "DRAF" in text_of(printed(draft)).replace(draft.number, "")
    assert "DRAF" not in text_of(printed(draft.issue()))


def test_above_five_million_there_is_room_for_a_duty_stamp() -> None:
    assert "e-Meterai" in text_of(printed(issued(thing(5_000_001))))
    assert "e-Meterai" not in text_of(printed(issued(thing(5_000_000))))


def test_paper_sizes_are_those_of_indonesia() -> None:
    invoice = issued(thing(1000))
    for size, wanted in (("a4", (210, 297)), ("f4", (215, 330))):
        box = PdfReader(io.BytesIO(printed(invoice, size=size))).pages[0].mediabox
        assert (round(float(box.width) * 25.4 / 72), round(float(box.height) * 25.4 / 72)) == wanted


def test_a_long_document_repeats_its_head_and_numbers_its_pages() -> None:
    pages = PdfReader(io.BytesIO(printed(issued(*(thing(n + 1) for n in range(90)))))).pages
    assert len(pages) > 2
    assert all("Harga" in page.extract_text() for page in pages[:-1])


def test_the_address_gives_it_to_who_may_see_it_and_to_nobody_else(company: Any) -> None:
    invoice = issued(thing(1000), account=make("customers.Account"))
    answer = signed_in(current_acting().user).get(f"/invoices/{invoice.pk}/pdf/")
    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (
        200,
        "application/pdf",
        b"%PDF-",
    )
    assert signed_in(company.sales_a).get(f"/invoices/{invoice.pk}/pdf/").status_code == 404
