"""Charges besides shipping: packing, insurance, installation, with their own taxes, from the quote to the credit note."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import ENGLISH, INDONESIAN
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, trash, update
from relasi.kits.trade.conversion import add_to, convert
from relasi.kits.trade.paper.sheet import sheet_of
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.billing.invoice import Invoice
from relasi.modules.catalog.charge import Charge
from relasi.modules.catalog.defaults import ensure_defaults
from relasi.modules.catalog.tax import Tax, TaxRegion
from relasi.modules.sales.quote import Quote
from relasi.modules.sales.sales_order import SalesOrder
from tests.engine.api.program import Program, codes
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.test_document_lines import exported, imported
from tests.modules.trading import accepted, adds_up, approved, document, is_sound, issued, thing
from tests.people import signed_in
from tests.tying import everything_ties_out

TWO = [{"name": "Pengemasan", "amount": 50_000}, {"name": "Asuransi", "percent": "1.5", "taxes": []}]


@pytest.fixture(autouse=True)
def admin(company: Any) -> Any:
    ensure_defaults()
    with acting(company.admin):
        yield company.admin


def quote(charges: Any, *lines: dict[str, Any], **values: Any) -> Quote:
    return document(Quote, *(lines or [thing(1_000_000)]), other_charges=charges, **values)


def told(record: Any) -> list[tuple[str, Decimal, Decimal]]:
    return [(one["name"], Decimal(one["net"]), Decimal(one["tax"])) for one in record.charge_summary or ()]


def test_an_amount_and_a_percentage_of_the_discounted_lines_with_their_own_taxes() -> None:
    found = again(quote(TWO, thing(1_000_000), discount_percent=10, shipping=20_000))
    assert told(found) == [("Pengemasan", 50_000, 5_500), ("Asuransi", 13_500, 0)]
    assert (found.charge_total, found.charge_tax_total) == (83_500, 7_700)
    assert found.grand_total == 900_000 + 83_500 + 7_700
    adds_up(found)


def test_a_charge_of_the_specification_is_taxed_like_shipping_was() -> None:
    """The golden example of the conventions, with its 50.000 as a charge of another name."""
    lines = [thing(150_000, 10, discount_percent=10, taxes=["PPN"]), thing(200_000, 5, taxes=["PPN"])]
    found = quote([{"name": "Pengemasan", "amount": 50_000}], *lines, discount_percent=5)
    assert (found.subtotal, found.discount_total, found.goods_total) == (2_350_000, 117_500, 2_232_500)
    assert (found.tax_total, found.charge_tax_total, found.grand_total) == (245_575, 5_500, 2_533_575)


def test_prices_that_include_tax_include_that_of_charges_too() -> None:
    found = again(quote([{"name": "Pengemasan", "amount": 111_000}], includes_tax=True))
    assert told(found) == [("Pengemasan", 100_000, 11_000)]
    assert found.grand_total == 1_111_000


def test_a_charge_of_the_settings_brings_its_value_and_taxes() -> None:
    free = Tax.objects.get(code="PPN-BEBAS")
    create(Charge, {"name": "Pemasangan", "amount": 250_000, "taxes": [free.pk]})
    create(Charge, {"name": "Asuransi", "percent": 2})
    found = quote([{"name": "pemasangan"}, {"name": "Asuransi", "percent": 1}])
    assert [(one["amount"], one["percent"], one["taxes"]) for one in found.other_charges] == [
        ("250000", None, ["PPN-BEBAS"]), (None, "1", ["PPN"]),
    ]  # fmt: skip
    with refusing("REQUIRED", "other_charges"):
        quote([{"name": "Bongkar muat"}])


def test_a_charge_of_the_region_stands_before_that_of_everywhere() -> None:
    zone = TaxRegion.objects.get()
    create(Charge, {"name": "Pemasangan", "amount": 100})
    create(Charge, {"name": "Pemasangan", "amount": 900, "region": zone.pk})
    here, there = quote([{"name": "Pemasangan"}]), quote([{"name": "Pemasangan"}], tax_region=zone)
    assert (here.charge_total, there.charge_total) == (100, 900)
    assert (here.charge_tax_total, there.charge_tax_total) == (11, 0)


def test_a_free_zone_pays_no_tax_on_charges_and_back_again() -> None:
    zone, found = TaxRegion.objects.get(), quote([{"name": "Pengemasan", "amount": 50_000}])
    assert update(found, {"tax_region": zone.pk}).charge_tax_total == 0
    assert update(again(found), {"tax_region": None}).charge_tax_total == 5_500


@pytest.mark.parametrize(
    ("charges", "code"),
    [
        ([{"amount": 5}], "INVALID_VALUE"),
        ([{"name": "x", "amount": -1}], "INVALID_VALUE"),
        ([{"name": "x", "percent": 101}], "INVALID_VALUE"),
        ([{"name": "x", "amount": 1, "percent": 1}], "INVALID_VALUE"),
        ([{"name": "x", "amount": "banyak"}], "INVALID_VALUE"),
        ([{"name": "a:b", "amount": 1}], "INVALID_VALUE"),
        ([{"name": f"x{n}", "amount": 1} for n in range(21)], "INVALID_VALUE"),
        ([{"name": "x", "amount": 1, "taxes": ["TAK-ADA"]}], "BAD_REFERENCE"),
        ([{"name": "x", "amount": 1, "taxes": ["PPH23"]}], "INVALID_VALUE"),
    ],
)
def test_a_wrong_charge_is_refused_by_its_field_and_nothing_is_made(charges: Any, code: str) -> None:
    account = make("customers.Account")
    with refusing(code, "other_charges"):
        create(Quote, {"subject": "x", "account": account.pk, "other_charges": charges}, lines=[thing()])
    assert not Quote._base_manager.exists()


def test_a_charge_of_the_settings_has_one_value_and_a_name_of_its_own() -> None:
    for values, code, field in (
        ({"name": "x", "amount": 1, "percent": 1}, "INVALID_VALUE", "percent"),
        ({"name": "a;b"}, "INVALID_VALUE", "name"),
        ({"name": "x", "taxes": [Tax.objects.get(code="PPH23").pk]}, "INVALID_VALUE", "taxes"),
    ):
        with refusing(code, field):
            create(Charge, values)
    create(Charge, {"name": "Asuransi"})
    with refusing("NOT_UNIQUE", "name"):
        create(Charge, {"name": "Asuransi"})


# From document to document.
def test_parts_of_a_document_have_their_part_of_the_amounts_and_no_less_in_all() -> None:
    whole = accepted(thing(333, 3), thing(1000, 7), other_charges=[{"name": "Pengemasan", "amount": 1000},
                                                                   {"name": "Asuransi", "percent": 10}])  # fmt: skip
    lines = whole.lines_in_order()
    parts = [
        convert(again(whole), SalesOrder, {lines[0].pk: Decimal(1), lines[1].pk: Decimal(2)})
        for _n in range(2)
    ]
    parts.append(again(whole).order())
    assert sum(Decimal(one.other_charges[0]["amount"]) for one in parts) == 1000
    assert all(one.other_charges[1]["percent"] == "10" for one in parts)
    assert sum(one.grand_total for one in parts) == pytest.approx(whole.grand_total, abs=3)
    is_sound()


def test_charges_go_from_quote_to_order_to_invoice_to_credit_note_as_agreed() -> None:
    found = accepted(thing(1_000_000, taxes=["PPN"]), other_charges=TWO)
    order = again(found).order().approve()
    invoice = again(order).invoice().issue()
    note = again(invoice).credit()
    for one in (order, invoice, note):
        assert told(again(one)) == told(found), one
        assert one.grand_total == found.grand_total
    is_sound()
    assert isinstance(note, CreditNote)
    everything_ties_out()


def test_two_orders_on_one_invoice_add_up_their_charges() -> None:
    account = make("customers.Account")
    orders = [
        document(SalesOrder, thing(100_000), account=account, other_charges=TWO).approve() for _n in range(2)
    ]
    invoice = orders[0].invoice()
    invoice = again(invoice).add_order(orders[1].pk)
    assert [(one["name"], one["amount"], one["percent"]) for one in invoice.other_charges] == [
        ("Pengemasan", "100000", None), ("Asuransi", None, "1.5"),
    ]  # fmt: skip
    assert told(invoice) == [("Pengemasan", 100_000, 11_000), ("Asuransi", 3000, 0)]


def test_charges_of_an_issued_invoice_stay() -> None:
    invoice = issued(thing(1000), other_charges=TWO)
    with refusing("CLOSED_RECORD", "other_charges"):
        update(invoice, {"other_charges": []})
    assert again(invoice).other_charges == invoice.other_charges


def test_a_tax_that_stands_on_a_charge_is_not_deleted() -> None:
    tax = create(Tax, {"name": "Pajak daerah", "code": "PD", "applies_to": ["charges"]})
    create(registry.module("catalog.TaxRate").model, {"tax": tax.pk, "rate": 10})
    quote([{"name": "x", "amount": 100, "taxes": ["PD"]}], thing())
    with refusing("INVALID_TRANSITION"):
        trash(Tax, [tax.pk])


def test_changing_charges_is_undone_and_their_taxes_with_them(admin: Any) -> None:
    found = quote([{"name": "Pengemasan", "amount": 50_000}])
    close_change_set()
    with acting(admin):
        update(again(found), {"other_charges": [{"name": "Asuransi", "percent": 1, "taxes": ["PPN-EKSPOR"]}]})
    close_change_set()
    with acting(admin):
        revert(ChangeSet.objects.order_by("pk").last())
    back = again(found)
    assert (back.other_charges, back.charge_summary, back.grand_total) == (
        found.other_charges, found.charge_summary, found.grand_total,
    )  # fmt: skip


# Every surface.
def test_the_paper_names_each_charge(admin: Any) -> None:
    found = quote(TWO, shipping=20_000)
    sums = {label: amount for label, amount, _tone in sheet_of(again(found), admin, "id", "a4")["sums"]}
    assert [sums[name].replace("\xa0", " ") for name in ("Ongkos kirim", "Pengemasan", "Asuransi")] == [
        "Rp 20.000", "Rp 50.000", "Rp 15.000",
    ]  # fmt: skip


def test_by_api_charges_are_written_and_read(admin: Any) -> None:
    account = make("customers.Account")
    close_change_set()
    values = {"subject": "Atap", "account": account.pk, "lines": [thing(1_000_000)], "other_charges": TWO}
    answer = Program(admin).post("quotes", values)
    assert answer.status_code == 201, answer.data
    assert [(one["name"], one["amount"], one["percent"], one["taxes"]) for one in answer.data["other_charges"]] == [
        ("Pengemasan", "50000", None, ["PPN"]), ("Asuransi", None, "1.5", []),
    ]  # fmt: skip
    assert answer.data["charge_total"] == 65000
    wrong = Program(admin).patch(f"quotes/{answer.data['id']}", {"other_charges": [{"name": "x"}]})
    assert (wrong.status_code, list(codes(wrong))) == (422, ["other_charges"])


@pytest.mark.parametrize("charges", [TWO, [{"name": "Bongkar muat", "amount": "1250.50", "taxes": []}], None])
def test_what_is_exported_comes_back_the_same(admin: Any, charges: Any, tmp_path: Any) -> None:
    found = quote(charges, currency="USD", rate=16000)
    close_change_set()
    content = exported(admin).decode("utf-8-sig")
    job = imported(admin, tmp_path, content, duplicates="create")
    assert (job.count("created"), job.count("failed")) == (1, 0)
    twin = Quote._base_manager.exclude(pk=found.pk).get()
    assert (twin.other_charges, twin.grand_total) == (found.other_charges, found.grand_total)


NAMES = st.text("abc Dé-/&", min_size=1, max_size=12).map(str.strip).filter(bool)
CHARGES = st.fixed_dictionaries(
    {"name": NAMES, "taxes": st.lists(st.sampled_from(["PPN", "PPN-EKSPOR"]), unique=True)},
)  # fmt: skip
VALUES = st.one_of(
    st.decimals(0, 10**9, places=2).map(lambda n: {"amount": n}),
    st.decimals(0, 100, places=2).map(lambda n: {"percent": n}),
)


@given(st.lists(st.tuples(CHARGES, VALUES), max_size=4), st.sampled_from([INDONESIAN, ENGLISH]))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_file_says_charges_so_that_they_can_be_read_again(given: list[Any], reader: Any) -> None:
    kind = kind_of(Quote._meta.get_field("other_charges"))
    stored = kind.parse([one | value for one, value in given], reader)
    again_read = kind.parse(kind.typed(stored, reader), reader)
    numbers = ("amount", "percent")
    assert [
        {**one, **{n: None if one[n] is None else Decimal(one[n]) for n in numbers}}
        for one in again_read or ()
    ] == [
        {**one, **{n: None if one[n] is None else Decimal(one[n]) for n in numbers}} for one in stored or ()
    ]


@given(
    st.lists(st.tuples(CHARGES, VALUES), max_size=3), st.decimals(0, 100, places=2), st.booleans(),
    st.sampled_from(["individual", "group"]), st.integers(0, 10**6),
)  # fmt: skip
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_charged_adds_up_and_the_night_check_agrees(
    charges: list[Any], off: Decimal, inside: bool, mode: str, shipping: int
) -> None:
    found = again(quote([one | value for one, value in charges], thing(123_456, 3, taxes=["PPN"]), discount_percent=off,
                        includes_tax=inside, tax_mode=mode, shipping=shipping))  # fmt: skip
    adds_up(found)
    others = sum((net for _name, net, _tax in told(found)), Decimal(0))
    assert (found.charge_total >= others) and (shipping or found.charge_total == others)
    everything_ties_out()


# The editor.
def test_the_editor_takes_charges_and_shows_them_again(company: Any) -> None:
    create(Charge, {"name": "Pemasangan", "amount": 250_000})
    account = make("customers.Account", owner=company.sales_a)
    close_change_set()
    browser = signed_in(company.sales_a)
    page = browser.get("/quotes/new/").content.decode()
    assert '<option value="Pemasangan">' in page and 'name="charge-0-value"' in page
    sent = {"subject": "Atap", "account": account.pk, "line": ["n1"], "line-n1-kind": "item", "line-n1-name": "Panel",
            "line-n1-price": "1.000.000", "charge": ["0", "1", "2"], "charge-0-name": "Pemasangan", "charge-0-value": "",
            "charge-1-name": "Asuransi", "charge-1-value": "1,5%", "charge-2-name": "", "charge-2-value": "",
            "act": "save"}  # fmt: skip
    wrong = browser.post("/quotes/new/", {**sent, "charge-1-value": "banyak"})
    text = wrong.content.decode()
    assert wrong.status_code == 422 and 'value="banyak"' in text and 'value="Pemasangan"' in text
    assert not Quote._base_manager.exists()
    assert browser.post("/quotes/new/", sent).status_code == 302
    found = Quote._base_manager.get()
    assert told(found) == [("Pemasangan", 250_000, 27_500), ("Asuransi", 15_000, 1_650)]
    page = browser.get(f"/quotes/{found.pk}/edit/").content.decode()
    assert 'value="250.000"' in page and 'value="1,5%"' in page
    kept = {**sent, "version": found.version, "charge-0-value": "250.000", "charge-0-was-taxes": "PPN",
            "charge-1-was-taxes": "PPN", "charge-1-taxes": "PPN", "line-n1-id": found.lines_in_order()[0].pk}  # fmt: skip
    assert browser.post(f"/quotes/{found.pk}/edit/", kept).status_code == 302
    assert told(again(found)) == [("Pemasangan", 250_000, 0), ("Asuransi", 15_000, 1_650)]


def test_an_invoice_of_a_document_with_charges_prints_and_pays(admin: Any) -> None:
    invoice = issued(thing(1000), other_charges=[{"name": "Pengemasan", "amount": 500, "taxes": []}])
    assert isinstance(invoice, Invoice) and invoice.balance == 1500
    assert invoice.pay(amount=1500) and again(invoice).status == "paid"


@pytest.mark.parametrize("inside", [False, True])
def test_percentages_of_several_orders_are_asked_of_the_goods_they_were_agreed_for(
    admin: Any, inside: bool
) -> None:
    account = make("customers.Account")

    def order(*charges: dict[str, Any]) -> Any:
        return approved(thing(1_000_000), account=account, includes_tax=inside, other_charges=list(charges))

    def insured(percent: int) -> dict[str, Any]:
        return {"name": "Asuransi", "percent": percent, "taxes": []}

    pallet = {"name": "Palet", "amount": 5000, "taxes": []}
    invoice = convert(order(insured(1), pallet), Invoice)
    invoice = add_to(again(invoice), order(insured(1)))
    assert (invoice.charge_total, told(again(invoice))[0]) == (25_000, ("Asuransi", 20_000, 0))
    for more, wanted in (((insured(2), pallet), 50_000), ((), 50_000), ((insured(2),), 70_000)):
        invoice = add_to(again(invoice), order(*more))
        assert invoice.charge_total == wanted
    adds_up(again(invoice))
