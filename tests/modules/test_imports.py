"""Imports of customers: the acceptance checks of the specification, on real modules and on files from real life."""

import csv
import io
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.undo import revert
from relasi.engine.records.write import update
from relasi.engine.transfer import read_ahead
from relasi.engine.transfer.import_ import ImportJob
from relasi.modules.customers.account import Account
from relasi.modules.customers.contact import Contact
from relasi.modules.customers.lead import Lead
from tests.engine.transfer.importing import CARDS, FILES, command, counts, errors, write
from tests.fingerprint import unchanged
from tests.make import again, make

pytestmark = pytest.mark.usefixtures("as_admin")

HEADINGS = "Nama Depan;Nama Belakang;Email;Jabatan"


def living(model):
    return model._base_manager.filter(trashed_at=None)


@pytest.fixture
def thousand(tmp_path):
    """950 new people, 30 who are there already, 20 without a usable address."""
    there = [make("customers.Contact", last_name=f"Lama {n}", email=f"lama{n}@x.id") for n in range(30)]
    rows = [f"Orang;Baru {n};baru{n}@x.id;Staf" for n in range(950)]
    rows += [f"Orang;{one.last_name};{one.email.upper()};Direktur" for one in there]
    rows += [f"Orang;Salah {n};bukan-email-{n};Staf" for n in range(20)]
    return write(tmp_path, HEADINGS, *rows)


# The numbered checks.
def test_new_rows_are_made_known_ones_skipped_and_wrong_ones_come_back(company, thousand, tmp_path):
    before = living(Contact).count()
    result = command(thousand, "contacts", language="id")
    assert counts(result) == (1000, 950, 0, 30, 20)
    assert living(Contact).count() == before + 950
    heading, *lines = errors(result)
    assert heading == f"{HEADINGS};kesalahan"
    assert len(lines) == 20
    assert lines[3].startswith("Orang;Salah 3;bukan-email-3;Staf;Email: “bukan-email-3”")
    assert lines[3].endswith("[INVALID_VALUE]")
    assert not living(Contact).filter(title="Direktur").exists()


def test_the_error_file_put_right_can_be_imported_as_it_is(thousand, tmp_path):
    result = command(thousand, "contacts", language="id")
    mended = tmp_path / "betul.csv"
    rows = [line.split(";") for line in errors(result)]
    for n, row in enumerate(rows[1:]):
        row[2] = f"benar{n}@x.id"
    mended.write_text("\n".join(";".join(row) for row in rows), encoding="utf-8-sig")
    assert counts(command(mended, "contacts")) == (20, 20, 0, 0, 0)
    assert living(Contact).filter(last_name="Salah 7", email="benar7@x.id").exists()
    assert not Contact._base_manager.filter(custom__has_key="imported").exists()


def test_nothing_is_written_for_a_name_that_is_missing(tmp_path):
    file = write(tmp_path, HEADINGS, ";;kosong@x.id;Staf", "Ada;Namanya;ada@x.id;Staf")
    result = command(file, "contacts")
    assert counts(result) == (2, 1, 0, 0, 1)
    assert "[REQUIRED]" in errors(result)[1]
    assert not Contact._base_manager.filter(last_name__contains="?").exists()


def test_merge_keeps_what_the_file_leaves_blank_and_overwrite_does_not(tmp_path):
    one = make("customers.Contact", last_name="Satu", email="satu@x.id", mobile="0812 3456 7890")
    file = write(tmp_path, "Nama Belakang;Email;HP;Jabatan", "Satu;satu@x.id;;Direktur")
    assert counts(command(file, "contacts", duplicates="merge")) == (1, 0, 1, 0, 0)
    assert (again(one).mobile, again(one).title) == ("+6281234567890", "Direktur")
    assert counts(command(file, "contacts", duplicates="update")) == (1, 0, 1, 0, 0)
    assert (again(one).mobile, again(one).title) == (None, "Direktur")


