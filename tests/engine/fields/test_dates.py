"""Days and moments: read in both languages, kept in UTC, shown in the reader's zone, asked for by period."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.fields import DateField, DateTimeField
from relasi.engine.fields.date_text import write_long_date
from relasi.engine.fields.dates import ago
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.periods import days_meant
from relasi.engine.fields.reader import ENGLISH, INDONESIAN, Reader
from tests.engine.fields.conftest import bound

DAY = bound(DateField())
MOMENT = bound(DateTimeField())
AMERICAN = Reader(language="en", decimal=".", group=",", day_first=False)
MAKASSAR = Reader(zone="Asia/Makassar")
TODAY = date(2026, 11, 23)

DAYS = [
    ("17/08/1945", (1945, 8, 17)),
    ("1945-08-17", (1945, 8, 17)),
    ("17 Agustus 1945", (1945, 8, 17)),
    ("Jumat, 17 Agustus 1945", (1945, 8, 17)),
    ("17-Agt-1945", (1945, 8, 17)),
    ("3 Apr 2026", (2026, 4, 3)),
    ("3 May 2026", (2026, 5, 3)),
    ("3 Mei 2026", (2026, 5, 3)),
    ("August 17, 1945", (1945, 8, 17)),
    ("3rd Apr 2026", (2026, 4, 3)),
    ("3/4/2026", (2026, 4, 3)),
    ("3.4.2026", (2026, 4, 3)),
    ("03-04-26", (2026, 4, 3)),
    ("2026/4/3", (2026, 4, 3)),
    ("04/23/2026", (2026, 4, 23)),
    ("12/05/85", (1985, 5, 12)),
    ("12/05/36", (2036, 5, 12)),
    ("12/05/37", (1937, 5, 12)),
    ("29/02/2028", (2028, 2, 29)),
    ("hari ini", (2026, 11, 23)),
    ("Kemarin", (2026, 11, 22)),
    ("tomorrow", (2026, 11, 24)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "stored"), DAYS)
def test_a_day_is_read(text, stored):
    with time_machine.travel(datetime(2026, 11, 23, 5, tzinfo=UTC), tick=False):
        assert DAY.parse(f" {text} ", INDONESIAN) == date(*stored)


@pytest.mark.parametrize(
    "text",
    ["31/02/2026", "29/02/2027", "0/1/2026", "1/13/2026x", "abc", "17081945", "2026-13-01", "5 mai 2026", "1/1/0999",
     "31/12/9999", "1/1/12345", "32 Jan 2026", "//", "1/2", "Senin", "00/00/0000", "0000-00-00"],
)  # fmt: skip
def test_what_is_no_day_is_refused(text):
    with pytest.raises(Invalid) as refused:
        DAY.parse(text, INDONESIAN)
    assert text[:40] in str(refused.value.message)


def test_day_or_month_comes_first_as_the_reader_does():
    assert DAY.parse("03/04/2026", INDONESIAN) == date(2026, 4, 3)
    assert DAY.parse("03/04/2026", AMERICAN) == date(2026, 3, 4)
    assert DAY.parse("23/04/2026", AMERICAN) == date(2026, 4, 23)


def test_a_spreadsheet_gives_days_and_moments_themselves():
    assert DAY.parse(datetime(2026, 4, 3, 12)) == date(2026, 4, 3)
    assert DAY.parse(date(2026, 4, 3)) == date(2026, 4, 3)
    assert MOMENT.parse(date(2026, 4, 3), INDONESIAN) == datetime(2026, 4, 2, 17, tzinfo=UTC)
    with pytest.raises(Invalid):
        DAY.parse(45000)


MOMENTS = [
    ("17/08/2026 14.30", "2026-08-17T07:30"),
    ("17/08/2026 14:30", "2026-08-17T07:30"),
    ("17/08/2026, pukul 14.30", "2026-08-17T07:30"),
    ("17 Agustus 2026 14.30 WIB", "2026-08-17T07:30"),
    ("17 Agustus 2026 14.30 WITA", "2026-08-17T06:30"),
    ("17 Agustus 2026 14.30 WIT", "2026-08-17T05:30"),
    ("17 Aug 2026 2:30 pm", "2026-08-17T07:30"),
    ("17 Aug 2026 12:30 am", "2026-08-16T17:30"),
    ("2026-08-17T14:30", "2026-08-17T07:30"),
    ("2026-08-17T14:30:00+00:00", "2026-08-17T14:30"),
    ("2026-08-17T14:30:00Z", "2026-08-17T14:30"),
    ("2026-08-17 14:30:15", "2026-08-17T07:30:15"),
    ("17/08/2026", "2026-08-16T17:00"),
]


@pytest.mark.parametrize(("text", "stored"), MOMENTS)
def test_a_moment_is_kept_in_utc(text, stored):
    assert MOMENT.parse(text, INDONESIAN) == datetime.fromisoformat(stored).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "17/08/2026 25.00",
        "17/08/2026 14.60",
        "17/08/2026 14.30 XYZ",
        "14.30",
        "17/08/2026 13:00 pm",
        "x 14.30",
    ],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(Invalid):
        MOMENT.parse(text, INDONESIAN)


def test_a_moment_is_shown_in_the_zone_and_the_language_of_the_reader():
    moment = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    assert MOMENT.show(moment, INDONESIAN) == "24 Nov 2026 00.30"
    assert MOMENT.show(moment, ENGLISH) == "24 Nov 2026 00:30"
    assert MOMENT.fact(moment, None, MAKASSAR) == "24 Nov 2026 01.30 WITA"
    assert MOMENT.typed(moment, MAKASSAR) == "2026-11-24T01:30"
    assert DAY.show(date(2026, 8, 3), INDONESIAN) == "3 Agu 2026"
    assert DAY.show(date(2026, 8, 3), ENGLISH) == "3 Aug 2026"
    assert write_long_date(TODAY, INDONESIAN) == "Senin, 23 November 2026"
    assert write_long_date(TODAY, ENGLISH) == "Monday, 23 November 2026"


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([INDONESIAN, MAKASSAR]),
)
def test_what_is_stored_is_what_is_typed_again(moment, reader):
    assert MOMENT.parse(MOMENT.typed(moment, reader), reader) == moment
    assert MOMENT.from_json(moment.isoformat()) == moment
    day = moment.date()
    assert DAY.parse(DAY.typed(day, reader), reader) == day
    assert DAY.parse(DAY.show(day, reader), reader) == day
    assert DAY.from_json(DAY.to_json(day)) == day


# Operator, first day, first day no longer meant; on Monday 23 November 2026.
PERIODS = [
    ("today", "2026-11-23", "2026-11-24"),
    ("yesterday", "2026-11-22", "2026-11-23"),
    ("tomorrow", "2026-11-24", "2026-11-25"),
    ("this_week", "2026-11-23", "2026-11-30"),
    ("last_week", "2026-11-16", "2026-11-23"),
    ("next_week", "2026-11-30", "2026-12-07"),
    ("this_month", "2026-11-01", "2026-12-01"),
    ("last_month", "2026-10-01", "2026-11-01"),
    ("next_month", "2026-12-01", "2027-01-01"),
    ("this_quarter", "2026-10-01", "2027-01-01"),
    ("last_quarter", "2026-07-01", "2026-10-01"),
    ("next_quarter", "2027-01-01", "2027-04-01"),
    ("this_year", "2026-01-01", "2027-01-01"),
    ("last_year", "2025-01-01", "2026-01-01"),
    ("next_year", "2027-01-01", "2028-01-01"),
]


@pytest.mark.parametrize(("operator", "start", "end"), PERIODS)
def test_a_period_begins_and_ends(operator, start, end):
    assert days_meant(operator, None, TODAY) == (date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize("days", [0, 1, 7, 36_525])
def test_the_past_is_either_within_or_older_than_so_many_days(days):
    start, end = days_meant("last_n_days", days, TODAY)
    assert (start, end) == (TODAY - timedelta(days=days), TODAY + timedelta(days=1))
    assert days_meant("older_than_days", days, TODAY) == (None, start)
    assert days_meant("next_n_days", days, TODAY) == (TODAY, TODAY + timedelta(days=days + 1))


def test_a_week_begins_on_monday_even_seen_from_a_sunday():
    assert days_meant("this_week", None, date(2026, 11, 29)) == (date(2026, 11, 23), date(2026, 11, 30))


def test_today_is_the_day_of_the_reader():
    moment = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        assert MOMENT.holds(moment - timedelta(minutes=45), "yesterday", None, INDONESIAN)
        assert MOMENT.holds(moment - timedelta(minutes=45), "today", None, Reader(zone="UTC"))


def test_a_condition_keeps_the_day_not_the_words():
    with time_machine.travel(datetime(2026, 11, 23, 5, tzinfo=UTC), tick=False):
        assert DAY.operand("on", "kemarin", INDONESIAN) == "2026-11-22"
    assert DAY.operand("between", ["1/1/2026", "2026-01-31"], INDONESIAN) == ["2026-01-01", "2026-01-31"]
    assert DAY.operand("last_n_days", "7") == 7
    assert DAY.operand("today", "x") is None
    for raw in ("-1", "1,5", "", None, "40000"):
        with pytest.raises(Invalid):
            DAY.operand("last_n_days", raw)


@pytest.mark.parametrize(
    ("before", "said"),
    [({"seconds": 20}, "just now"), ({"minutes": 12}, "12 min ago"), ({"hours": 2}, "2 h ago"),
     ({"hours": 20}, "yesterday 16:00"), ({"days": 3}, "3 days ago"), ({"days": 30}, "24 Oct 2026")],
)  # fmt: skip
def test_a_timeline_says_how_long_ago(before, said):
    now = datetime(2026, 11, 23, 5, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        assert ago(now - timedelta(**before), ENGLISH) == said
