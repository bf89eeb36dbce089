"""Components in a real browser: no accessibility violation, nothing the policy refuses, and what the scripts do."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import jinja2
import pytest
from django.template import engines
from django.test.utils import override_settings
from playwright.sync_api import Browser, Page, expect

from tests.browser import component_pages
from tests.browser.product import AXE, RULES

pytestmark = pytest.mark.browser


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


class Threaded(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    environment = engines["jinja2"].env
    before = environment.loader
    environment.loader = jinja2.ChoiceLoader([jinja2.DictLoader(component_pages.TEMPLATES), before])
    changed = {
        "ROOT_URLCONF": component_pages.__name__,
        "MIDDLEWARE": component_pages.MIDDLEWARE,
        "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
        "ALLOWED_HOSTS": ["*"],
    }
    with override_settings(**changed):
        server = make_server("127.0.0.1", 0, component_pages.application(), Threaded, Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
    environment.loader = before


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that fails its test when the policy refuses something or a script breaks."""
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
    found = context.new_page()
    found.set_default_timeout(30_000)  # a busy machine is slow, not wrong
    trouble: list[str] = []
    # A page left while it still fades in: the browser's remark about its own animation.
    found.on("pageerror", lambda error: "Transition was" in str(error) or trouble.append(str(error)))
    found.on("console", lambda told: trouble.append(told.text) if "Content Security" in told.text else None)
    yield found
    context.close()
    assert trouble == []


