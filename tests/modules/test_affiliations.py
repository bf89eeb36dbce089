"""Affiliations: a contact works with several companies, one of which is the main one."""

from __future__ import annotations

from typing import Any

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.merge import merge
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, update
from relasi.modules.customers.affiliation import Affiliation
from tests.make import again, make
from tests.modules.refused import refused
from tests.people import set_mode, signed_in

pytestmark = pytest.mark.usefixtures("as_admin")


def person() -> tuple[Any, Any, Any]:
    """A contact of a main company, and another company."""
    main = make("customers.Account", name="PT Utama")
    return make("customers.Contact", last_name="Ratna", account=main, title="Direktur"), main, make(
        "customers.Account", name="PT Kedua")  # fmt: skip


def living(contact: Any) -> set[tuple[int, str | None]]:
    rows = Affiliation._base_manager.filter(contact=contact, trashed_at=None)
    return set(rows.values_list("account", "title"))


def test_a_contact_stands_on_the_page_of_every_company(company: Any):
    contact, main, other = person()
    make("customers.Affiliation", contact=contact, account=other, title="Komisaris")
    client = signed_in(company.admin)
    assert "Komisaris" in client.get(f"/accounts/{other.pk}/").content.decode()
    assert "PT Kedua" in client.get(f"/contacts/{contact.pk}/").content.decode()
    assert (again(contact).account_id, living(contact)) == (main.pk, {(other.pk, "Komisaris")})


def test_no_company_stands_twice():
    contact, main, other = person()
    make("customers.Affiliation", contact=contact, account=other)
    again_ = {"contact": contact.pk, "account": other.pk}
    assert [code for _field, code in refused(create, Affiliation, again_)] == ["NOT_UNIQUE"]
    assert refused(create, Affiliation, {"contact": contact.pk, "account": main.pk}) == [
        ("account", "NOT_UNIQUE")
    ]
    assert living(contact) == {(other.pk, None)}


def test_another_company_becomes_the_main_one_and_they_change_places():
    contact, main, other = person()
    one = make("customers.Affiliation", contact=contact, account=other, title="Komisaris")
    close_change_set()
    with acting(SYSTEM) as stretch:
        one.make_main()
    contact = again(contact)
    assert (contact.account_id, contact.title, living(contact)) == (
        other.pk,
        "Komisaris",
        {(main.pk, "Direktur")},
    )
    close_change_set()
    revert(ChangeSet.objects.get(pk=stretch.change_set))
    contact = again(contact)
    assert (contact.account_id, contact.title, living(contact)) == (
        main.pk,
        "Direktur",
        {(other.pk, "Komisaris")},
    )


def test_without_a_main_company_it_just_becomes_that():
    contact, other = make("customers.Contact"), make("customers.Account")
    one = make("customers.Affiliation", contact=contact, account=other)
    one.make_main()
    assert (again(contact).account_id, living(contact)) == (other.pk, set())


def test_a_main_company_chosen_by_hand_is_no_further_one_any_more():
    contact, _main, other = person()
    make("customers.Affiliation", contact=contact, account=other)
    update(contact, {"account": other.pk})
    assert living(contact) == set()


def test_who_may_not_change_the_contact_changes_no_company_of_it(company: Any):
    contact, main, other = person()
    with acting(SYSTEM):
        update(contact, {"owner": company.sales_a.pk})
    one = make("customers.Affiliation", contact=contact, account=other)
    set_mode("customers.contact", "public_read")
    with acting(company.sales_b):
        assert [code for _field, code in refused(again(one).make_main)] == ["NO_PERMISSION"]
    assert (again(contact).account_id, living(contact)) == (main.pk, {(other.pk, None)})


def test_merged_contacts_have_each_company_once():
    contact, _main, other = person()
    twin = make("customers.Contact", last_name="Ratna S")
    for one in (contact, twin):
        make("customers.Affiliation", contact=one, account=other)
    merge(registry.module("customers.Contact"), contact.pk, [twin.pk], {})
    assert living(contact) == {(other.pk, None)}


def test_a_further_company_that_becomes_one_with_the_main_company_is_none_any_more():
    contact, main, other = person()
    make("customers.Affiliation", contact=contact, account=other)
    merge(registry.module("customers.Account"), main.pk, [other.pk], {})
    assert (again(contact).account_id, living(contact)) == (main.pk, set())
