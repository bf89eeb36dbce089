"""The calendar in a real browser: an event is dragged, made longer and moved by keys; the page fits a phone."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from relasi.engine.access.acting import acting
from tests.browser.product import AXE, RULES
from tests.make import again, make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADDRESS = "/calendar/?view=week&date=2030-01-07"


@pytest.fixture
def meeting(product: Any) -> Any:
    with acting(product.company.admin):
        return make("agenda.Event", subject="Rapat komite")


def open_calendar(product: Any, **how: Any) -> Page:
    page = product.page(**how)
    page.goto(ADDRESS)
    return page


def local(record: Any) -> tuple[str, str]:
    """Begin and end on the clock of Jakarta."""
    zone = ZoneInfo("Asia/Jakarta")
    return tuple(f"{at.astimezone(zone):%d %H:%M}" for at in (record.starts_at, record.ends_at))  # type: ignore[return-value]


def saved(page: Page) -> Any:
    return page.expect_response(lambda answer: "/calendar/move/" in answer.url)


def test_an_event_is_dragged_to_another_day_and_hour_and_made_longer(product: Any, meeting: Any) -> None:
    page = open_calendar(product, viewport={"width": 1440, "height": 1000})
    item = page.locator(f'[data-item][data-id="{meeting.pk}"]')
    box, goal = item.bounding_box(), page.locator('[data-lane="2030-01-09"]').bounding_box()
    assert box and goal
    hour = box["height"]
    page.mouse.move(box["x"] + 20, box["y"] + 15)
    page.mouse.down()
    page.mouse.move(goal["x"] + goal["width"] / 2, box["y"] + 15 + 2 * hour, steps=10)
    with saved(page):
        page.mouse.up()
    begin, end = local(again(meeting))
    assert begin.startswith("09 11:") and end.startswith("09 12:")
    page.wait_for_timeout(800)
    box = item.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 3)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] + hour, steps=8)
    with saved(page):
        page.mouse.up()
    assert local(again(meeting))[0] == begin and local(again(meeting))[1].startswith("09 13:")


def test_keys_move_an_event_by_quarters_and_days(product: Any, meeting: Any) -> None:
    page = open_calendar(product, viewport={"width": 1440, "height": 1000})
    item = page.locator(f'[data-item][data-id="{meeting.pk}"]')
    item.focus()
    with saved(page):
        for key in ("Alt+ArrowDown", "Alt+ArrowDown", "Alt+ArrowRight", "Alt+Shift+ArrowDown"):
            page.keyboard.press(key)
    assert local(again(meeting)) == ("08 09:30", "08 10:45")


def test_a_free_hour_opens_the_form_with_its_time(product: Any) -> None:
    page = open_calendar(product, viewport={"width": 1440, "height": 1000})
    page.locator("a.slot").nth(7 * 3 + 1).click()
    expect(page.locator("#drawer [name=subject]")).to_be_visible()
    expect(page.locator("#drawer [name=starts_at]")).to_have_value("2030-01-08T10:00")
    page.locator("#drawer [name=subject]").fill("Telepon Bu Sari")
    page.locator("#drawer footer button[type=submit]").click()
    expect(page.locator(".wk-grid .ev", has_text="Telepon Bu Sari")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
@pytest.mark.parametrize("view", ["week", "month", "agenda"])
def test_the_calendar_is_accessible_and_fits(
    product: Any, meeting: Any, width: int, scheme: str, view: str
) -> None:
    how = {"viewport": {"width": width, "height": 844}, "bypass_csp": True}
    product.prefer(theme=scheme)
    page = open_calendar(product, **how)
    page.goto(ADDRESS.replace("week", view))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE)
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    assert [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found["violations"]] == []
