"""The archive of a company opened from a disk, without any server: searched, read, followed, and nothing in it runs."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Browser, Page, expect

from relasi.engine.access.acting import acting
from relasi.engine.activity import comment
from relasi.engine.activity.attachment import attach
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import Draft, update, write
from relasi.features.company_archive.making import make_archive
from tests.browser.product import DESK, PHONE, violations, width_of
from tests.company import found_company
from tests.make import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOSTILE = '</script><script>document.title="jahat"</script><img src=x onerror="document.title=\'jahat\'">'
WORDS = {
    "id": {"search": "Cari di semua data", "related": "Data terkait", "found": "Ditemukan: 1"},
    "en": {"search": "Search everything", "related": "Related records", "found": "Found: 1"},
}  # fmt: skip


def fill() -> Any:
    """Hundreds of contacts of one account, a hostile one among them, with a comment and a document."""
    company = found_company()
    account = make("customers.Account", name="PT Melati Jaya")
    with acting(company.admin):
        drafts = [Draft({"last_name": f"Kontak {n:03}", "account": account.pk}) for n in range(450)]
        write(registry.module("customers.Contact"), drafts, confirmed=["double"])
    make("customers.Contact", last_name="Zaskia", account=account)
    contact = make("customers.Contact", last_name=HOSTILE, account=account, title="Direktur")
    with acting(company.admin):
        update(contact, {"title": "Komisaris"})
        comment.say(contact.pk, HOSTILE)
        attach(contact.pk, [SimpleUploadedFile("surat.txt", b"isi surat")])
    close_change_set()
    return company


def is_trouble(told: Any) -> bool:
    """That the page may connect to nothing, not even to its own style sheet, is what axe runs into."""
    return told.type == "error" and not ("Connecting to" in told.text and "reader.css" in told.text)


@pytest.fixture
def opened(browser: Browser, tmp_path: Path, transactional_db: None) -> Iterator[Any]:
    """Opens the archive in a language; whatever the page complains about fails the test."""
    company, trouble, contexts = fill(), [], []

    def open_(language: str, viewport: Any) -> tuple[Page, str]:
        place = tmp_path / f"{language}.zip"
        make_archive(str(place), company.admin, language)
        zipfile.ZipFile(place).extractall(tmp_path / language)
        context = browser.new_context(viewport=viewport, offline=True, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda told: trouble.append(told.text) if is_trouble(told) else None)
        page.on("dialog", lambda told: trouble.append(f"dialog {told.message}"))
        address = (tmp_path / language / "index.html").as_uri()
        page.goto(address)
        return page, address

    yield open_
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_it_is_searched_and_read_from_a_disk(opened: Any, language: str) -> None:
    words = WORDS[language]
    page, _address = opened(language, DESK)
    assert page.locator("html").get_attribute("lang") == language
    field = page.get_by_role("searchbox", name=words["search"])
    field.fill("melati jaya")
    expect(page.get_by_role("link", name="PT Melati Jaya")).to_be_visible()
    field.fill("Zaskia")
    expect(page.get_by_role("status")).to_have_text(words["found"])
    page.get_by_role("link", name="Zaskia").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zaskia")
    # From the contact to its account, and from there to another contact beyond the first that are shown.
    page.get_by_role("link", name="PT Melati Jaya").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("PT Melati Jaya")
    related = page.locator("#related")
    expect(related).to_contain_text(words["related"])
    related.get_by_role("button").click()
    related.get_by_role("link", name="Kontak 449").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kontak 449")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("PT Melati Jaya")


def test_a_hostile_record_is_only_text(opened: Any) -> None:
    page, address = opened("id", DESK)
    page.get_by_role("searchbox").fill("komisaris")
    page.locator("main table a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>")
    page.locator("#history summary").click()
    expect(page.locator("#history")).to_contain_text("Direktur → Komisaris")
    assert page.locator("main script, main img").count() == 0
    assert "jahat" not in page.title().replace(HOSTILE, "")
    link = page.get_by_role("link", name="surat.txt")
    assert link.get_attribute("href").startswith("files/")
    # What stands in the address is no way to anything else either.
    for hash in (
        "#/r/../../etc/1",
        "#/m/__proto__/1",
        "#/s/%E0%A4%A",
        "#/r/contacts/999999999",
        "#/m/contacts/99999",
    ):
        page.goto(f"{address}{hash}")
        expect(page.locator("main > *").first).to_be_visible()
    assert page.title() != "jahat"


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_it_fits_and_everybody_can_use_it(opened: Any, viewport: Any) -> None:
    page, address = opened("en", viewport)
    for hash in ("#/", "#/m/contacts/2", "#/s/melati"):
        page.goto(f"{address}{hash}")
        expect(page.locator("main h1")).to_be_visible()
        page.wait_for_timeout(300)
        assert width_of(page) <= viewport["width"]
        assert violations(page) == []
    page.goto(f"{address}#/m/accounts/1")
    page.locator("main table a").first.click()
    expect(page.locator("#related li").first).to_be_visible()
    assert width_of(page) <= viewport["width"] and violations(page) == []
