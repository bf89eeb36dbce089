"""Buying with a real browser: a purchase order comes in parts, one piece is turned away, and its bill is paid."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from relasi.engine.access.acting import acting
from relasi.modules.purchasing.bill import Bill
from relasi.modules.purchasing.purchase_order import PurchaseOrder
from tests.browser.document_pages import act, choose_item, confirm, convert, fill, saying
from tests.browser.product import Product
from tests.make import again
from tests.modules.buying import approved_vendor
from tests.modules.stocking import goods

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
say = saying("id")
PANEL = "Panel surya 450 Wp"


def save(page: Page, at: str) -> None:
    page.locator("#document-form button[value=save]").last.click()
    page.wait_for_url(re.compile(rf"/{at}/\d+/$"))


def receive(page: Page) -> None:
    act(page, say("Received"))
    confirm(page)


def test_an_order_is_received_in_parts_billed_and_paid(product: Product) -> None:
    admin = product.company.admin
    product.prefer(admin, language="id")
    with acting(admin):
        panel = goods(name=PANEL, code="PV450", cost=1_800_000)
        approved_vendor(name="PT Surya Pemasok")
    page = product.page()
    page.goto("/purchase-orders/new/")
    page.locator("[name=subject]").fill("Panel untuk gudang")
    vendor = page.locator("#f-vendor")
    vendor.fill("Surya")  # after the page was drawn anew for the subject
    page.locator("[role=option]").filter(has_text="PT Surya Pemasok").click()
    choose_item(page, say, "PV450", PANEL)
    fill(page, say("Quantity of %(name)s") % {"name": PANEL}, "10")
    expect(vendor).to_have_value("PT Surya Pemasok")
    expect(page.locator(".totals dd.grand")).to_have_text(re.compile(r"19\.980\.000"))
    save(page, "purchase-orders")
    order = PurchaseOrder._base_manager.get()
    act(page, say("Approve"))
    confirm(page)

    convert(page, say("Receive goods"), "receipt-notes", take="6")
    page.locator(".ov-head").get_by_role("link", name=say("Edit"), exact=True).click()
    page.wait_for_url("**/edit/")
    page.locator("input[name^=line-][name$=-rejected]").fill("1")
    page.locator("select[name$=-reject_reason]").select_option("damaged")
    save(page, "receipt-notes")
    receive(page)
    assert again(panel).on_hand == 5
    page.goto(f"/purchase-orders/{order.pk}/")
    expect(page.locator(".ov-head")).to_contain_text("50%")
    expect(page.locator(".doc-body")).to_contain_text("1 ditolak")
    convert(page, say("Receive goods"), "receipt-notes")
    receive(page)
    assert again(panel).on_hand == 10
    page.goto(f"/purchase-orders/{order.pk}/")
    expect(page.locator(".ov-head")).to_contain_text("100%")

    act(page, say("Enter its bill"))
    page.locator("#drawer[open] form button[type=submit].btn-primary").click()
    page.wait_for_url(re.compile(r"/bills/\d+/$"))
    page.locator(".ov-head").get_by_role("link", name=say("Edit"), exact=True).click()
    page.wait_for_url("**/edit/")
    page.locator("[name=vendor_invoice_number]").fill("FKT-0731")
    save(page, "bills")
    act(page, say("Approve"))
    confirm(page)
    expect(page.locator(".ov-head")).to_contain_text("19.980.000")
    act(page, say("Record a payment"))
    expect(page.locator("#drawer[open] [name=amount]")).to_have_value("19.980.000")
    confirm(page)
    bill = Bill._base_manager.get()
    assert (bill.status, bill.grand_total, bill.balance) == ("paid", 19_980_000, 0)
    page.goto(f"/purchase-orders/{order.pk}/")
    expect(page.locator(".doc-body")).to_contain_text(re.compile(r"100%.*19\.980\.000", re.DOTALL))
