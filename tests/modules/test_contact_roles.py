"""Contact role: the acceptance checks of its specification, and what follows from them."""

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.query.listing import Listing
from relasi.engine.records.merge import merge
from relasi.engine.records.write import Refused, restore, trash, update
from relasi.modules.sales.buying_role import BuyingRole
from relasi.modules.sales.contact_role import ContactRole
from relasi.modules.sales.pipeline import Stage
from tests.make import again, make
from tests.modules.refused import refused

pytestmark = pytest.mark.usefixtures("as_admin")


def role(name):
    return BuyingRole._base_manager.get(name_en=name)


def stage(name):
    return Stage._base_manager.get(name_en=name)


def add(deal, name, contact=None, **values):
    contact = contact or make("customers.Contact")
    return make("sales.ContactRole", deal=deal, contact=contact, role=role(name), **values)


def primary(deal):
    return again(deal).contact_id


@pytest.fixture
def deal():
    return make("sales.Deal", amount=600_000_000)


def test_the_same_contact_is_not_added_twice(deal):
    first = add(deal, "Gatekeeper")
    again_ = {"deal": deal, "contact": first.contact_id, "role": role("Decision maker")}
    assert refused(make, "sales.ContactRole", **again_) == [("contact", "NOT_UNIQUE")]
    assert str(update(first, {"role": role("Decision maker").pk}).role) == "Pengambil keputusan"
    assert ContactRole.objects.filter(deal=deal).count() == 1


def test_a_contact_has_another_role_in_another_deal(deal):
    contact = add(deal, "Gatekeeper").contact
    assert add(make("sales.Deal"), "Decision maker", contact).pk


def test_the_first_contact_becomes_primary_and_another_takes_its_place(deal):
    first, second = add(deal, "Gatekeeper"), add(deal, "Decision maker")
    assert primary(deal) == first.contact_id
    assert (again(first).is_primary, again(second).is_primary) == (True, False)
    again(second).make_primary()
    assert primary(deal) == second.contact_id
    assert [row.is_primary for row in ContactRole.objects.filter(deal=deal).order_by("pk")] == [False, True]


def test_exactly_one_role_is_primary_in_lists_too(company, deal):
    add(deal, "Gatekeeper"), add(deal, "Decision maker")
    module = registry.module("sales.ContactRole")
    condition = {"field": "is_primary", "op": "is", "value": True}
    assert len(Listing(module, company.admin, condition, ["contact", "role", "is_primary"]).page().rows) == 1


def test_removing_the_primary_contact_promotes_the_oldest_remaining(deal):
    first, second, third = add(deal, "Gatekeeper"), add(deal, "Decision maker"), add(deal, "Other")
    trash(ContactRole, [first.pk])
    assert primary(deal) == second.contact_id
    trash(ContactRole, [second.pk, third.pk])
    assert primary(deal) is None
    restore(ContactRole, [third.pk])
    assert primary(deal) == third.contact_id


def test_a_deal_without_an_account_keeps_its_last_contact():
    deal = make("sales.Deal", contact=make("customers.Contact"))
    [only] = ContactRole.objects.filter(deal=deal)
    assert refused(trash, ContactRole, [only.pk]) == [("", "REQUIRED")]
    assert primary(deal) == only.contact_id


def test_the_contact_of_a_deal_has_a_role_until_somebody_says_more():
    contact = make("customers.Contact")
    deal = make("sales.Deal", contact=contact)
    [row] = ContactRole.objects.filter(deal=deal)
    assert (row.contact_id, str(row.role), row.is_primary) == (contact.pk, "Lainnya", True)
    other = make("customers.Contact")
    update(again(deal), {"contact": other.pk})
    assert {r.contact_id for r in ContactRole.objects.filter(deal=deal)} == {contact.pk, other.pk}


def gate(kind="hard"):
    values = {
        "required_roles": [role("Decision maker").pk],
        "role_gate": kind,
        "roles_from_amount": 500_000_000,
    }
    update(stage("Negotiation"), values)


def test_the_gate_asks_for_a_decision_maker(deal):
    gate()
    with pytest.raises(Refused) as caught:
        update(deal, {"stage": stage("Negotiation").pk})
    [refusal] = caught.value.refusals
    assert (refusal.field, refusal.code) == ("stage", "INVALID_TRANSITION")
    assert "Pengambil keputusan" in str(refusal.message)
    assert str(again(deal).stage) == "Prospek Baru"
    add(deal, "Decision maker")
    assert update(again(deal), {"stage": stage("Negotiation").pk}).probability == 80


def test_the_gate_holds_beyond_its_stage_and_above_its_amount(deal):
    gate()
    assert refused(deal.win) == [("stage", "INVALID_TRANSITION")]
    small = make("sales.Deal", amount=499_999_999)
    assert small.win().status == "won"


