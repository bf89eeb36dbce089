"""Cards and calendars: what leaves as vCard comes back as the same person, and an agenda as other programs read it."""

from __future__ import annotations

import io
import json
import re
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create, update
from relasi.engine.transfer.export import ExportJob, Format, formats_of
from relasi.engine.transfer.export_file import run_export
from relasi.kits.parties.vcard import read_vcards
from relasi.kits.parties.vcard_writing import company_card, person_card
from relasi.modules.agenda.event import Event
from relasi.modules.agenda.task import Task
from relasi.modules.customers.account import Account
from relasi.modules.customers.contact import Contact
from tests.company import found_company
from tests.people import signed_in


@pytest.fixture
def company(db):
    return found_company()


def content_of(user, module, format, **asked):
    home = registry.module(module)
    job = ExportJob(user=user, module=module, slug=home.slug, format=format, language="id",
                    asked={"columns": [], "sort": [], **asked})  # fmt: skip
    ExportJob.objects.bulk_create([job])
    run_export(job)
    assert job.status == "done", job.trouble
    with default_storage.open(job.file) as file:
        return job, file.read()


def lines_of(content):
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    return content.decode().replace("\r\n ", "").split("\r\n")


PERSON = {
    "salutation": "Bapak", "first_name": "Made", "last_name": "Lubis, S.T.", "title": "Kepala; Gudang",
    "department": "Logistik",
    "email": "made@contoh.co.id", "secondary_email": "made@rumah.id", "mobile": "+6281234567890",
    "office_phone": "+62215550001", "home_phone": "+62215550002", "birthdate": date(1980, 5, 17),
    "description": "Baris satu\nBaris dua, dengan \\ dan ;",
    "mailing_address": {"street": "Jl. Merdeka 1, Blok A", "city": "Bandung", "province": "Jawa Barat",
                        "postal_code": "40111", "country": "ID"},
}  # fmt: skip


def test_a_person_written_as_a_card_is_read_as_the_same_person():
    card = person_card(7, {**PERSON, "account": "PT Sinar; Jaya"})
    (found,) = read_vcards(card.encode())
    lines_of(card.encode())
    for name in ("first_name", "title", "department", "email", "secondary_email", "mobile", "office_phone", "home_phone",
                 "description"):  # fmt: skip
        assert found[name] == PERSON[name], name
    assert found["company"] == "PT Sinar; Jaya"
    assert found["birthdate"] == "1980-05-17"
    for name, text in PERSON["mailing_address"].items():
        assert found[name] == text
    assert "Lubis" in found["last_name"]
    assert found["extra"] == {}


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=120)


@given(title=TEXTS, note=TEXTS, company=TEXTS)
def test_no_text_breaks_out_of_its_line(title, note, company):
    card = person_card(
        1, {"last_name": "Ani", "title": title, "description": note, "account": company, "email": "a@b.id"}
    )
    (found,) = read_vcards(card.encode())
    assert "error" not in found
    assert found["email"] == "a@b.id"
    assert found["extra"] == {}
    assert card.count("BEGIN:VCARD\r\n") == 1
    assert company_card(1, {"name": company, "description": note}).count("END:VCARD\r\n") == 1


def test_the_cards_of_a_list_are_those_its_reader_sees_without_what_is_hidden(company):
    with acting(company.sales_a):
        account = create(Account, {"name": "PT Terlihat"})
        create(Contact, {**{k: v for k, v in PERSON.items() if k != "salutation"}, "account": account.pk})
    with acting(company.sales_b):
        create(Contact, {"last_name": "Tersembunyi"})
    job, content = content_of(company.sales_a, "customers.contact", "vcf")
    (found,) = read_vcards(content)
    assert (job.rows, found["company"], found["mobile"]) == (1, "PT Terlihat", "+6281234567890")
    assert job.name.endswith(".vcf")
    with acting(SYSTEM, via="system"):
        for profile in company.profiles.values():
            update(profile, {"fields": {"customers.contact": {"mobile": "hidden"}}})
    _job, content = content_of(company.sales_a, "customers.contact", "vcf")
    assert b"81234567890" not in content
    _job, content = content_of(company.sales_a, "customers.account", "vcf")
    assert "FN:PT Terlihat" in lines_of(content)


def test_cards_imported_over_the_people_they_came_from_change_nothing(company, tmp_path):
    with acting(company.admin):
        account = create(Account, {"name": "PT Sinar Jaya", "legal_form": "pt"})
        create(Contact, {**PERSON, "salutation": None, "last_name": "Lubis", "account": account.pk})
    _job, content = content_of(company.admin, "customers.contact", "vcf")
    file = tmp_path / "kontak.vcf"
    file.write_bytes(content)
    out = io.StringIO()
    call_command("import_records", str(file), module="contacts", duplicates="merge", match="email",
                 user=company.admin.username, stdout=out, stderr=io.StringIO())  # fmt: skip
    told = json.loads(out.getvalue().strip().splitlines()[-1])
    assert (told["rows"], told["created"], told["failed"], told["unchanged"]) == (1, 0, 0, 1)
    assert Contact._base_manager.get().version == 1
    assert Account._base_manager.count() == 1


def test_an_agenda_is_a_calendar_of_what_has_a_day(company):
    with acting(company.sales_a):
        create(Event, {"subject": "Rapat; harga, 2027", "starts_at": "2026-12-02T09:00+07:00",
                       "ends_at": "2026-12-02T10:00+07:00", "location": "Ruang 1"})  # fmt: skip
        create(Task, {"subject": "Telepon Budi", "due_on": date(2026, 12, 3)})
    job, content = content_of(company.sales_a, "agenda.event", "ics")
    lines = lines_of(content)
    assert (job.rows, lines[0], lines[-2]) == (1, "BEGIN:VCALENDAR", "END:VCALENDAR")
    for line in (
        "SUMMARY:Rapat\\; harga\\, 2027",
        "DTSTART:20261202T020000Z",
        "DTEND:20261202T030000Z",
        "LOCATION:Ruang 1",
    ):
        assert line in lines
    _job, content = content_of(company.sales_a, "agenda.task", "ics")
    lines = lines_of(content)
    assert "DTSTART;VALUE=DATE:20261203" in lines
    assert len(re.findall("BEGIN:VEVENT", content.decode())) == 1
    _job, content = content_of(company.sales_b, "agenda.event", "ics")
    assert b"VEVENT" not in content


def test_a_module_offers_the_files_it_can_be_and_no_others(company):
    offered = {
        slug: set(formats_of(registry.by_slug(slug)))
        for slug in ("contacts", "accounts", "leads", "tasks", "deals")
    }
    usual = {Format.CSV, Format.XLSX, Format.JSONL, Format.PDF}
    assert offered == {
        "contacts": usual | {Format.VCF}, "accounts": usual | {Format.VCF}, "leads": usual | {Format.VCF},
        "tasks": usual | {Format.ICS}, "deals": usual,
    }  # fmt: skip
    browser = signed_in(company.sales_a)
    assert 'value="vcf"' in browser.get("/export/contacts/").content.decode()
    assert 'value="vcf"' not in browser.get("/export/deals/").content.decode()
    browser.post("/export/deals/", {"format": "vcf", "shape": "view"})
    assert ExportJob.objects.get().format == "csv"
