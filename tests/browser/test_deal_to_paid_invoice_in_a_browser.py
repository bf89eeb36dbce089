"""From a deal to a paid invoice in a real browser: at a desk and on a phone, in both languages; and a draft that survives."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from relasi.modules.billing.invoice import Invoice
from relasi.modules.sales.quote import Quote
from tests.browser.document_pages import Say, act, choose_item, confirm, convert, fill, saying
from tests.browser.product import DESK, PHONE, Product, width_of
from tests.make import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# 10 × 2.350.000 less 10 %, and 2 × 5.000.000 without: 31.150.000, on 11/12 of it 12 % PPN.
TOTAL = Decimal("34576500")


def write_quote(page: Page, say: Say) -> None:
    choose_item(page, say, "panel", "Panel surya 450 Wp")
    of = {"name": "Panel surya 450 Wp"}
    fill(page, say("Quantity of %(name)s") % of, "10")
    fill(page, say("Discount on %(name)s") % of, "10%")
    page.locator("[data-line-add=item]").click()
    choose_item(page, say, "INV5", "Inverter 5 kW")
    fill(page, say("Quantity of %(name)s") % {"name": "Inverter 5 kW"}, "2")
    expect(page.locator(".totals dd.grand")).to_have_text(re.compile(r"34[.,]576[.,]500"))


@pytest.mark.parametrize(("language", "screen"), [("id", PHONE), ("en", DESK), ("en", PHONE), ("id", DESK)])
def test_a_deal_becomes_a_paid_invoice(product: Product, language: str, screen: Any) -> None:
    say, admin = saying(language), product.company.admin
    product.prefer(admin, language=language)
    make("catalog.Product", name="Panel surya 450 Wp", code="PV450", price=2_350_000)
    make("catalog.Product", name="Inverter 5 kW", code="INV5", price=5_000_000)
    deal = make("sales.Deal", name="PLTS Atap Cikarang", amount=30_000_000, owner=admin)
    page = product.page(viewport=screen)
    page.goto(f"/deals/{deal.pk}/")
    if screen is PHONE:
        page.locator("[data-pane-tab=related]").click()
    page.locator(f"a[href='/quotes/new/?deal={deal.pk}']").first.click()
    page.wait_for_url("**/quotes/new/**")
    write_quote(page, say)
    assert width_of(page) <= screen["width"]
    page.locator("#document-form button[value=save]").last.click()
    page.wait_for_url(re.compile(r"/quotes/\d+/$"))

    act(page, say("Mark as sent"))
    confirm(page)
    act(page, say("Accepted"))
    confirm(page)
    assert Quote._base_manager.get().status == "accepted"
    convert(page, say("Make a sales order"), "sales-orders")
    act(page, say("Approve"))
    confirm(page)
    convert(page, say("Make an invoice"), "invoices")
    assert width_of(page) <= screen["width"]
    act(page, say("Issue"))
    confirm(page)

    act(page, say("Record a payment"))
    confirm(page)
    invoice = Invoice._base_manager.get()
    assert (invoice.status, invoice.grand_total, invoice.balance) == ("paid", TOTAL, 0)
    page.goto(f"/invoices/{invoice.pk}/")
    expect(page.locator("main")).to_contain_text(re.compile(r"34[.,]576[.,]500"))
    expect(page.locator(".doc-chain li")).to_have_count(3)


def test_what_was_typed_into_a_document_is_there_after_the_page_was_closed(product: Product) -> None:
    make("catalog.Product", name="Panel surya 450 Wp", code="PV450", price=2_350_000)
    deal = make("sales.Deal", name="PLTS Atap Cikarang", amount=30_000_000, owner=product.company.admin)
    page, say = product.page(), saying("en")
    page.on("dialog", lambda dialog: dialog.accept())
    address = f"/quotes/new/?deal={deal.pk}"
    page.goto(address)
    choose_item(page, say, "panel", "Panel surya 450 Wp")
    page.get_by_label("Quantity of Panel surya 450 Wp", exact=True).fill("7")
    while '"7"' not in page.evaluate("JSON.stringify(Object.values(localStorage))").replace("\\", ""):
        page.wait_for_timeout(50)
    page.goto(f"/deals/{deal.pk}/")

    page.goto(address)
    offer = page.locator("[data-draft-offer]")
    expect(offer).to_be_visible()
    page.get_by_role("button", name="Go on with it").click()
    expect(page.get_by_label("Quantity of Panel surya 450 Wp", exact=True)).to_have_value("7")
    expect(page.locator(".totals dd.grand")).to_have_text(re.compile(r"18[.,]259[.,]500"))
    expect(offer).to_be_hidden()
    page.get_by_label("Price of Panel surya 450 Wp", exact=True).fill("mahal")
    page.locator("#document-form button[value=save]").last.click()
    expect(page.locator(".line-item ~ td [aria-invalid=true]")).to_have_value("mahal")
    expect(offer).to_be_hidden()  # it came back with everything in it
    page.get_by_label("Price of Panel surya 450 Wp", exact=True).fill("2.350.000")
    page.locator("#document-form button[value=save]").last.click()
    page.wait_for_url(re.compile(r"/quotes/\d+/$"))
    page.goto(address)
    expect(offer).to_be_hidden()
    assert Quote._base_manager.get().grand_total == 18_259_500
