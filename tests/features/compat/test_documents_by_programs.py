"""Quotes, orders and invoices by programs: lines, taxes, figures, states, and what is worth the same everywhere."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import update
from relasi.modules.billing.invoice import Invoice
from relasi.modules.catalog.defaults import ensure_defaults
from relasi.modules.sales.quote import Quote
from tests.features.compat.client import Failed, Rest, Service
from tests.make import again, make


@pytest.fixture
def program(company: Any) -> Service:
    ensure_defaults()
    return Service(company.admin).signed_in()


@pytest.fixture
def account(program: Service) -> str:
    return f"11x{make('customers.Account', name='PT Maju').pk}"


@pytest.fixture
def goods(program: Service) -> str:
    return f"14x{make('catalog.Product', name='Panel', price=100_000, taxes=[]).pk}"


def quote(program: Service, account: str, goods: str, **more: Any) -> dict[str, Any]:
    line = {"productid": goods, "quantity": "2", "listprice": "150000"}
    head = {"subject": "Atap", "quotestage": "Created", "account_id": account, "hdnTaxType": "individual",
            "currency_id": "21x1", "conversion_rate": "1", "bill_street": "Jl. Braga 1", "ship_street": "Jl. Braga 1",
            **line, "LineItems": [line]}  # fmt: skip
    return program.create("Quotes", **(head | more))


def stored(told: dict[str, Any], model: Any = Quote) -> Any:
    return model._base_manager.get(pk=told["id"].split("x")[1])


def test_a_document_is_made_with_lines_and_tells_figures_as_numbers_once(
    program: Service, account: str, goods: str
) -> None:
    made = quote(program, account, goods)
    assert made["hdnGrandTotal"] == made["hdnSubTotal"] == made["pre_tax_total"] == 300000
    read = program.retrieve(made["id"])
    assert read["hdnGrandTotal"] == "300000.00000000" and read["bill_street"] == "Jl. Braga 1"
    assert (read["quotestage"], read["hdnTaxType"], read["currency_id"], read["conversion_rate"]) == (
        "Created", "individual", "21x1", "1.00000",
    )  # fmt: skip
    [line] = read["LineItems"]
    assert line["parent_id"] == made["id"] and line["productid"] == goods and line["id"].startswith("33x")
    assert (line["quantity"], line["listprice"], line["sequence_no"]) == ("2.000", "150000.00000000", "1")
    assert (line["product_name"], line["entity_type"]) == ("Panel", "Products")
    assert (read["productid"], read["quantity"]) == (goods, "2.000")
    assert program.get("retrieve_inventory", id=made["id"]) == read
    assert "LineItems" not in program.query("SELECT * FROM Quotes;")[0]


def test_the_first_line_may_stand_in_the_head_alone_and_a_document_needs_one(
    program: Service, account: str, goods: str
) -> None:
    assert quote(program, account, goods, LineItems=[])["hdnGrandTotal"] == 300000
    with pytest.raises(Failed) as wrong:
        program.create("Quotes", subject="Atap", account_id=account)
    assert wrong.value.code == "MANDATORY_FIELDS_MISSING"
    assert program.query("SELECT count(*) FROM Quotes;") == [{"count": "1"}]


def test_lines_stay_with_a_revision_and_are_replaced_by_those_sent(
    program: Service, account: str, goods: str
) -> None:
    made = quote(program, account, goods)
    service = f"26x{make('catalog.Service', name='Pasang', price=50_000, taxes=[]).pk}"
    kept = program.revise(id=made["id"], subject="Atap baru", LineItems=[])
    assert kept["subject"] == "Atap baru" and kept["LineItems"] == made["LineItems"]
    old = made["LineItems"][0]
    lines = [
        old | {"quantity": "3"},
        {"productid": service, "quantity": "1", "listprice": "50000", "comment": "Dua hari"},
    ]
    changed = program.revise(id=made["id"], LineItems=lines)
    assert changed["hdnGrandTotal"] == "500000.00000000"
    assert changed["LineItems"][0]["id"] == old["id"]
    assert (
        changed["LineItems"][1]["comment"] == "Dua hari"
        and changed["LineItems"][1]["entity_type"] == "Services"
    )
    alone = program.revise(id=made["id"], LineItems=json.dumps([changed["LineItems"][1]]))
    assert len(alone["LineItems"]) == 1 and alone["hdnGrandTotal"] == "50000.00000000"


def test_discounts_of_lines_and_of_the_whole_count(program: Service, account: str, goods: str) -> None:
    line = {"productid": goods, "quantity": 2, "listprice": 150000, "discount_percent": "10"}
    made = quote(program, account, goods, LineItems=[line], hdnDiscountAmount="20000", hdnS_H_Amount="5000")
    assert made["hdnSubTotal"] == 270000 and made["pre_tax_total"] == 250000
    found = stored(made)
    assert found.shipping == Decimal(5000) and found.discount_total == Decimal(20000)
    assert made["LineItems"][0]["discount_percent"] == "10.000"


def test_taxes_are_chosen_by_their_rate(program: Service, account: str, goods: str) -> None:
    rates = {one["taxname"]: one["percentage"] for one in program.query("SELECT * FROM Tax;")}
    name, rate = next((name, rate) for name, rate in rates.items() if rate == "11.000")
    line = {"productid": goods, "quantity": "1", "listprice": "100000"}
    made = quote(program, account, goods, LineItems=[line | {name: rate}])
    assert made["hdnGrandTotal"] == 111000 and made["LineItems"][0][name] == "11.000"
    assert quote(program, account, goods, LineItems=[line | {name: "0"}])["hdnGrandTotal"] == 100000
    with pytest.raises(Failed) as wrong:
        quote(program, account, goods, LineItems=[line | {name: "7.5"}])
    assert wrong.value.code == "REFERENCE_INVALID" and name in wrong.value.message


def test_an_invoice_made_as_sent_is_issued_and_one_made_as_paid_is_refused(
    program: Service, account: str, goods: str
) -> None:
    line = {"productid": goods, "quantity": "1", "listprice": "100000"}
    made = program.create("Invoice", subject="A", account_id=account, invoicestatus="Sent", LineItems=[line],
                          duedate="2030-01-31")  # fmt: skip
    assert made["invoicestatus"] == "Sent" and stored(made, Invoice).status == "issued"
    assert made["balance"] == "100000.00000000"
    draft = program.create(
        "Invoice", subject="B", account_id=account, invoicestatus="AutoCreated", LineItems=[line]
    )
    assert draft["invoicestatus"] == "Created"
    with pytest.raises(Failed) as wrong:
        program.create("Invoice", subject="C", account_id=account, invoicestatus="Paid", LineItems=[line])
    assert wrong.value.code == "FAILED_TO_CREATE"
    assert program.query("SELECT count(*) FROM Invoice;") == [{"count": "2"}]
    with pytest.raises(Failed):
        program.revise(id=made["id"], subject="Z")
    assert again(stored(made, Invoice)).subject == "A"


def test_a_line_about_nothing_the_person_sees_is_refused(program: Service, account: str, goods: str) -> None:
    for productid in ("14x999999999", account, "nonsense"):
        with pytest.raises(Failed) as wrong:
            quote(
                program, account, goods, LineItems=[{"productid": productid, "quantity": 1, "listprice": 1}]
            )
        assert wrong.value.code == "REFERENCE_INVALID"
    with pytest.raises(Failed) as wrong:
        quote(program, account, goods, LineItems=[{"productid": goods, "quantity": "-1", "listprice": "1"}])
    assert "LineItems" in wrong.value.message or "quantity" in wrong.value.message
    assert program.query("SELECT count(*) FROM Quotes;") == [{"count": "0"}]


def test_lines_are_read_by_themselves(program: Service, account: str, goods: str) -> None:
    made = quote(program, account, goods)
    found = program.query(f"SELECT productid, quantity FROM LineItem WHERE parent_id = '{made['id']}';")
    assert found == [{"id": made["LineItems"][0]["id"], "productid": goods, "quantity": "2.000"}]
    assert program.retrieve(found[0]["id"])["parent_id"] == made["id"]
    with pytest.raises(Failed) as wrong:
        program.query("SELECT * FROM LineItem;")
    assert wrong.value.code == "OPERATION_NOT_SUPPORTED"


def test_another_currency_keeps_its_rate(program: Service, account: str, goods: str) -> None:
    dollar = program.query("SELECT id FROM Currency WHERE currency_code = 'USD';")[0]["id"]
    made = quote(program, account, goods, currency_id=dollar, conversion_rate="15500.5")
    assert (made["currency_id"], made["conversion_rate"]) == (dollar, "15500.50000")
    with pytest.raises(Failed) as wrong:
        quote(program, account, goods, currency_id="21x999")
    assert wrong.value.code == "REFERENCE_INVALID"


def test_the_other_face_takes_lines_as_json_inside_json(company: Any) -> None:
    ensure_defaults()
    rest = Rest(company.admin, style="json")
    account, goods = make("customers.Account"), make("catalog.Product", price=100, taxes=[])
    made = quote(rest, f"11x{account.pk}", f"14x{goods.pk}")
    assert made["hdnGrandTotal"] == 300000


def test_vendors_and_what_is_ordered_from_them(program: Service, goods: str) -> None:
    vendor = program.create("Vendors", vendorname="PT Pemasok", email="jual@pemasok.example", city="Bandung")
    assert vendor["id"].startswith("2x") and (vendor["vendorname"], vendor["city"]) == (
        "PT Pemasok",
        "Bandung",
    )
    assert (
        program.query("SELECT vendorname FROM Vendors WHERE city = 'Bandung';")[0]["vendorname"]
        == "PT Pemasok"
    )
    found = registry.by_slug("vendors").model._base_manager.get()
    with acting(SYSTEM, via="system"):
        update(found, {"status": "approved"})
    close_change_set()
    order = program.create("PurchaseOrder", subject="Panel", postatus="Created", vendor_id=vendor["id"],
                           LineItems=[{"productid": goods, "quantity": "3", "listprice": "90000"}])  # fmt: skip
    assert (
        order["id"].startswith("5x") and order["hdnSubTotal"] == 270000 and order["vendor_id"] == vendor["id"]
    )
    assert program.retrieve(order["id"])["LineItems"][0]["quantity"] == "3.000"
    related = program.get(
        "retrieve_related", id=vendor["id"], relatedType="PurchaseOrder", relatedLabel="Purchase Order"
    )
    assert [one["id"] for one in related] == [order["id"]]
