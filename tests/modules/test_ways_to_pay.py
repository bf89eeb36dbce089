"""How an invoice is paid: what it tells at issue stays, codes are unique among what is owed, and the books tie out."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from relasi.engine.access.acting import current_acting
from relasi.engine.activity.public_link import make_link
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, update, write
from relasi.features.receivables.statement import statement
from relasi.kits.paying.qris import fields_of
from relasi.kits.trade.paper.printing import pdf, picture
from relasi.kits.trade.paper.sheet import sheet_of
from relasi.modules.billing.bank_account import BankAccount
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.payment import PaymentPart
from relasi.modules.billing.transfer_codes import keep_codes_unique
from tests.kits.paying.test_numbers_and_codes import STATIC
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.trading import document, is_sound, issued, paid, thing
from tests.people import signed_in

pytestmark = pytest.mark.usefixtures("as_admin")


def bank(**values: Any) -> BankAccount:
    return make("billing.BankAccount", bank="BCA", number="521 030 4455", **values)


def whole(**values: Any) -> BankAccount:
    """An account with every way to pay."""
    usual = {
        "va_prefix": "889 08",
        "va_number_of": "customer",
        "va_digits": 8,
        "qris": STATIC,
        "transfer_code": "added",
    }
    return bank(**{**usual, **values})


def bill(price: Any = 1_000_000, **values: Any) -> Invoice:
    return issued(thing(price), **values)


def sheet(invoice: Any, language: str = "id") -> dict[str, Any]:
    return sheet_of(again(invoice), current_acting().user, language, "a4")


def test_an_issued_invoice_keeps_what_it_told_its_customer() -> None:
    account = whole()
    invoice = bill()
    digits = re.sub(r"\D", "", again(invoice.account).number)
    assert again(invoice).virtual_account == "88908" + digits.zfill(8)
    assert (invoice.transfer_code, invoice.transfer_amount, invoice.payable) == (1, 1_000_001, 1_000_000)
    assert fields_of(invoice.qris_with_amount)["54"] == "1000001"
    update(account, {"number": "99", "va_prefix": "777", "transfer_code": None, "qris": None})
    assert sheet(invoice)["ways"]["account"][1] == "521 030 4455"
    assert again(invoice).virtual_account.startswith("88908")
    assert fields_of(again(invoice).qris_with_amount)["59"] == "Warung Sayur Bu Sugeng"


def test_a_virtual_account_can_be_of_the_invoice() -> None:
    whole(va_number_of="invoice", va_digits=9)
    invoice = bill(date="2026-05-05")
    assert again(invoice).number == "INV/2026/00001"
    assert again(invoice).virtual_account == "88908202600001"


def test_a_draft_and_another_currency_tell_nothing() -> None:
    whole()
    draft, dollars = document(Invoice, thing(1_000_000)), bill(1000, currency="USD", rate=16_000)
    for one in (draft, dollars):
        assert (again(one).virtual_account, again(one).transfer_code, again(one).bank_account_id) == (
            None,
        ) * 3
        assert sheet(one)["ways"] is None
    assert sheet(dollars)["banks"]


def test_the_first_account_on_documents_is_told_and_the_others_beside_it() -> None:
    bank(position=0, printed=False)
    first = make("billing.BankAccount", bank="Mandiri", position=1, transfer_code="taken_off")
    make("billing.BankAccount", bank="BRI", position=2)
    invoice = bill()
    assert invoice.bank_account_id == first.pk
    told = sheet(invoice)
    assert told["ways"]["account"][0] == "Mandiri"
    assert [one[0] for one in told["banks"]] == ["BRI"]


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"va_prefix": "12a", "va_number_of": "customer", "va_digits": 5}, "va_prefix", "INVALID_VALUE"),
        ({"va_prefix": "12345", "va_digits": 5}, "va_number_of", "REQUIRED"),
        ({"va_prefix": "12345", "va_number_of": "customer"}, "va_digits", "REQUIRED"),
        ({"va_prefix": "12345", "va_number_of": "invoice", "va_digits": 8}, "va_digits", "OUT_OF_RANGE"),
        (
            {"va_prefix": "123456789", "va_number_of": "customer", "va_digits": 12},
            "va_digits",
            "OUT_OF_RANGE",
        ),
        ({"qris": STATIC[:-1]}, "qris", "INVALID_VALUE"),
        ({"qris": "https://contoh.id/qris.png"}, "qris", "INVALID_VALUE"),
        ({"transfer_code": "maybe"}, "transfer_code", "INVALID_VALUE"),
    ],
)
def test_a_wrong_setting_is_refused_and_nothing_is_stored(values: Any, field: str, code: str) -> None:
    with refusing(code, field):
        bank(**values)
    assert not BankAccount._base_manager.exists()


def test_what_is_told_cannot_be_written_by_hand() -> None:
    whole()
    draft = document(Invoice, thing(1_000_000))
    for name, value in (
        ("transfer_code", 5),
        ("virtual_account", "1"),
        ("bank_account", None),
        ("pay_to", {}),
    ):
        with refusing("NO_PERMISSION", name):
            update(draft, {name: value})


def test_codes_differ_among_what_is_owed_and_come_back_last() -> None:
    whole()
    first, second = bill(), bill()
    assert (first.transfer_code, second.transfer_code) == (1, 2)
    first.pay()
    assert bill().transfer_code == 3


def test_the_amount_told_is_nobody_elses_either() -> None:
    whole()
    assert bill(1_000_001).transfer_amount == 1_000_002
    assert bill(1_000_000).transfer_amount == 1_000_003
    is_sound()


def test_invoices_issued_by_one_write_get_codes_of_their_own() -> None:
    whole()
    bill(date="2026-01-05")
    drafts = [
        document(Invoice, thing(1_000_000), date=day) for day in ("2026-02-03", "2025-12-30", "2026-02-03")
    ]
    write(registry.of(Invoice), [Draft({"status": "issued"}, id=one.pk) for one in drafts])
    assert [again(one).transfer_code for one in drafts] == [2, 3, 4]
    assert [again(one).number for one in drafts] == ["INV/2026/00002", "INV/2025/00001", "INV/2026/00003"]
    assert len({again(one).virtual_account for one in drafts}) == len({one.account_id for one in drafts})
    is_sound()


def test_two_that_are_owed_again_at_once_do_not_share_a_code() -> None:
    whole()
    first, last = bill(), bill()
    for one in (first, last):
        one.pay()
    Invoice._base_manager.filter(pk=last.pk).update(transfer_code=1)
    records = [again(first), again(last)]
    for one in records:
        one.status, one.received, one.balance = "issued", 0, one.payable
    keep_codes_unique(records)
    assert sorted(one.transfer_code for one in records) == [1, 2]


def test_a_small_invoice_has_no_code() -> None:
    whole()
    invoice = bill(9_000)
    assert (invoice.transfer_code, invoice.transfer_amount) == (None, None)
    assert fields_of(invoice.qris_with_amount)["54"] == "9000"


def test_a_part_payment_leaves_the_rest_with_the_code() -> None:
    whole()
    invoice = bill()
    invoice.pay(amount=400_000)
    assert again(invoice).transfer_amount == 600_001
    assert fields_of(again(invoice).qris_with_amount)["54"] == "600001"


def test_more_than_qris_takes_has_no_picture() -> None:
    whole()
    assert bill(10_000_000).qris_with_amount is None
    assert sheet(bill(20_000_000))["ways"]["qris"] == ""


def test_an_added_code_is_credit_of_the_customer() -> None:
    whole()
    invoice = bill()
    payment = invoice.pay(amount=1_000_001)
    assert (again(invoice).status, again(payment).unallocated, again(payment).given) == ("paid", 1, 0)
    is_sound()


def test_a_code_taken_off_settles_the_rest() -> None:
    whole(transfer_code="taken_off")
    invoice = bill()
    payment = invoice.pay(amount=999_999)
    part = PaymentPart._base_manager.get(payment=payment)
    assert (part.amount, part.given) == (1_000_000, 1)
    assert (again(invoice).status, again(invoice).received) == ("paid", 1_000_000)
    assert (again(payment).allocated, again(payment).unallocated, again(payment).given) == (1_000_000, 0, 1)
    is_sound()
    payment.reverse("Salah catat")
    assert (again(invoice).status, again(invoice).balance, again(payment).given) == ("issued", 1_000_000, 0)
    is_sound()


def test_another_amount_is_given_nothing() -> None:
    whole(transfer_code="taken_off")
    invoice = bill()
    payment = invoice.pay(amount=999_998)
    assert (again(invoice).balance, again(payment).given) == (2, 0)
    is_sound()


def test_taking_it_off_the_invoice_takes_the_code_back_too() -> None:
    whole(transfer_code="taken_off")
    invoice = bill()
    payment = invoice.pay(amount=999_999)
    again(payment).release(invoice.pk)
    assert (again(payment).unallocated, again(payment).given, again(invoice).balance) == (
        999_999,
        0,
        1_000_000,
    )
    is_sound()


def test_an_amount_with_a_code_pays_its_own_invoice_and_not_the_oldest() -> None:
    whole(transfer_code="taken_off")
    customer = make("customers.Account")
    older = bill(account=customer, date="2026-01-05")
    newer = bill(account=customer, date="2026-02-05")
    paid(customer, newer.transfer_amount).spread()
    assert (again(older).status, again(newer).status) == ("issued", "paid")
    is_sound()


def test_the_statement_ties_out_with_a_code_taken_off(as_admin: Any) -> None:
    whole(transfer_code="taken_off")
    invoice = bill()
    invoice.pay(amount=999_999)
    found = statement(as_admin.user, invoice.account, date(2026, 1, 1), date(2031, 1, 1), "IDR")
    assert found.closing == 0


def test_an_invoice_owed_again_gets_another_code_where_its_own_is_taken() -> None:
    whole()
    first = bill()
    payment = first.pay()
    others = [bill() for _each in range(2)]
    update(others[0], {"transfer_code": 1}, authorised="a test needs it so")
    payment.reverse("Giro ditolak")
    assert again(first).status == "issued"
    assert len({again(one).transfer_code for one in (first, *others)}) == 3
    is_sound()


def test_an_undo_of_a_payment_does_not_double_a_code() -> None:
    whole()
    first = bill()
    close_change_set()
    current_acting().change_set = None
    first.pay()
    act = ChangeSet.objects.get(pk=current_acting().change_set)
    close_change_set()
    current_acting().change_set = None
    other = bill()
    update(other, {"transfer_code": 1}, authorised="a test needs it so")
    with refusing("NOT_UNIQUE"):
        revert(act)
    assert (again(first).status, again(other).transfer_code) == ("paid", 1)


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_paper_holds_picture_number_and_amount(language: str) -> None:
    whole()
    invoice = bill()
    told = sheet(invoice, language)
    assert told["ways"]["qris_svg"].startswith("<?xml")
    assert told["ways"]["amount"].replace("\u00a0", " ") == (
        "Rp 1.000.001" if language == "id" else "Rp 1,000,001"
    )
    assert len(picture(told)) > len(picture({**told, "ways": None}))
    assert pdf(told).startswith(b"%PDF")


def test_the_customer_and_the_record_page_show_it_until_it_is_paid(as_admin: Any) -> None:
    whole()
    invoice = bill()
    path, own = make_link(invoice.pk).path, f"/invoices/{invoice.pk}/"
    ours = signed_in(as_admin.user)
    for page in (Client().get(path), ours.get(own)):
        text = page.content.decode().replace("\u00a0", " ")
        assert "1.000.001" in text
        assert "data:image/svg+xml" in text
        assert "8890 8" in text
    invoice.pay()
    for page in (Client().get(path), ours.get(own)):
        text = page.content.decode()
        assert "data:image/svg+xml" not in text
        assert "8890 8" not in text
        assert "521 030 4455" not in text


def test_a_cancelled_invoice_shows_no_way_to_pay() -> None:
    whole()
    invoice = bill().cancel("Salah alamat")
    told = sheet(invoice)
    assert (told["ways"], told["banks"], again(invoice).qris_with_amount) == (None, [], None)


def test_the_api_and_exports_give_it_as_data(as_admin: Any) -> None:
    whole()
    invoice = bill()
    answer = signed_in(as_admin.user).get(f"/api/v1/invoices/{invoice.pk}").json()
    assert answer["virtual_account"] == again(invoice).virtual_account
    assert (answer["transfer_code"], Decimal(str(answer["transfer_amount"]))) == (1, 1_000_001)
    assert fields_of(answer["qris_with_amount"])["54"] == "1000001"
