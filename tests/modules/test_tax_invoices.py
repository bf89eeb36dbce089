"""Tax invoices: the number that comes after issue, the buyer as the tax office knows it, and codes that old documents keep."""

from __future__ import annotations

from typing import Any

import pytest

from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, update
from relasi.kits.trade.tax_invoice import normalize_facility, normalize_tax_invoice_number
from relasi.modules.billing.company_details import CompanyDetails
from relasi.modules.billing.invoice import Invoice
from relasi.modules.catalog.tax import Tax
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.test_billing import new_act
from tests.modules.trading import document, is_sound, issued, line_of, thing

pytestmark = pytest.mark.usefixtures("as_admin")

NUMBER = "04002600012345678"
OLD = "0100012412345678"
NPWP, NIK = "012345678901000", "3273015708900002"


@pytest.fixture
def ppn() -> None:
    from relasi.modules.catalog.defaults import ensure_defaults

    ensure_defaults()


def buyer(**values: Any) -> Any:
    values = {"npwp": NPWP, "email": "pajak@maju.id", **values}
    address = {"street": "Jl. Asia Afrika 8", "city": "Bandung", "postal_code": "40111"}
    return make("customers.Account", name="PT Maju", billing_address=address, **values)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(NUMBER, NUMBER), ("040-026.00012345678", NUMBER), ("010.001-24.12345678", OLD)],
)
def test_a_number_is_kept_as_digits(typed: str, kept: str) -> None:
    assert normalize_tax_invoice_number(typed) == kept


@pytest.mark.parametrize(
    "wrong", ["4002600012345678", "1" * 15, "110" + "0" * 10 + "1234", "0400260000" + "0" * 7,
              "4.0026E+15", "NSFP"],
)  # fmt: skip
def test_a_number_that_cannot_be_is_refused_and_nothing_changes(wrong: str) -> None:
    invoice = issued(thing(1000))
    with refusing("INVALID_VALUE", "tax_invoice_number"):
        update(invoice, {"tax_invoice_number": wrong})
    assert again(invoice).tax_invoice_number is None


def test_the_number_comes_after_issue_and_says_that_it_is_approved() -> None:
    invoice = issued(thing(1000), account=buyer())
    assert invoice.tax_invoice_status == "not_made"
    new_act()
    update(invoice, {"tax_invoice_number": NUMBER})
    assert (again(invoice).tax_invoice_number, again(invoice).tax_invoice_status) == (NUMBER, "approved")
    revert(new_act())
    assert (again(invoice).tax_invoice_number, again(invoice).tax_invoice_status) == (None, "not_made")
    is_sound()


def test_a_number_names_one_invoice() -> None:
    update(issued(thing(1)), {"tax_invoice_number": NUMBER})
    other = issued(thing(1))
    with refusing("NOT_UNIQUE", "tax_invoice_number"):
        update(other, {"tax_invoice_number": NUMBER})
    assert again(other).tax_invoice_status == "not_made"


def test_approved_needs_a_number_and_a_draft_has_no_tax_invoice() -> None:
    invoice = issued(thing(1))
    with refusing("REQUIRED", "tax_invoice_number"):
        update(invoice, {"tax_invoice_status": "approved"})
    with refusing("INVALID_TRANSITION", "tax_invoice_status"):
        update(document(Invoice), {"tax_invoice_status": "exported"})
    update(invoice, {"tax_invoice_number": NUMBER})
    with refusing("REQUIRED", "tax_invoice_number"):
        update(again(invoice), {"tax_invoice_number": ""})
    update(again(invoice), {"tax_invoice_number": "", "tax_invoice_status": "rejected"})


def test_an_issued_invoice_keeps_who_the_buyer_was() -> None:
    account = buyer()
    draft = document(Invoice, account=account)
    assert draft.buyer_npwp is None
    invoice = draft.issue()
    found = again(invoice)
    assert (found.buyer_name, found.buyer_npwp, found.buyer_nitku) == (
        "PT Maju",
        "0" + NPWP,
        "0" + NPWP + "000000",
    )
    assert (found.buyer_country, found.buyer_email) == ("ID", "pajak@maju.id")
    assert "Asia Afrika" in found.buyer_address and "40111" in found.buyer_address
    update(account, {"name": "PT Maju Jaya", "npwp": "0999888777666000"})
    assert again(invoice).buyer_name == "PT Maju"
    again(invoice).take_buyer()
    assert (again(invoice).buyer_name, again(invoice).buyer_npwp) == ("PT Maju Jaya", "0999888777666000")
    assert again(invoice).buyer_nitku == "0999888777666000000000"