def test_a_gate_that_only_warns_lets_pass_and_says_what_is_missing(deal):
    gate("warning")
    moved = update(deal, {"stage": stage("Negotiation").pk})
    assert moved.missing_roles == "Pengambil keputusan"
    add(deal, "Decision maker")
    assert again(deal).missing_roles == ""


@pytest.mark.parametrize(
    ("roles", "score"),
    [
        (["Decision maker", "Technical influencer", "Gatekeeper"], 60),
        (
            [
                "Decision maker",
                "Budget approver",
                "Business influencer",
                "Technical influencer",
                "Project manager",
            ],
            100,
        ),
        ([], 0),
    ],
)
def test_authority_is_the_sum_of_the_points(deal, roles, score):
    for name in roles:
        add(deal, name)
    assert again(deal).authority_score == score


def test_an_opponent_brings_no_authority(deal):
    row = add(deal, "Decision maker", stance="opponent")
    assert again(deal).authority_score == 0
    update(row, {"stance": "supporter"})
    assert again(deal).authority_score == 40
    trash(ContactRole, [row.pk])
    assert again(deal).authority_score == 0
    restore(ContactRole, [row.pk])
    assert again(deal).authority_score == 40


def test_changed_points_weigh_the_deals_anew(deal):
    add(deal, "Decision maker")
    update(role("Decision maker"), {"points": 50})
    assert again(deal).authority_score == 50


def test_deals_without_a_decision_maker_can_be_listed(company, deal):
    add(deal, "Gatekeeper")
    decided = make("sales.Deal", amount=700_000_000)
    add(decided, "Decision maker")
    make("sales.Deal", amount=5)
    condition = {"all": [
        {"field": "amount", "op": "gt", "value": 500_000_000},
        {"field": "buying_roles", "op": "none", "value": [role("Decision maker").pk]},
    ]}  # fmt: skip
    rows = Listing(registry.module("sales.Deal"), company.admin, condition, ["name"]).page().rows
    assert [row.pk for row in rows] == [deal.pk]


def test_a_role_in_use_is_deleted_only_with_a_replacement(deal):
    for _n in range(12):
        add(deal, "Other")
    other, user = role("Other"), role("Business user")
    assert refused(trash, BuyingRole, [other.pk]) == [("replaced_by", "REQUIRED")]
    assert refused(other.replace) == [("replaced_by", "REQUIRED")]
    other.replace(replaced_by=user.pk)
    assert ContactRole.objects.filter(deal=deal, role=user).count() == 12
    assert again(other).trashed_at is not None


def test_a_consultant_of_another_account_is_marked():
    account = make("customers.Account")
    deal = make("sales.Deal", account=account)
    ours = add(deal, "Business user", make("customers.Contact", account=account))
    theirs = add(deal, "Technical influencer", make("customers.Contact", account=make("customers.Account")))
    assert (ours.outside, theirs.outside) == (False, True)


def test_roles_are_seen_and_changed_by_whoever_sees_and_changes_the_deal(company):
    with acting(company.sales_a):
        deal = make("sales.Deal")
        mine = add(deal, "Decision maker")
    with acting(company.sales_b):
        assert not ContactRole.objects.exists()
        contact = make("customers.Contact")
        assert ("deal", "BAD_REFERENCE") in refused(add, deal, "Other", contact)
        assert refused(update, mine, {"influence": 5}) == [("", "NOT_FOUND")]
    with acting(company.manager):
        assert update(mine, {"influence": 5}).influence == 5


def test_a_deleted_deal_takes_its_roles_out_of_sight(deal):
    row = add(deal, "Decision maker")
    trash(type(deal), [deal.pk])
    assert not ContactRole.objects.filter(contact=row.contact_id).exists()
    restore(type(deal), [deal.pk])
    assert ContactRole.objects.filter(contact=row.contact_id).exists()


def test_influence_goes_from_one_to_five(deal):
    assert refused(add, deal, "Other", influence=6) == [("influence", "OUT_OF_RANGE")]


def test_merged_contacts_stand_once_in_each_deal():
    kept, gone, other = (make("customers.Contact") for _n in range(3))
    both, one = make("sales.Deal", contact=other), make("sales.Deal", contact=gone)
    for contact in (kept, gone):
        add(both, "Decision maker", contact)
    merge(registry.module("customers.Contact"), kept.pk, [gone.pk], {})
    living = ContactRole.objects.filter(contact__in=[kept.pk, gone.pk])
    assert sorted(living.values_list("deal_id", "contact_id")) == sorted(
        [(both.pk, kept.pk), (one.pk, kept.pk)]
    )
    assert (again(both).contact_id, again(one).contact_id) == (other.pk, kept.pk)
