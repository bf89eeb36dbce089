"""The PDF of a document: its figures are those that are stored, in both languages, on both sizes of paper."""

import io
import re
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from relasi.engine.access.acting import acting, current_acting
from relasi.engine.fields.money import amount
from relasi.engine.fields.reader import ENGLISH, INDONESIAN
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.undo import revert
from relasi.engine.records.write import update
from relasi.kits.trade.paper.printing import pdf
from relasi.kits.trade.paper.receipt import receipt_of
from relasi.kits.trade.paper.sheet import sheet_of
from relasi.kits.trade.terbilang import terbilang
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.billing.invoice import Invoice
from relasi.modules.sales.quote import Quote
from relasi.modules.sales.sales_order import SalesOrder
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.trading import document, issued, paid, thing
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


def details(**values: Any) -> Any:
    return make("billing.CompanyDetails", legal_name="PT Surya Cakra Energi", **values)


def picture_bytes(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 30), colour).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("model", [Quote, SalesOrder, Invoice, CreditNote])
@pytest.mark.parametrize("language", ["id", "en"])
def test_each_kind_of_document_prints_its_stored_figures_and_its_words(model: Any, language: str) -> None:
    record = document(model, thing(1_234_567, 3), thing(76_543, 2, discount_percent=5))
    text = text_of(printed(record, language))
    for name in ("subtotal", "grand_total"):
        assert amount(getattr(record, name), "IDR", READERS[language]).replace("\u00a0", " ") in text
    assert terbilang(record.grand_total, "IDR", language) in text


def test_the_letterhead_stands_on_the_paper() -> None:
    details(
        npwp="01.234.567.8-901.000",
        phone="0215290123",
        colour="AA3311",
        logo=picture_bytes("red"),
        stamp=picture_bytes("blue"),
    )
    make("billing.BankAccount", bank="BCA", number="521 030 4455", holder="PT Surya Cakra")
    make("billing.BankAccount", bank="Bank Lain", number="1", holder="PT Surya Cakra", printed=False)
    make("billing.DocumentText", document="invoices", language="en", terms="Net 30 days", footer="Thank you")
    invoice = issued(thing(1000))
    found = printed(invoice, "en")
    text = text_of(found)
    for wanted in (
        "PT Surya Cakra Energi",
        "0012345678901000",
        "BCA 521 030 4455",
        "Net 30 days",
        "Thank you",
    ):
        assert wanted in text
    assert "Bank Lain" not in text
    assert "Net 30" not in text_of(printed(invoice, "id"))
    assert len(PdfReader(io.BytesIO(found)).pages[0].images) == 2


def test_terms_of_its_own_stand_instead_of_the_usual_ones() -> None:
    make("billing.DocumentText", document="invoices", language="id", terms="Syarat biasa")
    text = text_of(printed(issued(thing(1000), terms="Syarat khusus")))
    assert "Syarat khusus" in text
    assert "Syarat biasa" not in text


def test_company_details_refuse_what_cannot_be_a_tax_number_or_a_colour() -> None:
    found = details()
    with refusing("INVALID_VALUE", "npwp"):
        update(found, {"npwp": "123"})
    with refusing("INVALID_VALUE", "colour"):
        update(found, {"colour": "red"})
    assert (again(found).npwp, again(found).colour) == (None, None)


def test_company_details_can_be_taken_back() -> None:
    found = details()
    with acting(current_acting().user) as stretch:
        update(found, {"npwp": "1234567890123456"})
    revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert again(found).npwp is None


def test_a_receipt_says_the_sum_in_figures_and_words_and_what_it_pays() -> None:
    invoice = issued(thing(6_000_000))
    payment = paid(invoice.account, 6_000_000)
    payment.spread()
    text = text_of(pdf(receipt_of(again(payment), current_acting().user, "id", "a4")))
    assert "Rp6.000.000" in text.replace(" ", "")
    assert terbilang(payment.amount) in text
    assert invoice.number in text
    assert "e-Meterai" in text
    answer = signed_in(current_acting().user).get(f"/payments/{payment.pk}/pdf/")
    assert answer.content[:5] == b"%PDF-"


def test_the_settings_page_saves_and_shows_a_sample() -> None:
    client = signed_in(current_acting().user)
    page = "/settings/company-details/"
    assert client.post(page, {"legal_name": "PT Baru", "paper_size": "f4"}).status_code == 302
    assert b"PT Baru" in client.get(page).content
    sample = client.get(f"{page}preview/?kind=invoices")
    assert "PT Baru" in text_of(sample.content)
    assert round(float(PdfReader(io.BytesIO(sample.content)).pages[0].mediabox.height) * 25.4 / 72) == 330
    wrong = client.post(page, {"legal_name": "PT Lain", "npwp": "12", "paper_size": "f4"})
    assert wrong.status_code == 422
    assert b"PT Lain" in wrong.content
