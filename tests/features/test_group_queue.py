"""The group queue: what belongs to a group waits there, and one press makes it one's own; of two at once one has it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.door import visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.query.listing import Listing
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import trash, update
from relasi.modules.customers.lead import Lead
from tests.commits import real_commits
from tests.company import found_company
from tests.make import again, make
from tests.modules.refused import refused
from tests.people import make_group, set_mode, signed_in


def queue(user: Any, asked: str = "") -> str:
    return signed_in(user).get(f"/queue/{asked}").content.decode()


def press(user: Any, record: Any) -> Any:
    return signed_in(user).post("/queue/take/", {"id": record.pk}, follow=True)


@pytest.fixture
def group(company: Any) -> Any:
    return make_group("Penjualan Jakarta", company.sales_a, company.sales_b)


def waiting(name: str, group: Any, **values: Any) -> Any:
    with acting(SYSTEM):
        return make("customers.Lead", last_name=name, owner=group, **values)


def test_open_records_of_my_groups_wait_the_oldest_first(company: Any, group: Any):
    one, other = waiting("Wati", group), waiting("Budi", group)
    waiting("Selesai", group, status="lost", lost_reason="other")
    with acting(SYSTEM):
        make("customers.Lead", last_name="Punya Andi", owner=company.sales_a)
        trash(Lead, [waiting("Terhapus", group).pk])
    page = queue(company.sales_a)
    assert page.index(one.last_name) < page.index(other.last_name)
    assert all(name not in page for name in ("Selesai", "Punya Andi", "Terhapus"))
    assert "Penjualan Jakarta" in page


def test_one_press_makes_it_mine_and_an_undo_gives_it_back(company: Any, group: Any):
    lead = waiting("Wati", group)
    answer = press(company.sales_a, lead)
    assert (again(lead).owner_id, answer.redirect_chain[-1][0]) == (company.sales_a.pk, f"/leads/{lead.pk}/")
    assert "Wati" not in queue(company.sales_b)
    row = ChangeRow.objects.filter(record_id=lead.pk, kind="u").latest("id")
    assert (row.before["owner_id"], row.change_set.user_id) == (group.pk, company.sales_a.pk)
    with acting(company.sales_a):
        revert(ChangeSet.objects.get(pk=row.change_set_id))
    assert again(lead).owner_id == group.pk


def test_who_comes_second_is_told_who_took_it_even_where_it_is_out_of_sight_now(company: Any, group: Any):
    set_mode("customers.lead", "private")
    lead = waiting("Wati", group)
    press(company.sales_a, lead)
    version, rows = again(lead).version, ChangeRow.objects.count()
    with acting(company.sales_b):
        assert not visible_to(company.sales_b, Lead).filter(pk=lead.pk).exists()
    assert f"{company.sales_a} sudah mengambil" in press(company.sales_b, lead).content.decode()
    assert (again(lead).version, ChangeRow.objects.count()) == (version, rows)


def test_a_stranger_takes_nothing_and_hears_nothing(company: Any, group: Any):
    set_mode("customers.lead", "private")
    outside = company.hire("Citra", "Sales A")
    lead = waiting("Wati", group)
    assert signed_in(outside).post("/queue/take/", {"id": lead.pk}).status_code == 404
    make_group("Lain", outside)
    told = press(outside, lead).content.decode()
    assert "Wati" not in told and "Penjualan Jakarta" not in told
    assert again(lead).owner_id == group.pk


def test_what_is_in_the_bin_or_mine_already_is_not_taken(company: Any, group: Any):
    lead, gone = waiting("Wati", group), waiting("Budi", group)
    with acting(SYSTEM):
        trash(Lead, [gone.pk])
    with acting(company.sales_a):
        lead.take()
        assert refused(lead.take) == [("owner", "INVALID_TRANSITION")]
        assert refused(gone.take) == [("", "NOT_FOUND")]
    assert signed_in(company.sales_a).post("/queue/take/", {"id": gone.pk}).status_code == 404


def test_who_may_not_change_the_owner_has_no_button_and_takes_nothing(company: Any, group: Any):
    company.profile("Lihat", fields={"customers.lead": {"owner": "read"}})
    company.open_role("Magang", under="Manajer", profile=company.profiles["Lihat"])
    trainee = company.hire("Tono", "Magang")
    team = make_group("Magang bersama", trainee)
    lead = waiting("Wati", team)
    page = queue(trainee)
    assert "Wati" in page and 'action="/queue/take/"' not in page
    press(trainee, lead)
    assert again(lead).owner_id == team.pk


def test_the_page_of_a_record_of_a_group_offers_to_take_it(company: Any, group: Any):
    lead = waiting("Wati", group)
    client = signed_in(company.sales_a)
    address = f"/leads/{lead.pk}/"
    assert f"{address}do/take/" in client.get(address).content.decode()
    client.post(f"{address}do/take/")
    assert again(lead).owner_id == company.sales_a.pk
    assert f"{address}do/take/" not in client.get(address).content.decode()


def test_lists_can_ask_for_what_belongs_to_my_groups(company: Any, group: Any):
    lead = waiting("Wati", group)
    with acting(company.sales_a):
        make("customers.Lead")
        listing = Listing(
            registry.of(Lead),
            company.sales_a,
            condition={"field": "owner", "op": "my_groups"},
            columns=["owner"],
        )
        assert [row.pk for row in listing.page().rows] == [lead.pk]


def test_several_groups_are_looked_at_one_by_one(company: Any, group: Any):
    other = make_group("Dukungan", company.sales_a)
    waiting("Wati", group)
    waiting("Budi", other)
    page = queue(company.sales_a, f"?group={other.pk}")
    assert "Budi" in page and "Wati" not in page
    assert "Wati" not in queue(company.sales_a, f"?group={make_group('Asing', company.manager).pk}")


def test_who_is_in_no_group_has_an_empty_queue_and_no_way_to_it(company: Any, group: Any):
    waiting("Wati", group)
    page = queue(company.manager)
    assert "Wati" not in page and 'href="/queue/"' not in page


def test_of_two_at_the_same_moment_one_takes_it_and_the_other_hears_who(
    django_db_setup: None, django_db_blocker: Any
):
    with django_db_blocker.unblock(), real_commits():
        company = found_company()
        group = make_group("Bersama", company.sales_a, company.sales_b)
        for _round in range(5):
            lead = waiting("Wati", group)
            people = [company.sales_a, company.sales_b]
            start = Barrier(2)

            def run(user: Any, lead: Any = lead, start: Any = start) -> Any:
                try:
                    with acting(user):
                        start.wait(60)
                        return lead.take().owner_id
                except Refused as late:
                    return str(late.refusals[0].message)
                finally:
                    connection.close()

            with ThreadPoolExecutor(2) as pool:
                told = [future.result(timeout=60) for future in [pool.submit(run, one) for one in people]]
            winner = again(lead).owner_id
            assert winner in told and winner in (one.pk for one in people)
            name = next(str(one) for one in people if one.pk == winner)
            assert next(one for one in told if one != winner).startswith(name)
            with acting(SYSTEM):
                update(lead, {"owner": group.pk})
