"""Settings in a real browser: no accessibility violation, nothing the policy refuses, nothing scrolls sideways."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.records.write import create
from relasi.features.settings.defaults import top_role
from relasi.users.user import User
from tests.browser.product import violations
from tests.fakes.models import Parrot
from tests.features.test_settings_pages import PAGES
from tests.people import (
    PASSWORD,
    change,
    make_admin,
    make_group,
    make_profile,
    make_role,
    make_rule,
    make_user,
    system_profile,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ids() -> dict[str, int]:
    make_admin(password=PASSWORD, theme="light")
    role = make_role("Penjualan Jakarta")
    andi = make_user("andi", role)
    sari = make_user("sari", role, status="invited")
    group = make_group("Tim Jakarta", andi, ("role_tree", top_role()))
    rule = make_rule("fakes.parrot", role, group)
    profile = make_profile("Sendiri", fields={"fakes.parrot": {"price": "hidden"}})
    with acting(SYSTEM):
        parrot = create(Parrot, {"name": "Beo", "owner": andi.pk})
    fixed = system_profile("administrator").pk
    return {"user": andi.pk, "invited": sari.pk, "role": role.pk, "group": group.pk, "rule": rule.pk,
            "profile": profile.pk, "admin_profile": fixed, "record": parrot.pk}  # fmt: skip


def signed_in(browser: Browser, address: str, **how: Any) -> Any:
    context = browser.new_context(base_url=address, bypass_csp=True, **how)
    page = context.new_page()
    page.goto("/login/")
    page.locator("[name=login]").fill("admin")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_no_violation(
    browser: Browser, live_server: Any, ids: dict[str, int], width: int, scheme: str
) -> None:
    change(User.objects.get(username="admin"), theme=scheme)
    page = signed_in(
        browser, live_server.url, viewport={"width": width, "height": 844}, reduced_motion="reduce"
    )
    found: dict[str, Any] = {}
    for path in (*PAGES, "/preferences/mine/", "/security/", "/security/password/"):
        page.goto(path.format(**ids))
        if wrong := violations(page):
            found[path] = wrong
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found[f"{path} is {wide} wide"] = []
    page.context.close()
    assert found == {}


def test_members_of_a_group_are_counted_while_they_are_chosen(
    browser: Browser, live_server: Any, ids: dict[str, int]
) -> None:
    page = signed_in(browser, live_server.url, viewport={"width": 1440, "height": 900})
    page.goto("/settings/groups/new/")
    expect(page.locator("#effective")).to_contain_text("0")
    page.locator("[id='f-member-role']").fill("Penjualan J")
    page.get_by_role("option", name="Penjualan Jakarta").click()
    expect(page.locator("#effective")).to_contain_text("Andi")
    page.context.close()


def test_an_admin_sees_as_a_user_until_they_stop(
    browser: Browser, live_server: Any, ids: dict[str, int]
) -> None:
    page = signed_in(browser, live_server.url, viewport={"width": 1440, "height": 900})
    page.goto(f"/settings/users/{ids['user']}/")
    page.locator("form[action$='/preview/'] button").click()
    expect(page.locator(".banner")).to_contain_text("Andi")
    page.goto("/parrots/")
    page.locator(".banner button").click()
    page.wait_for_url(f"**/settings/users/{ids['user']}/")
    expect(page.locator(".banner")).to_have_count(0)
    page.context.close()
