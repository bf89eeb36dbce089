"""Invoices written directly keep to the limits of selling; what a quote or an order agreed holds for its invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import create, update
from relasi.kits.trade.conversion import add_to, convert
from relasi.modules.billing.invoice import Invoice
from relasi.modules.sales.sales_order import SalesOrder
from relasi.modules.sales.selling_limit import SellingLimit
from tests.engine.api.program import Program
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.trading import document, is_sound, thing


@pytest.fixture(autouse=True)
def limits(company: Any) -> None:
    """People of the profile Jual go alone up to 10 % and 30 days, the manager up to 25 %; the director has no limit."""
    with acting(company.admin):
        create(SellingLimit, {"role": company.roles["Manajer"].pk, "whole_discount": 25})
        create(
            SellingLimit, {"profile": company.profiles["Jual"].pk, "whole_discount": 10, "payment_days": 30}
        )
    close_change_set()


def by(user: Any, act: Any) -> Any:
    close_change_set()
    with acting(user):
        found = act()
    close_change_set()
    return found


def draft(company: Any, *lines: dict[str, Any], **values: Any) -> Invoice:
    return by(company.sales_a, lambda: document(Invoice, *lines, **values))


def refused_to(user: Any, invoice: Any) -> None:
    with refusing("INVALID_TRANSITION", "status"):
        by(user, again(invoice).issue)
    assert (again(invoice).status, again(invoice).number[:5]) == ("draft", "DRAFT")


def order(company: Any, discount: Any, *lines: dict[str, Any], **values: Any) -> SalesOrder:
    found = by(company.sales_a, lambda: document(SalesOrder, *lines, discount_percent=discount, **values))
    found = by(company.sales_a, found.ask_approval)
    return by(company.admin, again(found).approve)


def test_within_the_limits_the_seller_issues_alone_and_beyond_them_somebody_above(company: Any) -> None:
    assert by(company.sales_a, draft(company, discount_percent=10).issue).status == "issued"
    invoice = draft(company, discount_percent=12)
    refused_to(company.sales_a, invoice)
    assert by(company.manager, again(invoice).issue).status == "issued"
    far = draft(company, discount_percent=30)
    refused_to(company.manager, far)
    assert by(company.director, again(far).issue).status == "issued"
    is_sound()


def test_a_price_below_the_list_is_a_discount(company: Any) -> None:
    product = by(company.admin, lambda: make("catalog.Product", price=1_000_000))
    line = {"product": product.pk, "quantity": 2, "taxes": []}
    refused_to(company.sales_a, draft(company, line | {"price": 850_000}))
    assert by(company.sales_a, draft(company, line | {"price": 900_000}).issue).status == "issued"
    lowered = draft(company, line)
    kept = {"id": lowered.lines_in_order()[0].pk, "price": 1}
    by(company.sales_a, lambda: update(again(lowered), {}, lines=[kept]))
    refused_to(company.sales_a, lowered)


@pytest.mark.parametrize("terms", [{"payment_days": 45}, {"date": "2026-09-01", "due_date": "2026-10-30"}])
def test_longer_terms_of_payment_count_by_days_or_by_the_day_itself(
    company: Any, terms: dict[str, Any]
) -> None:
    refused_to(company.sales_a, draft(company, **terms))


def test_nobody_agrees_to_their_own(company: Any) -> None:
    refused_to(company.manager, by(company.manager, lambda: document(Invoice, discount_percent=30)))
    invoice = draft(company, discount_percent=12)
    with acting(company.sales_a, impersonator=company.admin), refusing("INVALID_TRANSITION", "status"):
        again(invoice).issue()


def test_what_was_agreed_of_an_order_is_issued_by_its_seller_also_in_part(company: Any) -> None:
    far, near = thing(1_000_000, discount_percent=40), thing(1_000_000, 2)
    agreed = order(company, None, far, near, payment_days=60)
    first = agreed.lines_in_order()[0].pk
    part = by(company.sales_a, lambda: convert(again(agreed), Invoice, {first: Decimal(1)}))
    assert by(company.sales_a, part.issue).status == "issued"
    rest = by(company.sales_a, lambda: convert(again(agreed), Invoice))
    by(company.sales_a, lambda: update(again(rest), {"discount_percent": 50}))
    refused_to(company.sales_a, rest)


def test_a_draft_is_not_agreed_by_adding_an_order_to_it(company: Any) -> None:
    account = by(company.admin, lambda: make("customers.Account", owner=company.sales_a))
    agreed = order(company, 12, account=account)
    other = order(company, 12, account=account)
    joined = by(company.sales_a, lambda: convert(again(agreed), Invoice))
    by(company.sales_a, lambda: add_to(again(joined), again(other)))
    cheap = draft(company, thing(discount_percent=90), account=account, discount_percent=12)
    by(company.sales_a, lambda: add_to(again(cheap), again(order(company, 12, account=account))))
    refused_to(company.sales_a, cheap)
    assert by(company.sales_a, again(joined).issue).status == "issued"


def test_a_program_is_held_to_them_too(company: Any) -> None:
    invoice = draft(company, discount_percent=12)
    said = Program(company.sales_a).patch(f"invoices/{invoice.pk}", {"status": "issued"})
    assert (said.status_code, said.data["errors"][0]["code"]) == (422, "INVALID_TRANSITION")
    assert "12%" in said.data["errors"][0]["message"]
    assert again(invoice).status == "draft"
