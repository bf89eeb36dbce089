"""Records in a real browser: edited where they stand, deleted and brought back, on a phone, without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from relasi.modules.customers.contact import Contact
from tests.browser.product import PHONE, Product, width_of
from tests.make import again, make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def undo(page: Page) -> None:
    page.locator(".toast").get_by_role("button", name="Undo").click()


def test_a_refused_value_stays_until_it_is_right_or_given_up(product: Product) -> None:
    contact = make("customers.Contact", last_name="Ratna", email="ratna@pangan.id")
    page = product.page()
    page.goto(f"/contacts/{contact.pk}/")
    fact = page.locator("#fact-email")
    fact.locator(".edit").focus()
    page.keyboard.press("Enter")
    editor = fact.locator("input[name=email]")
    expect(editor).to_be_focused()
    editor.fill("abc")
    page.keyboard.press("Enter")
    expect(fact.locator(".error")).to_be_visible()
    expect(editor).to_have_value("abc")
    assert again(contact).email == "ratna@pangan.id"
    page.keyboard.press("Escape")
    expect(fact.locator(".value")).to_have_text("ratna@pangan.id")
    expect(fact.locator(".edit")).to_be_focused()
    page.keyboard.press("Enter")
    editor.fill("ratna@samudra.id")
    page.keyboard.press("Enter")
    expect(fact.locator(".value")).to_have_text("ratna@samudra.id")
    assert again(contact).email == "ratna@samudra.id"


def test_what_was_deleted_comes_back_from_the_toast_the_history_and_the_bin(product: Product) -> None:
    contact = make("customers.Contact", last_name="Ratna", email="ratna@pangan.id")
    page = product.page()

    def delete() -> None:
        page.goto(f"/contacts/{contact.pk}/")
        page.get_by_role("button", name="More").click()
        page.locator("#record-menu").get_by_role("button", name="Delete").click()
        page.wait_for_url("**/contacts/")
        expect(page.locator("tbody")).to_have_count(0)
        assert again(contact).trashed_at is not None

    delete()
    undo(page)
    expect(page.locator("tbody").get_by_role("link", name="Ratna", exact=True)).to_be_visible()
    assert again(contact).trashed_at is None

    delete()
    page.get_by_role("link", name="Change history").click()
    page.locator("tbody .cell-main").first.click()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator("main").get_by_text("Undone")).to_be_visible()
    assert again(contact).trashed_at is None

    delete()
    page.get_by_role("link", name="Recycle bin").click()
    page.get_by_role("checkbox", name="Select Ratna").check()
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".toast")).to_contain_text("1 record is back.")
    assert again(contact).trashed_at is None


def test_a_contact_is_made_and_edited_on_a_phone(product: Product) -> None:
    make("customers.Contact", last_name="Lain", title="Direktur")
    page = product.page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto("/contacts/")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto("/contacts/new/")
    page.get_by_label("Last name").fill("Ratna")
    page.get_by_label("Mobile").fill("0812-3456-7810")
    assert width_of(page) <= 390
    page.get_by_role("button", name="Save").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ratna")
    page.get_by_role("button", name="Details").or_(page.get_by_role("tab", name="Details")).first.tap()
    page.locator("#fact-title .value").tap()
    page.locator("#fact-title input[name=title]").fill("Manajer Operasional")
    page.keyboard.press("Enter")
    expect(page.locator("#fact-title .value")).to_have_text("Manajer Operasional")
    assert width_of(page) <= 390
    page.goto("/contacts/")
    card = page.locator("tbody tr").filter(has_text="Ratna")
    expect(card).to_contain_text("Manajer Operasional")
    assert card.bounding_box()["width"] > 300  # a card, not a row of a table that scrolls
    assert width_of(page) <= 390


def test_records_are_made_edited_filtered_and_deleted_without_scripts(product: Product) -> None:
    for number in range(30):
        make("customers.Contact", last_name=f"Orang {number:02}")
    page = product.page(java_script_enabled=False)
    page.goto("/contacts/")
    page.get_by_role("link", name="New contact").first.click()
    page.get_by_label("Last name").fill("Ratna")
    page.get_by_label("Email", exact=True).fill("bukan email")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-field=email] .error")).to_be_visible()
    expect(page.get_by_label("Last name")).to_have_value("Ratna")
    page.get_by_label("Email", exact=True).fill("ratna@pangan.id")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ratna")
    ratna = Contact._base_manager.get(last_name="Ratna")

    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Job title").fill("Manajer")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#fact-title")).to_contain_text("Manajer")

    page.goto("/contacts/")
    expect(page.locator("tbody tr")).to_have_count(25)
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr")).to_have_count(6)
    page.get_by_role("link", name="Filter", exact=True).click()
    page.get_by_label("Field").select_option(label="Last name")
    page.get_by_role("button", name="Continue").click()
    page.locator("[name=value]").fill("Ratna")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator(".chip")).to_contain_text(["Ratna", "Filter"])

    page.goto(f"/contacts/{ratna.pk}/")
    page.locator("#record-menu form[action$='/delete/']").evaluate("form => form.submit()")
    page.wait_for_url("**/contacts/")
    assert again(ratna).trashed_at is not None
