"""Settings that have one row: their address shows it, whether it is stored or not, and saving goes back there."""

from __future__ import annotations

from typing import Any

import pytest

from relasi.engine.declare.registry import registry
from tests.make import make
from tests.people import signed_in

SETTINGS = [module for module in registry if module.has_one_row]


def test_there_are_some() -> None:
    assert {"stock-settings", "purchase-settings", "subscription-settings"} <= {one.slug for one in SETTINGS}


@pytest.mark.parametrize("module", SETTINGS, ids=lambda module: module.slug)
def test_the_address_is_the_form_before_and_after_the_row_is_stored(company: Any, module: Any) -> None:
    client, home = signed_in(company.admin), f"/{module.slug}/"
    page = client.get(home).content.decode()
    assert f'action="{home}new/"' in page and 'href="/settings/"' in page
    assert not module.model._base_manager.exists()
    row = make(module.key)
    page = client.get(home).content.decode()
    assert f'action="{home}{row.pk}/edit/"' in page and f'href="{home}{row.pk}/"' in page


def test_saving_stores_the_row_once_and_goes_back(company: Any) -> None:
    client, home = signed_in(company.admin), "/subscription-settings/"
    for amount in ("5.000.000", "7.000.000"):
        page = client.get(home).content.decode()
        action = page.partition('<form method="post" action="')[2].partition('"')[0]
        version = page.partition('name="version" value="')[2].partition('"')[0]
        answer = client.post(action, {"second_person_above": amount, "version": version})
        assert (answer.status_code, answer["Location"]) == (302, home)
    (row,) = registry.module("subscribing.SubscriptionSettings").model._base_manager.all()
    assert row.second_person_above == 7_000_000


def test_bad_input_keeps_what_was_typed_and_stores_nothing(company: Any) -> None:
    client, home = signed_in(company.admin), "/subscription-settings/"
    answer = client.post(f"{home}new/", {"second_person_above": "lima juta"})
    assert answer.status_code == 422 and "lima juta" in answer.content.decode()
    assert not registry.module("subscribing.SubscriptionSettings").model._base_manager.exists()
