"""Lists of values that came with the product, as an admin wants them."""

from __future__ import annotations

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.access.directory import directory
from relasi.engine.customize.choice_list import ChoiceList, ListValue
from relasi.engine.declare.registry import registry
from relasi.engine.fields.choice import open_lists
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Refused, create, trash, update
from relasi.engine.transfer.target import targets_of
from tests.make import again, make
from tests.people import signed_in

HOLDERS = ("customers.lead", "customers.contact", "sales.deal")


@pytest.fixture
def sources(company):
    with acting(company.admin):
        found = create(ChoiceList, {"list": "lead_source"})
    close_change_set()
    directory()
    return found


def kind(label="customers.lead", name="lead_source"):
    return kind_of(registry.module(label).fields[name])


def value(name):
    return ListValue._base_manager.get(name=name, trashed_at=None)


def test_it_begins_with_the_values_of_the_code(company, sources):
    declared = open_lists()["lead_source"].declared
    rows = list(ListValue._base_manager.order_by("position"))
    assert [row.key for row in rows] == [option.key for option in declared]
    assert [option.key for option in kind().options] == [option.key for option in declared]
    assert all(row.declared for row in rows)


def test_another_name_tone_and_order_hold_in_every_module_that_has_the_list(company, sources):
    row = ListValue._base_manager.get(key="partner")
    with acting(company.admin):
        update(row, {"name": "Rekanan", "name_en": "Associate", "tone": "ungu", "position": 0})
    directory()
    for label in HOLDERS:
        assert kind(label).options[0].key == "partner"
        assert kind(label).parse("rekanan") == kind(label).parse("Associate") == "partner"
        assert 'data-tone="ungu"' in kind(label).cell("partner")


def test_an_added_value_is_written_filtered_imported_and_undone(company, sources):
    with acting(company.admin) as stretch:
        sources.add_values("Pameran Jakarta")
    directory()
    with acting(company.sales_a):
        lead = make("customers.Lead", lead_source="Pameran Jakarta")
        assert lead.lead_source == "pameran_jakarta"
        assert targets_of(registry.module("customers.lead"), company.sales_a)["lead_source"].kind.parse(
            "pameran jakarta"
        )
    close_change_set()
    page = signed_in(company.sales_a).get("/leads/new/").content.decode()
    assert "Pameran Jakarta" in page
    with acting(company.admin):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    directory()
    assert "pameran_jakarta" not in kind().by_key


def test_a_value_that_came_with_the_product_is_turned_off_and_replaced_but_not_deleted(company, sources):
    with acting(company.sales_a):
        lead = make("customers.Lead", lead_source="partner")
        deal = make("sales.Deal", lead_source="partner")
    partner, employee = (ListValue._base_manager.get(key=key) for key in ("partner", "employee"))
    with acting(company.admin):
        with pytest.raises(Refused):
            trash(ListValue, [partner.pk])
        partner.replace(employee.pk)
    directory()
    assert {again(lead).lead_source, again(deal).lead_source} == {"employee"}
    assert "partner" not in [option.key for option in kind().choosable(None)]
    assert kind().show("partner")


def test_an_added_value_that_is_used_goes_only_when_it_is_replaced(company, sources):
    with acting(company.admin):
        sources.add_values("Pameran Bandung")
    directory()
    with acting(company.sales_a):
        lead = make("customers.Lead", lead_source="Pameran Bandung")
    with acting(company.admin):
        for model, row in ((ListValue, value("Pameran Bandung")), (ChoiceList, sources)):
            with pytest.raises(Refused):
                trash(model, [row.pk])
        value("Pameran Bandung").replace(ListValue._base_manager.get(key="employee").pk)
    assert again(lead).lead_source == "employee"
    assert not ListValue._base_manager.filter(name="Pameran Bandung", trashed_at=None).exists()


def test_a_deleted_list_is_as_it_came(company, sources):
    with acting(company.admin):
        update(ListValue._base_manager.get(key="partner"), {"name": "Rekanan"})
        trash(ChoiceList, [sources.pk])
    directory()
    assert kind().options == open_lists()["lead_source"].declared
    assert "Rekanan" not in kind().show("partner")


def test_a_value_new_records_begin_with_stays_on(company):
    with acting(company.admin):
        create(ChoiceList, {"list": "event_type"})
        meeting = ListValue._base_manager.get(key="meeting")
        with pytest.raises(Refused):
            update(meeting, {"active": False})
        with pytest.raises(Refused):
            meeting.replace(ListValue._base_manager.exclude(key="meeting").first().pk)


def test_a_list_that_rules_ask_for_cannot_be_changed(company):
    with acting(company.admin), pytest.raises(Refused) as refused:
        create(ChoiceList, {"list": "lead_status"})
    assert refused.value.by_field().keys() == {"list"}


def test_a_list_is_changed_once(company, sources):
    with acting(company.admin), pytest.raises(Refused):
        create(ChoiceList, {"list": "lead_source"})
