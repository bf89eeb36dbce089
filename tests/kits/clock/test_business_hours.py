"""Working time is what a counter of single minutes counts."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relasi.kits.clock.business_hours import BusinessHours, Holiday, NeverOpen, OtherWeek, Overlap, Window

JAKARTA, NEW_YORK = ZoneInfo("Asia/Jakarta"), ZoneInfo("America/New_York")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def window(text):
    start, end = (time.fromisoformat(part) for part in text.split("-"))
    return Window(start, end)


def week(*texts, friday=None, weekend=()):
    day, free = tuple(map(window, texts)), tuple(map(window, weekend))
    return [day, day, day, day, tuple(map(window, friday)) if friday else day, free, free]


def at(day, clock, zone=JAKARTA):
    return datetime.combine(date(2026, 1, day), time.fromisoformat(clock), zone)


FRIDAY, SATURDAY, SUNDAY, MONDAY, TUESDAY = 9, 10, 11, 12, 13
OFFICE = BusinessHours(JAKARTA, week("09:00-17:00"))


def test_four_hours_from_friday_afternoon_end_on_monday():
    assert OFFICE.add(at(FRIDAY, "16:30"), 4 * HOUR) == at(MONDAY, "12:30")


def test_lunch_does_not_count():
    hours = BusinessHours(JAKARTA, week("09:00-12:00", "13:00-17:00"))
    assert hours.add(at(FRIDAY, "16:30"), 4 * HOUR) == at(MONDAY, "13:30")


def test_a_holiday_moves_the_deadline_to_tuesday():
    hours = BusinessHours(JAKARTA, week("09:00-17:00"), holidays=[Holiday(date(2026, 1, MONDAY))])
    assert hours.add(at(FRIDAY, "16:30"), 4 * HOUR) == at(TUESDAY, "12:30")


def test_a_deadline_on_closing_time_is_closing_time():
    assert OFFICE.add(at(FRIDAY, "09:00"), 8 * HOUR) == at(FRIDAY, "17:00")


def test_counting_from_a_closed_day_starts_at_the_next_opening():
    assert OFFICE.add(at(SATURDAY, "10:00"), HOUR) == at(MONDAY, "10:00")
    assert OFFICE.next_open(at(SATURDAY, "10:00")) == at(MONDAY, "09:00")


def test_a_weekend_is_no_working_time():
    assert OFFICE.between(at(FRIDAY, "15:00"), at(MONDAY, "11:00")) == 4 * HOUR
    assert OFFICE.between(at(MONDAY, "11:00"), at(FRIDAY, "15:00")) == -4 * HOUR


def test_the_break_for_friday_prayers_does_not_count():
    hours = BusinessHours(JAKARTA, week("09:00-17:00", friday=["09:00-11:30", "13:00-17:00"]))
    assert hours.add(at(FRIDAY, "10:30"), 2 * HOUR) == at(FRIDAY, "14:00")


def test_a_night_shift_goes_on_the_next_night():
    hours = BusinessHours(JAKARTA, week("22:00-06:00", weekend=["22:00-06:00"]))
    assert hours.add(at(FRIDAY, "23:00"), 8 * HOUR) == at(SATURDAY, "23:00")
    assert hours.is_open(at(SATURDAY, "05:59")) and not hours.is_open(at(SATURDAY, "06:00"))


def test_a_night_shift_belongs_to_the_day_it_starts_on():
    nights = week("22:00-06:00", weekend=["22:00-06:00"])
    hours = BusinessHours(JAKARTA, nights, holidays=[Holiday(date(2026, 1, SATURDAY))])
    assert hours.is_open(at(SATURDAY, "05:00")) and not hours.is_open(at(SATURDAY, "23:00"))
    assert not hours.is_open(at(SUNDAY, "05:00"))


def test_a_holiday_of_some_hours_closes_those():
    early = Holiday(date(2026, 1, FRIDAY), (window("14:00-00:00"),))
    hours = BusinessHours(JAKARTA, week("09:00-17:00"), holidays=[early])
    assert hours.add(at(FRIDAY, "13:00"), 2 * HOUR) == at(MONDAY, "10:00")


def test_other_hours_hold_for_their_days_and_a_holiday_before_them():
    shorter = OtherWeek(date(2026, 1, FRIDAY), date(2026, 1, TUESDAY), week("08:00-15:00"))
    hours = BusinessHours(JAKARTA, week("09:00-17:00"), [shorter], [Holiday(date(2026, 1, MONDAY))])
    assert hours.add(at(FRIDAY, "14:00"), 2 * HOUR) == at(TUESDAY, "09:00")
    assert hours.is_open(at(14, "16:00"))


def test_a_yearly_holiday_comes_back_and_not_before_its_first_year():
    hours = BusinessHours(JAKARTA, week("09:00-17:00"), holidays=[Holiday(date(2025, 8, 18), yearly=True)])
    opened = {
        year: hours.is_open(datetime(year, 8, 18, 10, tzinfo=JAKARTA)) for year in (2023, 2025, 2026, 2031)
    }
    assert opened == {2023: True, 2025: False, 2026: False, 2031: False}
    assert hours.is_open(datetime(2026, 8, 19, 10, tzinfo=JAKARTA))


def test_around_the_clock_every_minute_counts():
    always = BusinessHours(JAKARTA, week("00:00-00:00", weekend=["00:00-00:00"]))
    assert always.add(at(FRIDAY, "16:30"), 100 * HOUR) == at(FRIDAY, "16:30") + 100 * HOUR


def test_an_hour_that_the_clock_skips_is_no_working_time():
    nights = BusinessHours(NEW_YORK, week("22:00-06:00", weekend=["22:00-06:00"]))
    evening = datetime(2026, 3, 7, 22, tzinfo=NEW_YORK)
    assert nights.between(evening, evening.astimezone(UTC) + 12 * HOUR) == 7 * HOUR


def test_hours_without_a_window_are_refused():
    with pytest.raises(NeverOpen):
        BusinessHours(JAKARTA, [()] * 7)


def test_windows_that_overlap_are_refused():
    with pytest.raises(Overlap):
        BusinessHours(JAKARTA, week("09:00-13:00", "12:00-17:00"))
    with pytest.raises(Overlap):
        BusinessHours(JAKARTA, week("20:00-02:00", "22:00-23:00"))


def test_what_is_not_reached_in_two_years_is_refused():
    gone = BusinessHours(
        JAKARTA, [()] * 7, [OtherWeek(date(2020, 1, 1), date(2020, 2, 1), week("09:00-17:00"))]
    )
    with pytest.raises(NeverOpen):
        gone.next_open(at(FRIDAY, "09:00"))
    with pytest.raises(NeverOpen):
        OFFICE.add(at(FRIDAY, "09:00"), timedelta(days=900))


# Ends of windows stay clear of the hours that a change of clocks repeats or skips.
QUARTERS = st.sampled_from([n for n in range(0, 1440, 15) if n <= 60 or n >= 180])


@st.composite
def windows(draw):
    """Up to three of a day; the last may go over midnight."""
    marks = sorted(draw(st.sets(QUARTERS, max_size=6)))
    pairs = list(zip(marks[::2], marks[1::2], strict=False))
    found = [Window(clock(start), clock(end)) for start, end in pairs]
    if len(marks) % 2:
        found.append(Window(clock(marks[-1]), clock(draw(st.sampled_from([0, 30, 60])))))
    return tuple(one for one in found if one.start != one.end)


def clock(minutes):
    return time(minutes // 60 % 24, minutes % 60)


DAYS = st.dates(date(2026, 3, 5), date(2026, 3, 12))


@st.composite
def calendars(draw):
    days = [draw(windows()) for _day in range(7)]
    if not any(days):
        days[draw(st.integers(0, 6))] = (window("09:00-17:00"),)
    first = draw(DAYS)
    others = (
        [OtherWeek(first, first + timedelta(days=1), [draw(windows())] * 7)] if draw(st.booleans()) else []
    )
    free = [Holiday(day, draw(windows())) for day in draw(st.sets(DAYS, max_size=2))]
    return BusinessHours(draw(st.sampled_from([JAKARTA, NEW_YORK])), days, others, free)


def counted_open(hours, minute):
    """By the wall clock alone, minute by minute."""
    local = minute.astimezone(hours.zone)
    if any(
        h.day == local.date() and any(holds(w, local.time(), 0) for w in h.windows) for h in hours.holidays
    ):
        return False
    return any(
        holds(one, local.time(), back)
        for back in (0, 1)
        for one in begun_on(hours, local.date() - timedelta(days=back))
    )


def begun_on(hours, day):
    if any(h.day == day and not h.windows for h in hours.holidays):
        return ()
    for other in hours.other_weeks:
        if other.first <= day <= other.last:
            return other.week[day.weekday()]
    return hours.week[day.weekday()]


def holds(one, wall, back):
    over = one.end <= one.start
    if back:
        return over and wall < one.end
    return one.start <= wall and (over or wall < one.end)


MOMENTS = st.integers(0, 4 * 1440).map(lambda n: datetime(2026, 3, 6, tzinfo=UTC) + n * MINUTE)


@settings(max_examples=40, deadline=None)
@given(calendars(), MOMENTS, st.integers(0, 1440))
def test_working_time_is_what_a_counter_of_minutes_counts(hours, start, length):
    end = start + length * MINUTE
    minutes = sum(counted_open(hours, start + n * MINUTE) for n in range(length))
    assert hours.between(start, end) == minutes * MINUTE
    assert hours.is_open(start) == counted_open(hours, start)


@settings(max_examples=60, deadline=None)
@given(calendars(), MOMENTS, st.integers(1, 3000))
def test_adding_and_subtracting_undo_each_other_in_working_time(hours, start, length):
    length = length * MINUTE
    try:
        later = hours.add(start, length)
        earlier = hours.subtract(start, length)
    except NeverOpen:
        return
    assert hours.between(start, later) == length == hours.between(earlier, start)
    # Neither could be nearer.
    assert hours.between(start, later - MINUTE) < length > hours.between(earlier + MINUTE, start)
