"""A Chromium for each file of browser tests, and the product with a small company behind it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from relasi.project.testing import BROWSERS
from tests.browser.quiet import wait_until_quiet

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


# Not for the whole run: Playwright keeps an event loop in this thread, and whatever runs one of its own after it fails.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, BROWSERS)))
    expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(autouse=True)
def nothing_left_unanswered(browser: Browser, request: pytest.FixtureRequest) -> Iterator[None]:
    """What pages still ask when a test ends is answered before its tables are put back."""
    yield
    for context in browser.contexts:
        context.close()
    if request.node.get_closest_marker("django_db"):
        wait_until_quiet()


@pytest.fixture
def product(browser: Browser, live_server: Any) -> Iterator[Any]:
    """The whole product as it answers a browser. Fails its test for whatever a page complained about."""
    from tests.browser.product import Product
    from tests.company import found_company

    found = Product(browser, live_server.url, found_company())
    yield found
    found.close()
    assert found.trouble == []
