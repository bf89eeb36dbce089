"""What hangs together: related records, comments, files, tags, leads that become customers, and what changed since."""

from __future__ import annotations

import base64
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from relasi.engine.access.acting import acting
from relasi.engine.records.write import trash
from relasi.features.compat.sent_file import SentFile, forget_old_files
from tests.features.compat.client import Failed, Rest, Service
from tests.make import again, make


@pytest.fixture
def program(company: Any) -> Service:
    return Service(company.admin).signed_in()


@pytest.fixture
def rest(company: Any) -> Rest:
    return Rest(company.admin)


def refused(act: Any) -> Failed:
    with pytest.raises(Failed) as wrong:
        act()
    return wrong.value


def test_related_types_are_told_by_their_labels(program: Service) -> None:
    told = program.get("relatedtypes", elementType="Accounts")
    assert {"Contacts", "Potentials", "Sales Order", "Activities", "Documents", "ModComments"} <= told[
        "information"
    ].keys()
    assert told["information"]["Sales Order"] == {
        "name": "SalesOrder",
        "label": "Sales Order",
        "isEntity": "1",
    }
    assert "SalesOrder" in told["types"]


def test_related_records_are_read_by_label_and_narrowed_by_a_query(program: Service) -> None:
    account = make("customers.Account")
    mine = make("customers.Contact", last_name="Wati", account=account)
    make("customers.Contact", last_name="Lain")
    id = f"11x{account.pk}"
    for label in ("Contacts", "contacts", ""):
        found = program.get("retrieve_related", id=id, relatedType="Contacts", relatedLabel=label)
        assert [one["id"] for one in found] == [f"12x{mine.pk}"]
    for query in ("SELECT lastname FROM Contacts", "SELECT lastname FROM Contacts WHERE lastname LIKE 'W%';"):
        assert program.get("query_related", query=query, id=id, relatedLabel="Contacts") == [
            {"id": f"12x{mine.pk}", "lastname": "Wati"}
        ]
    wrong = refused(
        lambda: program.get("retrieve_related", id=id, relatedType="Contacts", relatedLabel="Nope")
    )
    assert (wrong.code, wrong.message) == ("UNKOWN_ENTITY", "Relation specified is incorrect")


def test_records_are_joined_and_parted(program: Service) -> None:
    account, contact, deal = make("customers.Account"), make("customers.Contact"), make("sales.Deal")
    told = program.post("add_related", sourceRecordId=f"11x{account.pk}", relatedRecordId=f"12x{contact.pk}",
                        relationIdLabel="anything")  # fmt: skip
    assert told == {"message": "successfull"} and again(contact).account_id == account.pk
    second = make("customers.Contact")
    program.post(
        "add_related", sourceRecordId=f"13x{deal.pk}", relatedRecordId=[f"12x{contact.pk}", f"12x{second.pk}"]
    )
    people = program.get(
        "retrieve_related", id=f"13x{deal.pk}", relatedType="Contacts", relatedLabel="Contacts"
    )
    assert {one["id"] for one in people} == {f"12x{contact.pk}", f"12x{second.pk}"}
    for one in (second, contact):
        assert program.post(
            "delete_related", sourceRecordId=f"13x{deal.pk}", relatedRecordId=f"12x{one.pk}"
        ) == {"status": "successful"}
    assert again(deal).contact_id is None
    wrong = refused(
        lambda: program.post(
            "delete_related", sourceRecordId=f"13x{deal.pk}", relatedRecordId=f"12x{contact.pk}"
        )
    )
    assert wrong.code == "UNKOWN_ENTITY"


def test_comments_are_written_read_and_answered(program: Service) -> None:
    account = make("customers.Account")
    first = program.create("ModComments", commentcontent="Halo", related_to=f"11x{account.pk}")
    answer = program.create(
        "ModComments", commentcontent="Ya", related_to=f"11x{account.pk}", parent_comments=first["id"]
    )
    assert answer["parent_comments"] == first["id"] and first["creator"].startswith("19x")
    found = program.query(f"SELECT commentcontent FROM ModComments WHERE related_to = '11x{account.pk}';")
    assert [one["commentcontent"] for one in found] == ["Halo", "Ya"]
    assert program.revise(id=first["id"], commentcontent="Hai")["commentcontent"] == "Hai"
    program.delete(answer["id"])
    assert (
        len(
            program.get("retrieve_related", id=f"11x{account.pk}", relatedType="ModComments", relatedLabel="")
        )
        == 1
    )
    assert (
        refused(lambda: program.create("ModComments", commentcontent="x", related_to="11x999")).code
        == "ACCESS_DENIED"
    )


