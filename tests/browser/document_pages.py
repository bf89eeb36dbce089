"""What a person does on the pages of a document: its lines, its verbs, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from tests.browser.product import PHONE, width_of

Say = Callable[[str], str]


def saying(language: str) -> Say:
    """The words of the product in a language, by what the code calls them."""

    def say(text: str) -> str:
        with override(language):
            return gettext(text)

    return say


# Whether nothing cuts off the lower edge of a list.
WHOLE = """list => {
    const edge = list.getBoundingClientRect();
    return list.contains(document.elementFromPoint(edge.x + edge.width / 2, edge.bottom - 3));
}"""


def choose_item(page: Page, say: Say, typed: str, name: str) -> None:
    page.get_by_placeholder(say("Search or scan a code")).last.fill(typed)
    option = page.locator("[role=listbox] [role=option]").filter(has_text=name)
    expect(option).to_be_visible()
    if page.viewport_size["width"] > PHONE["width"]:
        assert page.locator(".listbox:not([hidden])").evaluate(WHOLE), "the list of items is cut off"
    option.click()
    expect(page.locator(f".line-item input[value='{name}']")).to_be_visible()


def fill(page: Page, label: str, text: str) -> None:
    control = page.get_by_label(label, exact=True)
    control.fill(text)
    control.blur()


def act(page: Page, name: str) -> None:
    """A verb of the record page; on a phone it stands in the menu of the head."""
    verb = page.locator(".ov-head").get_by_role("link", name=name, exact=True)
    if not verb.first.is_visible():
        page.locator(".ov-head [popovertarget]").last.click()
        verb = page.locator(":popover-open").get_by_role("link", name=name, exact=True)
    verb.first.click()


def confirm(page: Page) -> None:
    expect(page.locator("#drawer[open]")).to_be_visible()
    page.locator("#drawer footer button[type=submit]").click()
    expect(page.locator("#drawer[open]")).to_have_count(0)


def convert(page: Page, name: str, to: str, take: str | None = None) -> None:
    """A verb that shows what is left of each line; of the first line so many are taken, or all as proposed."""
    act(page, name)
    drawer = page.locator("#drawer[open]")
    expect(drawer.locator("[name^=take-]").first).to_be_visible()
    if take is not None:
        drawer.locator("[name^=take-]").first.fill(take)
    assert width_of(page) <= page.viewport_size["width"]
    drawer.locator("form button[type=submit].btn-primary").click()
    page.wait_for_url(re.compile(rf"/{to}/\d+/$"))
