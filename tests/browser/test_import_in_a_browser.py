"""An import in a real browser: a messy file, its faults as a file, and the whole of it taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from relasi.engine.transfer import run, taking_back
from relasi.engine.transfer.import_ import ImportJob
from relasi.modules.customers.contact import Contact
from tests.browser.product import Product
from tests.make import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# As an office exports it: Windows-1252, semicolons, spaces, a number Excel kept as text, a line of nothing.
MESSY = """Nama Lengkap; E-mail ;No. HP;Jabatan;Tgl Lahir
 Ratna  Kusumawardani ;RATNA@pangan.id ;'081234567810;Manajer Operasional;14/05/1988

René Sudrajat;rene@pangan.id;+62 812 3456 7811;Direktur;
Tanpa Email;bukan email;;Staf;
Tanggal Salah;tanggal@pangan.id;;Staf;31/02/1990
;tanpa.nama@pangan.id;;Staf;
Sudah Ada;ada@pangan.id;;Staf;
"""


def test_a_messy_file_is_imported_and_taken_back(product: Product, tmp_path: Path) -> None:
    make("customers.Contact", last_name="Ada", email="ada@pangan.id", title="Lama")
    file = tmp_path / "daftar kontak.csv"
    file.write_bytes(MESSY.encode("cp1252"))
    page = product.page()
    page.goto("/contacts/")
    page.get_by_role("link", name="Import").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("combobox", name="E-mail")).to_have_value("email")
    expect(page.locator("table.map")).to_contain_text("René Sudrajat")
    page.get_by_role("button", name="Continue").click()
    page.locator("input[name=duplicates][value=skip]").check()
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("main")).to_contain_text("Nothing is written yet.")
    assert Contact._base_manager.count() == 1
    page.get_by_role("button", name="Start the import").click()
    page.wait_for_url("**/import/*/")
    job = ImportJob.objects.get()
    run.run(job)  # what the worker does
    page.reload()
    main = page.locator("main")
    for tally in ("2\nCreated", "1\nSkipped (duplicates)", "3\nFailed"):
        assert tally in main.inner_text()
    ratna = Contact._base_manager.get(last_name="Kusumawardani")
    assert (ratna.email, ratna.mobile, ratna.title) == (
        "RATNA@pangan.id",
        "+6281234567810",
        "Manajer Operasional",
    )
    assert Contact._base_manager.filter(first_name="René").exists()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    faults = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert len(faults.strip().splitlines()) == 4
    assert "bukan email" in faults and "31/02/1990" in faults

    page.get_by_role("button", name="Undo").first.click()
    page.wait_for_load_state()
    job.refresh_from_db()
    taking_back.take_back(job)
    page.reload()
    expect(page.locator("main")).to_contain_text("was undone")
    assert [one.last_name for one in Contact._base_manager.filter(trashed_at=None)] == ["Ada"]
