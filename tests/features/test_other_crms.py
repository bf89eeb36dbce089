"""Files of five other CRMs are recognised; a company comes over with its links, and twice brings nothing twice."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import INDONESIAN
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.long_job import Status
from relasi.engine.records.undo import revert
from relasi.engine.records.write import update
from relasi.engine.transfer.csv_file import CsvTable
from relasi.engine.transfer.file_compared import comparisons
from relasi.engine.transfer.foreign_id import ForeignIds
from relasi.engine.transfer.import_ import ImportJob
from relasi.engine.transfer.known_source import recognised
from relasi.engine.transfer.proposing import propose
from relasi.engine.transfer.run import run
from relasi.modules.customers.account import Account
from relasi.modules.customers.contact import Contact
from relasi.modules.customers.lead import Lead
from relasi.modules.sales.deal import Deal
from tests.engine.transfer.importing import command, counts, errors
from tests.make import make
from tests.people import signed_in

ACCOUNT, CONTACT = registry.module("customers.Account"), registry.module("customers.Contact")
LEAD, DEAL = registry.module("customers.Lead"), registry.module("sales.Deal")

pytestmark = pytest.mark.usefixtures("as_admin")

FILES = {
    "vtiger": [
        (ACCOUNT, "Account Name,Account No,Phone,Member Of,industry,Assigned To,Billing Address,Billing City"),
        (CONTACT, "Salutation,First Name,Contact Id,Last Name,Account Name,Email,Assigned To,Mailing Street"),
        (LEAD, "Salutation,First Name,Lead No,Last Name,Company,Lead Source,Lead Status,Assigned To"),
        (DEAL, "Potential Name,Potential No,Amount,Related To,Expected Close Date,Sales Stage,Assigned To"),
    ],
    "hubspot": [
        (ACCOUNT, "Record ID,Company name,Company Domain Name,Company owner,Create Date,Country/Region"),
        (CONTACT, "Record ID,First Name,Last Name,Email,Contact owner,Create Date,Lifecycle Stage,Associated Company IDs"),
        (DEAL, "Record ID,Deal Name,Deal Stage,Amount,Close Date,Deal owner,Associated Company IDs,Create Date"),
    ],
    "salesforce": [
        (ACCOUNT, "Id,IsDeleted,MasterRecordId,Name,Type,ParentId,BillingStreet,BillingCity,OwnerId,CreatedDate"),
        (CONTACT, "Id,IsDeleted,MasterRecordId,AccountId,LastName,FirstName,MailingStreet,ReportsToId,OwnerId"),
        (LEAD, "Id,IsDeleted,LastName,FirstName,Company,LeadSource,Status,Rating,OwnerId,IsConverted,ConvertedDate"),
        (DEAL, "Id,IsDeleted,AccountId,Name,StageName,Amount,CloseDate,Type,OwnerId"),
    ],
    "zoho": [
        (ACCOUNT, "Record Id,Account Owner.id,Account Owner,Account Name,Phone,Parent Account.id,Parent Account"),
        (CONTACT, "Record Id,Contact Owner.id,Contact Owner,First Name,Last Name,Account Name.id,Account Name,Email"),
        (LEAD, "Record Id,Lead Owner.id,Lead Owner,Is Converted,Company,First Name,Last Name,Lead Status"),
        (DEAL, "Record Id,Deal Owner.id,Deal Owner,Amount,Deal Name,Closing Date,Account Name.id,Account Name,Stage"),
    ],
    "pipedrive": [
        (ACCOUNT, "Organization - ID,Organization - Name,Organization - Address,Organization - Owner"),
        (CONTACT, "Person - Name,Person - First name,Person - Phone,Person - Email (Work),Person - Organization"),
        (DEAL, "Deal - Title,Deal - Value,Deal - Currency of value,Deal - Organization,Deal - Stage,Deal - Status"),
    ],
}  # fmt: skip


def written(folder, headings, *rows, name="ekspor"):
    out = io.StringIO()
    csv.writer(out).writerows([headings.split(","), *rows])
    file = folder / f"{name}.csv"
    file.write_text(out.getvalue(), encoding="utf-8")
    return file


def proposed(folder, module, headings, *rows):
    with acting(SYSTEM):
        table = CsvTable(written(folder, headings, *rows))
        return {column.heading: column for column in propose(table, module, SYSTEM, INDONESIAN)}


def living(model, **values):
    return model._base_manager.filter(trashed_at=None, **values)


@pytest.mark.parametrize(
    ("program", "module", "headings"),
    [(program, module, headings) for program, files in FILES.items() for module, headings in files],
)
def test_a_file_tells_the_program_it_comes_from(program, module, headings):
    found = recognised(headings.split(","), module)
    assert found is not None
    assert found.key == program


@pytest.mark.parametrize(
    ("module", "headings"),
    [
        (CONTACT, "Nama Depan,Nama Belakang,Email,Perusahaan"),
        (ACCOUNT, "Nama,Telepon,NPWP"),
        (CONTACT, "Id,First name,Last name"),
        (DEAL, "Name,Amount,Stage"),
    ],
)
def test_other_files_are_nobodys(module, headings):
    assert recognised(headings.split(","), module) is None


@pytest.mark.parametrize(
    ("module", "headings"), [(module, headings) for files in FILES.values() for module, headings in files]
)
def test_no_two_columns_fill_one_field_and_none_is_lost(tmp_path, module, headings):
    found = proposed(tmp_path, module, headings)
    assert list(found) == headings.split(",")
    filled = [column.to for column in found.values() if column.to != "+"]
    assert len(filled) == len(set(filled))


def test_a_link_by_id_waits_until_what_it_leads_to_is_there(tmp_path):
    _account, (contact, headings) = FILES["hubspot"][:2]
    column = proposed(tmp_path, contact, headings)["Associated Company IDs"]
    assert column.to == "+"
    assert "HubSpot" in column.doubt


ACCOUNTS = "Id,IsDeleted,MasterRecordId,Name,Type,ParentId,Industry,AnnualRevenue,OwnerId,CreatedDate"
CONTACTS = "Id,IsDeleted,MasterRecordId,AccountId,LastName,FirstName,Email,OwnerId"
DEALS = "Id,IsDeleted,AccountId,Name,StageName,Amount,CloseDate,OwnerId"


@pytest.fixture
def company_from_salesforce(company, tmp_path):
    accounts = written(
        tmp_path, ACCOUNTS,
        ["001A", "0", "", "PT Panca Logistik", "Customer - Direct", "", "Transportation", "125000000.0", "005X", "2024-01-02"],
        ["001B", "0", "", "PT Bahari Rejeki", "Channel Partner / Reseller", "", "Other", "", "005X", "2024-01-02"],
        ["001C", "1", "001A", "PT Panca Logistik (lama)", "Other", "", "", "", "005X", "2024-01-02"],
        ["001D", "1", "", "Sudah dihapus", "Other", "", "", "", "005X", "2024-01-02"], name="accounts",
    )  # fmt: skip
    first = command(accounts, "accounts", language="en")
    contacts = written(
        tmp_path, CONTACTS,
        ["003A", "0", "", "001A", "Lestari", "Ayu", "ayu@panca.id", "005X"],
        ["003B", "0", "", "001C", "Wijaya", "Budi", "budi@panca.id", "005X"],
    )  # fmt: skip
    second = command(contacts, "contacts", language="en")
    deals = written(
        tmp_path, DEALS,
        ["006A", "0", "001A", "Pengadaan 2026", "Closed Won", "98500000.5", "2026-10-31", "005X"],
        ["006B", "0", "001B", "Perluasan gudang", "Proposal/Price Quote", "1000000", "2026-12-31", "005X"],
    )  # fmt: skip
    return accounts, first, second, command(deals, "deals", language="en")


def test_accounts_contacts_and_deals_come_over_with_their_links(company_from_salesforce):
    _file, accounts, contacts, deals = company_from_salesforce
    assert [counts(one) for one in (accounts, contacts, deals)] == [
        (4, 2, 0, 2, 0),
        (2, 2, 0, 0, 0),
        (2, 2, 0, 0, 0),
    ]
    panca = living(Account).get(name="PT Panca Logistik")
    assert (panca.type, panca.industry, panca.annual_revenue) == (
        "customer",
        "transportation",
        Decimal(125_000_000),
    )
    assert living(Account).get(name="PT Bahari Rejeki").type == "reseller"
    assert set(living(Contact, account=panca).values_list("first_name", flat=True)) == {"Ayu", "Budi"}
    won = living(Deal).get(name="Pengadaan 2026")
    assert (won.account_id, won.stage.name, won.amount) == (panca.pk, "Menang", Decimal("98500000.50"))
    assert won.expected_close == date(2026, 10, 31)
    assert living(Deal).get(name="Perluasan gudang").stage.name == "Penawaran Harga"


def test_what_no_field_takes_is_kept_beside_the_record(company_from_salesforce):
    panca = living(Account).get(name="PT Panca Logistik")
    assert panca.custom["imported"]["OwnerId"] == "005X"


def test_the_same_file_again_takes_nothing_twice_whatever_was_renamed(company_from_salesforce):
    file, *_results = company_from_salesforce
    again = command(file, "accounts", language="en")
    assert counts(again) == (4, 0, 0, 4, 0)
    text = file.read_text(encoding="utf-8").replace("PT Bahari Rejeki", "PT Bahari Rejeki Sentosa")
    file.write_text(text, encoding="utf-8")
    renamed = command(file, "accounts", language="en", duplicates="merge")
    assert counts(renamed)[1] == 0
    assert living(Account, name__startswith="PT Bahari").count() == 1
    assert living(Account, name="PT Bahari Rejeki Sentosa").exists()


def test_after_an_undo_the_file_can_come_again(company, tmp_path):
    headings, *rows = FILES["zoho"][1][1], ["zcrm_1", "zcrm_9", "", "Ayu", "Lestari", "", "", "ayu@x.id"]
    file = written(tmp_path, headings, *rows)
    first = command(file, "contacts", language="en")
    revert(ChangeSet.objects.get(pk=first["change_set"]))
    assert not living(Contact, last_name="Lestari").exists()
    assert counts(command(file, "contacts", language="en")) == (1, 1, 0, 0, 0)
    assert living(Contact, last_name="Lestari").count() == 1


def test_an_id_nobody_brought_is_said_row_by_row(company_from_salesforce, tmp_path):
    file = written(tmp_path, CONTACTS, ["003C", "0", "", "001Z", "Hilang", "Tanpa", "x@x.id", "005X"])
    result = command(file, "contacts", language="en")
    assert counts(result) == (1, 0, 0, 0, 1)
    assert "001Z" in errors(result)[1]
    assert not living(Contact, last_name="Hilang").exists()


def test_hubspot_links_by_the_first_of_several_ids(company, tmp_path):
    (_account, companies), (_contact, contacts), _deal = FILES["hubspot"]
    command(
        written(tmp_path, companies, ["8012", "PT Satu", "satu.co.id", "", "2026-01-05 10:00", "Indonesia"]),
        "accounts",
    )
    row = [
        "51",
        "Ayu",
        "Lestari",
        "ayu@satu.co.id",
        "",
        "2026-01-05 10:00",
        "Marketing Qualified Lead",
        "8012;9999",
    ]
    assert counts(command(written(tmp_path, contacts, row), "contacts")) == (1, 1, 0, 0, 0)
    ayu = living(Contact).get(last_name="Lestari")
    assert ayu.account.name == "PT Satu"
    assert ayu.lifecycle_stage == "mql"


def test_a_deal_won_in_pipedrive_is_won_here_whatever_stage_it_stood_in(company, tmp_path):
    headings = FILES["pipedrive"][2][1] + ",Deal - Expected close date,Deal - Won time"
    rows = [
        [
            "Atap surya",
            "150000000",
            "IDR",
            "PT Satu",
            "Negotiations Started",
            "Won",
            "",
            "2026-05-06 10:11:12",
        ],
        ["Gudang", "20000000", "IDR", "PT Satu", "Proposal Made", "Open", "2026-12-31", ""],
    ]
    assert counts(command(written(tmp_path, headings, *rows), "deals")) == (2, 2, 0, 0, 0)
    won, still = living(Deal).get(name="Atap surya"), living(Deal).get(name="Gudang")
    assert (won.stage.name, won.expected_close) == ("Menang", date(2026, 5, 6))
    assert still.stage.name == "Penawaran Harga"


def test_several_addresses_in_one_cell_of_pipedrive_are_two(company, tmp_path):
    headings = "Person - Name,Person - Email (Work),Person - Email (Home),Person - Organization"
    row = ["Ayu Lestari", "ayu@satu.id, ayu@dua.id", "", ""]
    assert counts(command(written(tmp_path, headings, row), "contacts")) == (1, 1, 0, 0, 0)
    ayu = living(Contact).get(last_name="Lestari")
    assert (ayu.email, ayu.secondary_email) == ("ayu@satu.id", "ayu@dua.id")


def test_numbers_of_vtiger_find_the_record_again_and_are_not_ours(company, tmp_path):
    _lead, headings = FILES["vtiger"][2]
    rows = [["Mr.", "Budi", "LEA77", "Santoso", "CV Maju", "Web", "Pre Qualified", company.sales_a.username]]
    file = written(tmp_path, headings, *rows)
    assert counts(command(file, "leads")) == (1, 1, 0, 0, 0)
    assert counts(command(file, "leads")) == (1, 0, 0, 1, 0)
    budi = living(Lead).get(last_name="Santoso")
    assert budi.number != "LEA77"
    assert (budi.status, budi.lead_source, budi.owner_id) == ("prequalified", "website", company.sales_a.pk)


def test_whoever_may_not_see_the_account_does_not_link_to_it_by_its_id(company, tmp_path):
    (_account, companies), (_contact, contacts), _deal = FILES["hubspot"]
    command(
        written(tmp_path, companies, ["8012", "PT Rahasia", "r.co.id", "", "2026-01-05", "Indonesia"]),
        "accounts",
    )
    row = ["51", "Ayu", "Lestari", "ayu@satu.co.id", "", "2026-01-05", "Lead", "8012"]
    result = command(written(tmp_path, contacts, row), "contacts", user=company.sales_a.username)
    assert counts(result) == (1, 0, 0, 0, 1)


def test_the_page_of_the_columns_names_the_program_and_lets_a_person_say_who_and_what_is_meant(
    company, tmp_path
):
    client = signed_in(company.admin)
    headings = FILES["hubspot"][2][1] + ",Associated Company"
    rows = [
        [
            "71",
            "Atap surya",
            "Discovery call",
            "1000000",
            "2026-12-31",
            "Jane Doe",
            "",
            "2026-01-05",
            "PT Satu",
        ]
    ]
    file = written(tmp_path, headings, *rows)
    answer = client.post("/import/deals/", {"file": SimpleUploadedFile("deals.csv", file.read_bytes())})
    job = ImportJob.objects.get(pk=int(answer["Location"].split("/")[2]))
    assert job.source == "hubspot"
    page = client.get(answer["Location"]).content.decode()
    assert "Ekspor dari HubSpot" in page
    assert "“Discovery call”" in page
    assert "“Jane Doe”" in page
    said = {"Deal Stage": ("Discovery call", "Kualifikasi"), "Deal owner": ("Jane Doe", str(company.sales_a))}
    chosen = {"next": "1"}
    for heading, (text, meant) in said.items():
        place = headings.split(",").index(heading)
        chosen |= {f"written-{place}-1": text, f"value-{place}-1": meant}
    assert client.post(answer["Location"], chosen)["Location"].endswith("/duplicates/")
    job.refresh_from_db()
    job.note(status=Status.READY.value)
    run(job)
    assert (job.count("created"), job.count("failed")) == (1, 0), list(job.faults.values_list("reasons"))
    deal = living(Deal).get(name="Atap surya")
    assert (deal.stage.name, deal.owner_id) == ("Kualifikasi", company.sales_a.pk)


def compared(deals, user):
    return comparisons(ImportJob.objects.get(pk=deals["import"]), user)


def test_the_file_is_held_against_what_stands_here_by_owner_and_stage(company, company_from_salesforce):
    *_others, deals = company_from_salesforce
    by_owner, by_stage = compared(deals, company.admin)
    assert by_owner.agrees
    assert [(line.label, line.rows, line.left, line.here) for line in by_stage.lines] == [
        ("Penawaran Harga", 1, 0, 1), ("Menang", 1, 0, 1),
    ]  # fmt: skip
    sums = {"": Decimal(1_000_000)}, {"": Decimal("98500000.5")}
    assert tuple(dict(line.sums) for line in by_stage.lines) == sums
    assert tuple(dict(line.here_sums) for line in by_stage.lines) == sums


def test_what_was_changed_since_or_not_taken_shows(company, company_from_salesforce, tmp_path):
    *_others, deals = company_from_salesforce
    update(living(Deal).get(name="Perluasan gudang"), {"amount": 5})
    _owner, by_stage = compared(deals, company.admin)
    assert [(line.label, line.agrees) for line in by_stage.lines] == [
        ("Penawaran Harga", False),
        ("Menang", True),
    ]
    rows = [
        ["006C", "0", "001A", "Baik", "Prospecting", "100", "2026-12-31", "005X"],
        ["006D", "0", "001Z", "Tanpa akun", "Prospecting", "900", "2026-12-31", "005X"],
        ["006E", "0", "001A", "Entah", "Galaxy", "50", "2026-12-31", "005X"],
    ]
    again = command(written(tmp_path, DEALS, *rows), "deals", language="en")
    assert counts(again) == (3, 1, 0, 0, 2)
    _owner, by_stage = compared(again, company.admin)
    found = {
        line.label: (line.rows, line.left, line.here, dict(line.left_sums), line.agrees)
        for line in by_stage.lines
    }
    assert found["Prospek Baru"] == (2, 1, 1, {"": Decimal(900)}, True)
    assert found["“Galaxy”, tidak ditemukan"][:3] == (1, 1, 0)


def test_the_report_is_a_page_of_the_importer_alone(company, company_from_salesforce):
    *_others, deals = company_from_salesforce
    job = ImportJob.objects.get(pk=deals["import"])
    address = f"/import/{job.pk}/compared/"
    page = signed_in(job.user).get(address)
    assert page.status_code == 200
    assert "sampai angka terakhir" in page.content.decode()
    assert signed_in(company.sales_a).get(address).status_code == 404


def test_one_owner_and_one_source_for_all_rows(company, tmp_path):
    rows = [["Ayu", "Lestari", ""], ["Budi", "Santoso", "partner"]]
    file = written(tmp_path, "First name,Last name,Lead source", *rows)
    given = [f"owner={company.sales_a.username}", "lead_source=trade_show"]
    assert counts(command(file, "contacts", set=given)) == (2, 2, 0, 0, 0)
    found = dict(living(Contact, owner=company.sales_a.pk).values_list("first_name", "lead_source"))
    assert found == {"Ayu": "trade_show", "Budi": "partner"}


def test_a_row_that_was_here_already_is_found_by_its_id_from_then_on(company, tmp_path):
    here = make("customers.Account", name="PT Satu", owner=company.admin)
    (_account, companies), (_contact, contacts), _deal = FILES["hubspot"]
    file = written(tmp_path, companies, ["8012", "PT Satu", "", "", "2026-01-05", "Indonesia"])
    assert counts(command(file, "accounts")) == (1, 0, 0, 1, 0)
    row = ["51", "Ayu", "Lestari", "ayu@satu.co.id", "", "2026-01-05", "Lead", "8012"]
    assert counts(command(written(tmp_path, contacts, row), "contacts")) == (1, 1, 0, 0, 0)
    assert living(Contact).get(last_name="Lestari").account_id == here.pk


def test_an_id_stays_with_its_record_as_long_as_that_lives(company, tmp_path):
    headings = FILES["hubspot"][0][1]
    command(written(tmp_path, headings, ["8012", "PT Satu", "", "", "2026-01-05", ""]), "accounts")
    first = living(Account).get(name="PT Satu")
    other = written(tmp_path, headings, ["8012", "PT Lain", "", "", "2026-01-05", ""])
    assert counts(command(other, "accounts", duplicates="create")) == (1, 1, 0, 0, 0)
    assert ForeignIds(ACCOUNT, "hubspot").find(["8012"]) == {"8012": first.pk}


def test_a_text_that_cannot_be_an_id_fails_its_row_alone(company, tmp_path):
    headings = FILES["hubspot"][0][1]
    rows = [
        ["9" * 300, "PT Panjang", "", "", "2026-01-05", ""],
        ["8013", "PT Biasa", "", "", "2026-01-05", ""],
    ]
    assert counts(command(written(tmp_path, headings, *rows), "accounts")) == (2, 1, 0, 0, 1)
