"""Every page in a real browser, in both languages, light and dark, wide and narrow: no accessibility violation,
nothing the policy refuses, no error in the console, nothing that scrolls sideways."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from relasi.engine.access.acting import acting
from relasi.engine.records.write import trash, update
from tests.browser.product import DESK, PHONE, Product, violations, width_of
from tests.make import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILTER = '?f={"all":[{"field":"title","op":"contains","value":"Manajer"}]}'
NOTHING = '?f={"all":[{"field":"title","op":"is","value":"Astronaut"}]}'
CSV = b"Nama Lengkap,Email,Jabatan\nRatna Dewi,ratna@pangan.id,Manajer\nBudi,bukan email,Direktur\n"


@pytest.fixture
def ids(product: Product) -> dict[str, int]:
    """A little of everything, so that no page is empty that need not be."""
    company = product.company
    account = make("customers.Account", name="PT Samudra Pangan Lestari", owner=company.sales_a)
    people = [
        make("customers.Contact", first_name=name, last_name="Kusumawardani Prawirodirdjo", title="Manajer Operasional",
             email=f"{name.lower()}@samudrapangan.co.id", mobile="0812-3456-7810", account=account,
             owner=company.sales_a)
        for name in ("Ratna", "Ayu")
    ]  # fmt: skip
    lead = make(
        "customers.Lead", first_name="Budi", last_name="Santoso", company="CV Maju", owner=company.sales_b
    )
    deal = make("sales.Deal", name="PLTS Atap 250 kWp Gudang Cikarang", amount=3_240_500_000, account=account,
                contact=people[0], expected_close="2020-01-31", owner=company.sales_a)  # fmt: skip
    gone = make("customers.Contact", last_name="Terhapus")
    with acting(company.admin) as stretch:
        update(deal, {"next_step": "Survei lokasi"})
        trash(type(gone), [gone.pk])
    return {
        "account": account.pk,
        "contact": people[0].pk,
        "lead": lead.pk,
        "deal": deal.pk,
        "change": stretch.change_set,
    }


def pages(ids: dict[str, int]) -> list[str]:
    """The pages of the settings have a test of their own beside this one."""
    return [
        *("/deals/", "/contacts/", f"/contacts/{FILTER}", f"/contacts/{NOTHING}"),
        *(f"/contacts/views/{FILTER}", "/contacts/filter/?field=title", "/contacts/columns/"),
        *(f"/deals/{ids['deal']}/", f"/contacts/{ids['contact']}/", f"/leads/{ids['lead']}/"),
        *(f"/accounts/{ids['account']}/", f"/deals/{ids['deal']}/edit/", "/deals/quick/"),
        *(
            f"/deals/{ids['deal']}/why/",
            f"/deals/{ids['deal']}/do/lose/",
            f"/leads/{ids['lead']}/do/convert/",
        ),
        *("/bin/", "/changes/", f"/changes/{ids['change']}/", "/search/?q=ratna", "/search/?q=xyzzyx"),
        *("/import/contacts/", "/import/", "/settings/users/", "/settings/sharing/", "/settings/company/"),
        *("/styleguide/", "/contacts/999999999/"),
    ]


def look(page: Page, found: dict[str, object], name: str) -> None:
    """Notes what is wrong with the page as it stands."""
    wrong = violations(page)
    if wrong:
        found[name] = wrong
    before = page.viewport_size
    assert before is not None
    for width in (before["width"], 320) if before["width"] < 768 else (before["width"],):
        page.set_viewport_size({**before, "width": width})
        if width_of(page) > width:
            found[f"{name} at {width}"] = f"{width_of(page)} px wide"
    page.set_viewport_size(before)


def states(page: Page, ids: dict[str, int], found: dict[str, object]) -> None:
    """What is no page of its own: a refused form, an import on its way, many chosen, what opens over a page."""
    page.goto("/contacts/new/")
    page.locator("[name=email]").fill("bukan email")
    page.locator(".form-foot [type=submit]").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    look(page, found, "a refused form")
    page.goto("/import/contacts/")
    page.locator("input[type=file]").set_input_files(
        {"name": "kontak.csv", "mimeType": "text/csv", "buffer": CSV}
    )
    page.locator("main form [type=submit]").first.click()
    page.wait_for_url("**/columns/")
    look(page, found, "import: columns")
    page.locator(".form-foot [name=next]").click()
    page.wait_for_url("**/duplicates/")
    look(page, found, "import: duplicates")
    page.locator(".form-foot [type=submit]").click()
    page.wait_for_url(lambda url: url.rstrip("/").rsplit("/", 1)[-1].isdigit())
    look(page, found, "import: check")
    page.goto("/contacts/")
    box = page.locator("[data-pick]").first
    if box.is_visible():  # cards on a phone have none
        box.check()
        look(page, found, "rows chosen")
        page.locator(".bulk button[value=edit]").click()
        page.wait_for_url("**/bulk/**")
        look(page, found, "bulk edit")
    page.goto(f"/deals/{ids['deal']}/")
    page.locator("[popovertarget=record-menu]").click()
    look(page, found, "a menu")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("ratna")
    expect(page.locator("#palette-list [role=option]").first).to_be_visible()
    look(page, found, "the palette")
    page.keyboard.press("Escape")


@pytest.mark.parametrize(
    ("language", "theme", "size"), [("id", "light", DESK), ("en", "dark", PHONE)], ids=["desk", "phone"]
)
def test_every_page_is_sound(
    product: Product, ids: dict[str, int], language: str, theme: str, size: dict[str, int]
) -> None:
    found: dict[str, object] = {}
    how = {"viewport": size, "color_scheme": theme, "locale": language}
    stranger = product.stranger(**how)
    stranger.goto("/login/")
    look(stranger, found, "sign in")
    product.prefer(language=language, theme=theme)
    page = product.page(**how)
    for path in pages(ids):
        page.goto(path)
        look(page, found, path)
    states(page, ids, found)
    assert found == {}
