"""Zones of subscriptions: a day of a customer begins where the customer is, whatever the company's clock says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from relasi.engine.access.company import company
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, update
from relasi.kits.pipeline.days import today
from relasi.kits.schedule.zone import Zone
from relasi.kits.schedule.zoned_days import days_now
from relasi.modules.subscribing import jobs
from relasi.modules.subscribing.billing_run import bill_due
from relasi.modules.subscribing.charging import charge_due
from relasi.modules.subscribing.following import follow_due
from relasi.modules.subscribing.plan_form import change_plan_verb
from relasi.modules.subscribing.reminding import remind
from relasi.modules.subscribing.subscription import Subscription
from relasi.users.company import Company
from tests.features.fake_midtrans import midtrans
from tests.features.test_online_payment import switch_on
from tests.make import again, make
from tests.modules.subscribing import each_once, invoices, on, plan, running, subscription, transactions
from tests.modules.trading import is_sound

pytestmark = pytest.mark.usefixtures("as_admin")
ZONES = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "America/Los_Angeles"]
MINUTE = timedelta(minutes=1)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment.astimezone(UTC), tick=False):
        yield


def midnight(day: str, zone: str) -> datetime:
    """The moment at which that day begins there."""
    return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))


def in_zone(zone: str, **values: Any) -> Any:
    """Running since the first of January."""
    with at(midnight("2026-01-01", zone) + timedelta(hours=12)):
        return running(start="2026-01-01", zone=zone, **values)


def dates(found: Any) -> list[str]:
    return [str(one.date) for one in invoices(found)]


def test_a_subscription_takes_the_zone_of_its_contact_and_else_that_of_the_company() -> None:
    account = make("customers.Account")
    east = make("customers.Contact", account=account, zone="Asia/Jayapura")
    nowhere = make("customers.Contact", account=account, zone=None)
    assert subscription(contact=east, account=account).zone == "Asia/Jayapura"
    assert subscription(contact=nowhere, account=account).zone == company().zone == "Asia/Jakarta"
    assert subscription(contact=east, account=account, zone="Asia/Makassar").zone == "Asia/Makassar"


def test_one_without_a_start_begins_on_the_day_its_customer_has() -> None:
    with at(midnight("2026-02-01", "Asia/Jayapura")):  # 22:00 of the day before in Jakarta
        assert str(subscription(zone="Asia/Jayapura").start) == "2026-02-01"
        assert str(subscription(zone="Asia/Jakarta").start) == str(today()) == "2026-01-31"


@pytest.mark.parametrize("home", ["Asia/Jakarta", "America/Los_Angeles"])
@pytest.mark.parametrize("zone", ZONES)
def test_a_period_is_billed_when_its_day_begins_where_the_customer_is(zone: str, home: str) -> None:
    Company.objects.update(zone=home)
    found = in_zone(zone)
    begins = midnight("2026-02-01", zone)
    with at(begins - MINUTE):
        assert bill_due() == 0 and dates(found) == ["2026-01-01"]
    with at(begins):
        assert bill_due() == 1 and bill_due() == 0
    assert dates(found) == ["2026-01-01", "2026-02-01"]
    each_once()
    is_sound()


def test_a_run_each_hour_bills_everybody_once_in_the_first_hour_of_their_own_day() -> None:
    found = {zone: in_zone(zone) for zone in ZONES}
    first: dict[str, datetime] = {}
    hour = datetime(2026, 1, 31, 12, 12, tzinfo=UTC)
    for _hour in range(24):
        with at(hour):
            for _again in range(2):
                jobs.bill_subscriptions(timestamp=0)
        for zone, one in found.items():
            if len(dates(one)) == 2:
                first.setdefault(zone, hour)
        hour += timedelta(hours=1)
    begun = {zone: moment.astimezone(ZoneInfo(zone)) for zone, moment in first.items()}
    assert {(one.day, one.month, one.hour) for one in begun.values()} == {(1, 2, 0)} and len(begun) == 4
    assert [dates(one) for one in found.values()] == [["2026-01-01", "2026-02-01"]] * 4
    each_once()


def test_a_trial_ends_where_the_customer_is() -> None:
    found = in_zone("Asia/Jayapura", trial_days=14)
    assert found.status == "trial"
    with at(midnight("2026-01-15", "Asia/Jayapura") - MINUTE):
        bill_due()
        assert again(found).status == "trial"
    with at(midnight("2026-01-15", "Asia/Jayapura")):
        bill_due()
    assert again(found).status == "active" and dates(found) == ["2026-01-15"]


def test_a_pause_and_an_end_are_over_where_the_customer_is() -> None:
    paused, ending = in_zone("America/Los_Angeles"), in_zone("America/Los_Angeles", end_date="2026-01-31")
    with on("2026-01-10"):
        again(paused).pause(pause_until="2026-02-01")
    begins = midnight("2026-02-01", "America/Los_Angeles")
    with at(begins - MINUTE):  # 1 February, 14:59 in Jakarta
        bill_due()
        assert (again(paused).status, again(ending).status) == ("paused", "active")
    with at(begins):
        bill_due()
    assert (again(paused).status, again(ending).status) == ("active", "ended")
    assert dates(paused) == ["2026-01-01", "2026-02-01"]


def test_what_people_do_is_done_on_the_day_of_the_customer() -> None:
    late = midnight("2026-01-20", "Asia/Jayapura") + MINUTE  # still the 19th in Jakarta
    paused, left, kept = (in_zone("Asia/Jayapura") for _ in range(3))
    with at(late):
        with pytest.raises(Refused) as caught:
            again(paused).pause(pause_until="2026-01-20")
        assert [one.field for one in caught.value.refusals] == ["pause_until"]
        assert again(paused).status == "active"
        assert str(again(paused).pause().paused_on) == "2026-01-20"
        assert str(again(left).cancel(cancel_when="now", cancel_reason="pindah").cancel_on) == "2026-01-20"
        change_plan_verb(again(kept), price="610000", name="Paket Besar")
    change = kept.plan_changes.get()
    # 12 of 31 days are left, the 20th among them.
    assert (str(change.effective_on), change.amount) == ("2026-01-20", 120_000)


def test_autopay_charges_and_tries_again_by_the_days_of_the_customer() -> None:
    with midtrans() as there:
        switch_on(there)
        there.tokens["481111wNDqxR-a7b3-4f9c"] = "deny"
        found = in_zone(
            "Asia/Jayapura",
            mode="autopay",
            gateway="midtrans",
            token="481111wNDqxR-a7b3-4f9c",
            payment_days=3,
        )
        for day in ("2026-01-04", "2026-01-05"):  # the due date, and the first retry a day later
            with at(midnight(day, "Asia/Jayapura") - MINUTE):
                assert charge_due() == 0
            with at(midnight(day, "Asia/Jayapura")):
                assert charge_due() == 1 and charge_due() == 0
    assert [(str(one.due), one.status) for one in transactions(found)] == [
        ("2026-01-04", "failed"), ("2026-01-05", "failed"), ("2026-01-08", "pending"),
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ["Asia/Jayapura", "America/Los_Angeles"])
def test_reminders_and_lateness_go_by_the_days_of_the_customer(zone: str) -> None:
    found = in_zone(zone, payment_days=10, suspends=True)

    def state() -> str:
        remind()
        follow_due()
        return f"{again(found).status} {found.periods.get().reminded}"

    told = [("2026-01-08", "active -3"), ("2026-01-11", "active 0"), ("2026-01-12", "overdue 0"),
            ("2026-01-14", "overdue 3"), ("2026-01-18", "overdue 7"), ("2026-01-19", "suspended 7")]  # fmt: skip
    before = "active None"
    for day, after in told:
        with at(midnight(day, zone) - MINUTE):
            assert state() == before
        with at(midnight(day, zone)):
            assert state() == after
        before = after


def test_another_zone_while_it_runs_bills_nothing_twice() -> None:
    found = in_zone("Asia/Jayapura")
    with at(midnight("2026-02-01", "Asia/Jayapura")):
        bill_due()
        update(again(found), {"zone": "America/Los_Angeles"})
        assert bill_due() == 0
    with at(midnight("2026-02-01", "America/Los_Angeles")):
        assert bill_due() == 0
    with at(midnight("2026-03-01", "Asia/Jayapura")):
        assert bill_due() == 0
    with at(midnight("2026-03-01", "America/Los_Angeles")):
        assert bill_due() == 1
    assert dates(found) == ["2026-01-01", "2026-02-01", "2026-03-01"]
    each_once()


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        create(Subscription, {"subject": "Internet kantor", "contact": make("customers.Contact").pk,
                              "zone": "Asia/Atlantis"}, lines=[plan()])  # fmt: skip
    assert "zone" in [one.field for one in caught.value.refusals]
    assert not Subscription._base_manager.exists()


def test_everybody_has_one_day_at_any_moment() -> None:
    for hour in range(24):
        with at(datetime(2026, 2, 28, hour, 30, tzinfo=UTC)):
            told = days_now("zone")
            for zone in Zone:
                there = datetime.now(ZoneInfo(zone)).date()
                assert [day for day, whose in told if not whose or f"'{zone}'" in str(whose)] == [there]
