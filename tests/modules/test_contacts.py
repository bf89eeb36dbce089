"""Contact: the acceptance checks of its specification, and what follows from them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from relasi.engine.access.acting import acting
from relasi.engine.query.search import search
from relasi.engine.records.doubles_rule import DoublesRule
from relasi.engine.records.write import Refused, create, trash, update
from relasi.modules.customers.consent import Consent
from relasi.modules.customers.contact import Contact
from relasi.modules.customers.file_rows import from_full_name, tidy_person
from relasi.modules.customers.stage_history import ContactStage
from tests.make import again, make
from tests.modules.refused import refused

pytestmark = pytest.mark.usefixtures("as_admin")


@pytest.mark.parametrize(
    "written", ["0812-3456-7890", "+62 812 3456 7890", "62812 34567890", "(0812) 34567890"]
)
def test_one_number_is_one_number_however_it_is_written(company, written):
    contact = make("customers.Contact", mobile=written)
    assert contact.mobile == "+6281234567890"
    for typed in ("81234567890", "0812-3456-7890", "+6281234567890"):
        assert [hit.id for hit in search(company.admin, typed)] == [contact.pk]


def test_a_single_name_person_is_saved():
    contact = make("customers.Contact", last_name="Suharto")
    assert (contact.first_name, str(contact)) == (None, "Suharto")


def test_a_contact_without_a_last_name_is_refused():
    assert refused(create, Contact, {"first_name": "Ratna"}) == [("last_name", "REQUIRED")]


def test_a_second_contact_with_the_same_email_is_warned_of():
    first = make("customers.Contact", email="ratna@maju.co.id")
    with pytest.raises(Refused) as caught:
        create(Contact, {"last_name": "Ratna", "email": "Ratna@maju.co.id"})
    assert (caught.value.status, caught.value.refusals[0].more["matches"]) == (409, [first.pk])
    assert create(Contact, {"last_name": "Ratna", "email": "ratna@maju.co.id"}, confirmed=["double"]).pk


def test_doubles_can_be_refused_altogether():
    create(DoublesRule, {"module": "customers.contact", "answer": "block"})
    make("customers.Contact", email="ratna@maju.co.id")
    for confirmed in ([], ["double"]):
        with pytest.raises(Refused) as caught:
            create(Contact, {"last_name": "R", "email": "ratna@maju.co.id"}, confirmed=confirmed)
        assert caught.value.status == 409
    assert Contact.objects.filter(email="ratna@maju.co.id").count() == 1


def test_doubles_can_be_allowed():
    create(DoublesRule, {"module": "customers.contact", "answer": "allow"})
    make("customers.Contact", email="ratna@maju.co.id")
    assert create(Contact, {"last_name": "R", "email": "ratna@maju.co.id"}).pk


@pytest.mark.parametrize(
    "name", [("Budi", "Santoso"), ("Budhi", "Santosa"), ("Santoso", "Budi"), ("Bpk. Budi", "Santoso")]
)
def test_the_same_name_in_the_same_account_is_a_double(name):
    account = make("customers.Account")
    first = make("customers.Contact", first_name="Budi", last_name="Santoso", account=account)
    values = {"first_name": name[0], "last_name": name[1]}
    with pytest.raises(Refused) as caught:
        create(Contact, {**values, "account": account.pk})
    assert caught.value.refusals[0].more["matches"] == [first.pk]
    assert create(Contact, {**values, "account": make("customers.Account").pk}).pk


def test_a_shared_office_number_makes_no_doubles():
    make("customers.Contact", office_phone="021-5551234")
    assert create(Contact, {"last_name": "Lain", "office_phone": "021-5551234"}).pk


def test_nobody_reports_to_himself():
    a = make("customers.Contact")
    b = make("customers.Contact", reports_to=a)
    assert refused(update, a, {"reports_to": b.pk}) == [("reports_to", "INVALID_VALUE")]
    assert again(a).reports_to_id is None


def test_support_cannot_end_before_it_begins():
    dates = {"support_start": "2026-05-02", "support_end": "2026-05-01"}
    assert refused(make, "customers.Contact", **dates) == [("support_end", "INVALID_VALUE")]
    assert make("customers.Contact", support_start="2026-05-02", support_end="2026-05-02").pk


def test_a_new_deal_makes_its_contact_an_opportunity_and_a_won_one_a_customer():
    contact = make("customers.Contact")
    deal = make("sales.Deal", contact=contact)
    assert again(contact).lifecycle_stage == "opportunity"
    deal.win()
    assert again(contact).lifecycle_stage == "customer"
    make("sales.Deal", contact=contact)
    assert again(contact).lifecycle_stage == "customer"


def test_going_back_needs_a_reason():
    contact = make("customers.Contact", lifecycle_stage="customer")
    assert refused(update, contact, {"lifecycle_stage": "lead"}) == [("stage_reason", "REQUIRED")]
    contact = update(contact, {"lifecycle_stage": "lead", "stage_reason": "Salah catat"})
    assert contact.lifecycle_stage == "lead"


def test_every_move_is_dated_with_person_and_reason(company):
    contact = make("customers.Contact")
    contact = contact.set_stage(lifecycle_stage="sql")
    contact.set_stage(lifecycle_stage="lead", stage_reason="Belum siap")
    moves = list(ContactStage.objects.filter(contact=contact).order_by("pk"))
    assert [(m.before, m.after, m.reason, m.user_id) for m in moves] == [
        ("lead", "sql", None, company.admin.pk),
        ("sql", "lead", "Belum siap", company.admin.pk),
    ]
    assert moves[0].days == 0


def test_the_history_of_stages_cannot_be_written_by_hand():
    contact = make("customers.Contact")
    values = {"contact": contact.pk, "after": "sql"}
    assert ("", "NO_PERMISSION") in refused(create, ContactStage, values)


def test_a_status_belongs_to_its_stage():
    contact = make("customers.Contact", lifecycle_stage="lead", status="hot")
    assert refused(update, contact, {"status": "regular"}) == [("status", "INVALID_VALUE")]
    assert update(contact, {"lifecycle_stage": "customer"}).status is None


def test_deleting_a_contact_with_open_deals_asks():
    contact = make("customers.Contact")
    make("sales.Deal", contact=contact)
    assert refused(trash, Contact, [contact.pk]) == [("", "INVALID_TRANSITION")]
    trash(Contact, [contact.pk], confirmed=["trash"])
    assert again(contact).trashed_at is not None


def test_a_withdrawn_consent_is_kept_and_no_longer_stands():
    contact = make("customers.Contact")
    consent = make("customers.Consent", contact=contact, channel="webform")
    assert consent.standing
    consent.withdraw()
    assert not again(consent).standing
    before = timezone.now() - timedelta(days=1)
    assert refused(update, consent, {"withdrawn_at": before}) == [("withdrawn_at", "OUT_OF_RANGE")]
    assert Consent.objects.filter(contact=contact).count() == 1


def test_a_colleague_may_not_be_made_to_see_a_contact_by_its_parts(company):
    with acting(company.sales_a):
        contact = make("customers.Contact")
        make("customers.Consent", contact=contact)
    with acting(company.sales_b):
        assert not Consent.objects.exists()
    with acting(company.manager):
        assert Consent.objects.count() == 1


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Bpk. Made Lubis", ("Bapak", "Made", "Lubis")),
        ("Suharto", ("", "", "Suharto")),
        ("Lubis, Made", ("", "Made", "Lubis")),
        ("Ibu Ratna Sari, S.T.", ("Ibu", "Ratna", "Sari, S.T.")),
    ],
)
def test_a_whole_name_in_one_cell_is_taken_apart(written, read):
    texts = from_full_name(written)
    assert (texts["salutation"], texts["first_name"], texts["last_name"]) == read


@pytest.mark.parametrize(
    ("row", "read"),
    [
        ({"first_name": "Made", "last_name": "Lubis"}, {"first_name": "Made", "last_name": "Lubis"}),
        ({"first_name": "Bapak Made", "last_name": "Lubis"},
         {"salutation": "Bapak", "first_name": "Made", "last_name": "Lubis"}),
        ({"first_name": "Hj. Dimas"}, {"last_name": "Hj. Dimas"}),
        ({"first_name": "Suharto"}, {"last_name": "Suharto"}),
        ({"email": "x@y.id"}, {"email": "x@y.id"}),
    ],
)  # fmt: skip
def test_the_names_of_a_file_row_are_set_to_rights(row, read):
    tidy_person(row)
    assert row == read
