"""One Chromium for all browser tests, and the product with a small company behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def product(browser: Browser, live_server: Any) -> Iterator[Any]:
    """The whole product as it answers a browser. Fails its test for whatever a page complained about."""
    from tests.browser.product import Product
    from tests.company import found_company

    found = Product(browser, live_server.url, found_company())
    yield found
    found.close()
    assert found.trouble == []