def test_a_file_is_sent_related_and_read_back(company: Any) -> None:
    program = Service(company.admin, style="multipart").signed_in()
    account = make("customers.Account")
    element = {"notes_title": "Surat kuasa", "filename": "surat.txt", "filelocationtype": "I"}
    file = SimpleUploadedFile("surat.txt", b"Isi surat", "text/plain")
    made = program.post("create", elementType="Documents", element=element, filename=file)
    assert (
        made["notes_title"] == "Surat kuasa"
        and made["filename"] == "surat.txt"
        and made["folderid"] == "22x1"
    )
    assert program.retrieve(made["id"])["filesize"] == "9"
    assert refused(lambda: program.get("files_retrieve", id=made["id"])).code == "RECORD_NOT_FOUND"
    program.post("add_related", sourceRecordId=f"11x{account.pk}", relatedRecordId=made["id"])
    kept = program.retrieve(made["id"])
    assert kept["related_to"] == f"11x{account.pk}" and kept["notes_title"] == "Surat kuasa"
    for name in ("id", "file_id"):
        [told] = program.get("files_retrieve", **{name: kept["imageattachmentids"]})
        assert base64.b64decode(told["filecontents"]) == b"Isi surat" and told["filesize"] == 9
        assert (told["filename"], told["filetype"]) == ("surat.txt", "text/plain")
    listed = program.query(f"SELECT notes_title FROM Documents WHERE related_to = '11x{account.pk}';")
    assert [one["notes_title"] for one in listed] == ["Surat kuasa"]
    program.delete(made["id"])
    assert refused(lambda: program.retrieve(made["id"])).code == "ACCESS_DENIED"


def test_a_file_needs_its_bytes_and_one_without_a_record_is_forgotten(company: Any) -> None:
    program = Service(company.admin, style="multipart").signed_in()
    wrong = refused(lambda: program.create("Documents", notes_title="Kosong"))
    assert wrong.message == "filename does not have a value"
    made = program.post("create", elementType="Documents", element={"notes_title": "A"},
                        filename=SimpleUploadedFile("a.txt", b"a"))  # fmt: skip
    SentFile.objects.update(at=timezone.now() - timedelta(days=2))
    assert forget_old_files() == 1
    assert refused(lambda: program.retrieve(made["id"])).code == "ACCESS_DENIED"


def test_a_lead_becomes_a_customer_at_once_and_only_once(program: Service, company: Any) -> None:
    lead = make(
        "customers.Lead", first_name="Siti", last_name="Wati", company="PT Maju", email="siti@maju.example"
    )
    element = {
        "leadId": f"10x{lead.pk}", "assignedTo": f"19x{company.sales_a.pk}", "transferRelatedRecordsTo": "Contacts",
        "imageAttachmentId": "",
        "entities": {
            "Accounts": {"create": True, "name": "Accounts", "accountname": "PT Maju Jaya"},
            "Contacts": {"create": True, "name": "Contacts", "lastname": "Wati", "firstname": "Siti", "title": "Direktur"},
            "Potentials": {"create": True, "name": "Potentials", "potentialname": "Panel", "closingdate": "2030-01-01",
                           "sales_stage": "Qualification", "amount": "5000000"},
        },
    }  # fmt: skip
    made = program.post("convertlead", element=element)
    assert set(made) == {"Accounts", "Contacts", "Potentials"}
    assert program.retrieve(made["Accounts"])["accountname"] == "PT Maju Jaya"
    contact, deal = program.retrieve(made["Contacts"]), program.retrieve(made["Potentials"])
    assert contact["title"] == "Direktur" and contact["account_id"] == made["Accounts"]
    assert (deal["sales_stage"], deal["amount"]) == ("Qualification", "5000000.00000000")
    assert deal["assigned_user_id"] == f"19x{company.sales_a.pk}" and deal["related_to"] == made["Accounts"]
    wrong = refused(lambda: program.post("convertlead", element=element))
    assert (wrong.code, wrong.message) == ("LEAD_ALREADY_CONVERTED", "Lead is already converted")


def test_a_conversion_that_fails_leaves_nothing_behind(program: Service) -> None:
    lead = make("customers.Lead", last_name="Wati", company="PT Maju")
    deal = {"create": True, "name": "Potentials", "closingdate": "2030-01-01", "sales_stage": "Nowhere"}
    entities = {"Accounts": {"create": True, "name": "Accounts"}, "Potentials": deal}
    wrong = refused(
        lambda: program.post("convertlead", element={"leadId": f"10x{lead.pk}", "entities": entities})
    )
    assert "sales_stage" in wrong.message
    assert program.query("SELECT count(*) FROM Accounts;") == program.query(
        "SELECT count(*) FROM Potentials;"
    )
    assert program.query("SELECT count(*) FROM Accounts;") == [{"count": "0"}]
    assert again(lead).status != "converted"
    alone = {"Potentials": {"create": True, "closingdate": "2030-01-01"}}
    wrong = refused(
        lambda: program.post("convertlead", element={"leadId": f"10x{lead.pk}", "entities": alone})
    )
    assert wrong.code == "INVALID_POTENTIAL_FOR_CONVERTLEAD"


