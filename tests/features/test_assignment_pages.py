"""The settings of assignment rules as an admin uses them."""

from __future__ import annotations

from typing import Any

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.assigning.rule import AssignmentRule
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import update
from tests.fingerprint import unchanged
from tests.make import again, make
from tests.people import make_group, signed_in

HOME = "/settings/assignment/"


@pytest.fixture
def group(company: Any) -> Any:
    found = make_group("Prospek Jakarta", company.sales_a, company.sales_b)
    close_change_set()
    return found


def sent(company: Any, group: Any, **more: Any) -> dict[str, Any]:
    """What the form sends: Bayu before Andi, both taking part."""
    first, second = company.sales_b.pk, company.sales_a.pk
    return {
        "module": "customers.lead", "group": group.pk, "name": "Bergilir", "mode": "round_robin", "by_field": "",
        "fallback": "group", "condition": "", "open_condition": "", "active": "1", "save": "1",
        "item": [first, second], "member": [first, second], f"weight-{first}": "1", f"weight-{second}": "3",
        f"skills-{second}": "Jakarta, Bogor", **more,
    }  # fmt: skip


def test_an_admin_makes_a_rule_and_the_next_leads_follow_it(company: Any, group: Any) -> None:
    client = signed_in(company.admin)
    assert "Prospek Jakarta" in client.get(f"{HOME}new/").content.decode()
    form = client.get(f"{HOME}new/?module=customers.lead&group={group.pk}").content.decode()
    assert "Andi" in form and "Bayu" in form
    assert client.post(f"{HOME}new/", sent(company, group)).headers["Location"] == HOME
    close_change_set()
    rule = AssignmentRule._base_manager.get()
    assert [row["user"] for row in rule.members] == [company.sales_b.pk, company.sales_a.pk]
    assert rule.members[1]["skills"] == ["Jakarta", "Bogor"] and rule.members[1]["weight"] == 3
    with acting(company.admin):
        leads = [make("customers.Lead", owner=group) for _n in range(3)]
    close_change_set()
    assert [again(one).owner_id for one in leads] == [
        company.sales_b.pk,
        company.sales_a.pk,
        company.sales_b.pk,
    ]
    assert client.get(f"{HOME}log/").content.decode().count("Bergilir") == 3
    page = client.get(f"{HOME}{rule.pk}/").content.decode()
    assert page.index("1. Andi") < page.index("2. Bayu")
    told = client.get(f"{HOME}who/?number={again(leads[0]).number}").content.decode()
    assert "Andi" in told and "Prospek Jakarta" in told


@pytest.mark.parametrize(("more", "text"), [
    ({"member": []}, "paling sedikit satu anggota"),
    ({"weight": "banyak"}, "bukan bilangan bulat"),
    ({"mode": "skill"}, "Pilih bidang yang menyatakan"),
    ({"name": ""}, "Ini wajib diisi"),
])  # fmt: skip
def test_a_refused_form_comes_back_with_what_was_typed_and_changes_nothing(
    company: Any, group: Any, more: dict[str, Any], text: str
) -> None:
    body = sent(company, group, **{k: v for k, v in more.items() if k != "weight"})
    if "weight" in more:
        body[f"weight-{company.sales_b.pk}"] = more["weight"]
    client = signed_in(company.admin)
    with unchanged():
        answer = client.post(f"{HOME}new/", body)
    page = answer.content.decode()
    assert answer.status_code == 422 and text in page
    assert "Jakarta, Bogor" in page


def test_order_deleting_and_sharing_out_what_waits(company: Any, group: Any) -> None:
    client = signed_in(company.admin)
    with acting(company.admin):
        lead = make("customers.Lead", owner=group)
    close_change_set()
    client.post(f"{HOME}new/", sent(company, group))
    client.post(f"{HOME}new/", sent(company, group, module="sales.deal", name="Peluang"))
    close_change_set()
    first, second = AssignmentRule._base_manager.order_by("position")
    client.post(f"{HOME}{second.pk}/move/up/")
    assert [one.name for one in AssignmentRule._base_manager.order_by("position")] == ["Peluang", "Bergilir"]
    client.post(f"{HOME}{first.pk}/distribute/")
    assert again(lead).owner_id == company.sales_b.pk
    client.post(f"{HOME}{first.pk}/delete/")
    assert again(first).trashed_at is not None


def test_a_posted_version_that_is_old_is_refused(company: Any, group: Any) -> None:
    client = signed_in(company.admin)
    client.post(f"{HOME}new/", sent(company, group))
    close_change_set()
    rule = AssignmentRule._base_manager.get()
    with acting(SYSTEM):
        update(rule, {"name": "Lain"})
    close_change_set()
    answer = client.post(f"{HOME}{rule.pk}/", sent(company, group, version=rule.version - 1))
    assert answer.status_code == 409 and again(rule).name == "Lain"
