"""Subscriptions: each period billed once, by its days, paused, changed and ended as people said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, update
from relasi.modules.subscribing import billing_run
from relasi.modules.subscribing.billing_run import bill_due
from relasi.modules.subscribing.following import follow_due
from relasi.modules.subscribing.mrr_move import MrrMove
from relasi.modules.subscribing.subscription import Subscription
from relasi.modules.subscribing.subscription_period import SubscriptionPeriod
from tests.make import again, make
from tests.modules.subscribing import (
    each_once,
    invoices,
    on,
    periods,
    plan,
    running,
    subscription,
    transactions,
)
from tests.modules.trading import accepted, is_sound, thing


@contextmanager
def refusing(field: str) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert field in [one.field for one in caught.value.refusals]


pytestmark = pytest.mark.usefixtures("as_admin")


def test_the_days_before_the_first_billing_day_are_billed_by_their_share() -> None:
    with on("2026-01-20"):
        found = running(plan(310_000), start="2026-01-20", anchor_day=1)
    assert [(str(one.date), one.payable) for one in invoices(found)] == [("2026-01-20", 120_000)]
    with on("2026-02-01"):
        bill_due()
    assert [(str(one.date), one.payable) for one in invoices(found)][1:] == [("2026-02-01", 310_000)]
    assert periods(found) == [
        (1, "2026-01-20", "2026-01-31", "billed"),
        (2, "2026-02-01", "2026-02-28", "billed"),
    ]
    each_once()
    is_sound()


def test_a_run_that_comes_twice_bills_once() -> None:
    with on("2026-01-01"):
        found = running(start="2026-01-01")
    with on("2026-02-01"):
        assert bill_due() == 1
        assert bill_due() == 0
    assert len(invoices(found)) == 2
    assert [one.status for one in transactions(found)] == ["pending", "pending"]
    each_once()


def test_an_end_of_month_stays_one() -> None:
    with on("2026-01-31"):
        found = running(start="2026-01-31")
    with on("2026-05-31"):
        bill_due()
    days = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    assert [str(one.date) for one in invoices(found)] == days


@pytest.mark.parametrize(
    ("values", "days"),
    [
        ({"frequency": "daily", "every": 10}, ["2026-01-05", "2026-01-15", "2026-01-25", "2026-02-04"]),
        ({"frequency": "weekly", "every": 2}, ["2026-01-05", "2026-01-19", "2026-02-02"]),
        ({"frequency": "yearly"}, ["2026-01-05"]),
    ],
)
def test_other_frequencies(values: dict[str, Any], days: list[str]) -> None:
    with on("2026-01-05"):
        found = running(start="2026-01-05", **values)
    with on("2026-02-06"):
        bill_due()
    assert [str(one.date) for one in invoices(found)] == days


def test_a_pause_leaves_out_the_periods_that_begin_in_it() -> None:
    with on("2026-02-01"):
        found = running(start="2026-02-01")
    with on("2026-02-10"):
        found = again(found).pause(pause_until="2026-04-10")
    for day in ("2026-03-01", "2026-04-01", "2026-04-09", "2026-04-10", "2026-04-11"):
        with on(day):
            bill_due()
    assert [str(one.date) for one in invoices(found)] == ["2026-02-01"]
    found = again(found)
    assert (found.status, str(found.next_date), found.paused_on) == ("active", "2026-05-01", None)
    with on("2026-05-01"):
        bill_due()
    assert [str(one.date) for one in invoices(found)] == ["2026-02-01", "2026-05-01"]
    assert [one[3] for one in periods(found)] == ["billed", "paused", "paused", "billed"]
    each_once()


def test_a_pause_that_is_over_while_nothing_ran_ends_on_its_day() -> None:
    with on("2026-02-10"):
        found = running(start="2026-02-01").pause(pause_until="2026-04-10")
    with on("2026-06-02"):
        bill_due()
    assert [str(one.date) for one in invoices(found)] == ["2026-02-01", "2026-05-01", "2026-06-01"]


def test_a_pause_until_somebody_resumes_it() -> None:
    with on("2026-02-10"):
        found = running(start="2026-02-01").pause()
    with on("2026-04-10"):
        assert bill_due() == 0
        found = again(found).resume()
    assert (found.status, str(found.next_date)) == ("active", "2026-05-01")


def test_a_pause_that_is_over_already_is_refused() -> None:
    with on("2026-02-10"):
        found = running(start="2026-02-01")
        with refusing("pause_until"):
            found.pause(pause_until="2026-02-10")
    assert again(found).status == "active"


def test_nothing_is_billed_during_the_trial() -> None:
    with on("2026-01-01"):
        found = running(start="2026-01-01", trial_days=14)
        assert (found.status, invoices(found), found.counted_mrr) == ("trial", [], 0)
    with on("2026-01-14"):
        assert bill_due() == 0
    with on("2026-01-15"):
        bill_due()
    assert [str(one.date) for one in invoices(found)] == ["2026-01-15"]
    assert (again(found).status, again(found).counted_mrr) == ("active", 300_000)


def test_the_setup_fee_is_billed_once() -> None:
    with on("2026-01-20"):
        found = running(plan(310_000), start="2026-01-20", anchor_day=1, setup_fee=50_000)
    with on("2026-02-01"):
        bill_due()
    assert [one.payable for one in invoices(found)] == [170_000, 310_000]


def test_a_line_billed_once_and_a_discount_for_some_periods() -> None:
    lines = (
        plan(200_000, discount_percent=50, discount_periods=2),
        plan(75_000, name="Modem", billed="once"),
    )
    with on("2026-01-01"):
        found = running(*lines, start="2026-01-01")
        assert again(found).mrr == 100_000
    with on("2026-04-01"):
        bill_due()
    assert [one.payable for one in invoices(found)] == [175_000, 100_000, 200_000, 200_000]
    assert again(found).mrr == 200_000


def test_what_comes_to_nothing_makes_no_invoice() -> None:
    with on("2026-01-01"):
        found = running(plan(200_000, discount_percent=100, discount_periods=1), start="2026-01-01")
    assert (invoices(found), periods(found)[0][3]) == ([], "free")
    with on("2026-02-01"):
        bill_due()
    assert [one.payable for one in invoices(found)] == [200_000]
    each_once()


def test_taxes_hold_as_on_the_day_of_the_invoice(as_admin: Any) -> None:
    from relasi.modules.catalog.tax import Tax, TaxRate  # noqa: F401

    with on("2026-01-01"):
        found = running(plan(1_000_000, taxes=None), start="2026-01-01")
    assert invoices(found)[0].grand_total == again(found).grand_total
    is_sound()


def test_the_last_period_ends_with_the_subscription() -> None:
    with on("2026-01-01"):
        found = running(plan(310_000), start="2026-01-01", end_date="2026-02-14")
    with on("2026-02-01"):
        bill_due()
    assert [one.payable for one in invoices(found)] == [310_000, 155_000]
    with on("2026-02-14"):
        bill_due()
        assert again(found).status == "active"
    with on("2026-02-15"):
        bill_due()
    assert (again(found).status, again(found).next_date) == ("ended", None)
    with on("2026-06-15"):
        assert bill_due() == 0


def test_a_cancellation_at_the_end_of_the_period() -> None:
    with on("2026-01-10"):
        found = running(start="2026-01-01")
        found = found.cancel(cancel_when="period_end", cancel_reason="Pindah")
    assert (found.status, str(found.cancel_on)) == ("active", "2026-01-31")
    with on("2026-02-01"):
        bill_due()
    assert (again(found).status, len(invoices(found))) == ("cancelled", 1)


def test_a_cancellation_can_be_taken_back_before_it_holds() -> None:
    with on("2026-01-10"):
        found = running(start="2026-01-01").cancel(cancel_when="period_end", cancel_reason="Pindah").keep()
    with on("2026-02-01"):
        bill_due()
    assert (again(found).status, len(invoices(found))) == ("active", 2)


def test_a_cancellation_now_and_one_without_a_reason() -> None:
    with on("2026-01-10"):
        found = running(start="2026-01-01")
        with refusing("cancel_reason"):
            found.cancel(cancel_when="now")
        assert again(found).status == "active"
        found = found.cancel(cancel_when="now", cancel_reason="Tutup usaha")
    assert (found.status, found.counted_mrr) == ("cancelled", 0)
    with on("2026-03-10"):
        assert bill_due() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"contact": None}, "contact"),
        ({"mode": "autopay"}, "gateway"),
        ({"end_date": "2025-12-31"}, "end_date"),
        ({"every": 0}, "every"),
        ({"anchor_day": 32}, "anchor_day"),
        ({"retry_1": 99}, "retry_1"),
        ({"start": "1900-01-01"}, "start"),
        ({"status": "active"}, "status"),
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, Any], field: str) -> None:
    before = Subscription._base_manager.count()
    with on("2026-01-10"), refusing(field):
        subscription(**{"start": "2026-01-10", **values})
    assert Subscription._base_manager.count() == before


def test_autopay_does_not_begin_without_payment_details() -> None:
    with on("2026-01-10"):
        found = subscription(start="2026-01-10", mode="autopay", gateway="midtrans")
        with refusing("card"):
            found.activate()
        assert (again(found).status, invoices(found)) == ("draft", [])


def test_a_start_too_long_ago_would_make_too_many_invoices() -> None:
    with on("2026-01-10"), refusing("start"):
        subscription(start="2025-01-01", frequency="daily").activate()
    assert SubscriptionPeriod._base_manager.count() == 0


def test_what_was_agreed_stays_while_it_runs() -> None:
    with on("2026-01-10"):
        found = running(start="2026-01-01")
        for values in ({"frequency": "yearly"}, {"start": "2026-03-01"}, {"setup_fee": 5}, {"trial_days": 3}):
            with refusing(next(iter(values))):
                update(found, values)
        line = found.lines_in_order()[0]
        with refusing("lines"):
            update(found, {}, lines=[{"id": line.pk, "price": 1}])
    assert again(line).price == 300_000
    update(found, {"notes": "Pelanggan lama"})


def test_every_move_that_is_not_there_is_refused() -> None:
    from relasi.modules.subscribing.subscription_flow import FLOW, SubscriptionStatus

    with on("2026-01-10"):
        found = running(start="2026-01-01").cancel(cancel_when="now", cancel_reason="Tutup")
        for status in SubscriptionStatus:
            if status != found.status:
                with pytest.raises(Refused):
                    update(found, {"status": status})
                with pytest.raises(DatabaseError), transaction.atomic():
                    Subscription._base_manager.filter(pk=found.pk).update(status=status)
    assert FLOW.moves.get("cancelled", ()) == ()
    assert again(found).status == "cancelled"


def test_the_database_settles_no_period_twice() -> None:
    with on("2026-01-10"):
        found = running(start="2026-01-01")
        values = {
            "subscription": found.pk,
            "period": 1,
            "first": "2026-01-01",
            "last": "2026-01-31",
            "outcome": "free",
        }
        with pytest.raises((Refused, IntegrityError)), transaction.atomic():
            create(SubscriptionPeriod, values, authorised="a test")
    each_once()


def test_who_does_not_pay_is_behind_and_suspended_after_a_week_where_that_is_ticked() -> None:
    with on("2026-01-01"):
        found = running(start="2026-01-01", payment_days=5, suspends=True)
        lenient = running(start="2026-01-01", payment_days=5)
    for day, status in (("2026-01-06", "active"), ("2026-01-07", "overdue"), ("2026-01-13", "overdue"),
                        ("2026-01-14", "suspended")):  # fmt: skip
        with on(day):
            follow_due()
        assert again(found).status == status, day
    assert again(lenient).status == "overdue"
    assert again(found).counted_mrr == 0


def test_a_suspended_one_is_not_billed_and_goes_on_when_it_pays() -> None:
    with on("2026-01-01"):
        found = running(start="2026-01-01", suspends=True)
    with on("2026-01-20"):
        follow_due()
    with on("2026-03-05"):
        assert bill_due() == 0
        invoices(found)[0].pay(amount=300_000)
    found = again(found)
    assert (found.status, str(found.next_date)) == ("active", "2026-04-01")
    assert [one[3] for one in periods(found)] == ["billed", "suspended", "suspended"]
    each_once()


def test_what_cannot_be_billed_is_told_and_holds_up_nobody_else() -> None:
    with on("2026-01-01"):
        stuck, other = running(start="2026-01-01"), running(start="2026-01-01")
        make("billing.ClosedPeriod", until="2026-02-28")
    with on("2026-02-01"):
        bill_due()
    assert again(stuck).trouble
    assert again(other).trouble
    with on("2026-03-01"):
        bill_due()
    assert len(invoices(stuck)) == 1  # February comes first
    from relasi.engine.records.write import trash
    from relasi.modules.billing.closed_period import ClosedPeriod

    trash(ClosedPeriod, list(ClosedPeriod._base_manager.values_list("pk", flat=True)))
    with on("2026-03-01"):
        bill_due()
    assert (len(invoices(stuck)), again(stuck).trouble) == (3, None)
    each_once()


def test_one_that_fails_unexpectedly_is_told_and_the_others_of_its_lot_are_billed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with on("2026-01-01"):
        found = [running(start="2026-01-01") for _n in range(5)]
    real = billing_run.bill_of

    def breaks(subscription: Any, *given: Any) -> Any:
        if subscription.pk == found[2].pk:
            raise ZeroDivisionError("nothing by nothing")
        return real(subscription, *given)

    monkeypatch.setattr(billing_run, "bill_of", breaks)
    with on("2026-02-01"):
        assert bill_due() == 4
        assert bill_due() == 0
    assert [len(invoices(one)) for one in found] == [2, 2, 1, 2, 2]
    assert "nothing by nothing" in again(found[2]).trouble
    each_once()
    is_sound()


class Killed(BaseException):
    """As if the power went."""


STEPS = [
    "bill_all",
    "bill_of",
    "_invoices",
    "settled",
    "charged",
    "write",
    "billed_with_next",
    "waiting_changes",
]


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("nth", [1, 2, 3, 5])
def test_a_run_that_is_cut_off_anywhere_bills_each_period_once(
    monkeypatch: pytest.MonkeyPatch, name: str, nth: int
) -> None:
    with on("2026-01-01"):
        found = [running(start="2026-01-01"), running(plan(100_000), start="2026-01-01", frequency="weekly")]
    real, calls = getattr(billing_run, name), []

    def dies(*args: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == nth:
            raise Killed
        return real(*args, **more)

    with on("2026-03-02"):
        with monkeypatch.context() as patched:
            patched.setattr(billing_run, name, dies)
            with pytest.raises(Killed):
                bill_due()
        each_once()
        bill_due()
    assert [len(invoices(one)) for one in found] == [3, 9]
    each_once()
    is_sound()


def test_a_quote_becomes_a_subscription(as_admin: Any) -> None:
    from relasi.kits.trade.conversion import convert

    with on("2026-01-10"):
        account = make("customers.Account", name="PT Maju")
        contact = make("customers.Contact", account=account)
        quote = accepted(thing(250_000), account=account, contact=contact)
        found = convert(quote, Subscription)
        assert (found.quote_id, found.payable, found.contact_id) == (quote.pk, 250_000, contact.pk)
        assert again(quote).status == "converted"
        with pytest.raises(Refused):
            convert(again(quote), Subscription)
    is_sound()


# What it earns each month.
def test_monthly_revenue_adds_up_over_frequencies() -> None:
    with on("2026-01-10"):
        running(plan(12_000_000), start="2026-01-01", frequency="yearly")
        running(plan(300_000), start="2026-01-01")
        running(plan(100_000), start="2026-01-01", frequency="weekly")
        subscription(plan(9_000_000), start="2026-01-01")
    rows = Subscription._base_manager.values_list("counted_mrr", flat=True)
    assert sum(rows) == Decimal(1_733_333)
    assert sum(MrrMove.objects.values_list("amount", flat=True)) == Decimal(1_733_333)


def test_what_is_earned_follows_pauses_ends_and_returns() -> None:
    with on("2026-01-10"):
        found = running(start="2026-01-01").pause()
    with on("2026-02-10"):
        found = again(found).resume()
        found = again(found).cancel(cancel_when="now", cancel_reason="Tutup")
    moves = [(one.kind, one.amount) for one in MrrMove.objects.order_by("pk")]
    assert moves == [("new", 300_000), ("paused", -300_000), ("back", 300_000), ("lost", -300_000)]
