"""Selling with a real browser: a lead until it is a deal, a deal until it is lost and open again, two who edit it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from relasi.engine.access.acting import SYSTEM, acting
from relasi.modules.customers.contact import Contact
from relasi.modules.customers.lead import Lead
from relasi.modules.sales.deal import Deal
from tests.browser.product import Product
from tests.make import again, make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def verb(page: Page, name: str) -> None:
    """Presses a verb in the head of a record page, which opens its window."""
    page.locator(".ov-head").get_by_role("link", name=name, exact=True).click()
    expect(page.locator("#drawer[open]")).to_be_visible()


def confirm(page: Page) -> None:
    page.locator("#drawer footer button[type=submit]").click()


def stage_of(page: Page) -> str:
    return page.locator(".stage-path [aria-current=step]").inner_text().strip()


def test_a_lead_becomes_account_contact_and_deal(product: Product) -> None:
    page = product.page(product.company.director)
    page.goto("/leads/new/")
    page.get_by_label("First name").fill("Ratna")
    page.get_by_label("Last name").fill("Kusumawardani")
    page.get_by_label("Company", exact=True).fill("PT Samudra Pangan Lestari")
    page.get_by_label("Email", exact=True).fill("ratna.k@samudrapangan.co.id")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ratna Kusumawardani")

    verb(page, "Mark as MQL")
    confirm(page)
    # Only by mail can she be reached, and nobody knows whether she agreed.
    page.locator("#drawer [name=confirmed]").check()
    confirm(page)
    expect(page.locator(".stage-path [aria-current=step]")).to_contain_text("MQL")

    verb(page, "Accept as SQL")
    confirm(page)
    drawer = page.locator("#drawer")
    expect(drawer.get_by_text("An SQL needs this answer.").first).to_be_visible()
    assert Lead._base_manager.get().stage == "mql"
    for question in ("Budget", "Authority", "Need", "Timing"):
        control = drawer.get_by_label(question, exact=True)
        if control.evaluate("element => element.tagName") == "SELECT":
            control.select_option(index=1)
        else:
            control.fill("Atap 3.200 m²")
    confirm(page)
    expect(page.locator(".stage-path [aria-current=step]")).to_contain_text("SQL")

    verb(page, "Convert")
    drawer.get_by_label("Amount").fill("1,5jt")
    drawer.get_by_label("Deal name").fill("PLTS Atap 250 kWp")
    confirm(page)
    expect(drawer.locator("[data-field=expected_close] .error")).to_be_visible()
    assert not Deal._base_manager.exists() and not Contact._base_manager.exists()
    drawer.get_by_label("Expected close").fill("2030-01-31")
    confirm(page)
    page.wait_for_url("**/deals/*/")
    expect(page.get_by_role("heading", level=1)).to_have_text("PLTS Atap 250 kWp")
    facts = page.locator(".facts").first
    expect(facts.get_by_role("link", name="PT Samudra Pangan Lestari")).to_be_visible()
    expect(facts).to_contain_text("1.500.000")
    facts.get_by_role("link", name="Ratna Kusumawardani").click()
    page.wait_for_url("**/contacts/*/")
    expect(page.locator("aside .mini").get_by_role("link", name="PLTS Atap 250 kWp").first).to_be_visible()
    expect(page.locator(".ov-head").get_by_role("link", name="PT Samudra Pangan Lestari")).to_be_visible()
    assert Lead._base_manager.get().status == "converted"


def test_a_deal_is_lost_only_with_a_reason_and_can_be_reopened(product: Product) -> None:
    deal = make("sales.Deal", name="Audit energi", amount=910_000_000, owner=product.company.director)
    page = product.page(product.company.director)
    page.goto(f"/deals/{deal.pk}/")
    first = stage_of(page)
    steps = page.locator(".stage-path li")
    second = steps.nth(1).inner_text().strip()
    steps.nth(1).get_by_role("link").click()
    confirm(page)
    expect(page.locator(".stage-path [aria-current=step]")).to_have_text(second)
    assert second != first

    verb(page, "Lost")
    page.locator("#drawer").get_by_label("Competitor").fill("PT Surya Lain")
    confirm(page)
    expect(page.locator("#drawer [data-field=lost_reason] .error")).to_be_visible()
    expect(page.locator("#drawer").get_by_label("Competitor")).to_have_value("PT Surya Lain")
    assert again(deal).status == "open"
    page.locator("#drawer").get_by_label("Lost because").select_option(label="Price")
    confirm(page)
    expect(page.locator("#drawer[open]")).to_have_count(0)
    expect(page.locator(".facts").filter(has_text="Lost because").first).to_contain_text("Price")
    assert (again(deal).status, again(deal).lost_reason) == ("lost", "price")

    verb(page, "Reopen")
    confirm(page)
    expect(page.locator(".stage-path [aria-current=step]")).to_have_text(second)
    assert (again(deal).status, again(deal).lost_reason) == ("open", None)


def test_two_people_edit_one_deal_and_nothing_is_lost(product: Product) -> None:
    company = product.company
    deal = make("sales.Deal", name="Retrofit inverter", amount=100_000_000, owner=company.sales_a)
    hers, his = product.page(company.sales_a), product.page(company.manager)
    for page in (hers, his):
        page.goto(f"/deals/{deal.pk}/edit/")
    hers.get_by_label("Amount").fill("120.000.000")
    hers.get_by_label("Next step").fill("Survei Kamis")
    hers.get_by_role("button", name="Save").click()
    expect(hers.get_by_role("heading", level=1)).to_have_text("Retrofit inverter")

    his.get_by_label("Amount").fill("150.000.000")
    his.get_by_label("Competitor").fill("PT Lain")
    his.get_by_role("button", name="Save").click()
    conflict = his.locator("table.conflict")
    row = conflict.get_by_role("row").filter(has_text="Amount")
    expect(row).to_contain_text("150.000.000")
    expect(row).to_contain_text("120.000.000")
    assert again(deal).amount == 120_000_000
    expect(his.get_by_label("Competitor")).to_have_value("PT Lain")
    expect(row.get_by_role("checkbox")).not_to_be_checked()  # he typed a value of his own
    expect(
        conflict.get_by_role("row").filter(has_text="Survei Kamis").get_by_role("checkbox")
    ).to_be_checked()
    row.get_by_role("checkbox").check()
    his.get_by_role("button", name="Save").click()
    his.wait_for_url(f"**/deals/{deal.pk}/")
    saved = again(deal)
    assert (saved.amount, saved.competitor, saved.next_step) == (120_000_000, "PT Lain", "Survei Kamis")
    with acting(SYSTEM):
        assert Deal.objects.count() == 1