def test_a_person_without_npwp_is_known_by_the_nik() -> None:
    person = buyer(kind="person", npwp=None, nik=NIK)
    found = issued(thing(1), account=person)
    assert (found.buyer_npwp, found.buyer_nik, found.buyer_nitku) == (None, NIK, None)


def test_another_account_on_the_draft_is_another_buyer() -> None:
    draft = document(Invoice, account=buyer(), buyer_name="PT Lain")
    other = make("customers.Account", name="PT Jaya")
    update(draft, {"account": other.pk})
    assert again(draft).issue().buyer_name == "PT Jaya"


@pytest.mark.parametrize(
    ("values", "name"),
    [({"buyer_npwp": "1234"}, "buyer_npwp"), ({"buyer_npwp": "0" * 16}, "buyer_npwp"), ({"buyer_nik": "9" * 16}, "buyer_nik"),
     ({"buyer_nitku": "1" * 21}, "buyer_nitku"), ({"buyer_nitku": "9" * 22}, "buyer_nitku"),
     ({"buyer_country": "Atlantis"}, "buyer_country"), ({"facility": "TD.99901"}, "facility"),
     ({"transaction_code": "11"}, "transaction_code"), ({"tax_invoice_status": "lost"}, "tax_invoice_status")],
)  # fmt: skip
def test_wrong_tax_data_are_refused_and_nothing_changes(values: dict[str, str], name: str) -> None:
    invoice = issued(thing(1), account=buyer())
    before = again(invoice)
    with refusing("INVALID_VALUE", name):
        update(invoice, values)
    assert again(invoice).version == before.version


def test_what_was_sent_stays_until_its_state_is_put_back() -> None:
    account = buyer()
    invoice = update(issued(thing(1), account=account), {"tax_invoice_status": "exported"})
    with refusing("CLOSED_RECORD", "buyer_name"):
        update(invoice, {"buyer_name": "PT Lain"})
    update(account, {"name": "PT Maju Jaya"})
    with refusing("CLOSED_RECORD", "buyer_name"):
        again(invoice).take_buyer()
    update(invoice, {"tax_invoice_status": "not_made", "buyer_name": "PT Lain"})
    assert again(invoice).buyer_name == "PT Lain"


def test_a_facility_is_told_by_its_number() -> None:
    assert [normalize_facility(text) for text in ("1", "TD.00518", "td00518")] == [
        "TD.00501",
        "TD.00518",
        "TD.00518",
    ]


def test_an_old_document_keeps_the_transaction_code_of_its_tax(ppn: None) -> None:
    invoice = issued(thing(1_000_000, taxes=["PPN"]))
    tax = Tax._base_manager.get(code="PPN")
    update(tax, {"transaction_code": "01"})
    assert line_of(again(invoice)).rules[0].transaction_code == "04"
    assert again(invoice).tax_summary[0]["transaction_code"] == "04"
    assert line_of(issued(thing(1_000_000, taxes=["PPN"]))).rules[0].transaction_code == "01"
    with refusing("INVALID_VALUE", "transaction_code"):
        update(tax, {"transaction_code": "1"})


def test_a_line_keeps_the_goods_code_of_the_day_of_issue() -> None:
    product = make("catalog.Product", tax_code="850440", price=1000)
    service = make("catalog.Service", tax_code="150100", price=1000)
    invoice = issued({"product": product.pk, "quantity": 1}, {"service": service.pk, "quantity": 1}, thing(5))
    update(product, {"tax_code": "000000"})
    assert [line.goods_code for line in again(invoice).lines_in_order()] == ["850440", "150100", None]
    with refusing("INVALID_VALUE", "tax_code"):
        update(product, {"tax_code": "85044"})
    is_sound()


def test_the_company_s_own_numbers_are_read_like_a_customer_s() -> None:
    details = create(CompanyDetails, {"npwp": "01.234.567.8-901.000", "nitku": "0012345678901000000001"})
    assert details.npwp == "0012345678901000"
    for values, name in (({"npwp": "12345"}, "npwp"), ({"nitku": "0" * 22}, "nitku"), ({"nitku": "9" * 22}, "nitku"),
                         ({"npwp": "0" * 15}, "npwp")):  # fmt: skip
        with refusing("INVALID_VALUE", name):
            update(details, values)
    assert again(details).nitku == "0012345678901000000001"