def test_days_and_numbers_are_read_as_the_language_writes_them(tmp_path):
    file = write(tmp_path, "Nama Belakang;Tanggal Lahir;Email", "Satu;03/04/2026;a@x.id")
    command(file, "contacts", language="id")
    assert Contact._base_manager.get(email="a@x.id").birthdate == date(2026, 4, 3)
    file = write(tmp_path, "Nama;Omzet", "PT Angka Benar;1.234.567,50")
    command(file, "accounts", language="id")
    assert Account._base_manager.get(name="PT Angka Benar").annual_revenue == Decimal("1234567.50")


def test_a_row_that_may_mean_two_people_changes_neither(tmp_path):
    two = [make("customers.Contact", last_name=name, email="sama@x.id") for name in ("Satu", "Dua")]
    file = write(tmp_path, HEADINGS, ";Tiga;sama@x.id;Direktur")
    result = command(file, "contacts", duplicates="update")
    assert counts(result) == (1, 0, 0, 0, 1)
    assert result["ambiguous"] == 1
    assert [(again(one).last_name, again(one).title, again(one).trashed_at) for one in two] == [
        ("Satu", None, None), ("Dua", None, None),
    ]  # fmt: skip


def test_an_undo_leaves_the_one_person_somebody_has_changed_since(company, thousand):
    result = command(thousand, "contacts")
    edited = Contact._base_manager.get(email="baru7@x.id")
    update(edited, {"title": "Kepala Gudang"})
    undone = revert(ChangeSet.objects.get(pk=result["change_set"]))
    assert undone.count == 949
    assert {id for _module, id, _column in undone.conflicts} == {edited.pk}
    assert list(living(Contact).filter(last_name__startswith="Baru ").values_list("pk", flat=True)) == [
        edited.pk
    ]
    assert living(Contact).filter(last_name__startswith="Lama ").count() == 30


# What the command promises.
def test_the_last_line_says_what_was_done_in_the_agreed_words(tmp_path):
    result = command(write(tmp_path, HEADINGS, ";Satu;satu@x.id;"), "contacts")
    assert list(result)[:7] == ["rows", "created", "updated", "skipped", "failed", "seconds", "change_set"]
    rows = ChangeRow.objects.filter(change_set=result["change_set"], origin="customers_contact")
    assert [row.record_id for row in rows] == [Contact._base_manager.get(email="satu@x.id").pk]


def test_a_rehearsal_counts_the_same_and_writes_nothing(thousand):
    with unchanged():
        rehearsed = command(thousand, "contacts", dry_run=True, errors=thousand.parent / "salah.csv")
    assert rehearsed["change_set"] is None
    assert counts(rehearsed) == counts(command(thousand, "contacts")) == (1000, 950, 0, 30, 20)


def test_the_same_file_again_makes_nobody_twice(thousand):
    command(thousand, "contacts")
    assert counts(command(thousand, "contacts")) == (1000, 0, 0, 980, 20)


@pytest.mark.parametrize("own_process", [False, True])
def test_a_file_read_by_a_process_of_its_own_gives_the_same(monkeypatch, own_process):
    monkeypatch.setattr(read_ahead, "OWN_PROCESS_FROM", 0 if own_process else 1 << 40)
    monkeypatch.setattr(read_ahead, "BATCH", 200)
    result = command(FILES / "messy-contacts-id.csv", "contacts", language="id")
    assert counts(result) == (1315, 1200, 0, 95, 20)
    reasons = (
        ImportJob.objects.get(pk=result["import"]).faults.order_by("row").values_list("reasons", flat=True)
    )
    assert {reason["code"] for found in reasons for reason in found} == {"INVALID_VALUE", "REQUIRED"}
    assert all("%(" not in reason["message"] for found in reasons for reason in found)


# Files from real life.
def test_the_messy_file_of_an_office_is_understood(company):
    result = command(FILES / "messy-contacts-id.csv", "contacts", language="id")
    assert counts(result) == (1315, 1200, 0, 95, 20)
    people = living(Contact).exclude(account=None)
    assert not people.exclude(mobile=None).exclude(mobile__startswith="+62").exists()
    assert people.filter(salutation="bapak").exists()
    # Twelve companies, each as PT, CV and UD: 49 spellings.
    names = living(Account).values_list("name_key", flat=True)
    assert (len(names), len(set(names))) == (36, 12)


