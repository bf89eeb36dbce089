"""Duplicates: found by a look at all records, decided by whoever may see both."""

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.double_pair import DoublePair, open_pairs
from relasi.engine.records.merge import merge
from relasi.features.duplicates.scan import modules, scan
from relasi.kits.parties import doubles_scan
from tests.fingerprint import unchanged
from tests.make import make


def look():
    with acting(SYSTEM, via="system"):
        return {module.key: scan(module) for module in modules()}


def pairs(user, label="customers.Account"):
    with acting(user):
        return [(p.one_id, p.other_id) for p in open_pairs(user, registry.module(label))]


@pytest.fixture
def twins(company):
    """Two companies of one name, of different owners; and one of another name."""
    with acting(company.admin):
        one = make("customers.Account", name="PT Maju Jaya Tbk", owner=company.sales_a.pk)
        other = make("customers.Account", name="Maju Jaya, PT.", owner=company.sales_b.pk)
        make("customers.Account", name="CV Sumber Rejeki", owner=company.sales_a.pk)
    return one, other


def test_the_same_company_written_otherwise_is_found(company, twins):
    assert look()["customers.account"] == 1
    assert pairs(company.admin) == [(twins[0].pk, twins[1].pk)]
    assert look()["customers.account"] == 1  # looking twice finds nothing twice
    assert DoublePair.objects.count() == 1


def test_people_and_leads_are_compared_too(company, twins):
    with acting(company.admin):
        for label in ("customers.Contact", "customers.Lead"):
            make(label, first_name="Budi", last_name="Santoso", mobile="081234567890")
            make(label, first_name="Budi", last_name="Santosa", mobile="+62 812 3456 7890")
    found = look()
    assert (found["customers.contact"], found["customers.lead"]) == (1, 1)


def test_above_a_size_only_records_that_share_a_key_are_compared(company, twins, monkeypatch):
    monkeypatch.setattr(doubles_scan, "ALL_UP_TO", 1)
    assert look()["customers.account"] == 1


def test_a_pair_is_shown_to_who_may_see_both(company, twins):
    look()
    assert pairs(company.sales_a) == []
    assert len(pairs(company.manager)) == 1


def test_a_merged_pair_waits_no_longer(company, twins):
    look()
    with acting(company.admin):
        merge(registry.module("customers.Account"), twins[0].pk, [twins[1].pk], {})
    assert pairs(company.admin) == []


def test_the_page_leads_to_the_comparison(company, twins, client):
    look()
    client.force_login(company.admin)
    text = client.get("/duplicates/").content.decode()
    assert f"/accounts/merge/?id={twins[0].pk}&amp;id={twins[1].pk}" in text
    assert "nama perusahaan sama" in text


def test_told_apart_they_are_not_asked_about_again(company, twins, client):
    look()
    pair = DoublePair.objects.get()
    client.force_login(company.admin)
    client.post(f"/duplicates/{pair.pk}/dismiss/")
    assert pairs(company.admin) == []
    look()
    assert pairs(company.admin) == []


def test_who_may_not_merge_or_see_both_finds_nothing(company, twins, client):
    look()
    pair = DoublePair.objects.get()
    client.force_login(company.sales_a)
    with unchanged():
        assert client.get("/duplicates/").status_code == 404
        assert client.post(f"/duplicates/{pair.pk}/dismiss/").status_code == 404
        assert client.post("/duplicates/look/").status_code == 404


def test_an_admin_starts_a_look_once(company, client):
    client.force_login(company.admin)
    for _time in range(2):
        assert client.post("/duplicates/look/").status_code == 302
