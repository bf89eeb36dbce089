"""Records of the product that a group receives: what is closed is given to nobody."""

from __future__ import annotations

from typing import Any

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.assigning.deciding import is_closed
from relasi.engine.assigning.note import AssignmentNote
from relasi.engine.assigning.rule import AssignmentRule
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create, update
from tests.make import again, make
from tests.people import make_group


@pytest.fixture
def group(company: Any) -> Any:
    found = make_group("Penjualan Jakarta", company.sales_a, company.sales_b)
    for module in ("sales.deal", "customers.lead"):
        members = [{"user": company.sales_a.pk}, {"user": company.sales_b.pk}]
        with acting(SYSTEM):
            create(
                AssignmentRule, {"name": "Bergilir", "module": module, "group": found.pk, "members": members}
            )
    directory()
    return found


def test_a_deal_saved_as_won_for_a_group_is_given_to_nobody(company: Any, group: Any) -> None:
    with acting(company.admin):
        open_one = make("sales.Deal", owner=group)
        won = make("sales.Deal", owner=company.admin)
        update(won, {"status": "won", "amount": "1000000"}, authorised="a test needs it so")
        update(won, {"owner": group.pk}, authorised="a test needs it so")
    assert again(open_one).owner_id == company.sales_a.pk
    assert again(won).owner_id == group.pk
    assert AssignmentNote.objects.get(record=won.pk).result == "closed"


def test_leads_a_group_receives_go_around(company: Any, group: Any) -> None:
    with acting(company.admin, via="api"):
        found = [make("customers.Lead", owner=group) for _n in range(3)]
    assert [again(one).owner_id for one in found] == [
        company.sales_a.pk,
        company.sales_b.pk,
        company.sales_a.pk,
    ]


def test_every_module_can_say_in_memory_what_is_closed(company: Any) -> None:
    with acting(company.admin):
        assert all(is_closed(module, module.model()) in (True, False) for module in registry.records)
