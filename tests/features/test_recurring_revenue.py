"""Recurring revenue: every month adds up, every figure opens its rows, and nobody is told of more than they see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db.models import Sum

from relasi.engine.access.acting import acting
from relasi.features.recurring_revenue.months import KINDS, earning_at, months_until, moves_in
from relasi.modules.subscribing.billing_run import bill_due
from relasi.modules.subscribing.mrr_move import MrrMove
from relasi.modules.subscribing.subscription import Subscription
from tests.company import found_company
from tests.make import again
from tests.modules.subscribing import on, plan, running, subscription
from tests.people import signed_in
from tests.worlds import kept_for_a_file

pytestmark = pytest.mark.django_db
HOME = "/recurring-revenue/"
JULY = date(2026, 7, 15)


class World:
    """Half a year: one pays more, one less, one pauses and comes back, one leaves, one pays in dollars, one only tries."""

    def __init__(self, company: Any) -> None:
        self.company = company
        own = {"owner": company.sales_a.pk}
        with on("2026-02-03"):
            self.more = running(plan(300_000), start="2026-02-03", **own)
            self.less = running(plan(900_000), start="2026-02-03", downgrade_holds="balance")
            self.back = running(plan(200_000), start="2026-02-03")
        with on("2026-03-10"):
            self.gone = running(plan(500_000), start="2026-03-10")
            subscription(plan(9_000_000))
        with on("2026-04-05"):
            bill_due()
            again(self.more).change_plan(name="Pro", price=400_000)
            again(self.less).change_plan(name="Hemat", price=600_000)
            again(self.back).pause()
        with on("2026-05-20"):
            bill_due()
            again(self.gone).cancel(cancel_when="now", cancel_reason="Pindah")
            again(self.back).resume()
        with on("2026-06-02"):
            self.dollars = running(plan(10), start="2026-06-02", currency="USD", rate=16_000)
            running(plan(700_000), start="2026-06-02", trial_days=90)


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    def build() -> World:
        company = found_company()
        with acting(company.admin):
            return World(company)

    with kept_for_a_file(django_db_blocker, build) as found:
        yield found


def months(user: Any, currency: str = "") -> dict[int, Any]:
    with acting(user):
        return {one.first.month: one for one in months_until(user, JULY, currency, 7)}


def test_the_months_tell_the_story(world: World) -> None:
    found = months(world.company.admin)
    assert {n: one.closing for n, one in found.items()} == {
        1: 0, 2: 1_400_000, 3: 1_900_000, 4: 1_500_000, 5: 1_200_000, 6: 1_360_000, 7: 1_360_000,
    }  # fmt: skip
    assert found[2].moves == {"new": 1_400_000}
    assert found[4].moves == {"expansion": 100_000, "contraction": -300_000, "paused": -200_000}
    assert found[5].moves == {"lost": -500_000, "back": 200_000}
    may = found[5]
    assert (may.customers, may.left, may.yearly) == (3, 1, 14_400_000)
    assert may.churn == Decimal(500_000) * 100 / 1_500_000
    assert may.logo_churn == Decimal(100) / 3
    assert may.retention == Decimal(1_000_000) * 100 / 1_500_000
    assert (found[2].churn, found[2].logo_churn, found[2].retention) == (None, None, None)


def test_every_month_goes_on_where_the_last_one_ended_and_the_end_is_what_runs(world: World) -> None:
    user = world.company.admin
    found = list(months(user).values())
    for before, after in pairwise(found):
        assert after.opening == before.closing
    running_now = Subscription._base_manager.aggregate(n=Sum("counted_mrr"))["n"]
    assert found[-1].closing == running_now == MrrMove.objects.aggregate(n=Sum("amount"))["n"]


def test_every_figure_is_the_sum_of_the_rows_it_opens(world: World) -> None:
    for user in (world.company.admin, world.company.sales_a):
        for month in months(user).values():
            with acting(user):
                for kind in KINDS:
                    rows = moves_in(user, month.first, kind)
                    assert sum(one.amount for one in rows) == month.moves.get(kind, 0)
                assert sum(one.amount for one in earning_at(user, month.last)) == month.closing


def test_currencies_can_be_looked_at_apart(world: World) -> None:
    user = world.company.admin
    apart = [months(user, one)[7].closing for one in ("IDR", "USD")]
    assert apart == [1_200_000, 160_000]
    assert sum(apart) == months(user)[7].closing


def test_people_are_told_of_what_they_see(world: World) -> None:
    assert months(world.company.sales_a)[7].closing == 400_000
    assert months(world.company.sales_b)[7].closing == 0


@pytest.mark.parametrize(
    "hidden", [{"fields": {"subscribing.subscription": {"counted_mrr": "hidden"}}}, {"modules": {"*": []}}]
)
def test_who_may_not_know_what_is_earned_finds_no_page(world: World, hidden: dict[str, Any]) -> None:
    profile = world.company.profile(f"Tertutup {sorted(hidden)}", **hidden)
    world.company.open_role(f"Peran {sorted(hidden)}", under="Direktur", profile=profile)
    user = world.company.hire(f"Tamu {sorted(hidden)[0]}", f"Peran {sorted(hidden)}")
    client = signed_in(user)
    assert client.get(HOME).status_code == client.get(f"{HOME}rows/?of=closing").status_code == 404


def test_the_page_and_the_rows_behind_it(world: World) -> None:
    client = signed_in(world.company.admin)
    with on("2026-07-15"):
        page = client.get(HOME).content.decode()
        assert "1.360.000" in page and "16.320.000" in page
        links = set(re.findall(r'href="(/recurring-revenue/rows/\?[^"]+)"', page))
        assert len(links) >= 15
        for link in links:
            assert client.get(link.replace("&amp;", "&")).status_code == 200
        lost = client.get(f"{HOME}rows/?month=2026-05-01&of=lost").content.decode()
        assert f"/subscriptions/{world.gone.pk}/" in lost and "500.000" in lost
    for wrong in ("rows/", "rows/?of=everything", "?format=pdf", "rows/?of=lost&format=exe"):
        assert client.get(HOME + wrong).status_code == 404
    for odd in ("?month=9999-99-99", "?month=0001-01-01", "?currency=XXX", "?currency=<script>"):
        answer = client.get(HOME + odd)
        assert answer.status_code == 200 and "<script>alert" not in answer.content.decode()


def test_the_months_and_the_rows_as_files(world: World) -> None:
    client = signed_in(world.company.admin)
    with on("2026-07-15"):
        file = client.get(f"{HOME}?format=csv").content.decode("utf-8-sig").splitlines()
        assert len(file) == 13 and "1360000" in file[-1]
        assert client.get(f"{HOME}rows/?of=closing&format=xlsx").content[:2] == b"PK"


def test_who_may_not_export_gets_no_file(world: World) -> None:
    world.company.open_role("Pembaca", under="Direktur", profile=world.company.profile("Hanya melihat"))
    client = signed_in(world.company.hire("Rina", "Pembaca"))
    assert "format=csv" not in client.get(HOME).content.decode()
    assert client.get(f"{HOME}?format=csv").status_code == 404