@pytest.mark.parametrize("width", [1440, 1000, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/styleguide/", "/shell/"])
def test_axe_finds_no_violation(browser: Browser, address: str, path: str, theme: str, width: int) -> None:
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 844}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{path}?theme={theme}")
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    context.close()
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("width", [1440, 390, 320])
def test_nothing_makes_the_page_scroll_sideways(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(base_url=address, viewport={"width": width, "height": 844})
    for path in ("/styleguide/", "/shell/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.close()


def test_the_palette_opens_by_keys_and_leads_on(page: Page) -> None:
    page.goto("/shell/")
    page.keyboard.press("Control+k")
    page.keyboard.type("ra")
    expect(page.locator("#palette-list [role=option]")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("Rahmat")
    page.keyboard.press("Enter")
    page.wait_for_url("**/shell/?name=Rahmat*")


def test_a_value_is_edited_where_it_stands(page: Page) -> None:
    component_pages.STATE["job"] = "Manajer"
    page.goto("/shell/")
    page.locator("#fact-job .value").click()
    editor = page.locator("#fact-job input[name=job]")
    expect(editor).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#fact-job .edit")).to_be_focused()
    page.keyboard.press("Enter")
    editor.fill("salah")
    editor.press("Enter")
    expect(page.locator("#fact-job .error")).to_have_text("Jabatan tidak dikenal")
    expect(editor).to_have_value("salah")
    editor.fill("Direktur")
    editor.press("Enter")
    expect(page.locator("#fact-job .value")).to_have_text("Direktur")
    expect(page.locator(".toast form")).to_have_attribute("action", "/undo/")


def test_leaving_a_changed_value_saves_it(page: Page) -> None:
    page.goto("/shell/")
    page.locator("#fact-job .edit").click(force=True)
    page.locator("#fact-job input[name=job]").fill("Komisaris")
    page.locator("h1").click()
    expect(page.locator("#fact-job .value")).to_have_text("Komisaris")


def test_a_window_keeps_what_was_typed_until_it_is_saved(page: Page) -> None:
    page.goto("/shell/")
    page.locator("[data-drawer]").click()
    name = page.locator("#drawer input[name=name]")
    expect(name).to_be_focused()
    page.locator("#drawer [type=submit]").click()
    expect(page.locator("#drawer .error")).to_have_text("Nama wajib diisi")
    name.fill("Budi")
    page.once("dialog", lambda question: question.dismiss())
    page.keyboard.press("Escape")
    expect(name).to_have_value("Budi")
    page.locator("#drawer [type=submit]").click()
    expect(page.locator("#drawer")).not_to_be_visible()


def test_rows_are_chosen_by_keyboard(page: Page) -> None:
    page.goto("/shell/")
    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    expect(page.locator("[data-pick-count]")).to_have_text("3")
    page.locator("[data-pick-everything]").click()
    expect(page.locator("[data-pick-count]")).to_have_text("248")
    expect(page.locator("form[data-picks] input[name=all]")).to_have_value("1")
    page.keyboard.press("Escape")
    expect(page.locator(".bulk")).not_to_be_visible()
    expect(page.locator("form[data-picks] input[name=all]")).to_have_value("")


def test_keys_lead_through_the_menu_and_can_be_switched_off(page: Page) -> None:
    page.goto("/shell/")
    page.keyboard.press("?")
    expect(page.locator("[data-keys=go] > div")).to_have_count(2)
    page.locator("[data-keys-off]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("[")
    expect(page.locator("html")).not_to_have_attribute("data-side", "rail")
    page.evaluate("localStorage.clear()")
    page.keyboard.press("[")
    expect(page.locator("html")).to_have_attribute("data-side", "rail")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-side", "rail")


def test_theme_and_density_are_seen_at_once(page: Page) -> None:
    page.goto("/shell/")
    page.locator("[popovertarget=user]").click()
    with page.expect_request("**/preferences/") as sent:
        page.locator("#user button[value=dark]").click()
    assert sent.value.post_data == "theme=dark"
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_reference_is_looked_up_and_chosen(page: Page) -> None:
    page.goto("/styleguide/")
    field = page.locator("#f-contact")
    field.fill("rah")
    expect(page.locator("#f-contact-list [aria-selected=true]")).to_contain_text("Rahmat")
    field.press("Enter")
    expect(page.locator("input[name=contact]")).to_have_value("1")
    field.fill("nobody at all")
    page.locator("#f-name").focus()
    expect(field).to_have_value("Rahmat Hidayat")


def test_several_values_are_chosen_and_taken_back(page: Page) -> None:
    page.goto("/styleguide/")
    page.locator("#f-members").click()
    page.locator("#f-members-list [role=option]").nth(2).click()
    expect(page.locator("input[name=members]")).to_have_count(3)
    page.locator("[data-name=members] [data-remove]").first.click()
    expect(page.locator("input[name=members]")).to_have_count(2)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1500000", "1.500.000"),
        ("1.500.000", "1.500.000"),
        ("1,5jt", "1.500.000"),
        ("1.5 jt", "1.500.000"),
        ("250rb", "250.000"),
        ("Rp 2 M", "2.000.000.000"),
        ("1,1 t", "1.100.000.000.000"),
        ("-2500", "-2.500"),
        ("12,5", "12,5"),
        ("0007", "7"),
        ("seribu", "seribu"),
        ("1,2,3", "1,2,3"),
        ("123456789012345678901", "123.456.789.012.345.678.901"),
    ],
)
def test_money_is_grouped_when_the_field_is_left(page: Page, typed: str, shown: str) -> None:
    page.goto("/styleguide/")
    page.locator("#f-amount").fill(typed)
    page.locator("#f-name").focus()
    expect(page.locator("#f-amount")).to_have_value(shown)


def test_a_broken_answer_leaves_the_page_as_it_is(page: Page) -> None:
    page.goto("/shell/")
    page.evaluate("htmx.ajax('GET', '/broken/', {target: '#main'})")
    expect(page.locator(".toast[data-kind=bad]")).to_be_visible()
    expect(page.locator("h1")).to_have_text("Peluang 2")


def test_the_menu_is_reached_on_a_phone_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(
        base_url=address, viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/shell/")
    page.locator(".mob-bar a[href='#side']").click()
    assert page.locator(".side .nav-item[href='/contacts/']").is_visible()
    page.locator(".side-close").click()
    assert not page.locator(".side .nav-item[href='/contacts/']").is_visible()
    context.close()
