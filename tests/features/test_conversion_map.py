"""Conversion map: the admin says where the fields of a lead go, those the company added too."""

from __future__ import annotations

import re
from typing import Any

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.access.directory import directory
from relasi.engine.customize.custom_field import CustomField
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, trash, update
from relasi.modules.customers.conversion_map import ConversionField, field_map
from tests.make import again, make
from tests.modules.refused import refused
from tests.people import signed_in

CLOSE = "2030-03-31"


@pytest.fixture
def lead(company: Any) -> Any:
    with acting(company.admin):
        return make("customers.Lead", last_name="Budi", company="PT Maju", website="maju.co.id", rating="active",
                    email="budi@maju.co.id", employees=12)  # fmt: skip


def send(becomes: str, source: str, target: str) -> Any:
    return create(ConversionField, {"becomes": becomes, "source": source, "target": target})


def add_custom(module: str, name: str, **more: Any) -> str:
    field = create(CustomField, {"module": module, "kind": "text", "name": name, **more})
    directory()
    return field.key


@pytest.mark.usefixtures("as_admin")
def test_a_field_goes_where_the_company_sends_it(lead: Any) -> None:
    send("account", "email", "email")
    send("account", "rating", "")
    account = lead.convert(deal_name="ERP", expected_close=CLOSE).account
    assert (account.name, account.email, account.rating, account.employees) == (
        "PT Maju", "budi@maju.co.id", None, 12,
    )  # fmt: skip


def test_custom_fields_of_one_key_go_along_and_others_where_they_are_sent(company: Any) -> None:
    with acting(company.admin):
        shared = add_custom("customers.lead", "Wilayah")
        assert add_custom("sales.deal", "Wilayah") == shared
        told, heard = add_custom("customers.lead", "Kabar"), add_custom("customers.contact", "Dengar dari")
        send("contact", told, heard)
    with acting(company.admin):
        lead = make("customers.Lead", last_name="Sari", company="CV Laut", **{shared: "Timur", told: "radio"})
        deal = lead.convert(deal_name="Kapal", expected_close=CLOSE)
    assert getattr(again(deal), shared) == "Timur"
    assert getattr(again(deal.contact), heard) == "radio"


@pytest.mark.usefixtures("as_admin")
def test_what_somebody_may_not_fill_in_stays_on_the_lead(company: Any, lead: Any) -> None:
    update(company.profiles["Jual"], {"fields": {"customers.account": {"employees": "read"}}})
    with acting(company.sales_a):
        mine = make("customers.Lead", last_name="Tono", company="PT Baru", employees=7)
        account = mine.convert(deal_name="Baru", expected_close=CLOSE).account
    assert (again(account).employees, again(mine).employees) == (None, 7)


@pytest.mark.usefixtures("as_admin")
def test_what_somebody_may_not_see_on_the_lead_is_not_told_by_what_it_becomes(company: Any) -> None:
    lead = make("customers.Lead", last_name="Tono", company="PT Baru", mobile="081234567890", expected_value=75_000_000,
                owner=company.sales_a)  # fmt: skip
    hidden = {"customers.lead": {"mobile": "hidden", "expected_value": "hidden"}}
    update(company.profiles["Jual"], {"fields": hidden})
    with acting(company.sales_a):
        deal = again(lead).convert(deal_name="Baru", expected_close=CLOSE)
    assert (again(deal).amount, again(deal.contact).mobile) == (None, None)
    assert (again(lead).mobile, again(lead).expected_value) == ("+6281234567890", 75_000_000)


@pytest.mark.usefixtures("as_admin")
@pytest.mark.parametrize(
    ("source", "target"),
    [("email", "phone"), ("email", "number"), ("created_at", "description"), ("status", "type"), ("nothing", "email"),
     ("company", "name")],
)  # fmt: skip
def test_fields_of_another_kind_and_those_of_the_product_are_refused(source: str, target: str) -> None:
    (refusal,) = refused(send, "account", source, target)
    assert refusal[1] == "INVALID_VALUE"
    assert not ConversionField._base_manager.exists()


@pytest.mark.usefixtures("as_admin")
def test_a_map_that_names_a_field_that_is_gone_is_passed_over(lead: Any) -> None:
    key = add_custom("customers.lead", "Sebentar")
    other = add_custom("customers.contact", "Sebentar juga")
    send("contact", key, other)
    trash(CustomField, list(CustomField._base_manager.filter(key=other).values_list("pk", flat=True)))
    directory()
    assert key not in field_map("contact")
    assert lead.convert(deal_name="ERP", expected_close=CLOSE).contact.email == "budi@maju.co.id"


def test_the_table_shows_saves_and_takes_back(company: Any, lead: Any) -> None:
    client = signed_in(company.admin)
    before = client.get("/settings/conversion/")
    assert before.status_code == 200
    given = _chosen(before)
    assert (given["contact-email"], given["account-email"]) == ("email", "")
    answer = client.post("/settings/conversion/", {**given, "account-email": "email", "deal-next_step": ""})
    assert answer.status_code == 302
    rows = ConversionField._base_manager.filter(trashed_at=None)
    assert {(r.becomes, r.source, r.target) for r in rows} == {
        ("account", "email", "email"), ("deal", "next_step", None),
    }  # fmt: skip
    assert _chosen(client.get("/settings/conversion/"))["account-email"] == "email"
    assert client.post("/settings/conversion/", given).status_code == 302
    assert not ConversionField._base_manager.filter(trashed_at=None).exists()
    with acting(company.admin):
        revert(ChangeSet.objects.latest("pk"))
    assert field_map("account")["email"] == "email"


def test_two_fields_that_fill_in_one_are_refused_and_nothing_chosen_is_lost(company: Any) -> None:
    client = signed_in(company.admin)
    given = _chosen(client.get("/settings/conversion/"))
    answer = client.post(
        "/settings/conversion/", {**given, "contact-email": "secondary_email", "deal-need": ""}
    )
    assert answer.status_code == 422
    chosen = _chosen(answer)
    assert (chosen["contact-email"], chosen["deal-need"]) == ("secondary_email", "")
    assert not ConversionField._base_manager.exists()
    answer = client.post("/settings/conversion/", {**given, "contact-email": "birthdate"})
    assert answer.status_code == 422
    assert not ConversionField._base_manager.exists()


def _chosen(answer: Any) -> dict[str, str]:
    """Name -> value of every select of the page."""
    found = {}
    for name, body in re.findall(
        r'<select[^>]* name="([a-z]+-[^"]+)".*?>(.*?)</select>', answer.content.decode(), re.S
    ):
        picked = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = picked.group(1) if picked else ""
    return found
