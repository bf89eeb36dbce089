"""Upcoming invoices: what the page announces is what is made, of recurring invoices and subscriptions alike."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relasi.engine.access.acting import acting
from relasi.engine.records.write import update
from relasi.features.upcoming_invoices.coming import Row, coming, sums
from relasi.modules.subscribing.billing_run import bill_due
from relasi.modules.subscribing.plan_form import change_plan_verb
from tests.make import again, make
from tests.modules.recurring import schedule
from tests.modules.subscribing import invoices, on, plan, running, subscription
from tests.people import make_profile, make_role, make_user, signed_in

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH = (date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def admin(as_admin: Any) -> Any:
    return as_admin.user


def told(rows: list[Row]) -> list[tuple[str, int]]:
    return [(str(row.day), int(row.payable or 0)) for row in rows]


def notes(rows: list[Row]) -> list[list[str]]:
    return [[str(word) for word, _tone in row.notes] for row in rows]


def made(found: Any, first: date, last: date) -> list[tuple[str, int]]:
    return [(str(one.date), int(one.payable)) for one in invoices(found) if first <= one.date <= last]


def agrees(user: Any, found: Any, first: date, last: date, day: str = "2026-01-20") -> list[Row]:
    """What is announced on that day for these days, after it was compared with what is made of it."""
    with on(day):
        rows = [row for row in coming(user, first, last) if row.record.pk == found.pk]
    with on(str(last)):
        bill_due()
    assert told(rows) == made(found, first, last)
    return rows


def test_a_subscription_stands_among_the_upcoming_invoices(admin: Any) -> None:
    with on("2026-01-10"):
        found = running(plan(300_000), start="2026-01-10", payment_days=14)
    rows = agrees(admin, found, *FEBRUARY)
    assert told(rows) == [("2026-02-10", 300_000)] and str(rows[0].due) == "2026-02-24"


@pytest.mark.parametrize(
    ("lines", "values", "expected"),
    [
        ([plan(310_000)], {"start": "2026-01-20", "anchor_day": 1}, [("2026-02-01", 310_000)]),
        ([plan(70_000)], {"start": "2026-01-20", "frequency": "weekly"},
         [("2026-02-03", 70_000), ("2026-02-10", 70_000), ("2026-02-17", 70_000), ("2026-02-24", 70_000)]),
        ([plan(300_000)], {"start": "2026-01-20", "trial_days": 14, "setup_fee": 50_000}, [("2026-02-03", 350_000)]),
        ([plan(300_000)], {"start": "2026-01-20", "end_date": "2026-02-19"}, []),
        ([plan(280_000)], {"start": "2026-01-15", "anchor_day": 1, "end_date": "2026-02-14"}, [("2026-02-01", 140_000)]),
        ([plan(0)], {"start": "2026-01-20"}, []),
        ([plan(300_000), plan(90_000, name="Pasang", billed="once")], {"start": "2026-01-20"}, [("2026-02-20", 300_000)]),
    ],
)  # fmt: skip
def test_what_is_announced_is_what_is_billed(
    admin: Any, lines: list[dict[str, Any]], values: dict[str, Any], expected: list[tuple[str, int]]
) -> None:
    with on("2026-01-20"):
        found = running(*lines, **values)
    assert told(agrees(admin, found, *FEBRUARY)) == expected


def test_the_end_of_a_discount_is_told_with_the_first_full_price(admin: Any) -> None:
    with on("2026-01-05"):
        found = running(plan(200_000, discount_percent=50, discount_periods=2), start="2026-01-05")
    with on("2026-01-20"):
        rows = coming(admin, date(2026, 2, 1), date(2026, 4, 30))
        assert told(rows) == [("2026-02-05", 100_000), ("2026-03-05", 200_000), ("2026-04-05", 200_000)]
        assert [len(one) for one in notes(rows)] == [0, 1, 0]
    agrees(admin, found, *FEBRUARY)
    agrees(admin, found, *MARCH)


def test_a_planned_change_of_plan_is_in_the_amounts_from_its_day_on(admin: Any) -> None:
    with on("2026-01-05"):
        found = running(plan(200_000), start="2026-01-05", notice_days=30)
    with on("2026-01-20"):
        change_plan_verb(again(found), price="260000")  # a notice of 30 days: from 5 March
        rows = coming(admin, date(2026, 2, 1), date(2026, 4, 30))
        assert told(rows) == [("2026-02-05", 200_000), ("2026-03-05", 260_000), ("2026-04-05", 260_000)]
        assert [len(one) for one in notes(rows)] == [0, 1, 0]
    agrees(admin, found, *FEBRUARY)
    agrees(admin, found, *MARCH)


def test_what_an_upgrade_leaves_for_the_next_invoice_is_announced_on_it(admin: Any) -> None:
    with on("2026-01-01"):
        found = running(plan(310_000), start="2026-01-01", upgrade_billed="next")
    with on("2026-01-17"):
        change_plan_verb(again(found), price="620000", name="Paket Besar")  # 15 of 31 days: 150.000 more
    assert told(agrees(admin, found, *FEBRUARY)) == [("2026-02-01", 770_000)]


def test_behind_a_pause_the_first_invoice_is_announced_and_without_an_end_none(admin: Any) -> None:
    with on("2026-01-01"):
        paused, endless = (running(plan(300_000), start="2026-01-01") for _ in range(2))
    with on("2026-01-10"):
        again(paused).pause(pause_until="2026-02-10")
        again(endless).pause()
        assert coming(admin, *FEBRUARY) == []
        assert told(coming(admin, *MARCH)) == [("2026-03-01", 300_000)]
    agrees(admin, paused, *FEBRUARY)
    agrees(admin, paused, *MARCH)


def test_what_does_not_run_is_not_announced_and_the_last_one_says_so(admin: Any) -> None:
    with on("2026-01-01"):
        subscription(plan(300_000), start="2026-01-01")
        waiting = subscription(plan(300_000), start="2026-01-01")
        waiting.send()
        left, ending = running(start="2026-01-01"), running(start="2026-01-01", end_date="2026-02-28")
        again(left).cancel(cancel_when="now", cancel_reason="pindah")
        rows = coming(admin, *FEBRUARY)
        assert [row.record.pk for row in rows] == [ending.pk] and len(rows[0].notes) == 1
        assert coming(admin, *MARCH) == []


def test_both_kinds_stand_in_one_list_by_day_and_add_up(admin: Any) -> None:
    schedule(begin="2026-01-15")
    with on("2026-01-10"):
        running(plan(300_000), start="2026-01-10")
        rows = coming(admin, *FEBRUARY)
        assert told(rows) == [("2026-02-10", 300_000), ("2026-02-15", 1_000_000)]
        assert {code: int(sum) for code, sum in sums(rows).items()} == {"IDR": 1_300_000}
    client = signed_in(admin)
    with on("2026-01-20"):
        page = client.get("/upcoming-invoices/?month=2026-02-01").text
    assert (
        "1.300.000" in page and "Internet kantor" in page and f"/subscriptions/{rows[0].record.pk}/" in page
    )


def test_who_may_see_one_kind_alone_is_told_of_that_kind(admin: Any) -> None:
    schedule(begin="2026-01-15")
    with on("2026-01-10"):
        found = running(plan(300_000), start="2026-01-10")
    profile = make_profile(
        modules={"subscribing.subscription": ["view"]},
        fields={"subscribing.subscription": {"grand_total": "hidden"}},
    )
    seer = make_user("sari", make_role(profiles=[profile]))
    nobody = make_user("tono", make_role(profiles=[make_profile(modules={})]))
    update(found, {"owner": seer.pk})
    with on("2026-01-20"), acting(seer):
        (row,) = coming(seer, *FEBRUARY)
        assert (row.record.pk, row.payable, sums([row])) == (found.pk, None, {})
    client = signed_in(seer)
    with on("2026-01-20"):
        page = client.get("/upcoming-invoices/?month=2026-02-01")
        assert page.status_code == 200 and "300.000" not in page.text and "Internet kantor" in page.text
    assert signed_in(nobody).get("/upcoming-invoices/").status_code == 404


def test_many_are_announced_with_as_many_queries_as_few(admin: Any) -> None:
    def queries() -> int:
        with on("2026-01-20"), acting(admin), CaptureQueriesContext(connection) as asked:
            coming(admin, *FEBRUARY)
        return len(asked)

    with on("2026-01-10"):
        found = [
            running(plan(300_000, service=make("catalog.Service").pk), start="2026-01-10") for _ in range(2)
        ]
        before = queries()
        found += [running(plan(400_000), start="2026-01-10") for _ in range(6)]
        change_plan_verb(again(found[-1]), price="460000")
    assert queries() == before
