"""The board in a real browser: a card is dragged, walked and moved by keys, comes back when refused, fits a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from relasi.engine.access.acting import acting
from relasi.engine.query.saved_view import SavedView
from relasi.engine.records.write import create
from relasi.modules.sales.pipeline import Stage
from tests.browser.product import AXE, RULES
from tests.make import again, make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def stage(name: str) -> Stage:
    return Stage._base_manager.get(name=name)


def deal(people: Any, name: str, stage_name: str) -> Any:
    with acting(people.admin):
        return make("sales.Deal", name=name, stage=stage(stage_name), amount=612_000_000)


def open_board(product: Any, **how: Any) -> Page:
    page = product.page(**how)
    page.goto("/deals/board/")
    expect(page.locator("#board-totals b").first).to_be_visible()
    return page


def card(page: Page, record: Any) -> Any:
    return page.locator(f"#card-{record.pk}")


def column(page: Page, name: str) -> Any:
    return page.locator(f'ul[data-column="{stage(name).pk}"]')


def choice(page: Page, name: str) -> Any:
    """The button of a column in the window that asks where to."""
    return page.locator(f'#drawer button[name=to][value="{stage(name).pk}"]')


def drag(page: Page, record: Any, name: str) -> None:
    start, goal = card(page, record).bounding_box(), column(page, name).bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + start["height"] - 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 60, steps=4)
    page.mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + min(30, goal["height"] / 2), steps=12)
    # What lies under a dragged card is looked up twenty times a second.
    page.wait_for_timeout(120)


def test_a_card_is_dragged_into_another_column(product: Any) -> None:
    one = deal(product.company, "Atap Gudang", "Prospek Baru")
    page = open_board(product, viewport={"width": 1440, "height": 900})
    drag(page, one, "Kualifikasi")
    expect(page.locator("[data-preview]")).to_have_text("+612 mn")
    page.mouse.up()
    expect(column(page, "Kualifikasi").locator(f"#card-{one.pk}")).to_be_visible()
    expect(page.locator("[data-toast]")).to_contain_text("Atap Gudang: ")
    expect(page.locator("#ks-1")).to_contain_text("612")
    assert again(one).stage == stage("Kualifikasi")


def test_a_lost_deal_needs_its_reason_and_escape_brings_the_card_back(product: Any) -> None:
    one = deal(product.company, "Atap Toko", "Prospek Baru")
    page = open_board(product, viewport={"width": 1440, "height": 900})
    drag(page, one, "Kalah")
    page.mouse.up()
    expect(page.locator("#drawer [name=lost_reason]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(column(page, "Prospek Baru").locator(f"#card-{one.pk}")).to_be_visible()
    assert again(one).version == one.version
    drag(page, one, "Kalah")
    page.mouse.up()
    page.locator("#drawer [name=lost_reason]").select_option("price")
    page.locator("#drawer footer button[type=submit]").click()
    expect(page.locator("#drawer")).not_to_be_visible()
    expect(card(page, one)).to_have_count(0)
    assert again(one).status == "lost"


def test_keys_move_a_card_and_a_refused_one_returns(product: Any) -> None:
    one = deal(product.company, "Atap Sekolah", "Prospek Baru")
    page = open_board(product, viewport={"width": 1440, "height": 900})
    card(page, one).focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(column(page, "Kualifikasi").locator(f"#card-{one.pk}")).to_be_focused()
    expect(page.locator("[data-toast]")).to_contain_text("Atap Sekolah: ")
    with acting(product.company.admin):
        again(one).move(stage=stage("Negosiasi").pk)
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator('[data-toast][data-kind="bad"]')).to_be_visible()
    expect(column(page, "Negosiasi").locator(f"#card-{one.pk}")).to_be_visible()
    assert again(one).stage == stage("Negosiasi")
    card(page, one).focus()
    page.keyboard.press("s")
    choice(page, "Proposisi Nilai").click()
    expect(column(page, "Proposisi Nilai").locator(f"#card-{one.pk}")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_board_is_accessible_and_nothing_but_its_columns_scrolls_sideways(
    product: Any, width: int, scheme: str
) -> None:
    one = deal(product.company, "Atap Rumah", "Prospek Baru")
    how = {"viewport": {"width": width, "height": 844}, "bypass_csp": True}
    product.prefer(theme=scheme)
    page = open_board(product, **how)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE)
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    assert [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found["violations"]] == []
    if width < 500:
        card(page, one).locator(".kmove").click()
        choice(page, "Negosiasi").click()
        expect(column(page, "Negosiasi").locator(f"#card-{one.pk}")).to_have_count(1)


def test_chosen_cards_are_dragged_together(product: Any) -> None:
    one, two, three = (deal(product.company, f"Atap {n}", "Prospek Baru") for n in range(3))
    page = open_board(product, viewport={"width": 1440, "height": 900})
    for record in (one, two):
        card(page, record).hover()
        card(page, record).locator("[data-pick]").check()
    expect(page.locator("#board-chosen b")).to_have_text("2")
    drag(page, one, "Kualifikasi")
    page.mouse.up()
    for record in (one, two):
        expect(column(page, "Kualifikasi").locator(f"#card-{record.pk}")).to_be_visible()
    expect(page.locator("#board-chosen")).to_be_hidden()
    expect(page.locator("[data-toast]")).to_contain_text("2 ")
    assert [again(record).stage.name for record in (one, two, three)] == [
        "Kualifikasi",
        "Kualifikasi",
        "Prospek Baru",
    ]


def test_cards_of_a_named_board_are_put_in_order_by_mouse_and_keys(product: Any) -> None:
    first, second, third = (deal(product.company, f"Atap {n}", "Prospek Baru") for n in range(3))
    with acting(product.company.admin):
        values = {"name": "Urut sendiri", "module": "sales.deal", "screen": "board", "options": {"hand": "1"}}
        view = create(
            SavedView, {**values, "sort": ["name"], "user": product.company.admin.pk}, authorised="a test"
        )
    page = product.page(viewport={"width": 1440, "height": 900})
    page.goto(f"/deals/board/?view={view.pk}")
    here = column(page, "Prospek Baru").locator(".kcard")
    expect(here).to_have_count(3)
    card(page, first).focus()
    with page.expect_response("**/board/place/**"):
        page.keyboard.press("Alt+ArrowDown")
    expect(here.first).to_have_attribute("id", f"card-{second.pk}")
    expect(card(page, first)).to_be_focused()
    start, goal = card(page, third).bounding_box(), card(page, second).bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + start["height"] - 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 64, start["y"] - 20, steps=6)
    page.mouse.move(goal["x"] + 60, goal["y"] + 6, steps=14)
    page.wait_for_timeout(200)
    with page.expect_response("**/board/place/**"):
        page.mouse.up()
    page.goto(f"/deals/board/?view={view.pk}")
    expect(here.first).to_have_attribute("id", f"card-{third.pk}")
