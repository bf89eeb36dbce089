"""Lead: its status, and what a conversion makes of it or leaves as it was."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from relasi.engine.access.acting import acting
from relasi.engine.activity.attachment import Attachment, attach
from relasi.engine.activity.comment import say
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.write import Refused, create, update
from relasi.kits.pipeline.days import today
from relasi.modules.customers.account import Account
from relasi.modules.customers.consent import Consent
from relasi.modules.customers.contact import Contact
from relasi.modules.customers.lead import Lead
from tests.make import again, make, put
from tests.modules.refused import refused

pytestmark = pytest.mark.usefixtures("as_admin")

CLOSE = "2030-03-31"


@pytest.fixture
def lead(company):
    """As one act of its own, as in the product, where each request is one."""
    with acting(company.admin):
        return make(
            "customers.Lead", first_name="Budi", last_name="Santoso", company="PT Maju", mobile="081234567890",
            email="budi@maju.co.id", lead_source="trade_show", need="Gudang baru", title="Manajer",
        )  # fmt: skip


def counted():
    return {
        module.key: module.model._base_manager.filter(trashed_at=None).count() for module in registry.records
    }


def deals():
    return registry.module("sales.Deal").model._base_manager.filter(trashed_at=None)


def test_a_lead_becomes_account_contact_and_deal_linked_to_both(lead):
    deal = lead.convert(deal_name="ERP", expected_close=CLOSE, amount=75_000_000)
    assert (str(deal.account), str(deal.contact)) == ("PT Maju", "Budi Santoso")
    assert deal.contact.account_id == deal.account_id
    assert (deal.name, deal.amount, deal.lead_source, deal.need) == (
        "ERP",
        75_000_000,
        "trade_show",
        "Gudang baru",
    )
    assert (deal.contact.mobile, deal.contact.title) == ("+6281234567890", "Manajer")
    lead = again(lead)
    assert (lead.status, lead.stage) == ("converted", "opportunity")
    assert (lead.converted_account_id, lead.converted_contact_id, lead.converted_deal_id) == (
        deal.account_id, deal.contact_id, deal.pk,
    )  # fmt: skip
    assert (deal.source, deal.owner_id) == ("conversion", lead.owner_id)


def test_a_company_of_the_same_name_is_used_again(lead):
    there = make("customers.Account", name="Maju, PT")
    assert lead.convert(expected_close=CLOSE).account_id == there.pk
    assert Account.objects.count() == 1


def test_a_second_conversion_is_refused_and_makes_nothing(lead):
    lead.convert(expected_close=CLOSE)
    before = counted()
    assert refused(lead.convert, expected_close=CLOSE) == [("", "INVALID_TRANSITION")]
    assert counted() == before


def test_a_deal_alone_is_refused(lead):
    plan = {"with_account": False, "with_contact": False, "with_deal": True, "expected_close": CLOSE}
    assert refused(lead.convert, **plan) == [("with_account", "REQUIRED")]
    assert not deals().exists()


def test_a_deal_that_cannot_be_made_leaves_nothing_behind(lead):
    before, index = counted(), RecordIndex.objects.count()
    assert refused(lead.convert) == [("expected_close", "REQUIRED")]
    assert refused(lead.convert, expected_close=CLOSE, amount=-1) == [("amount", "OUT_OF_RANGE")]
    # The account and the contact have been made by then.
    lost = registry.module("sales.Stage").model._base_manager.get(outcome="lost")
    assert refused(lead.convert, expected_close=CLOSE, stage=lost.pk) == [("lost_reason", "REQUIRED")]
    assert (counted(), RecordIndex.objects.count()) == (before, index)
    assert again(lead).status == "new"


def test_a_close_date_in_the_past_must_be_confirmed(lead):
    past = today() - timedelta(days=1)
    assert refused(lead.convert, expected_close=past) == [("expected_close", "OUT_OF_RANGE")]
    assert lead.convert(expected_close=past, confirmed=["past_close"]).expected_close == past


def test_the_same_person_is_known_by_mobile_number_however_it_is_written(lead):
    with pytest.raises(Refused) as caught:
        create(Lead, {"last_name": "B. Santoso", "mobile": "+62 812-3456-7890"})
    assert caught.value.refusals[0].more["matches"] == [lead.pk]


def test_the_same_name_in_the_same_company_is_a_double(lead):
    with pytest.raises(Refused) as caught:
        create(Lead, {"first_name": "Budi", "last_name": "Santoso", "company": "Maju, PT"})
    assert caught.value.refusals[0].more["matches"] == [lead.pk]
    assert create(Lead, {"first_name": "Budi", "last_name": "Santoso", "company": "CV Lain"}).pk


def test_the_plan_offers_the_contact_found_by_email_or_mobile(lead):
    contact = make("customers.Contact", mobile="0812 3456 7890")
    plan = lead.conversion_plan()
    assert (plan.contact, plan.account, plan.deal_name) == (contact, None, "PT Maju – Budi Santoso")
    deal = lead.convert(contact=contact.pk, expected_close=CLOSE)
    assert deal.contact_id == contact.pk
    assert Contact.objects.count() == 1


def test_the_plan_offers_the_open_deal_of_a_known_contact(lead):
    contact = make("customers.Contact", email="budi@maju.co.id")
    deal = make("sales.Deal", contact=contact)
    assert lead.conversion_plan().deal == deal
    assert lead.convert(contact=contact.pk, deal=deal.pk).pk == deal.pk
    assert deals().count() == 1


def test_a_lead_can_become_a_contact_alone(lead):
    contact = lead.convert(with_account="", with_deal="0")
    assert (contact.account_id, again(lead).status, again(lead).stage) == (None, "converted", "lead")
    assert not Account.objects.exists() and not deals().exists()


def test_a_private_person_becomes_an_account_with_one_contact():
    lead = make("customers.Lead", first_name="Sri", last_name="Wahyuni", email="sri@example.co.id")
    deal = lead.convert(expected_close=CLOSE)
    assert (deal.account.kind, str(deal.account)) == ("person", "Sri Wahyuni")
    assert list(Contact.objects.all()) == [deal.contact]


def test_the_consent_of_a_lead_goes_to_its_contact():
    lead = make(
        "customers.Lead", consent_purpose="Buletin", consent_at="2026-05-01 10:00", consent_channel="webform"
    )
    contact = lead.convert(with_deal=False)
    consent = Consent.objects.get(contact=contact)
    assert (consent.purpose, consent.proof, consent.channel) == ("marketing", "Buletin", "webform")


def test_a_converted_lead_is_read_only_for_everybody(lead):
    lead.convert(expected_close=CLOSE)
    assert refused(update, lead, {"title": "Direktur"}) == [("", "CLOSED_RECORD")]
    assert refused(update, lead, {"status": "new"}) == [("", "CLOSED_RECORD")]


def test_nobody_sets_the_status_converted_by_hand(lead):
    assert refused(update, lead, {"status": "converted"}) == [("status", "INVALID_TRANSITION")]


@pytest.mark.parametrize("status", ["lost", "junk"])
def test_giving_a_lead_up_needs_a_reason_and_can_be_taken_back(lead, status):
    assert refused(update, lead, {"status": status}) == [("lost_reason", "REQUIRED")]
    lead = update(lead, {"status": status, "lost_reason": "no_reply"})
    assert refused(lead.convert, expected_close=CLOSE) == [("", "INVALID_TRANSITION")]
    lead = update(lead, {"status": "warm"})
    assert lead.lost_reason is None


def test_converting_needs_the_right_to_convert(company):
    profile = company.profile("Tanpa konversi")
    company.open_role("Magang", under="Manajer", profile=profile)
    intern = company.hire("Citra", "Magang")
    with acting(intern):
        lead = make("customers.Lead")
        assert refused(lead.convert, expected_close=CLOSE) == [("", "NO_PERMISSION")]
    assert not deals().exists()


def test_a_hidden_company_of_the_same_name_is_not_told_of(company):
    with acting(company.sales_a):
        make("customers.Account", name="PT Maju")
    with acting(company.sales_b):
        mine = make("customers.Lead", company="PT Maju")
        assert mine.conversion_plan().account is None
        assert mine.convert(expected_close=CLOSE).account.owner_id == company.sales_b.pk


def test_an_admin_undoes_a_conversion_within_a_day(lead):
    before = counted()
    lead.convert(expected_close=CLOSE)
    lead = again(lead).undo_conversion()
    assert (lead.status, lead.stage, lead.converted_at, lead.converted_deal_id) == ("new", "lead", None, None)
    assert counted() == before
    assert lead.convert(expected_close=CLOSE).pk


def test_a_conversion_is_not_undone_once_something_it_made_was_changed(company, lead):
    deal = lead.convert(expected_close=CLOSE)
    with acting(company.admin):
        update(deal, {"amount": 5})
    assert refused(again(lead).undo_conversion) == [("", "INVALID_TRANSITION")]
    assert again(lead).status == "converted"


def test_a_conversion_is_not_undone_after_a_day_nor_by_others(company, lead):
    lead.convert(expected_close=CLOSE)
    with acting(company.director):
        assert refused(again(lead).undo_conversion) == [("", "NO_PERMISSION")]
    put(lead, converted_at=timezone.now() - timedelta(hours=25))
    assert refused(again(lead).undo_conversion) == [("", "INVALID_TRANSITION")]


def test_a_won_deal_makes_the_lead_it_came_from_a_customer(lead):
    lead.convert(expected_close=CLOSE).win()
    assert again(lead).stage == "customer"


def test_calls_files_and_comments_go_to_the_contact_and_come_back_by_an_undo(lead, company):
    calls = [make("agenda.Event", type="call", lead=lead) for _n in range(3)]
    other = make("customers.Contact")
    named = make("agenda.Task", lead=lead, contact=other)
    attach(lead.pk, [SimpleUploadedFile(f"{n}.txt", f"isi {n}".encode()) for n in range(2)])
    with acting(company.sales_a):
        said = say(make("customers.Lead", owner=company.sales_a).pk, "Milik prospek lain")
    own = say(lead.pk, "Minta katalog")
    close_change_set()
    deal = lead.convert(deal_name="ERP", expected_close=CLOSE)
    contact = deal.contact
    assert {(again(call).contact_id, again(call).account_id, again(call).lead_id) for call in calls} == {
        (contact.pk, contact.account_id, lead.pk)
    }
    assert (again(named).contact_id, again(named).account_id) == (other.pk, contact.account_id)
    assert Attachment._base_manager.filter(record=contact.pk, trashed_at=None).count() == 2
    assert (again(own).record_id, again(said).record_id != contact.pk) == (contact.pk, True)
    close_change_set()
    again(lead).undo_conversion()
    assert {(again(call).contact_id, again(call).account_id) for call in calls} == {(None, None)}
    assert Attachment._base_manager.filter(record=lead.pk, trashed_at=None).count() == 2
    assert again(own).record_id == lead.pk
