"""A rate of tax that changes: what a document of each day has, and what becomes of an offer that outlives its rate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from relasi.engine.access.acting import acting, current_acting
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import create, update
from relasi.kits.trade import conversion
from relasi.kits.trade.conversion import convert
from relasi.modules.billing.invoice import Invoice
from relasi.modules.catalog.defaults import ensure_defaults
from relasi.modules.catalog.tax import Tax, TaxRate
from relasi.modules.sales.quote import Quote
from relasi.modules.sales.sales_order import SalesOrder
from tests.engine.api.program import Program
from tests.make import again
from tests.modules.refused import refusing
from tests.modules.trading import document, thing
from tests.people import signed_in

OLD, NEW = "2026-12-31", "2027-01-01"


@pytest.fixture(autouse=True)
def new_rate(company: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """PPN takes 11 % of a price until the end of 2026 and 12 % from the first of January; today is the second."""
    monkeypatch.setattr(conversion, "today", lambda: date(2027, 1, 2))
    monkeypatch.setattr("relasi.kits.trade.editor.convert_page.today", lambda: date(2027, 1, 2))
    with acting(company.admin):
        ensure_defaults()
        ppn = Tax._base_manager.get(code="PPN")
        for rate in TaxRate._base_manager.filter(tax=ppn, region=None, valid_to=None, trashed_at=None):
            update(rate, {"valid_to": OLD})
        create(TaxRate, {"tax": ppn.pk, "rate": 12, "valid_from": NEW})
        current_acting().memo.clear()
        yield ppn


def line(**values: Any) -> dict[str, Any]:
    return thing(1_000_000, taxes=["PPN"], **values)


def agreed(**values: Any) -> Quote:
    """Accepted on the last day of the old rate, still valid in the new year."""
    found = document(Quote, line(quantity=2), date=OLD, valid_until="2099-12-31", **values)
    for status in ("sent", "accepted"):
        found = update(found, {"status": status})
    return found


def tax(found: Any) -> Decimal:
    return again(found).tax_total


@pytest.mark.parametrize(("day", "amount"), [(OLD, 110_000), (NEW, 120_000)])
def test_a_quote_has_the_rate_of_its_day(day: str, amount: int) -> None:
    assert document(Quote, line(), date=day).tax_total == amount


def test_a_draft_that_moves_to_another_day_takes_the_rate_of_that_day() -> None:
    found = document(Quote, line(), date=OLD, shipping=100_000)
    assert (found.tax_total, found.charge_tax_total) == (110_000, 11_000)
    moved = update(found, {"date": NEW})
    assert (moved.tax_total, moved.charge_tax_total) == (120_000, 12_000)
    assert update(again(moved), {"date": OLD}).tax_total == 110_000


def test_converting_an_old_quote_asks_which_rate_holds() -> None:
    quote = agreed()
    with refusing("REQUIRED", "tax_rates"):
        convert(quote, SalesOrder)
    with refusing("INVALID_VALUE", "tax_rates"):
        convert(quote, SalesOrder, tax_rates="both")
    assert not SalesOrder._base_manager.exists()
    assert again(quote).tax_rates is None


@pytest.mark.parametrize(("choice", "amount"), [("agreed", 220_000), ("current", 240_000)])
@pytest.mark.parametrize("mode", ["individual", "group"])
def test_either_rate_can_be_chosen(choice: str, amount: int, mode: str) -> None:
    order = convert(agreed(tax_mode=mode), SalesOrder, tax_rates=choice)
    assert tax(order) == amount


def test_the_answer_holds_for_the_later_parts() -> None:
    quote = agreed()
    [one] = quote.lines_in_order()
    first = convert(quote, SalesOrder, {one.pk: Decimal(1)}, tax_rates="current")
    second = convert(again(quote), SalesOrder)
    assert (tax(first), tax(second), again(quote).tax_rates) == (120_000, 120_000, "current")


def test_on_the_day_of_the_old_rate_nothing_is_asked() -> None:
    assert tax(convert(agreed(), SalesOrder, date=OLD)) == 220_000


def test_an_order_is_asked_about_in_its_turn_and_a_credit_note_never() -> None:
    order = convert(agreed(), SalesOrder, date=OLD).approve()
    with refusing("REQUIRED", "tax_rates"):
        order.invoice()
    invoice = again(order).invoice("agreed")
    assert tax(invoice) == 220_000
    update(invoice, {"date": OLD, "due_date": "2027-01-30"})
    note = again(invoice).issue().credit()
    assert tax(note) == 220_000


def test_the_page_asks_and_shows_both_rates(company: Any) -> None:
    quote = agreed()
    [one] = quote.lines_in_order()
    close_change_set()
    client, url = signed_in(company.admin), f"/quotes/{quote.pk}/convert/sales-orders/"
    page = client.get(url).content.decode()
    assert 'name="tax_rates"' in page and "11%" in page and "12%" in page
    wrong = client.post(url, {f"take-{one.pk}": "1"})
    assert wrong.status_code == 422 and f'name="take-{one.pk}"' in wrong.content.decode()
    assert not SalesOrder._base_manager.exists()
    assert client.post(url, {f"take-{one.pk}": "1", "tax_rates": "current"}).status_code == 302
    assert tax(SalesOrder._base_manager.get()) == 120_000


def test_by_api_the_parameter_is_named_when_it_is_missing(company: Any) -> None:
    quote = agreed()
    close_change_set()
    program = Program(company.admin)
    missing = program.post(f"quotes/{quote.pk}/do/order", {})
    assert (missing.status_code, missing.data["errors"][0]["field"]) == (422, "tax_rates")
    wrong = program.post(f"quotes/{quote.pk}/do/order", {"tax_rates": "x"})
    assert (wrong.status_code, SalesOrder._base_manager.count()) == (422, 0)
    assert program.post(f"quotes/{quote.pk}/do/invoice", {"tax_rates": "agreed"}).status_code == 200
    assert tax(Invoice._base_manager.get()) == 220_000
