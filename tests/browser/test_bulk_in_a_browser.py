"""Many records at once in a real browser: chosen, rehearsed, changed, and taken back from the toast."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from relasi.modules.customers.contact import Contact
from tests.browser.product import Product
from tests.make import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(product: Product) -> list[int]:
    return [make("customers.Contact", last_name=f"Orang {n}", title="Staf").pk for n in range(30)]


def titles(ids: list[int]) -> set[str]:
    return set(Contact._base_manager.filter(pk__in=ids).values_list("title", flat=True))


def edit_title(page: Page, text: str) -> None:
    page.locator(".bulk button[value=edit]").click()
    page.wait_for_url("**/bulk/**")
    page.locator("select[name=_more]").select_option(label="Job title")
    page.locator("[name=b-title], [name=title]").first.fill(text)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("main del").first).to_have_text("Staf")


def test_three_chosen_by_keyboard_are_edited_and_taken_back(product: Product, people: list[int]) -> None:
    page = product.page()
    page.goto("/contacts/")
    boxes = page.locator("[data-pick]")
    for place in range(3):
        boxes.nth(place).focus()
        page.keyboard.press("Space")
    expect(page.locator("[data-pick-count]")).to_have_text("3")
    edit_title(page, "Manajer")
    assert titles(people) == {"Staf"}
    page.locator("form[action$='/do/run/'] button").click()
    toast = page.locator(".toast")
    expect(toast).to_be_visible()
    assert Contact._base_manager.filter(pk__in=people, title="Manajer").count() == 3
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast").last).to_contain_text("3")
    assert titles(people) == {"Staf"}


def test_all_that_match_are_changed_beyond_the_page(product: Product, people: list[int]) -> None:
    page = product.page()
    page.goto("/contacts/")
    page.locator("[data-pick-all]").check()
    page.locator("[data-pick-everything]").click()
    edit_title(page, "Direktur")
    page.locator("form[action$='/do/run/'] button").click()
    expect(page.locator(".toast")).to_be_visible()
    assert titles(people) == {"Direktur"}


def test_whoever_leaves_the_rehearsal_has_changed_nothing(product: Product, people: list[int]) -> None:
    page = product.page()
    page.goto("/contacts/")
    page.locator("[data-pick]").first.check()
    edit_title(page, "Manajer")
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url("**/contacts/**")
    assert titles(people) == {"Staf"}
