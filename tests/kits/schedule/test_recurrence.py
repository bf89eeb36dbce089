"""Recurrence: days and clocks as people mean them, at month ends, in leap years, and where the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relasi.kits.schedule.recurrence import (
    DAILY,
    LONGEST,
    MONTHLY,
    MONTHLY_LAST,
    MONTHLY_WEEKDAY,
    MOST,
    WEEKLY,
    YEARLY,
    Rule,
    at_wall_clock,
    days_of,
    moments_of,
    moved_like,
    next_day,
)

DATES = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def test_four_mondays():
    found = days_of(Rule(WEEKLY, count=4, days=("MO",)), date(2026, 1, 5))
    assert [day.day for day in found] == [5, 12, 19, 26]


def test_a_month_without_a_31st_is_skipped():
    found = days_of(Rule(MONTHLY, count=4), date(2026, 1, 31))
    assert found == [date(2026, 1, 31), date(2026, 3, 31), date(2026, 5, 31), date(2026, 7, 31)]


def test_the_last_day_of_every_month():
    found = days_of(Rule(MONTHLY_LAST, count=4), date(2028, 1, 31))
    assert [(day.month, day.day) for day in found] == [(1, 31), (2, 29), (3, 31), (4, 30)]


def test_the_second_tuesday_and_the_last_friday():
    assert [d.day for d in days_of(Rule(MONTHLY_WEEKDAY, count=3), date(2026, 1, 13))] == [13, 10, 10]
    assert [d.day for d in days_of(Rule(MONTHLY_WEEKDAY, count=3), date(2026, 1, 30))] == [30, 27, 27]


def test_a_leap_day_comes_back_in_leap_years():
    assert days_of(Rule(YEARLY, count=2), date(2024, 2, 29)) == [date(2024, 2, 29), date(2028, 2, 29)]


def test_an_end_date_is_held():
    assert len(days_of(Rule(DAILY, until=date(2026, 1, 10)), date(2026, 1, 1))) == 10


def test_nine_stays_nine_when_the_clocks_change():
    first = at_wall_clock(date(2026, 3, 23), datetime(2026, 1, 1, 9).time(), "Europe/Berlin")
    found = moments_of(Rule(WEEKLY, count=3), first, "Europe/Berlin")
    assert [at.astimezone(ZoneInfo("Europe/Berlin")).hour for at in found] == [9, 9, 9]
    assert [at.hour for at in found] == [8, 7, 7]


def test_a_time_the_clocks_leave_out_stands_an_hour_later():
    moment = at_wall_clock(date(2026, 3, 29), datetime(2026, 1, 1, 2, 30).time(), "Europe/Berlin")
    assert moment.astimezone(ZoneInfo("Europe/Berlin")).hour == 3


def test_indonesia_has_no_summer_time():
    first = datetime(2026, 1, 5, 1, tzinfo=UTC)
    assert {at.hour for at in moments_of(Rule(DAILY, count=300), first, "Asia/Makassar")} == {1}


@pytest.mark.parametrize(
    ("done_on", "due"),
    [(date(2026, 1, 7), 12), (date(2026, 1, 3), 12), (date(2026, 1, 27), 2), (date(2026, 1, 12), 19)],
)
def test_a_weekly_task_is_due_on_the_monday_that_follows(done_on, due):
    rule = Rule(WEEKLY, days=("MO",))
    assert next_day(rule, date(2026, 1, 5), date(2026, 1, 5), done_on).day == due


@given(first=DATES, how=st.sampled_from([DAILY, WEEKLY, MONTHLY, MONTHLY_LAST, MONTHLY_WEEKDAY, YEARLY]),
       every=st.integers(1, 12), count=st.integers(1, 60))  # fmt: skip
def test_days_run_forward_each_once_and_no_more_than_asked(first, how, every, count):
    found = days_of(Rule(how, every, count=count), first)
    assert found == sorted(set(found)) and len(found) <= min(count, MOST)
    assert all(first <= day <= first + timedelta(days=LONGEST) for day in found)


@given(first=DATES, every=st.integers(1, 6))
def test_months_keep_their_day(first, every):
    assert {day.day for day in days_of(Rule(MONTHLY, every, count=20), first)} <= {first.day}
    assert all(
        (day + timedelta(days=1)).day == 1 for day in days_of(Rule(MONTHLY_LAST, every, count=20), first)
    )


@given(first=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC, minute=0)),
       zone=st.sampled_from(["Asia/Jakarta", "Europe/Berlin", "America/New_York", "Australia/Sydney"]))  # fmt: skip
@example(first=datetime(2020, 4, 4, 16, 0, tzinfo=UTC), zone="Australia/Sydney")
def test_the_wall_clock_never_drifts(first, zone):
    clock = first.astimezone(ZoneInfo(zone)).hour
    hours = [at.astimezone(ZoneInfo(zone)).hour for at in moments_of(Rule(WEEKLY, count=60), first, zone)]
    assert all(hour == clock or hour == clock + 1 for hour in hours)


@given(days=st.integers(-400, 400), hour=st.integers(4, 22),
       zone=st.sampled_from(["Asia/Jayapura", "Europe/London", "America/Los_Angeles"]))  # fmt: skip
def test_occurrences_move_by_days_and_to_the_same_clock(days, hour, zone):
    tz = ZoneInfo(zone)
    before, other = (datetime(2026, month, 10, 9, tzinfo=tz) for month in (1, 7))
    after = datetime.combine(before.date() + timedelta(days=days), datetime(2026, 1, 1, hour).time(), tz)
    moved = moved_like(other, before, after, zone).astimezone(tz)
    assert (moved.date() - other.date()).days == days and moved.hour == hour
