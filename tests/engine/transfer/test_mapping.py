"""Columns find their fields by name, alias, unit and values, in both languages, and none is dropped."""

import pytest
from django.utils import translation

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import INDONESIAN
from relasi.engine.transfer.csv_file import CsvTable
from relasi.engine.transfer.mapping import EXTRA, LEFT_OUT, Column, check
from relasi.engine.transfer.proposing import propose
from relasi.engine.transfer.target import targets_of
from tests.engine.transfer.importing import write

PARROT = registry.module("fakes.Parrot")
CONTACT = registry.module("customers.Contact")
ACCOUNT = registry.module("customers.Account")
LEAD = registry.module("customers.Lead")


def proposed(folder, module, *lines):
    with acting(SYSTEM):
        table = CsvTable(write(folder, *lines))
        return {column.heading: column for column in propose(table, module, SYSTEM, INDONESIAN)}


def meanings(folder, module, *headings):
    return {heading: column.to for heading, column in proposed(folder, module, ";".join(headings)).items()}


@pytest.mark.parametrize("language", ["id", "en"])
def test_headings_of_both_languages_are_understood_by_everybody(tmp_path, language):
    with translation.override(language):
        found = meanings(
            tmp_path, CONTACT, "Nama Depan", "Last name", "Perusahaan", "E-mail", "Mobile phone", "Tgl. Lahir"
        )
    assert list(found.values()) == ["first_name", "last_name", "account", "email", "mobile", "birthdate"]


def test_labels_names_and_aliases_of_fakes_are_found(tmp_path):
    found = meanings(
        tmp_path, PARROT, "Nama Burung", "age_years", "Home city", "Kode pos", "Alamat lain", "PARROT EMAIL"
    )
    assert found == {
        "Nama Burung": "name", "age_years": "age_years", "Home city": "home.city", "Kode pos": "home.postal_code",
        "Alamat lain": EXTRA, "PARROT EMAIL": "email",
    }  # fmt: skip


def test_the_columns_of_another_crm_are_understood(tmp_path):
    vtiger = ("First Name", "Last Name", "Account Name", "Title", "Email", "Mobile", "Office Phone", "Mailing Street",
              "Mailing City", "Mailing Zip", "Other Street", "Assigned To", "Lead Source", "Description")  # fmt: skip
    assert list(meanings(tmp_path, CONTACT, *vtiger).values()) == [
        "first_name", "last_name", "account", "title", "email", "mobile", "office_phone", "mailing_address.street",
        "mailing_address.city", "mailing_address.postal_code", "other_address.street", "owner", "lead_source",
        "description",
    ]  # fmt: skip
    salesforce = ("Id", "AccountId", "LastName", "FirstName", "MailingStreet", "MailingState", "Birthdate")
    assert list(meanings(tmp_path, CONTACT, *salesforce).values()) == [
        EXTRA, EXTRA, "last_name", "first_name", "mailing_address.street", "mailing_address.province", "birthdate",
    ]  # fmt: skip
    pipedrive = ("Person - Name", "Person - Phone", "Person - Email (Work)", "Organization - Name")
    assert list(meanings(tmp_path, CONTACT, *pipedrive).values()) == [
        "*Full name",
        "mobile",
        "email",
        "account",
    ]


def test_a_unit_in_the_heading_becomes_a_factor(tmp_path):
    found = proposed(tmp_path, ACCOUNT, "Nama;Omzet (ribu);Limit Kredit (juta Rp)", "PT A;242.000;5")
    assert (found["Omzet (ribu)"].to, found["Omzet (ribu)"].factor) == ("annual_revenue", "1000")
    assert (found["Limit Kredit (juta Rp)"].to, found["Limit Kredit (juta Rp)"].factor) == (
        "credit_limit",
        "1000000",
    )


def test_a_unit_that_is_not_understood_is_asked_about(tmp_path):
    column = proposed(tmp_path, ACCOUNT, "Nama;Omzet (USD)", "PT A;242")["Omzet (USD)"]
    assert column.to == EXTRA
    assert "usd" in column.doubt


def test_values_that_do_not_fit_keep_a_column_from_its_field(tmp_path):
    found = proposed(
        tmp_path, CONTACT, "Nama;Email;Sumber", "Budi;lantai 2;A", "Ani;lantai 3;B", "Tono;;Pameran"
    )
    assert (found["Email"].to, found["Sumber"].to) == (EXTRA, EXTRA)
    assert "lantai 2" in found["Email"].doubt


def test_a_few_wrong_values_do_not(tmp_path):
    found = proposed(tmp_path, CONTACT, "Nama;Email", "A;a@x.id", "B;b@x.id", "C;bukan")
    assert found["Email"].to == "email"


def test_the_second_column_of_one_name_stays_beside(tmp_path):
    found = meanings(tmp_path, CONTACT, "Nama", "Email", "Email")
    assert found == {"Nama": "*Full name", "Email": "email", "Email (2)": EXTRA}


def test_no_column_is_dropped_and_only_our_own_reasons_are_left_out(tmp_path):
    found = meanings(tmp_path, CONTACT, "Nama", "Warna kesukaan", "kesalahan")
    assert found == {"Nama": "*Full name", "Warna kesukaan": EXTRA, "kesalahan": LEFT_OUT}


def test_a_loose_guess_is_marked_as_one(tmp_path):
    found = proposed(tmp_path, CONTACT, "Nama;Email (utama)")
    assert (found["Email (utama)"].to, found["Email (utama)"].sure) == ("email", 1)


def test_a_person_is_offered_only_fields_they_may_write(aviary):
    with acting(aviary.shy):
        targets = targets_of(PARROT, aviary.shy)
    assert "name" in targets
    assert not {"price", "email"} & targets.keys()


def test_a_mapping_with_one_field_twice_is_refused():
    with acting(SYSTEM):
        targets = targets_of(PARROT, SYSTEM)
    assert "both" in check([Column("A", "name"), Column("B", "name")], targets)
    assert "not there" in check([Column("A", "nonsense")], targets)
    assert "at least one" in check([Column("A"), Column("B", LEFT_OUT)], targets)
    assert check([Column("A", "name"), Column("B", "home.city"), Column("C", "home.street")], targets) == ""


@pytest.mark.parametrize(
    ("module", "headings"),
    [
        (LEAD, ["Last Name", "Company", "Lead Source", "Lead Status", "Email", "Phone", "City"]),
        (ACCOUNT, ["Account Name", "Phone", "Website", "industry", "Billing City", "Employees", "Member Of"]),
    ],
)
def test_every_column_of_an_export_of_another_crm_finds_a_field(tmp_path, module, headings):
    assert EXTRA not in meanings(tmp_path, module, *headings).values()
