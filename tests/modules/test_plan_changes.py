"""Changes of plan: the rest of the period is paid by its days, at once, with the next invoice, or kept as credit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.records.refusal import Refused
from relasi.kits.trade.billing_cycle import Period, Unit
from relasi.kits.trade.recurring_revenue import difference, monthly, share_of
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.subscribing.billing_run import bill_due
from relasi.modules.subscribing.plan_change import PlanChange
from tests.make import again, make
from tests.modules.subscribing import each_once, invoices, on, running, transactions
from tests.modules.trading import is_sound, thing


def test_an_upgrade_is_paid_for_the_days_that_are_left(as_admin: Any) -> None:
    with on("2026-04-01"):
        found = running(start="2026-04-01", payment_days=7)
    with on("2026-04-16"):
        found = again(found).change_plan(place=1, name="Paket Pro", price=500_000)
    assert [one.payable for one in invoices(found)] == [300_000, 100_000]
    assert [one.amount for one in transactions(found)] == [300_000, 100_000]
    assert found.lines_in_order()[0].name == "Paket Pro"
    assert found.mrr == 500_000
    with on("2026-05-01"):
        bill_due()
    assert [one.payable for one in invoices(found)] == [300_000, 100_000, 500_000]
    each_once()
    is_sound()


def test_an_upgrade_can_wait_for_the_next_invoice(as_admin: Any) -> None:
    with on("2026-04-01"):
        found = running(start="2026-04-01", upgrade_billed="next")
    with on("2026-04-16"):
        again(found).change_plan(place=1, name="Paket Pro", price=500_000)
    assert [one.payable for one in invoices(found)] == [300_000]
    with on("2026-05-01"):
        bill_due()
    with on("2026-06-01"):
        bill_due()
    assert [one.payable for one in invoices(found)] == [300_000, 600_000, 500_000]
    is_sound()


def test_a_downgrade_holds_from_the_next_period(as_admin: Any) -> None:
    with on("2026-04-01"):
        found = running(start="2026-04-01")
    with on("2026-04-16"):
        found = again(found).change_plan(place=1, name="Paket Hemat", price=200_000)
        assert (found.lines_in_order()[0].price, found.mrr) == (300_000, 300_000)
    with on("2026-05-01"):
        bill_due()
    assert [one.payable for one in invoices(found)] == [300_000, 200_000]
    assert PlanChange._base_manager.get().state == "done"
    each_once()


def test_a_downgrade_at_once_leaves_credit_that_pays_of_the_next_invoice(as_admin: Any) -> None:
    with on("2026-04-01"):
        found = running(start="2026-04-01", downgrade_holds="balance")
        invoices(found)[0].pay(amount=300_000)
    with on("2026-04-16"):
        again(found).change_plan(place=1, name="Paket Hemat", price=200_000)
    assert CreditNote._base_manager.get().available == 50_000
    with on("2026-05-01"):
        bill_due()
    invoice = invoices(found)[1]
    assert (invoice.payable, invoice.credited, invoice.balance) == (200_000, 50_000, 150_000)
    assert [one.amount for one in transactions(found)][-1] == 150_000
    is_sound()


def test_a_higher_price_of_the_same_plan_needs_its_notice(as_admin: Any) -> None:
    with on("2026-04-01"):
        found = running(start="2026-04-01", notice_days=30)
    with on("2026-04-16"):
        again(found).change_plan(place=1, price=350_000)
    assert str(PlanChange._base_manager.get().effective_on) == "2026-06-01"
    for day in ("2026-05-01", "2026-06-01"):
        with on(day):
            bill_due()
    assert [one.payable for one in invoices(found)] == [300_000, 300_000, 350_000]


def test_a_planned_change_can_be_dropped(as_admin: Any) -> None:
    with on("2026-04-01"):
        found = running(start="2026-04-01")
    with on("2026-04-16"):
        again(found).change_plan(place=1, name="Paket Hemat", price=200_000).drop_changes()
    with on("2026-05-01"):
        bill_due()
    assert [one.payable for one in invoices(found)] == [300_000, 300_000]


def test_a_service_chosen_brings_its_name_and_price(as_admin: Any) -> None:
    pro = make("catalog.Service", name="Paket Pro", price=500_000)
    with on("2026-04-01"):
        found = running(start="2026-04-01")
    with on("2026-04-16"):
        line = again(found).change_plan(place=1, service=pro.pk).lines_in_order()[0]
    assert (line.name, line.price, line.service_id) == ("Paket Pro", 500_000, pro.pk)
    assert [one.payable for one in invoices(found)] == [300_000, 111_000]
    assert (line.net, again(found).payable) == (500_000, 555_000)
    is_sound()


def test_the_dialog_proposes_nothing_of_one_line_to_another(as_admin: Any) -> None:
    with on("2026-04-01"):
        found = running(thing(300_000, name="Dasar"), thing(50_000, name="Tambahan"), start="2026-04-01")
        asked = found.blank_change()
        assert (asked.name, asked.quantity, asked.price) == (None, None, None)
        found.change_plan(place=2, quantity=3)
        lines = [(one.name, one.quantity, one.price) for one in again(found).lines_in_order()]
    assert lines == [("Dasar", 1, 300_000), ("Tambahan", 3, 50_000)]


def test_a_service_that_is_not_sold_or_not_there_changes_nothing(as_admin: Any) -> None:
    gone = make("catalog.Service", name="Paket Lama", price=500_000, active=False)
    with on("2026-04-01"):
        found = running(start="2026-04-01")
        for service in (gone.pk, 999_999_999):
            with pytest.raises(Refused) as caught:
                found.change_plan(place=1, service=service)
            assert caught.value.refusals[0].field == "service"
    assert PlanChange._base_manager.count() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [({"place": 2}, "place"), ({"quantity": "0"}, "quantity"), ({}, ""), ({"price": "x"}, "price")],
)
def test_what_cannot_be_changed_is_refused(as_admin: Any, values: dict[str, Any], field: str) -> None:
    with on("2026-04-01"):
        found = running(start="2026-04-01")
        with pytest.raises(Refused) as caught:
            found.change_plan(**values)
        assert caught.value.refusals[0].field == field
        found.pause()
        with pytest.raises(Refused):
            again(found).change_plan(price=400_000)
    assert PlanChange._base_manager.count() == 0
    assert len(invoices(found)) == 1


# By itself.
MONEY = st.integers(0, 10**10)


@given(MONEY, MONEY, st.integers(1, 366), st.integers(0, 365))
def test_a_change_and_its_way_back_on_one_day_cost_nothing(
    old: int, new: int, days: int, passed: int
) -> None:
    first = date(2026, 1, 1)
    period = Period(first, first + timedelta(days=days - 1), days)
    day = first + timedelta(days=min(passed, days - 1))
    there, back = (difference(a, b, period, day, 0) for a, b in ((old, new), (new, old)))
    assert there + back == 0
    assert abs(there) <= abs(new - old)
    assert (there >= 0) == (new >= old) or there == 0
    exact = Fraction(new - old) * (period.last - day).days + Fraction(new - old)
    assert abs(Fraction(there) - exact / days) <= Fraction(1, 2)
    assert difference(old, new, period, first, 0) == new - old


def test_the_day_of_the_change_is_paid_anew() -> None:
    april = Period(date(2026, 4, 1), date(2026, 4, 30), 30)
    assert difference(300_000, 500_000, april, date(2026, 4, 16), 0) == 100_000
    assert difference(0, 30, april, date(2026, 4, 30), 0) == 1
    assert difference(0, 15, april, date(2026, 4, 30), 0) == 1  # half away from zero
    assert difference(15, 0, april, date(2026, 4, 30), 0) == -1


@given(MONEY, st.sampled_from(list(Unit)), st.integers(1, 99))
def test_a_month_of_revenue_is_a_twelfth_of_a_year(amount: int, unit: Unit, every: int) -> None:
    in_a_year = {Unit.DAY: 365, Unit.WEEK: 52, Unit.MONTH: 12, Unit.YEAR: 1}[unit]
    assert monthly(amount, unit, every) * 12 * every == amount * in_a_year


def test_what_three_plans_earn_in_a_month() -> None:
    found = monthly(12_000_000, Unit.YEAR) + monthly(300_000, Unit.MONTH) + monthly(100_000, Unit.WEEK)
    assert round(found) == 1_733_333
    with pytest.raises(ValueError, match="at least"):
        monthly(1, Unit.DAY, 0)
    assert (share_of(Decimal(1), Decimal(3)), share_of(Decimal(1), Decimal(0))) == (Decimal("33.3"), None)
