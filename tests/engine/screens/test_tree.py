"""Tree: records of one module above and below one another, as far as the person may see."""

from __future__ import annotations

from html import unescape
from typing import Any

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import trash
from relasi.modules.customers.account import Account
from tests.make import make
from tests.people import set_mode, signed_in


def family(company: Any) -> dict[str, Account]:
    """Holding > Alfa > Alfa Anak, and Holding > Beta; Beta is Sari's alone."""
    with acting(company.admin):
        a, b = company.sales_a.pk, company.sales_b.pk
        found = {"top": make("customers.Account", name="Holding", annual_revenue=10, owner=a)}
        found["one"] = make("customers.Account", name="Alfa", annual_revenue=5, parent=found["top"], owner=a)
        found["leaf"] = make(
            "customers.Account", name="Alfa Anak", annual_revenue=2, parent=found["one"], owner=a
        )
        found["other"] = make(
            "customers.Account", name="Beta", annual_revenue=7, parent=found["top"], owner=b
        )
    close_change_set()
    return found


def test_from_anywhere_in_it_the_whole_tree_is_shown_with_the_sums_of_each(company: Any) -> None:
    records = family(company)
    client = signed_in(company.admin)
    for record in records.values():
        page = unescape(client.get(f"/accounts/{record.pk}/tree/").content.decode()).replace("\xa0", " ")
        tree = page[page.index('class="tree"') :]
        places = [tree.index(f">{name}<") for name in ("Holding", "Alfa", "Alfa Anak", "Beta")]
        assert places == sorted(places)
        assert "Rp 24" in tree and "Rp 7" in tree
        assert tree.count('aria-current="true"') == 1
        assert f">{record.name}<" in tree[tree.index('aria-current="true"') :][:400]


def test_what_may_not_be_seen_stands_there_by_its_number_alone(company: Any) -> None:
    records = family(company)
    set_mode("customers.account", "private")
    page = signed_in(company.sales_a).get(f"/accounts/{records['leaf'].pk}/tree/").content.decode()
    assert "Holding" in page and "Beta" not in page and records["other"].number in page
    assert f"/accounts/{records['other'].pk}/" not in page
    assert signed_in(company.sales_a).get(f"/accounts/{records['other'].pk}/tree/").status_code == 404


def test_a_deleted_one_is_in_no_tree_and_people_who_report_to_one_another_have_one_too(company: Any) -> None:
    records = family(company)
    with acting(company.admin):
        trash(Account, [records["other"].pk])
        boss = make("customers.Contact", last_name="Ratna", title="Direktur")
        make("customers.Contact", last_name="Joko", reports_to=boss)
    close_change_set()
    client = signed_in(company.admin)
    assert "Beta" not in client.get(f"/accounts/{records['top'].pk}/tree/").content.decode()
    page = client.get(f"/contacts/{boss.pk}/tree/").content.decode()
    assert "Ratna" in page and "Direktur" in page and "Joko" in page
    assert f'href="/contacts/{boss.pk}/tree/"' in client.get(f"/contacts/{boss.pk}/").content.decode()
    lead = make("customers.Lead", owner=company.sales_a)
    assert client.get(f"/leads/{lead.pk}/tree/").status_code == 404
