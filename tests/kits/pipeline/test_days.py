"""Days: counted by midnights in the company's zone."""

from datetime import UTC, datetime

import pytest

from relasi.kits.pipeline import days
from relasi.kits.pipeline.days import company_day, days_between


@pytest.fixture(autouse=True)
def in_jakarta(monkeypatch):
    """The company's zone, without a database."""

    class Company:
        zone = "Asia/Jakarta"

    monkeypatch.setattr(days, "company", Company)


def moment(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "passed"),
    [
        (moment(1, 0), moment(1, 16, 59), 0),  # until 23.59 in Jakarta
        (moment(1, 16, 59), moment(1, 17), 1),  # one minute, one midnight
        (moment(1, 17), moment(2, 16, 59), 0),
        (moment(1, 3), moment(15, 3), 14),
        (None, moment(1, 1), None),
    ],
)
def test_a_day_passes_at_midnight_in_the_companys_zone(start, end, passed):
    assert days_between(start, end) == passed


def test_a_moment_belongs_to_the_companys_day():
    assert company_day(moment(1, 18)).day == 2
