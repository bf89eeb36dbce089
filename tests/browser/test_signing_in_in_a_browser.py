"""Signing in with a real browser: the first run, a passkey made and used, and what works without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.product import AXE, RULES
from tests.people import PASSWORD, make_admin, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(live_server: Any) -> str:
    """By name, because a passkey belongs to a name."""
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB")
    found = context.new_page()
    refused: list[str] = []
    found.on(
        "console",
        lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield found
    context.close()
    assert refused == []


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/login/")
    page.get_by_label("Username or email").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login/" not in url)


def accessible(page: Page) -> None:
    page.evaluate(AXE)
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []


def test_the_first_run_leads_from_nothing_to_a_workspace(page: Page, address: str) -> None:
    page.goto(f"{address}/contacts/")
    assert page.url.endswith("/welcome/")
    accessible(page)
    page.get_by_label("Company name").fill("PT Surya Cakra Energi")
    page.get_by_label("First name").fill("Ayu")
    page.get_by_label("Email").fill("ayu@suryacakra.co.id")
    page.get_by_label("Username").fill("ayu")
    page.locator("[name=password1]").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(lambda url: "/welcome/" not in url)
    expect(page.get_by_text("PT Surya Cakra Energi").first).to_be_visible()
    page.goto(f"{address}/settings/users/")
    accessible(page)
    answer = page.goto(f"{address}/welcome/")
    assert answer is not None
    assert answer.status == 404


def test_a_wrong_password_is_refused_and_the_right_one_leads_where_one_wanted(
    page: Page, address: str
) -> None:
    make_admin()
    make_user("andi", password=PASSWORD, language="en")
    page.goto(f"{address}/preferences/mine/")
    page.get_by_label("Username or email").fill("andi")
    page.locator("[name=password]").fill("kopi-salah-2026")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_label("Username or email")).to_have_value("andi")
    accessible(page)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/preferences/mine/")


def test_a_passkey_is_made_and_signs_in_alone(page: Page, address: str) -> None:
    make_admin()
    make_user("andi", password=PASSWORD, language="en")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    authenticator = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                     "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
    sign_in(page, address, "andi")
    page.goto(f"{address}/security/passkeys/add/")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Laptop kantor")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/security/codes/")
    page.goto(f"{address}/security/")
    expect(page.get_by_text("Laptop kantor")).to_be_visible()
    accessible(page)
    page.context.clear_cookies()
    page.goto(f"{address}/login/")
    accessible(page)
    page.get_by_role("button", name="Passkey").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    page.goto(f"{address}/security/")
    expect(page.get_by_text("Laptop kantor")).to_be_visible()


def test_everything_but_passkeys_works_without_scripts(browser: Browser, address: str) -> None:
    make_admin()
    make_user("andi", password=PASSWORD, language="en")
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    sign_in(page, address, "andi")
    page.goto(f"{address}/preferences/mine/")
    page.get_by_label("Last name").fill("Wijaya")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Last name")).to_have_value("Wijaya")
    page.goto(f"{address}/login/")
    expect(page.get_by_role("button", name="Passkey")).to_be_hidden()
    context.close()
