"""Records through both faces of the compatibility API: read, found, made, changed and deleted, however it is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relasi.engine.records.change_set import ChangeSet
from tests.features.compat.client import Failed, Rest, Service
from tests.make import again, make

ID = re.compile(r"[1-9]\d*x[1-9]\d*")
STYLES = [
    (Service, "form"),
    (Service, "multipart"),
    (Service, "json"),
    (Rest, "form"),
    (Rest, "json"),
    (Rest, "query"),
]


@pytest.fixture
def program(company: Any) -> Service:
    return Service(company.admin).signed_in()


@pytest.fixture(params=STYLES, ids=lambda one: f"{one[0].__name__}-{one[1]}")
def any_program(request: Any, company: Any) -> Service:
    kind, style = request.param
    found = kind(company.admin, style=style)
    return found if kind is Rest else found.signed_in()


def test_a_record_is_made_read_changed_and_deleted_in_every_style(any_program: Service) -> None:
    made = any_program.create(
        "Contacts", lastname="O'Neil <b>&", firstname="Siti", email="siti@contoh.id", donotcall="1"
    )
    assert ID.fullmatch(made["id"]) and made["id"].startswith("12x")
    assert made["lastname"] == "O'Neil <b>&" and made["label"] == "Siti O'Neil <b>&"
    read = any_program.retrieve(made["id"])
    assert read["donotcall"] == "1" and read["email"] == "siti@contoh.id" and read["source"] == "WEBSERVICE"
    changed = any_program.revise(id=made["id"], title="Direktur")
    assert changed["title"] == "Direktur" and changed["firstname"] == "Siti"
    whole = any_program.update(**(changed | {"firstname": "Sita"}))
    assert whole["firstname"] == "Sita" and whole["title"] == "Direktur"
    assert any_program.query("SELECT lastname FROM Contacts WHERE lastname = 'O''Neil <b>&';") == [
        {"id": made["id"], "lastname": "O'Neil <b>&"}
    ]
    assert any_program.delete(made["id"]) == {"status": "successful"}
    with pytest.raises(Failed) as wrong:
        any_program.retrieve(made["id"])
    assert wrong.value.code == "ACCESS_DENIED"


def test_every_value_is_a_text_in_its_form(program: Service, company: Any) -> None:
    deal = make("sales.Deal", name="Panel", amount="1234.5", owner=company.admin)
    told = program.retrieve(f"13x{deal.pk}")
    assert all(isinstance(value, str) for value in told.values())
    assert told["amount"] == "1234.50000000"
    assert told["probability"] == "10.000" and told["sales_stage"] == "Prospecting"
    assert told["closingdate"] == "2030-01-31"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", told["createdtime"])
    assert told["related_to"] == f"11x{deal.account_id}" and told["contact_id"] == ""
    assert told["starred"] == "0" and told["tags"] == ""


def test_the_first_user_is_19x1_and_owners_are_told_by_their_kind(program: Service, company: Any) -> None:
    first = program.query("SELECT user_name FROM Users WHERE id = '19x1';")
    assert first[0]["user_name"] == min([company.admin, company.director], key=lambda user: user.pk).username
    made = program.create("Accounts", accountname="PT Maju", assigned_user_id=f"19x{company.sales_a.pk}")
    assert made["assigned_user_id"] == f"19x{company.sales_a.pk}"
    assert program.retrieve("19x1")["user_name"] == first[0]["user_name"]


def test_what_a_program_does_is_its_persons_act_in_history(program: Service, company: Any) -> None:
    program.create("Accounts", accountname="PT Maju")
    last = ChangeSet.objects.order_by("-pk").first()
    assert last is not None
    assert (last.user_id, last.via, last.reason) == (company.admin.pk, "api", "Program")


def test_a_missing_mandatory_field_is_named_and_nothing_is_made(any_program: Service) -> None:
    with pytest.raises(Failed) as wrong:
        any_program.create("Contacts", firstname="Siti")
    assert (wrong.value.code, wrong.value.message) == (
        "MANDATORY_FIELDS_MISSING",
        "lastname does not have a value",
    )
    assert any_program.query("SELECT count(*) FROM Contacts;") == [{"count": "0"}]


def test_an_update_needs_all_mandatory_fields_and_a_revision_none(program: Service) -> None:
    made = program.create("Contacts", lastname="Wati", firstname="Sri")
    with pytest.raises(Failed) as wrong:
        program.update(id=made["id"], firstname="Ayu")
    assert wrong.value.code == "MANDATORY_FIELDS_MISSING"
    assert program.revise(id=made["id"], firstname="Ayu")["firstname"] == "Ayu"
    with pytest.raises(Failed) as wrong:
        program.revise(firstname="Ayu")
    assert wrong.value.code == "ACCESS_DENIED"


def test_unknown_fields_and_bad_json_are_passed_over(program: Service) -> None:
    made = program.create("Contacts", lastname="Wati", no_such_field="x", modifiedtime="2001-01-01 00:00:00")
    assert "no_such_field" not in made and not made["modifiedtime"].startswith("2001")
    with pytest.raises(Failed) as wrong:
        program.post("create", elementType="Contacts", element="{not json")
    assert wrong.value.code == "MANDATORY_FIELDS_MISSING"


def test_days_are_read_in_both_ways_of_writing(program: Service) -> None:
    account = make("customers.Account")
    for written in ("31/12/2030", "2030-12-31", "2030-12-31 10:00:00"):
        made = program.create(
            "Potentials", potentialname="A", closingdate=written, related_to=f"11x{account.pk}"
        )
        assert made["closingdate"] == "2030-12-31"


def test_numbers_have_a_point_whatever_stands_behind_it(program: Service) -> None:
    made = program.create("Products", productname="Kabel", unit_price="1.250")
    assert made["unit_price"] == "1.25000000"
    assert program.create("Products", productname="Kawat", unit_price=2500)["unit_price"] == "2500.00000000"


def test_a_reference_to_another_module_is_refused_and_one_to_nothing_is_left_out(program: Service) -> None:
    account = make("customers.Account")
    contact = make("customers.Contact")
    with pytest.raises(Failed) as wrong:
        program.create("Contacts", lastname="Wati", account_id=f"12x{contact.pk}")
    assert wrong.value.code == "REFERENCE_INVALID"
    assert wrong.value.message == "Invalid reference specified for account_id"
    assert program.create("Contacts", lastname="Wati", account_id="11x999999999")["account_id"] == ""
    made = program.create("Contacts", lastname="Wati", account_id=f"11x{account.pk}")
    assert made["account_id"] == f"11x{account.pk}"


def test_an_owner_nobody_knows_is_refused(program: Service) -> None:
    with pytest.raises(Failed) as wrong:
        program.create("Contacts", lastname="Wati", assigned_user_id="19x999999999")
    assert wrong.value.code == "REFERENCE_INVALID"


def test_ids_of_another_module_and_no_ids_at_all(program: Service) -> None:
    contact = make("customers.Contact")
    for id, code in (
        (f"11x{contact.pk}", "INVALID_ID_ATTRIBUTE"), ("12x999999999", "ACCESS_DENIED"), ("12", "ACCESS_DENIED"),
        ("x", "ACCESS_DENIED"), ("12x0", "ACCESS_DENIED"), (f"99x{contact.pk}", "ACCESS_DENIED"),
        (f"12x{2**63}", "ACCESS_DENIED"), ("12x1' OR '1'='1", "ACCESS_DENIED"),
    ):  # fmt: skip
        with pytest.raises(Failed) as wrong:
            program.retrieve(id)
        assert wrong.value.code == code, id


def test_a_choice_no_list_knows_becomes_other_and_history_tells_what_was_sent(program: Service) -> None:
    made = program.create(
        "Leads", lastname="Wati", leadsource="Our Booth 2026", leadstatus="Attempted to Contact"
    )
    assert (made["leadsource"], made["leadstatus"]) == ("Other", "Attempted to Contact")
    last = ChangeSet.objects.order_by("-pk").first()
    assert last is not None and "leadsource: Our Booth 2026" in last.reason
    with pytest.raises(Failed) as wrong:
        program.create("Leads", lastname="Wati", leadstatus="Sleeping")
    assert wrong.value.code == "FAILED_TO_CREATE" and "leadstatus" in wrong.value.message


def test_addresses_are_told_and_written_by_their_parts(program: Service) -> None:
    made = program.create("Accounts", accountname="PT Maju", bill_street="Jl. Braga 1", bill_city="Bandung",
                          bill_country="Indonesia")  # fmt: skip
    assert made["bill_city"] == "Bandung" and made["bill_country"] == "Indonesia" and made["ship_city"] == ""
    changed = program.revise(id=made["id"], bill_city="Cimahi")
    assert changed["bill_city"] == "Cimahi" and changed["bill_street"] == "Jl. Braga 1"
    assert (
        program.query("SELECT bill_city FROM Accounts WHERE bill_city LIKE 'Cim%';")[0]["bill_city"]
        == "Cimahi"
    )


def test_a_likely_double_is_taken_as_meant(program: Service) -> None:
    for _time in (1, 2):
        made = program.create("Contacts", lastname="Wati", email="wati@contoh.id", mobile="0812-3456-7890")
    assert made["mobile"] == "+6281234567890"


def test_a_taken_code_is_told_as_a_duplicate(program: Service) -> None:
    program.create("Products", productname="Kabel", productcode="K-1")
    with pytest.raises(Failed) as wrong:
        program.create("Products", productname="Kabel", productcode="K-1")
    assert wrong.value.code == 0 and wrong.value.message.startswith("Duplicate(s) detected!")


def test_a_lost_deal_and_a_won_one_are_written_by_their_stage(program: Service) -> None:
    account = make("customers.Account")
    made = program.create("Potentials", potentialname="A", closingdate="2030-01-01", related_to=f"11x{account.pk}",
                          sales_stage="Proposal or Price Quote")  # fmt: skip
    assert made["sales_stage"] == "Proposal or Price Quote"
    assert program.revise(id=made["id"], sales_stage="Closed Lost")["sales_stage"] == "Closed Lost"
    with pytest.raises(Failed) as wrong:
        program.create("Potentials", potentialname="B", closingdate="2030-01-01", related_to=f"11x{account.pk}",
                       sales_stage="Dreaming")  # fmt: skip
    assert "sales_stage" in wrong.value.message


def test_a_hundred_rows_take_few_queries(program: Service, company: Any) -> None:
    account = make("customers.Account")
    for _n in range(30):
        make("customers.Contact", account=account)
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert len(program.query("SELECT * FROM Contacts LIMIT 5;")) == 5
    with CaptureQueriesContext(connection) as many:
        assert len(program.query("SELECT * FROM Contacts;")) == 30
    assert len(many) == len(few) <= 17


def test_a_task_and_an_event_keep_day_and_hour(program: Service) -> None:
    deal = make("sales.Deal")
    task = program.create(
        "Calendar", subject="Telepon", activitytype="Task", date_start="2030-05-01", due_date="2030-05-02",
        time_start="09:00", taskstatus="Not Started", taskpriority="High", parent_id=f"13x{deal.pk}",
    )  # fmt: skip
    assert (task["due_date"], task["taskpriority"], task["parent_id"]) == (
        "2030-05-02",
        "High",
        f"13x{deal.pk}",
    )
    event = program.create("Events", subject="Rapat", activitytype="Meeting", eventstatus="Planned", date_start="2030-05-01",
                           time_start="03:00:00", due_date="2030-05-01", time_end="04:30:00")  # fmt: skip
    assert event["time_start"] == "03:00:00" and event["time_end"] == "04:30:00"
    moved = program.revise(id=event["id"], time_end="05:00")
    assert (moved["date_start"], moved["time_end"]) == ("2030-05-01", "05:00:00")
    found = program.query(
        "SELECT subject FROM Events WHERE date_start = '2030-05-01' AND time_start >= '03:00:00';"
    )
    assert [one["subject"] for one in found] == ["Rapat"]
    with pytest.raises(Failed) as wrong:
        program.create("Events", subject="Rapat", activitytype="Meeting")
    assert wrong.value.message == "date_start does not have a value"


def test_a_program_that_sends_back_what_it_read_changes_nothing(program: Service, company: Any) -> None:
    deal = make("sales.Deal", amount=5, owner=company.sales_a)
    version = again(deal).version
    told = program.retrieve(f"13x{deal.pk}")
    assert program.update(**told)["amount"] == "5.00000000"
    assert again(deal).version == version
