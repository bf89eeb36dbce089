"""A module the company does not use is nowhere, for the admin neither, and keeps its records."""

from __future__ import annotations

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.access.door import may
from relasi.engine.access.sharing_rule import ModuleSharing
from relasi.engine.declare.registry import registry
from relasi.engine.query.search import search
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Refused, create
from tests.engine.api.program import Program
from tests.make import again, make
from tests.people import signed_in


@pytest.fixture
def lead(company):
    with acting(company.sales_a):
        found = make("customers.Lead", last_name="Zamrud")
    close_change_set()
    return found


def switch(company, key, way):
    answer = signed_in(company.admin).post(f"/settings/modules/{key}/{way}/")
    close_change_set()
    return answer


def test_a_module_that_is_off_is_nowhere_and_comes_back_whole(company, lead):
    assert switch(company, "customers.lead", "off").status_code == 302
    for person in (company.admin, company.sales_a):
        client = signed_in(person)
        assert 'href="/leads/"' not in client.get("/contacts/").content.decode()
        for address in ("/leads/", f"/leads/{lead.pk}/", "/leads/new/", "/import/leads/", f"/r/{lead.pk}/"):
            assert client.get(address).status_code in (403, 404), address
        with acting(person):
            assert not search(person, "zamrud")
    assert Program(company.sales_a).get("leads").status_code in (403, 404)
    with acting(company.sales_a), pytest.raises(Refused):
        make("customers.Lead")
    assert switch(company, "customers.lead", "on").status_code == 302
    assert "Zamrud" in signed_in(company.sales_a).get("/leads/").content.decode()
    assert again(lead).version == lead.version


def test_parts_of_its_records_go_with_it(company):
    switch(company, "sales.deal", "off")
    with acting(company.admin):
        assert not may(company.admin, "view", registry.module("sales.contactrole"))


def test_what_others_must_refer_to_is_not_turned_off_before_them(company):
    answer = switch(company, "customers.account", "off")
    needing = [
        one for one in registry.records
        if one.whole is None and any(
            f.related_model is registry.module("customers.account").model and not f.null and f.editable
            for f in one.fields.values() if f.is_relation
        )
    ]  # fmt: skip
    assert (answer.status_code == 422) == bool(needing)
    assert not needing or str(needing[0].plural) in answer.content.decode()


def test_turning_off_is_undone(company, lead):
    with acting(company.admin) as stretch:
        create(ModuleSharing, {"module": "customers.lead", "active": False})
    with acting(company.admin):
        assert not may(company.admin, "view", registry.of(lead))
    with acting(company.admin):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    with acting(company.admin):
        assert may(company.admin, "view", registry.of(lead))


def test_only_admins_turn_modules_off(company):
    client = signed_in(company.sales_a)
    assert client.get("/settings/modules/").status_code == 404
    assert client.post("/settings/modules/customers.lead/off/").status_code == 404
    assert signed_in(company.admin).post("/settings/modules/users.user/off/").status_code == 404
