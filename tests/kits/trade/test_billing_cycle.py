"""Billing cycle: days true to their anchor, periods without gaps, and parts of a period by days."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.kits.trade.billing_cycle import FREQUENCIES, Cycle, Period, Unit

DAY = timedelta(days=1)


def days(cycle: Cycle, many: int) -> list[str]:
    return [cycle.day(k).isoformat() for k in range(many)]


@pytest.mark.parametrize(
    ("frequency", "start", "every", "anchor", "expected"),
    [
        ("monthly", "2026-01-31", 1, None, "2026-01-31 2026-02-28 2026-03-31 2026-04-30"),
        ("monthly", "2024-01-31", 1, None, "2024-01-31 2024-02-29 2024-03-31 2024-04-30"),
        ("monthly", "2026-01-30", 1, None, "2026-01-30 2026-02-28 2026-03-30 2026-04-30"),
        ("monthly", "2026-02-28", 1, None, "2026-02-28 2026-03-28 2026-04-28"),
        ("monthly", "2026-02-28", 1, 31, "2026-02-28 2026-03-31 2026-04-30"),
        ("monthly", "2026-01-20", 1, 1, "2026-02-01 2026-03-01"),
        ("monthly", "2026-01-20", 1, 25, "2026-01-25 2026-02-25"),
        ("monthly", "2026-12-15", 1, 10, "2027-01-10 2027-02-10"),
        ("monthly", "2026-01-31", 2, None, "2026-01-31 2026-03-31 2026-05-31"),
        ("quarterly", "2026-11-30", 1, None, "2026-11-30 2027-02-28 2027-05-30"),
        ("four_monthly", "2026-10-31", 1, None, "2026-10-31 2027-02-28 2027-06-30 2027-10-31"),
        ("half_yearly", "2026-08-31", 1, None, "2026-08-31 2027-02-28 2027-08-31"),
        ("yearly", "2024-02-29", 1, None, "2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29"),
        ("yearly", "2026-03-01", 2, None, "2026-03-01 2028-03-01"),
        ("daily", "2026-02-27", 1, None, "2026-02-27 2026-02-28 2026-03-01"),
        ("daily", "2026-02-27", 10, 3, "2026-02-27 2026-03-09"),
        ("weekly", "2026-01-05", 1, None, "2026-01-05 2026-01-12 2026-01-19"),
        ("weekly", "2026-01-07", 2, 1, "2026-01-12 2026-01-26"),
    ],
)  # fmt: skip
def test_the_days_something_is_billed_on(frequency, start, every, anchor, expected):
    cycle = Cycle.of(frequency, date.fromisoformat(start), every, anchor)
    assert days(cycle, len(expected.split())) == expected.split()


def test_what_lies_before_the_anchor_is_a_period_of_its_own_where_asked():
    cycle = Cycle.of("monthly", date(2026, 1, 20), anchor=1, stub=True)
    assert days(cycle, 3) == ["2026-01-20", "2026-02-01", "2026-03-01"]
    assert cycle.period(0) == Period(date(2026, 1, 20), date(2026, 1, 31), 31)
    assert cycle.period(1) == Period(date(2026, 2, 1), date(2026, 2, 28), 28)


def test_a_start_on_the_anchor_has_no_stub():
    cycle = Cycle.of("monthly", date(2026, 1, 1), anchor=1, stub=True)
    assert cycle.period(0).is_whole


@pytest.mark.parametrize(
    ("amount", "period", "decimals", "expected"),
    [
        ("310000", Period(date(2026, 1, 20), date(2026, 1, 31), 31), 0, "120000"),
        ("200000", Period(date(2026, 4, 16), date(2026, 4, 30), 30), 0, "100000"),
        ("100", Period(date(2026, 2, 1), date(2026, 2, 1), 8), 0, "13"),  # 12.5
        ("-100", Period(date(2026, 2, 1), date(2026, 2, 1), 8), 0, "-13"),
        ("100", Period(date(2026, 1, 1), date(2026, 1, 10), 30), 2, "33.33"),
    ],
)
def test_a_part_of_a_period_is_paid_by_its_days(amount, period, decimals, expected):
    assert period.part_of(Decimal(amount), decimals) == Decimal(expected)


def test_what_remains_includes_the_day_of_the_change():
    whole = Cycle.of("monthly", date(2026, 4, 1)).period(0)
    assert whole.since(date(2026, 4, 16)).share == Fraction(15, 30)
    assert whole.until(date(2026, 4, 10)).share == Fraction(10, 30)
    assert whole.since(date(2026, 3, 1)) == whole == whole.until(date(2026, 5, 31)) == whole.until(None)
    with pytest.raises(ValueError, match="after"):
        whole.since(date(2026, 5, 1))
    with pytest.raises(ValueError, match="before"):
        whole.until(date(2026, 3, 31))


@pytest.mark.parametrize(
    ("unit", "every", "anchor"),
    [(Unit.MONTH, 0, None), (Unit.MONTH, 1, 32), (Unit.MONTH, 1, 0), (Unit.WEEK, 1, 8), (Unit.DAY, 1, 1)],
)
def test_what_makes_no_cycle_is_refused(unit, every, anchor):
    with pytest.raises(ValueError):
        Cycle(date(2026, 1, 1), unit, every, anchor)


def test_periods_are_counted_from_nought():
    with pytest.raises(ValueError):
        Cycle.of("monthly", date(2026, 1, 1)).day(-1)
    with pytest.raises(OverflowError):
        Cycle.of("yearly", date(2026, 1, 1)).day(8000)


@st.composite
def cycles(draw):
    frequency = draw(st.sampled_from(sorted(FREQUENCIES)))
    most = 7 if frequency == "weekly" else 31
    return Cycle.of(
        frequency,
        draw(st.dates(date(2000, 1, 1), date(2040, 12, 31))),
        draw(st.integers(1, 12)),
        draw(st.none() | st.integers(1, most)),
        draw(st.booleans()),
    )


@given(cycles(), st.integers(0, 60))
def test_periods_follow_each_other_without_gap_or_overlap(cycle, k):
    one, following = cycle.period(k), cycle.period(k + 1)
    assert one.first <= one.last and one.last + DAY == following.first
    assert 0 < one.share <= 1 and (k == 0 or one.is_whole)


@given(cycles(), st.integers(1, 60))
def test_a_month_is_billed_on_its_anchor_or_its_last_day(cycle, k):
    if cycle.unit in (Unit.MONTH, Unit.YEAR):
        day, anchor = cycle.day(k), cycle.anchor or cycle.start.day
        assert day.day == anchor or (day.day < anchor and (day + DAY).day == 1)


@given(cycles(), st.dates(date(1999, 1, 1), date(2060, 12, 31)))
def test_a_day_finds_the_first_period_that_begins_on_it_or_later(cycle, day):
    k = cycle.k_on_or_after(day)
    assert cycle.day(k) >= day and (k == 0 or cycle.day(k - 1) < day)
    inside = cycle.k_of(day)
    if inside is None:
        assert day < cycle.day(0)
    else:
        assert cycle.period(inside).first <= day <= cycle.period(inside).last


@given(cycles(), st.integers(0, 60), st.integers(1, 3))
def test_a_cycle_begun_anew_on_one_of_its_days_goes_on_as_it_would_have(cycle, k, more):
    if cycle.unit is Unit.DAY:
        anchor = None
    elif cycle.unit is Unit.WEEK:
        anchor = cycle.regular.isoweekday()
    else:
        anchor = cycle.anchor or cycle.start.day
    k += cycle.begins_with_stub
    again = Cycle(cycle.day(k), cycle.unit, cycle.every, anchor)
    assert [again.day(n) for n in range(more)] == [cycle.day(k + n) for n in range(more)]


@given(cycles(), st.integers(0, 24), st.data(), st.integers(0, 10**9), st.sampled_from([0, 2]))
def test_the_two_parts_of_a_divided_period_come_to_its_amount(cycle, k, data, amount, decimals):
    whole = cycle.period(k)
    if whole.days > 1:
        change = whole.first + timedelta(days=data.draw(st.integers(1, whole.days - 1)))
        before, after = whole.until(change - DAY), whole.since(change)
        assert before.share + after.share == whole.share
        parts = before.part_of(amount, decimals) + after.part_of(amount, decimals)
        assert abs(parts - whole.part_of(amount, decimals)) <= Decimal(1).scaleb(-decimals)
