"""Recurring invoices: each period once, on its own day, whatever happened between."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core import mail

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.structures import VERBS
from relasi.engine.activity.delivery import deliver
from relasi.engine.activity.notification import Notification
from relasi.engine.activity.telling import told as in_words
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, trash, update
from relasi.features.upcoming_invoices.coming import coming, sums
from relasi.modules.billing import recurring_run
from relasi.modules.billing.closed_period import ClosedPeriod
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.recurring_body import body_of
from relasi.modules.billing.recurring_invoice import RecurringInvoice
from relasi.modules.billing.recurring_news import mail_or_tell
from relasi.modules.billing.recurring_period import RecurringPeriod
from relasi.modules.sales.sales_order import SalesOrder
from tests.fingerprint import fingerprint
from tests.make import again, make
from tests.modules.recurring import days, made, on, ordered, run_on, schedule, state
from tests.modules.refused import refusing
from tests.modules.trading import document, is_sound, thing
from tests.people import make_profile, make_role, make_user

pytestmark = pytest.mark.usefixtures("as_admin")


def outcomes(one: Any) -> list[tuple[int, str]]:
    rows = RecurringPeriod._base_manager.filter(schedule=one, trashed_at=None).order_by("period")
    return list(rows.values_list("period", "outcome"))


# The acceptance checks.
def test_what_starts_on_31_january_stays_on_the_last_day_of_the_month() -> None:
    one = schedule(begin="2026-01-31", frequency="monthly")
    for day in ("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"):
        run_on(day)
    assert days(one) == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]


def test_a_job_that_runs_five_times_on_the_day_makes_one_invoice() -> None:
    one = schedule()
    assert [run_on("2026-01-01", hour) for hour in (1, 2, 3, 4, 5)] == [1, 0, 0, 0, 0]
    assert days(one) == ["2026-01-01"] and state(one) == ("active", "2026-02-01")


def test_three_months_off_are_made_up_for_on_their_own_days() -> None:
    one = schedule()
    run_on("2026-01-01")
    assert run_on("2026-04-15") == 3
    assert days(one) == ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]


def test_net_30_of_31_january_is_due_on_2_march() -> None:
    one = schedule(begin="2026-01-31", payment_days=30)
    run_on("2026-01-31")
    assert made(one)[0].due_date == date(2026, 3, 2)


def test_what_cannot_be_made_waits_with_an_alert_and_comes_after_the_fix(company: Any) -> None:
    one = schedule(makes="issued", owner=company.sales_a.pk)
    books = create(ClosedPeriod, {"until": "2026-01-31"})
    assert run_on("2026-01-01") == 0
    found = again(one)
    assert (found.hold, found.failures, str(found.next_date)) == ("failed", 1, "2026-01-01")
    assert "31 Jan 2026" in found.trouble and not Invoice._base_manager.exists()
    close_change_set()
    deliver()
    row = Notification.objects.get(kind="recurring_invoice")
    assert (row.user_id, row.record_id, row.facts["what"]) == (company.sales_a.pk, one.pk, "failed")
    trash(ClosedPeriod, [books.pk])
    assert run_on("2026-01-01", 9) == 1
    found = again(one)
    assert (found.hold, found.trouble, found.failures) == (None, None, 0) and days(one) == ["2026-01-01"]
    is_sound()


def test_after_the_twelfth_it_is_completed_and_there_is_no_thirteenth() -> None:
    one = schedule(occurrences=12)
    assert run_on("2027-06-30") == 12
    assert state(one) == ("done", None) and run_on("2028-01-01") == 0
    assert days(one)[-1] == "2026-12-01"


# What an invoice holds.
def test_an_invoice_holds_what_the_order_says_and_names_its_period() -> None:
    order = ordered(thing(1_500_000, 2), customer_po="PO-9")
    one = schedule(order, makes="issued", payment_days=14, invoice_text="Sewa {periode} / Rent {period}")
    run_on("2026-01-01")
    [invoice] = made(one)
    assert (invoice.payable, invoice.balance, invoice.status) == (3_000_000, 3_000_000, "issued")
    assert invoice.subject == "Sewa Januari 2026 / Rent January 2026" and invoice.number == "INV/2026/00001"
    assert (invoice.period_start, invoice.period_end) == (date(2026, 1, 1), date(2026, 1, 31))
    assert (invoice.sales_order_id, invoice.customer_po, invoice.account_id) == (
        order.pk,
        "PO-9",
        order.account_id,
    )
    is_sound()


def test_periods_do_not_use_up_the_order_and_nobody_invoices_it_by_hand_meanwhile() -> None:
    order = ordered()
    one = schedule(order)
    run_on("2026-03-01")
    assert len(made(one)) == 3 and again(order).invoiced == "recurring"
    assert all(line.invoiced == 0 for line in order.lines_in_order())
    with refusing("INVALID_TRANSITION"):
        again(order).invoice()
    again(one).stop(stop_reason="sewa selesai")
    assert again(order).invoiced == "partly" and again(order).invoice().pk


def test_an_order_whose_last_period_was_invoiced_is_invoiced_wholly() -> None:
    order = ordered()
    schedule(order, occurrences=2)
    run_on("2026-02-01")
    assert again(order).invoiced == "fully"
    with refusing("INVALID_TRANSITION"):
        create(RecurringInvoice, {"subject": "x", "sales_order": order.pk, "start": "2026-05-01"}).start_now()


def test_changed_lines_touch_only_what_is_made_later() -> None:
    order = ordered()
    one = schedule(order)
    run_on("2026-01-01")
    [line] = order.lines_in_order()
    update(again(order), {}, lines=[{"id": line.pk, "price": 1_200_000}])
    run_on("2026-02-01")
    assert [invoice.payable for invoice in made(one)] == [1_000_000, 1_200_000]


def test_current_prices_follow_the_price_book_and_leave_what_was_typed() -> None:
    product = make("catalog.Product", price=1_000_000)
    order = ordered({"product": product.pk, "quantity": 1, "taxes": []}, thing(50_000))
    one = schedule(order, prices="current")
    fixed = schedule(
        document(SalesOrder, {"product": product.pk, "quantity": 1, "taxes": []}, date="2026-01-01").approve()
    )
    run_on("2026-01-01")
    update(product, {"price": 1_250_000})
    run_on("2026-02-01")
    assert [invoice.payable for invoice in made(one)] == [1_050_000, 1_300_000]
    assert [invoice.payable for invoice in made(fixed)] == [1_000_000, 1_000_000]


def test_the_days_before_the_first_period_and_up_to_the_end_are_invoiced_by_days() -> None:
    order = ordered(thing(310_000, 2), adjustment=31)
    one = schedule(
        order,
        begin="2026-01-20",
        anchor_day="1",
        prorate_first=True,
        prorate_last=True,
        end_date="2026-03-10",
    )
    run_on("2026-03-31")
    assert [(str(i.period_start), str(i.period_end), i.payable) for i in made(one)] == [
        ("2026-01-20", "2026-01-31", 2 * 120_000 + 12),
        ("2026-02-01", "2026-02-28", 620_031),
        ("2026-03-01", "2026-03-10", 2 * 100_000 + 10),
    ]
    assert "12" in made(one)[0].lines_in_order()[0].description and state(one)[0] == "done"
    is_sound()


def test_without_parts_the_first_comes_on_the_chosen_day_and_the_last_is_whole() -> None:
    one = schedule(begin="2026-01-20", anchor_day="1", end_date="2026-03-10")
    run_on("2026-03-31")
    assert [(str(i.period_start), str(i.period_end)) for i in made(one)] == [
        ("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-31"),
    ]  # fmt: skip


def test_the_rate_of_a_tax_is_that_of_the_day_of_the_invoice() -> None:
    tax = make("catalog.Tax", code="PPNX", name="PPN X", active=True)
    make("catalog.TaxRate", tax=tax, rate=10, valid_from="2025-01-01", valid_to="2026-01-31")
    make("catalog.TaxRate", tax=tax, rate=12, valid_from="2026-02-01")
    order = ordered(thing(1_000_000, taxes=["PPNX"]))
    one = schedule(order)
    run_on("2026-02-01")
    assert [invoice.tax_total for invoice in made(one)] == [100_000, 120_000]


# What was missed, pauses, ends.
def test_only_the_latest_of_several_missed_is_made_where_that_was_chosen() -> None:
    one = schedule(catch_up="latest")
    assert run_on("2026-04-15") == 1
    assert days(one) == ["2026-04-01"] and state(one) == ("active", "2026-05-01")
    assert outcomes(one) == [(1, "missed"), (2, "missed"), (3, "missed"), (4, "made")]


@pytest.mark.parametrize(
    ("verb", "expected"),
    [("catch_up_all", ["2026-01-01", "2026-02-01"]), ("catch_up_latest", ["2026-02-01"])],
)
def test_who_wants_to_be_asked_decides(verb: str, expected: list[str]) -> None:
    one = schedule(catch_up="ask")
    assert run_on("2026-02-10") == 0 and again(one).hold == "asks"
    assert run_on("2026-02-10", 10) == 0
    with on("2026-02-10", 11):
        getattr(again(one), verb)()
    assert days(one) == expected and state(one) == ("active", "2026-03-01") and again(one).hold is None


def test_a_pause_leaves_out_what_falls_into_it() -> None:
    one = schedule(begin="2026-01-01")
    run_on("2026-02-01")
    with on("2026-02-10"):
        again(one).pause(pause_until="2026-04-10")
    assert run_on("2026-03-15") == 0 and run_on("2026-04-09") == 0
    assert run_on("2026-04-10") == 0 and state(one) == ("active", "2026-05-01")
    run_on("2026-05-01")
    assert days(one) == ["2026-01-01", "2026-02-01", "2026-05-01"]
    assert outcomes(one)[2:] == [(3, "paused"), (4, "paused"), (5, "made")]


def test_a_pause_that_shifts_invoices_as_often_and_ends_later() -> None:
    one = schedule(end_date="2026-04-30")
    run_on("2026-02-01")
    with on("2026-02-10"):
        again(one).pause(pause_mode="shift")
    with on("2026-04-10"):
        again(one).resume()
    assert state(one) == ("active", "2026-05-01") and str(again(one).end_date) == "2026-06-30"
    run_on("2026-12-01")
    assert days(one) == ["2026-01-01", "2026-02-01", "2026-05-01", "2026-06-01"] and state(one)[0] == "done"


def test_what_was_due_before_a_pause_is_made_during_it() -> None:
    one = schedule()
    with on("2026-01-05"):
        again(one).pause()
    assert run_on("2026-02-20") == 1 and days(one) == ["2026-01-01"]


def test_another_frequency_goes_on_behind_what_was_invoiced() -> None:
    one = schedule()
    run_on("2026-03-01")
    update(again(one), {"frequency": "quarterly"})
    assert state(one) == ("active", "2026-04-01")
    run_on("2026-07-01")
    assert days(one)[3:] == ["2026-04-01", "2026-07-01"]
    assert made(one)[-1].period_end == date(2026, 9, 30)


def test_another_day_of_the_month_leaves_no_day_out_where_parts_are_invoiced() -> None:
    one = schedule(prorate_first=True)
    run_on("2026-03-01")
    update(again(one), {"anchor_day": "15"})
    run_on("2026-05-01")
    assert [(str(i.period_start), str(i.period_end)) for i in made(one)[3:]] == [
        ("2026-04-01", "2026-04-14"), ("2026-04-15", "2026-05-14"),
    ]  # fmt: skip


@pytest.mark.parametrize(("verb", "state_of_order"), [("cancel", "cancelled"), ("close", "closed")])
def test_an_order_that_ends_stops_its_schedule(verb: str, state_of_order: str) -> None:
    order = ordered()
    one = schedule(order)
    run_on("2026-01-01")
    how = {"cancel_reason": "batal"} if verb == "cancel" else {}
    assert getattr(again(order), verb)(**how).status == state_of_order
    assert state(one)[0] == "stopped" and again(one).stop_reason
    assert run_on("2026-06-01") == 0 and days(one) == ["2026-01-01"]


def test_an_inactive_customer_holds_the_invoice_until_they_are_active() -> None:
    account = make("customers.Account")
    one = schedule(ordered(account=account))
    update(account, {"active": False})
    assert run_on("2026-01-01") == 0 and again(one).hold == "inactive"
    assert state(one) == ("active", "2026-01-01")
    update(again(account), {"active": True})
    assert run_on("2026-01-01", 10) == 1 and again(one).hold is None


def test_an_invoice_of_zero_is_left_out_or_made_as_was_chosen() -> None:
    free, shown = schedule(ordered(thing(0))), schedule(ordered(thing(0)), skip_zero=False)
    run_on("2026-01-01")
    assert made(free) == [] and outcomes(free) == [(1, "zero")] and len(made(shown)) == 1
    assert state(free) == state(shown) == ("active", "2026-02-01")


def test_the_day_begins_where_the_schedule_is() -> None:
    east = schedule(zone="Asia/Jayapura", begin="2026-02-01")
    west = schedule(zone="Asia/Jakarta", begin="2026-02-01")
    run_on("2026-01-31", 22)  # midnight in Jayapura
    assert days(east) == ["2026-02-01"] and days(west) == []
    run_on("2026-02-01", 0)
    assert days(west) == ["2026-02-01"]


def test_an_invoice_made_by_hand_before_its_day_is_not_made_again() -> None:
    one = schedule()
    with on("2026-01-01"):
        again(one).make_now()
    with on("2026-01-20"):
        invoice = again(one).make_now()
    assert (str(invoice.date), str(invoice.period_start)) == ("2026-01-20", "2026-02-01")
    assert run_on("2026-02-15") == 0 and state(one) == ("active", "2026-03-01")


# Tries, lots and workers.
def test_it_is_tried_three_times_more_and_then_once_a_day(company: Any) -> None:
    one = schedule(makes="issued", owner=company.sales_a.pk)
    create(ClosedPeriod, {"until": "2026-01-31"})
    tries = []
    for day in ("2026-01-01", "2026-01-02"):
        for hour in range(8, 14):
            run_on(day, hour)
            tries.append(again(one).failures)
    assert tries == [1, 2, 3, 4, 4, 4, 4, 4, 5, 5, 5, 5]
    close_change_set()
    deliver()
    told = Notification.objects.filter(kind="recurring_invoice").order_by("pk")
    assert [row.facts["what"] for row in told] == ["failed", "given_up"]
    assert [one.url for one in in_words(told, company.sales_a)] == [f"/r/{one.pk}/"] * 2
    update(again(one), {"invoice_text": "Sewa {periode}"})
    assert again(one).failures == 0 and again(one).retry_at is None


def test_one_that_cannot_be_made_holds_up_nobody_else() -> None:
    good = [schedule(makes="issued") for _n in range(5)]
    bad = schedule(ordered(thing(1_000), adjustment=-5_000), makes="issued")
    good += [schedule(makes="issued") for _n in range(4)]
    assert run_on("2026-01-01") == 9
    assert all(days(one) == ["2026-01-01"] for one in good) and again(bad).hold == "failed"
    is_sound()


class Killed(BaseException):
    """As if the power went."""


@pytest.mark.parametrize("point", ["invoices", "issue", "periods", "schedules"])
def test_a_worker_that_dies_anywhere_leaves_each_invoice_to_be_made_once(
    point: str, monkeypatch: Any
) -> None:
    some = [schedule(makes="issued", occurrences=3) for _n in range(3)]
    writes, real = [], recurring_run.write
    last = {"invoices": 1, "issue": 2, "periods": 3, "schedules": 4}[point]

    def write(*given: Any, **how: Any) -> Any:
        writes.append(given)
        if len(writes) == last + 4:  # in the second round
            raise Killed
        return real(*given, **how)

    monkeypatch.setattr(recurring_run, "write", write)
    with pytest.raises(Killed):
        run_on("2026-03-15")
    monkeypatch.setattr(recurring_run, "write", real)
    run_on("2026-03-15")
    assert [days(one) for one in some] == [["2026-01-01", "2026-02-01", "2026-03-01"]] * 3
    assert [state(one)[0] for one in some] == ["done"] * 3
    is_sound()


# What is refused.
@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"end_date": "2025-12-31"}, "end_date", "OUT_OF_RANGE"),
        ({"end_date": "2026-12-31", "occurrences": 3}, "occurrences", "INVALID_VALUE"),
        ({"every": 0}, "every", "OUT_OF_RANGE"),
        ({"start": "2206-01-01"}, "start", "OUT_OF_RANGE"),
        ({"status": "active"}, "status", "INVALID_TRANSITION"),
        ({"start": None}, "start", "REQUIRED"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(values: dict[str, Any], field: str, code: str) -> None:
    order = ordered()
    before = fingerprint()
    with pytest.raises(Refused) as refused:
        create(RecurringInvoice, {"subject": "x", "sales_order": order.pk, "start": "2026-01-01", **values})
    assert [(one.field, one.code) for one in refused.value.refusals] == [(field, code)]
    assert fingerprint() == before


def test_an_order_has_one_running_schedule() -> None:
    order = ordered()
    one = schedule(order)
    with refusing("NOT_UNIQUE"):
        schedule(order)
    again(one).stop(stop_reason="pindah")
    assert schedule(order).pk


def test_a_draft_order_is_not_invoiced_regularly() -> None:
    order = document(SalesOrder, date="2026-01-01")
    with refusing("INVALID_TRANSITION"):
        schedule(order)


def test_years_of_missed_days_are_not_made_at_once() -> None:
    with refusing("OUT_OF_RANGE"):
        schedule(begin="2026-06-01", start="2026-01-01", frequency="daily")
    assert schedule(begin="2026-06-01", start="2026-01-01", frequency="daily", catch_up="latest").pk


@pytest.mark.parametrize(
    ("before", "after"),
    [("off", "paused"), ("off", "done"), ("active", "done"), ("active", "off"), ("paused", "off"), ("paused", "done"),
     ("done", "active"), ("stopped", "active")],
)  # fmt: skip
def test_moves_that_are_not_in_the_table_are_refused(before: str, after: str) -> None:
    order = ordered()
    one = create(
        RecurringInvoice, {"subject": "x", "sales_order": order.pk, "start": "2026-01-01", "occurrences": 1}
    )
    if before != "off":
        with on("2026-01-01"):
            one = one.start_now()
    if before == "done":
        run_on("2026-01-01")
    elif before == "paused":
        one.pause()
    elif before == "stopped":
        one.stop(stop_reason="x")
    one = again(one)
    assert one.status == before
    with refusing("INVALID_TRANSITION"):
        update(one, {"status": after})


def test_the_start_stays_once_something_was_invoiced_and_an_active_one_is_not_deleted() -> None:
    one = schedule()
    run_on("2026-01-01")
    with refusing("CLOSED_RECORD"):
        update(again(one), {"start": "2026-01-15"})
    with refusing("LOCKED"):
        trash(RecurringInvoice, [one.pk])
    again(one).stop(stop_reason="x")
    assert trash(RecurringInvoice, [one.pk]).records


def test_an_undo_of_a_run_takes_back_its_drafts_and_they_are_made_again(company: Any) -> None:
    one = schedule()
    run_on("2026-01-01")
    change_set = ChangeSet.objects.filter(reason=recurring_run.REASON).latest("pk")
    with acting(company.admin):
        revert(change_set)
    assert days(one) == [] and state(one) == ("active", "2026-01-01")
    assert run_on("2026-01-01", 10) == 1 and days(one) == ["2026-01-01"]


def test_who_may_not_make_invoices_makes_none_by_hand(company: Any) -> None:
    profile = make_profile(modules={"*": list(VERBS), "billing.invoice": ["view"]})
    clerk = make_user("juru", make_role("Juru", profiles=[profile]))
    one = schedule(ordered(owner=clerk.pk), owner=clerk.pk)
    with acting(clerk), on("2026-01-01"), refusing("NO_PERMISSION"):
        again(one).make_now()
    assert made(one) == []


# What is shown.
def test_the_page_of_a_schedule_shows_its_next_twelve_invoices(company: Any) -> None:
    one = schedule(begin="2026-01-20", anchor_day="1", prorate_first=True, payment_days=30)
    with on("2026-01-20"):
        body = body_of(again(one), company.admin)
    assert [row["day"] for row in body["rows"]][:2] == ["20 Jan 2026", "1 Feb 2026"] and len(
        body["rows"]
    ) == 12
    assert (body["rows"][0]["amount"], body["rows"][1]["amount"]) == ("Rp\u00a0387.097", "Rp\u00a01.000.000")
    assert body["rows"][1]["period"] == "Februari 2026" and body["rows"][0]["part"]


def test_what_comes_in_a_month_is_what_is_made_in_it(company: Any) -> None:
    weekly = schedule(begin="2026-01-05", frequency="weekly")
    monthly = schedule(ordered(thing(2_500_000)), begin="2026-01-31")
    with on("2026-01-05"), acting(company.admin):
        rows = coming(company.admin, date(2026, 2, 1), date(2026, 2, 28))
        expected = sums(rows)["IDR"]
    run_on("2026-02-28")
    found = [one for some in (weekly, monthly) for one in made(some) if one.date >= date(2026, 2, 1)]
    assert [row.day for row in rows] == sorted(one.date for one in found)
    assert expected == sum(one.payable for one in found) == 4 * 1_000_000 + 2_500_000


def test_a_sent_invoice_goes_to_the_customer_once(settings: Any) -> None:
    settings.EMAIL_HOST, settings.PUBLIC_URL = "mail.example", "https://crm.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    one = schedule(ordered(account=make("customers.Account", email="kasir@maju.example")), makes="sent")
    run_on("2026-01-01")
    [invoice] = made(one)
    with acting(SYSTEM):
        assert mail_or_tell(invoice.pk, last=True) and not mail_or_tell(invoice.pk, last=True)
    [letter] = mail.outbox
    assert letter.to == ["kasir@maju.example"] and again(invoice).number in letter.subject


def test_who_could_not_be_written_to_is_told_to_the_owner(settings: Any, company: Any) -> None:
    settings.EMAIL_HOST = ""
    one = schedule(makes="sent", owner=company.sales_a.pk)
    run_on("2026-01-01")
    [invoice] = made(one)
    with acting(SYSTEM):
        with pytest.raises(Refused):
            mail_or_tell(invoice.pk, last=False)
        assert not mail_or_tell(invoice.pk, last=True)
    close_change_set()
    deliver()
    [row] = Notification.objects.filter(kind="recurring_invoice")
    assert (row.record_id, row.facts["what"]) == (invoice.pk, "unsent")