def test_sync_tells_what_changed_and_what_was_deleted(program: Service, company: Any) -> None:
    before = int(time.time()) - 5
    kept = make("customers.Contact", last_name="Tetap", owner=company.admin)
    gone = make("customers.Contact", last_name="Hilang", owner=company.admin)
    make("customers.Contact", last_name="Orang lain", owner=company.sales_a)
    with acting(company.admin):
        trash(type(gone), [gone.pk])
    told = program.get("sync", modifiedTime=str(before), elementType="Contacts")
    assert [one["id"] for one in told["updated"]] == [f"12x{kept.pk}"]
    assert told["deleted"] == [f"12x{gone.pk}"] and told["more"] is False
    assert isinstance(told["lastModifiedTime"], int) and told["lastModifiedTime"] >= before
    everything = program.get("sync", modifiedTime=str(before), syncType="application")
    assert len([one for one in everything["updated"] if one["id"].startswith("12x")]) == 2
    assert (
        program.get("sync", modifiedTime=str(int(time.time()) + 60), elementType="Contacts")["updated"] == []
    )
    assert refused(lambda: program.get("sync", modifiedTime="yesterday")).code == "ACCESS_DENIED"


def test_sync_pages_leave_nothing_out(program: Service, company: Any) -> None:
    from tests.make import put

    start = timezone.now().replace(microsecond=0) - timedelta(hours=1)
    ids = set()
    for n in range(130):
        lead = put(make("customers.Lead", owner=company.admin))
        type(lead)._base_manager.filter(pk=lead.pk).update(
            changed_at=start + timedelta(seconds=n // 3, milliseconds=n)
        )
        ids.add(f"10x{lead.pk}")
    since, seen, pages = int(start.timestamp()), [], 0
    while True:
        told = program.get("sync", modifiedTime=str(since), elementType="Leads")
        seen += [one["id"] for one in told["updated"]]
        since, pages = told["lastModifiedTime"], pages + 1
        if not told["more"]:
            break
    assert set(seen) == ids and len(seen) == len(ids) and pages == 2


def test_somebody_who_is_no_admin_may_not_sync_everything(company: Any) -> None:
    program = Service(company.sales_a).signed_in()
    assert (
        refused(lambda: program.get("sync", modifiedTime="0", syncType="application")).code == "ACCESS_DENIED"
    )
    assert program.get("sync", modifiedTime="0", syncType="userandgroup")["more"] is False


def test_tags_are_put_read_and_taken_off(rest: Rest) -> None:
    id = f"11x{make('customers.Account').pk}"
    assert rest.post("tags_add", id=id, tags=["Penting", "Baru"])["tags"] == ["Baru", "Penting"]
    assert (
        rest.get("tags_retrieve", id=id) == rest.post("tags_retrieve", id=id) == {"tags": ["Baru", "Penting"]}
    )
    assert rest.retrieve(id)["tags"] == "Baru,Penting"
    assert rest.post("tags_delete", id=id, tags=["baru"], delete_all="0")["tags"] == ["Penting"]
    assert rest.post("tags_delete", id=id, delete_all="1") == {"tags": []}


def test_a_person_is_looked_up_by_phone_or_mail(rest: Rest) -> None:
    contact = make("customers.Contact", mobile="0812-3456-7890", email="wati@contoh.id")
    for type, value in (("phone", "+62 812 3456 7890"), ("email", "WATI@contoh.id")):
        found = rest.get("lookup", type=type, value=value, searchIn={"Contacts": ["mobile", "email"]})
        assert [one["id"] for one in found] == [f"12x{contact.pk}"]
    assert rest.get("lookup", type="email", value="nobody@contoh.id") == []


def test_the_tree_of_companies_and_who_asks(rest: Rest, company: Any) -> None:
    top = make("customers.Account", name="Induk")
    child = make("customers.Account", name="Anak", parent=top)
    make("customers.Account", name="Cucu", parent=child)
    found = rest.get("get_account_hierarchy", id=f"11x{child.pk}")
    assert [(one["accountname"], one["level"]) for one in found] == [
        ("Induk", "0"),
        ("Anak", "1"),
        ("Cucu", "2"),
    ]
    told = rest.get("me")
    assert told["user_name"] == company.admin.username and told["email1"] == company.admin.email


def test_a_closed_deal_is_opened_again(rest: Rest) -> None:
    deal = make("sales.Deal")
    id = f"13x{deal.pk}"
    assert refused(lambda: rest.post("reopen", id=id)).code == "OPERATION_NOT_SUPPORTED"
    rest.revise(id=id, sales_stage="Closed Won")
    assert rest.post("reopen", id=id)["sales_stage"] == "Prospecting"
