"""What a file is, whatever it is called; and a clear sentence when nothing can be imported from it."""

import zipfile
from types import SimpleNamespace

import pytest

from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.open_file import open_file
from tests.engine.transfer.importing import CARDS, FILES

CONTACTS = SimpleNamespace(plural="Contacts", readers={"vcf": "relasi.kits.parties.vcard.read_vcards"})
DEALS = SimpleNamespace(plural="Deals", readers={})


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.pdf", b"%PDF-1.7 x", "a PDF document"),
        ("contacts.csv", b"%PDF-1.7 renamed", "a PDF document"),
        ("a.png", b"\x89PNG\r\n\x1a\n....", "a picture"),
        ("a.csv", b"\xff\xd8\xff\xe0 jpeg", "a picture"),
        ("a.ics", b"BEGIN:VCALENDAR\nEND:VCALENDAR", "a calendar (ICS)"),
        ("a.txt", b"\xef\xbb\xbfBEGIN:VCALENDAR\n", "a calendar (ICS)"),
        ("a.eml", b"Subject: hello\n\nhello", "an email message"),
        ("a.csv", b"Received: from x\nFrom: a@b.c\nTo: c@d.e\n\nhello", "an email message"),
        ("a.xls", b"<html><table><tr><td>Nama</td></tr></table></html>", "a web page"),
        ("a.json", b'[{"a": 1}]', "a file for programs (JSON or XML)"),
        ("a.csv", b'<?xml version="1.0"?><a/>', "a file for programs (JSON or XML)"),
        ("a.docx", b"", "a text document"),
        ("a.zip", b"", "an archive of other files"),
        ("a.gz", b"\x1f\x8b\x08", "an archive of other files"),
        ("a.exe", b"MZ and more", "of a kind that is not known"),
        ("a.vcf", b"BEGIN:VCARD\nEND:VCARD", "a file of contact cards (VCF)"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(tmp_path, name, content, what):
    file = tmp_path / name
    file.write_bytes(content)
    if not content:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("readme.txt", "x")
    with pytest.raises(BadFile) as refused:
        open_file(file, DEALS)
    assert str(refused.value) == (
        f"This file is {what}. Deals can be imported from CSV, Excel (XLSX, XLS), OpenDocument (ODS)."
    )


@pytest.mark.parametrize("name", ["issue_350.ics", "basic_email.eml"])
def test_calendars_and_mails_are_refused_with_what_can_be_taken(name):
    with pytest.raises(BadFile, match=r"Contacts can be imported from CSV, .*, VCF\."):
        open_file(FILES / name, CONTACTS)


def test_cards_are_read_where_the_module_says_how():
    table = open_file(CARDS / "gmail-list.vcf", CONTACTS)
    assert table.shape == {"format": "VCF"}
    assert [row.cells[table.headings.index("email")] for row in table.rows()] == [
        "asmithk@gmail.com", "chrisy55d@yahoo.com", "dwhite@gmail.com",
    ]  # fmt: skip


def test_what_a_card_has_no_field_for_stands_beside_its_row():
    table = open_file(CARDS / "thunderbird-MoreFunctionsForAddressBook-extension.vcf", CONTACTS)
    (row,) = table.rows()
    assert row.beside


def test_a_broken_card_is_a_failed_row(tmp_path):
    (tmp_path / "a.vcf").write_text(
        "BEGIN:VCARD\nN:Santoso;Budi\nEMAIL:b@x.id\nEND:VCARD\nBEGIN:VCARD\nN:A;B\n"
    )
    rows = list(open_file(tmp_path / "a.vcf", CONTACTS).rows())
    assert [row.fault is not None for row in rows] == [False, True]


@pytest.mark.parametrize("content", [b"", b"  \r\n ", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_nothing_is_empty(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(BadFile, match="empty"):
        open_file(tmp_path / "a.csv", CONTACTS)


def test_the_name_the_person_gave_counts_not_that_of_the_store(tmp_path):
    (tmp_path / "stored_x7").write_bytes(b"Nama\nBudi\n")
    with pytest.raises(BadFile, match="PDF"):
        open_file(tmp_path / "stored_x7", DEALS, name="x.pdf")
    assert open_file(tmp_path / "stored_x7", DEALS, name="x.csv").headings == ["Nama"]
