"""Credit limits: an order or invoice with which a customer would owe too much is warned of, and goes on when seen."""

from __future__ import annotations

from typing import Any

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from relasi.kits.trade.credit import ordered_by, owed_by
from relasi.modules.billing.invoice import Invoice
from relasi.modules.sales.sales_order import SalesOrder
from tests.engine.api.program import Program
from tests.make import again, make
from tests.modules.trading import approved, document, issued, paid, thing
from tests.people import signed_in


@pytest.fixture
def customer(company: Any) -> Any:
    """May owe ten million; four are unpaid."""
    with acting(company.admin):
        account = make("customers.Account", name="PT Bintang", credit_limit=10_000_000, owner=company.sales_a)
        issued(thing(4_000_000), account=account)
    close_change_set()
    return account


def warned(act: Any) -> str:
    with pytest.raises(Refused) as error:
        act()
    [one] = error.value.refusals
    assert (one.field, one.code, one.more["confirm"]) == ("account", "OUT_OF_RANGE", "credit")
    close_change_set()
    return str(one.message)


def test_up_to_the_limit_nothing_is_said_and_beyond_it_is_warned_of(company: Any, customer: Any) -> None:
    with acting(company.sales_a):
        assert document(SalesOrder, thing(6_000_000), account=customer).approve().status == "approved"
        more = document(SalesOrder, thing(6_000_001), account=customer)
        assert "10.000.000" not in warned(more.approve)  # this profile does not see what others sold
        assert again(more).status == "draft"
        assert update(more, {"status": "approved"}, confirmed=["credit"]).status == "approved"


def test_an_invoice_is_warned_of_too_with_its_figures(company: Any, customer: Any) -> None:
    with acting(company.admin):
        bill = document(Invoice, thing(7_000_000), account=customer)
        said = warned(bill.issue)
        assert "PT Bintang" in said and "11.000.000" in said and "10.000.000" in said
        assert again(bill).number.startswith("DRAFT")


def test_what_was_paid_and_what_is_kept_makes_room(company: Any, customer: Any) -> None:
    with acting(company.admin):
        assert owed_by(customer.pk, "IDR") == 4_000_000
        paid(customer, 5_000_000)
        assert owed_by(customer.pk, "IDR") == 0 - 1_000_000
        bill = document(Invoice, thing(11_000_000), account=customer).issue()
        assert owed_by(customer.pk, "IDR") == 10_000_000
        again(bill).credit()
        assert owed_by(customer.pk, "IDR") == -1_000_000


def test_what_is_ordered_and_not_invoiced_counts_as_owed(company: Any) -> None:
    """Limit 100, unpaid 70, ordered 20: an order of 10 passes, one of 15 makes 105."""
    with acting(company.admin):
        account = make("customers.Account", credit_limit=100)
        issued(thing(70), account=account)
        standing = approved(thing(10, quantity=2), account=account)
        assert ordered_by(account.pk, "IDR") == 20
        order = document(SalesOrder, thing(15), account=account)
        assert "105" in warned(order.approve)
        assert again(order).status == "draft"
        assert document(SalesOrder, thing(10), account=account).approve().status == "approved"
        standing.invoice()
        assert ordered_by(account.pk, "IDR") == 10


def test_of_an_order_that_is_partly_invoiced_the_rest_counts(company: Any) -> None:
    with acting(company.admin):
        account = make("customers.Account", credit_limit=100)
        bill = approved(thing(10, quantity=4), thing(60), account=account).invoice()
        keep, _drop = bill.lines_in_order()
        update(bill, {}, lines=[{"id": keep.pk, "quantity": 1}])
        assert ordered_by(account.pk, "IDR") == 90


def test_another_currency_counts_by_the_rate_of_its_document(company: Any, customer: Any) -> None:
    with acting(company.admin):
        dollars = document(SalesOrder, thing(400), account=customer, currency="USD", rate=16_000)
        warned(dollars.approve)
        small = document(SalesOrder, thing(300), account=customer, currency="USD", rate=16_000)
        assert small.approve().status == "approved"


def test_without_a_limit_nobody_is_warned(company: Any, customer: Any) -> None:
    with acting(company.admin):
        update(customer, {"credit_limit": None})
        assert document(SalesOrder, thing(99_000_000), account=customer).approve().status == "approved"


def test_the_dialog_asks_and_goes_on_when_it_was_seen(company: Any, customer: Any) -> None:
    with acting(company.admin):
        order = document(SalesOrder, thing(7_000_000), account=customer)
    close_change_set()
    client = signed_in(company.admin)
    address = f"/sales-orders/{order.pk}/do/approve/"
    page = client.post(address)
    assert page.status_code == 409
    assert "11.000.000" in page.content.decode() and 'value="credit"' in page.content.decode()
    assert again(order).status == "draft"
    assert client.post(address, {"confirmed": "credit"}).status_code == 302
    assert again(order).status == "approved"


def test_by_api_the_code_of_the_warning_is_told_and_sent_back(company: Any, customer: Any) -> None:
    with acting(company.admin):
        order = document(SalesOrder, thing(7_000_000), account=customer)
    close_change_set()
    api = Program(company.admin)
    answer = api.post(f"sales-orders/{order.pk}/do/approve", {})
    assert answer.status_code == 409 and answer.data["errors"][0]["confirm"] == "credit"
    assert api.post(f"sales-orders/{order.pk}/do/approve?confirm=credit", {}).status_code == 200
