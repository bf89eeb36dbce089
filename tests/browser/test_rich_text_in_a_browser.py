"""The editor of rich text in a real browser: it formats, keeps what it formatted, and lets nothing harmful in."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.product import Product, violations
from tests.fakes.models import Parrot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOSTILE = """<style>p{color:red}</style><p onclick="alert(1)" style="position:fixed">Halo <b>Ibu</b>
<script>window.harmed = 1</script><img src=x onerror="window.harmed = 1">
<svg onload="window.harmed = 1"><a href="x">y</a></svg>
<a href="javascript:window.harmed = 1">klik</a> <a href="https://contoh.id" target="_blank">contoh</a></p>
<iframe src="https://contoh.id"></iframe><div>dua<ul><li>satu</li></ul></div><form><input name="name" value="x"></form>"""
PASTE = """(area, html) => { const data = new DataTransfer(); data.setData("text/html", html); data.setData("text/plain", "x");
area.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }"""


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Diet")


def new_parrot(product: Product) -> Page:
    page = product.page()
    page.goto("/parrots/new/")
    page.locator("[name=name]").fill("Beo")
    editor(page).click()
    return page


def save(page: Page) -> Parrot:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Beo")
    return Parrot._base_manager.get()


def test_what_is_formatted_is_kept_and_edited_again(product: Product) -> None:
    page = new_parrot(product)
    page.keyboard.type("Makan ")
    page.get_by_role("button", name="Bold").click()
    expect(page.get_by_role("button", name="Bold")).to_have_attribute("aria-pressed", "true")
    page.keyboard.type("pisang")
    page.keyboard.press("Control+b")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Bulleted list").click()
    page.keyboard.type("pagi")
    page.keyboard.press("Enter")
    page.keyboard.type("sore")
    assert violations(page) == []
    kept = save(page).diet
    assert kept == "<p>Makan <b>pisang</b></p><ul><li>pagi</li><li>sore</li></ul>"
    expect(page.locator("#fact-diet li")).to_have_text(["pagi", "sore"])
    page.goto(f"/parrots/{Parrot._base_manager.get().pk}/edit/")
    expect(editor(page).locator("b")).to_have_text("pisang")
    assert save(page).diet == kept
    assert Parrot._base_manager.get().version == 1  # saving what was not touched changes nothing


def test_a_link_is_made_by_keyboard_and_only_to_where_links_may_lead(product: Product) -> None:
    page = new_parrot(product)
    page.keyboard.type("situs")
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Bold").focus()
    for _step in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    target = page.get_by_label("Address of the link")
    expect(target).to_be_focused()
    page.keyboard.type("javascript:alert(1)")
    page.keyboard.press("Enter")
    expect(target).to_have_attribute("aria-invalid", "true")
    target.fill("contoh.id/beo")
    page.keyboard.press("Enter")
    expect(editor(page)).to_be_focused()
    link = '<a href="https://contoh.id/beo" rel="noopener noreferrer nofollow">situs</a>'
    assert save(page).diet == f"<p>{link}</p>"


def test_hostile_text_is_pasted_without_its_harm(product: Product) -> None:
    page = new_parrot(product)
    editor(page).evaluate(PASTE, HOSTILE)
    area = editor(page)
    expect(area.locator("b")).to_have_text("Ibu")
    assert area.locator("script, style, img, svg, iframe, form, input").count() == 0
    inside = area.inner_html()
    assert "javascript" not in inside
    assert "onclick" not in inside
    kept = save(page).diet or ""
    assert page.evaluate("window.harmed") is None
    for harm in ("<script", "<style", "<img", "<svg", "<iframe", "javascript", "onclick", "position"):
        assert harm not in kept
    for good in ("<b>Ibu</b>", 'href="https://contoh.id"', "<ul><li>satu</li></ul>", "dua"):
        assert good in kept


def test_a_refused_form_keeps_the_formatting(product: Product) -> None:
    page = new_parrot(product)
    page.keyboard.type("sabar")
    page.locator("[name=name]").fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-field=name] .error")).to_be_visible()
    expect(editor(page)).to_have_text("sabar")
    assert not Parrot._base_manager.exists()


def test_without_scripts_it_is_a_text_box(product: Product) -> None:
    page = product.page(java_script_enabled=False)
    page.goto("/parrots/new/")
    page.locator("[name=name]").fill("Beo")
    page.get_by_label("Diet").fill("satu\n\ndua & tiga")
    assert save(page).diet == "<p>satu</p><p>dua &amp; tiga</p>"