def test_utf_16_with_quoted_lines_is_understood(company):
    result = command(FILES / "people-contacts-utf16.csv", "contacts", language="en")
    assert result["rows"] == 400 == result["created"] + result["skipped"] + result["failed"]
    assert result["created"] > 350


def test_five_hundred_companies_become_accounts(company):
    result = command(FILES / "sp500-organizations.csv", "accounts", language="en")
    assert (result["rows"], result["failed"]) == (503, 0)
    assert result["created"] + result["skipped"] == 503


def test_leads_come_from_the_same_files(company):
    result = command(FILES / "messy-contacts-id.csv", "leads", language="id")
    assert result["rows"] == 1315
    assert result["created"] >= 1100
    assert living(Lead).filter(company__isnull=False).exists()


CARDS_WITHOUT_A_NAME = {"John_Doe_ANDROID.vcf": 2}


@pytest.mark.parametrize("file", sorted(CARDS.glob("*.vcf")), ids=lambda file: file.stem)
def test_every_contact_card_with_a_name_is_taken(company, file):
    result = command(file, "contacts", language="en")
    assert result["rows"] >= 1
    assert result["failed"] == CARDS_WITHOUT_A_NAME.get(file.name, 0)
    assert all("[REQUIRED]" in line for line in errors(result)[1:]) if result["failed"] else True


REAL = Path(os.environ.get("RELASI_TEST_REAL_FILES", ""))
WHY = "RELASI_TEST_REAL_FILES names no folder of files from real life"


@pytest.mark.skipif(not os.environ.get("RELASI_TEST_REAL_FILES"), reason=WHY)
@pytest.mark.parametrize("module", ["contacts", "accounts", "leads", "deals"])
def test_every_file_of_a_folder_is_taken_or_refused_with_a_sentence(company, module):
    """rows = created + updated + skipped + failed is asserted by `command`; a refusal has its sentence."""
    for file in sorted(path for path in REAL.rglob("*") if path.is_file() and path.suffix != ".md"):
        if "error" in (result := command(file, module, language="id")):
            assert result["rows"] == 0, file
            assert result["error"].endswith("."), (file, result["error"])
            foreign = file.suffix in (".ics", ".eml") or (file.suffix == ".vcf" and module != "contacts")
            assert foreign or result["error"].startswith("Pilih kolom"), (file, result["error"])
        else:
            assert result["rows"] > 0, file
            assert file.suffix in (".csv", ".vcf"), file


def test_the_apostrophe_in_front_of_a_formula_goes_out_and_comes_off_again(tmp_path):
    file = tmp_path / "a.csv"
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([
        ["Nama Belakang", "Email", "HP", "Catatan"],
        ["Satu", "a@x.id", "'+62 812-3456-7890", "'=HYPERLINK(\"x\")"],
        ["Dua", "bukan-email", "", "=1+1"],
    ])  # fmt: skip
    file.write_text(out.getvalue())
    result = command(file, "contacts", language="id")
    one = Contact._base_manager.get(email="a@x.id")
    assert (one.mobile, one.description) == ("+6281234567890", '=HYPERLINK("x")')
    assert ";'=1+1;" in errors(result)[1]


def test_another_persons_hidden_contact_is_no_duplicate_and_is_not_touched(company, tmp_path):
    with acting(company.sales_b):
        theirs = make("customers.Contact", last_name="Rahasia", email="rahasia@x.id")
    file = write(tmp_path, HEADINGS, ";Baru;rahasia@x.id;Direktur")
    result = command(file, "contacts", user="andi", duplicates="update")
    assert counts(result) == (1, 1, 0, 0, 0)
    assert (again(theirs).last_name, again(theirs).title) == ("Rahasia", None)
