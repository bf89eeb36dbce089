"""Birthdays: owners are told on the day, and of whom."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.delivery import deliver
from relasi.engine.activity.notification import News
from relasi.engine.records.write import trash
from relasi.modules.customers.birthdays import tell_of_birthdays
from relasi.modules.customers.contact import Contact
from tests.make import make
from tests.people import change, make_group, signed_in


def told(day: str) -> set[tuple[int, int]]:
    News.objects.all().delete()
    with acting(SYSTEM, via="system"):
        tell_of_birthdays(date.fromisoformat(day))
    return set(News.objects.filter(kind="birthday").values_list("user_id", "record_id"))


def test_the_owner_or_everybody_of_the_group_is_told_on_the_day(company: Any) -> None:
    both = make_group("Jakarta", company.sales_a, company.sales_b)
    mine = make("customers.Contact", owner=company.sales_a, birthdate="1980-05-17")
    ours = make("customers.Contact", owner=both, birthdate="1990-05-17")
    gone = make("customers.Contact", owner=company.sales_a, birthdate="1990-05-17")
    make("customers.Contact", owner=company.sales_a, birthdate="1990-05-18")
    with acting(SYSTEM):
        trash(Contact, [gone.pk])
    a, b = company.sales_a.pk, company.sales_b.pk
    assert told("2026-05-17") == {(a, mine.pk), (a, ours.pk), (b, ours.pk)}
    change(company.sales_b, status="suspended")
    assert told("2027-05-17") == {(a, mine.pk), (a, ours.pk)}
    assert told("2026-05-16") == set()


@pytest.mark.parametrize(
    ("day", "is_told"),
    [("2027-02-28", True), ("2028-02-28", False), ("2028-02-29", True), ("2027-03-01", False)],
)
def test_a_leap_day_is_kept_on_the_28th_of_other_years(company: Any, day: str, is_told: bool) -> None:
    make("customers.Contact", owner=company.sales_a, birthdate="1988-02-29")
    assert bool(told(day)) is is_told


def test_the_inbox_names_the_contact(company: Any) -> None:
    contact = make("customers.Contact", owner=company.sales_a, last_name="Ratna", birthdate="1980-05-17")
    told("2026-05-17")
    deliver()
    page = signed_in(company.sales_a).get("/inbox/").content.decode()
    assert "Ratna" in page and "Berulang tahun hari ini" in page and f"/r/{contact.pk}/" in page
