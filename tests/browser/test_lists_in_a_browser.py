"""Lists in a real browser: filters, columns and saved views, the palette, and everything by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from relasi.engine.query.saved_view import SavedView
from tests.browser.product import Product
from tests.make import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(product: Product) -> list[int]:
    """Four contacts, newest last: two of them managers."""
    titles = {"Ayu": "Manajer", "Budi": "Direktur", "Citra": "Manajer", "Dewi": ""}
    return [make("customers.Contact", last_name=name, title=title).pk for name, title in titles.items()]


def names(page: Page) -> list[str]:
    return page.locator("tbody .cell-main").all_inner_texts()


def only_managers(page: Page) -> None:
    page.locator(".chip-add").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("Field").select_option(label="Job title")
    drawer.locator("[name=value]").fill("Manajer")
    drawer.get_by_role("button", name="Apply").click()
    expect(page.locator("tbody .cell-main")).to_have_count(2)


def test_a_view_is_saved_used_and_deleted(product: Product, people: list[int]) -> None:
    page = product.page()
    page.goto("/contacts/")
    expect(page.locator("tbody .cell-main")).to_have_count(4)
    only_managers(page)
    page.get_by_role("link", name="Save view").click()
    page.locator("#drawer [name=name]").fill("Para manajer")
    page.locator("#drawer").get_by_role("button", name="Save").click()
    tabs = page.locator(".tabs")
    expect(tabs.locator("[aria-current=page]")).to_contain_text("Para manajer")
    tabs.get_by_role("link").first.click()
    expect(page.locator("tbody .cell-main")).to_have_count(4)
    tabs.get_by_role("link", name="Para manajer").click()
    expect(page.locator("tbody .cell-main")).to_have_count(2)
    assert sorted(names(page)) == ["Ayu", "Citra"]
    tabs.get_by_role("button", name="This list view").click()
    page.locator("#view-menu").get_by_role("button", name="Delete this view").click()
    expect(page.locator(".toast")).to_be_visible()
    expect(tabs.get_by_role("link", name="Para manajer")).to_have_count(0)
    assert not SavedView._base_manager.filter(name="Para manajer", trashed_at=None).exists()


def test_a_chip_is_changed_and_taken_away(product: Product, people: list[int]) -> None:
    page = product.page()
    page.goto("/contacts/")
    only_managers(page)
    chip = page.locator(".chip").filter(has_text="Manajer")
    chip.locator(".v").click()
    page.locator("#drawer [name=value]").fill("Direktur")
    page.locator("#drawer").get_by_role("button", name="Apply").click()
    expect(page.locator("tbody .cell-main")).to_have_text(["Budi"])
    page.get_by_role("link", name="Remove filter").click()
    expect(page.locator("tbody .cell-main")).to_have_count(4)
    page.get_by_role("searchbox", name="Search in contacts").fill("citra")
    expect(page.locator("tbody .cell-main")).to_have_text(["Citra"])
    page.get_by_role("link", name="Reset").click()
    expect(page.locator("tbody .cell-main")).to_have_count(4)


def test_columns_are_chosen_and_the_first_always_names_the_record(
    product: Product, people: list[int]
) -> None:
    page = product.page()
    page.goto("/contacts/")
    page.get_by_role("link", name="Columns").click()
    drawer = page.locator("#drawer")
    department = drawer.locator("[name=column][value=department]")
    expect(department).to_be_visible()
    while (ticked := drawer.locator("[data-sorter] input:checked")).count():
        ticked.first.uncheck()
    department.check()
    drawer.locator("footer").get_by_role("button", name="Apply").click()
    heads = page.locator("thead th:not(.pick)")
    expect(heads).to_have_count(2)
    expect(heads.nth(0)).to_contain_text("Name")
    expect(heads.nth(1)).to_contain_text("Department")
    assert sorted(names(page)) == ["Ayu", "Budi", "Citra", "Dewi"]


def test_the_palette_finds_a_misspelt_name(product: Product, people: list[int]) -> None:
    wanted = make("customers.Contact", first_name="Ratna", last_name="Kusumawardani")
    page = product.page()
    page.goto("/deals/")
    page.keyboard.press("Control+k")
    page.keyboard.type("kusumawardhani")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("Ratna Kusumawardani")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/contacts/{wanted.pk}/")


def test_a_list_is_worked_through_by_keyboard_alone(product: Product, people: list[int]) -> None:
    page = product.page()
    page.goto("/contacts/")
    order = names(page)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).not_to_be_visible()
    for key in ("j", "x", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator("tbody tr[aria-current=true] .cell-main")).to_have_text(order[0])
    expect(page.locator("[data-pick-count]")).to_have_text("1")
    page.keyboard.press("Escape")
    expect(page.locator(".bulk")).not_to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(order[1])
    page.wait_for_load_state()
    page.keyboard.press("e")
    page.wait_for_url("**/edit/")
    page.get_by_label("Job title").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Komisaris")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#fact-title .value")).to_have_text("Komisaris")
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/deals/")


def test_many_are_edited_at_once(product: Product, people: list[int]) -> None:
    page = product.page()
    page.goto("/contacts/")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.locator(".bulk").get_by_role("button", name="Edit").click()
    page.get_by_label("Field").select_option(label="Department")
    expect(page.locator("[name=department]")).to_be_visible()
    page.locator("[name=department]").fill("Pengadaan")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/contacts/**")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("4 records are as they were.")
