"""Preferences that do something: how days and hours are written, where a person arrives, who stands in for them."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.access.reading import reader_for
from relasi.engine.fields.date_text import read_date, read_moment, write_date, write_moment
from relasi.engine.fields.periods import days_meant
from relasi.engine.fields.reader import Reader
from relasi.users.user import User
from tests.make import again, make
from tests.modules.refused import refused
from tests.people import PASSWORD, change, make_group, make_user, signed_in

STYLES = ("text", "dash", "slash", "us", "iso")


def own(user: User, **values: Any) -> dict[str, Any]:
    names = ("first_name", "last_name", "phone", "language", "zone", "date_style", "hour_style", "number_style", "theme",
             "density", "start_page", "signature", "first_day")  # fmt: skip
    return {**{name: getattr(user, name) for name in names}, **values}


@pytest.mark.parametrize(
    ("style", "hours", "shown"),
    [
        ("text", "auto", "5 Agu 2026 14.30"),
        ("dash", ":", "05-08-2026 14:30"),
        ("slash", ".", "05/08/2026 14.30"),
        ("us", "12", "08/05/2026 2:30 pm"),
        ("iso", "12", "2026-08-05 2:30 pm"),
    ],
)
def test_days_and_hours_are_written_as_a_person_likes_them(company: Any, style: str, hours: str, shown: str):
    change(company.sales_a, date_style=style, hour_style=hours)
    with acting(SYSTEM):
        event = make("agenda.Event", owner=company.sales_a, starts_at=datetime(2026, 8, 5, 7, 30, tzinfo=UTC),
                     ends_at=datetime(2026, 8, 5, 9, tzinfo=UTC))  # fmt: skip
    client = signed_in(company.sales_a)
    for page in (f"/events/{event.pk}/", "/events/"):
        assert shown in client.get(page).content.decode()


def test_moments_outside_of_fields_follow_too(company: Any):
    change(company.sales_a, date_style="iso", hour_style=":")
    with acting(SYSTEM):
        make("customers.Account", owner=company.sales_a)
    assert f"{datetime.now(reader_for(again(company.sales_a)).tz):%Y-%m-%d}" in (
        signed_in(company.sales_a).get("/").content.decode()
    )


def test_midnight_and_noon_on_a_clock_of_twelve_hours():
    reader = Reader(zone="UTC", hour_style="12", date_style="iso")
    shown = [write_moment(datetime(2026, 1, 1, hour, 5, tzinfo=UTC), reader)[11:] for hour in (0, 11, 12, 23)]
    assert shown == ["12:05 am", "11:05 am", "12:05 pm", "11:05 pm"]


@given(
    day=st.dates(min_value=date(1000, 1, 1), max_value=date(9998, 12, 31)),
    style=st.sampled_from(STYLES),
    language=st.sampled_from(["id", "en"]),
)
def test_a_day_that_was_shown_can_be_typed_again(day: date, style: str, language: str):
    reader = Reader(language=language, date_style=style, day_first=style != "us")
    assert read_date(write_date(day, reader), reader) == day


@given(
    moment=st.datetimes(
        min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)
    ),
    style=st.sampled_from(STYLES),
    hours=st.sampled_from(["auto", ".", ":", "12"]),
)
def test_a_moment_that_was_shown_can_be_typed_again(moment: datetime, style: str, hours: str):
    reader = Reader(date_style=style, hour_style=hours, day_first=style != "us")
    assert read_moment(write_moment(moment, reader), reader) == moment.replace(second=0, microsecond=0)


def test_a_person_arrives_where_they_chose(company: Any):
    user = make_user("tini", company.roles["Sales A"], password=PASSWORD)
    sign_in = {"login": "tini", "password": PASSWORD}
    assert Client().post("/login/", sign_in).headers["Location"] == "/"
    assert signed_in(user).post("/preferences/mine/", own(user, start_page="deals")).status_code == 302
    assert Client().post("/login/", sign_in).headers["Location"] == "/deals/"
    asked = Client().post("/login/?next=/contacts/", {**sign_in, "next": "/contacts/"})
    assert asked.headers["Location"] == "/contacts/"


def test_a_start_page_a_person_may_not_see_any_more_is_the_usual_one(company: Any):
    user = make_user("tini", company.roles["Sales A"], password=PASSWORD, start_page="queue")
    sign_in = {"login": "tini", "password": PASSWORD}
    assert Client().post("/login/", sign_in).headers["Location"] == "/"
    make_group("Penjualan", user)
    assert Client().post("/login/", sign_in).headers["Location"] == "/queue/"


@pytest.mark.parametrize("page", ["//evil.example", "http:evil", "../login", "deals?x=1"])
def test_a_start_page_is_one_of_ours(company: Any, page: str):
    answer = signed_in(company.sales_a).post("/preferences/mine/", own(company.sales_a, start_page=page))
    assert (answer.status_code, again(company.sales_a).start_page) == (422, "")


def test_an_absence_makes_sense(company: Any):
    user = company.sales_a
    gone = company.hire("Pergi", "Sales A", status="suspended")
    assert refused(change, user, away_until="2026-08-05") == [("away_from", "REQUIRED")]
    assert refused(change, user, away_from="2026-08-05", away_until="2026-08-04") == [
        ("away_until", "OUT_OF_RANGE")
    ]
    assert refused(change, user, deputy=user.pk) == [("deputy", "INVALID_VALUE")]
    assert refused(change, user, deputy=gone.pk) == [("deputy", "BAD_REFERENCE")]
    assert (again(user).away_from, again(user).deputy_id) == (None, None)


def test_somebody_is_away_from_the_first_to_the_last_day_in_their_own_zone(company: Any):
    change(company.sales_a, zone="Asia/Jayapura", away_from="2026-08-05", away_until="2026-08-06",
           deputy=company.sales_b.pk)  # fmt: skip
    known = directory()
    before = datetime(2026, 8, 4, 14, 59, tzinfo=UTC)  # one minute to midnight in Jayapura
    for hours, away in ((0, False), (1, True), (47, True), (49, False)):
        moment = before + timedelta(hours=hours)
        assert known.people[company.sales_a.pk].is_away(moment) is away
        assert known.deputy_of(company.sales_a.pk, moment) == (company.sales_b.pk if away else None)


def test_a_deputy_who_is_away_too_or_left_stands_in_for_nobody(company: Any):
    change(company.sales_a, away_from="2026-08-05", deputy=company.sales_b.pk)
    now = datetime(2026, 8, 7, tzinfo=UTC)
    assert directory().deputy_of(company.sales_a.pk, now) == company.sales_b.pk
    change(company.sales_b, away_from="2026-08-01")
    assert directory().deputy_of(company.sales_a.pk, now) is None
    change(company.sales_b, away_from=None, status="suspended")
    assert directory().deputy_of(company.sales_a.pk, now) is None


def test_an_own_absence_is_saved_and_shown_to_the_admin(company: Any):
    day = timezone.now().date()
    values = own(company.sales_a, away_from=day.isoformat(), deputy=str(company.sales_b.pk))
    assert signed_in(company.sales_a).post("/preferences/mine/", values).status_code == 302
    user = again(company.sales_a)
    assert (user.away_from, user.deputy_id) == (day, company.sales_b.pk)
    page = signed_in(company.admin).get(f"/settings/users/{user.pk}/").content.decode()
    assert "sampai pemberitahuan" in page and str(company.sales_b) in page


@pytest.mark.parametrize(
    ("first_day", "begins", "names"), [("mon", 23, "Senin"), ("sun", 22, "Minggu"), ("sat", 28, "Sabtu")]
)
def test_a_week_begins_on_the_day_a_person_says(
    company: Any, first_day: str, begins: int, names: str
) -> None:
    """28 November 2026 is a Saturday."""
    change(company.sales_a, first_day=first_day)
    reader = reader_for(again(company.sales_a))
    assert days_meant("this_week", None, date(2026, 11, 28), reader.first_day)[0] == date(2026, 11, begins)
    page = signed_in(company.sales_a).get("/calendar/?view=month&date=2026-11-28").content.decode()
    heads = re.findall(r'<th scope="col">(\w+)</th>', page)
    assert heads[0] == names and len(heads) == 7
    assert len(re.findall("<tr", page.split('class="cal-month"')[1])) >= 6


def test_a_person_has_a_picture_of_their_own(company: Any) -> None:
    client = signed_in(company.sales_a)
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(drawn, "PNG")
    form = own(company.sales_a)
    wrong = {"picture": SimpleUploadedFile("wajah.png", b"not a picture")}
    assert client.post("/preferences/mine/", {**form, **wrong}).status_code == 422
    assert again(company.sales_a).picture is None
    sent = {"picture": SimpleUploadedFile("wajah.png", drawn.getvalue())}
    assert client.post("/preferences/mine/", {**form, **sent}).status_code == 302
    stored = again(company.sales_a).picture
    assert stored.endswith(".webp")
    address = f"/picture/{stored.removeprefix('pictures/')}"
    page = client.get("/preferences/mine/").content.decode()
    assert page.count(f'src="{address}"') >= 2
    assert client.get(address).status_code == 200
    assert client.post("/preferences/mine/", {**form, "picture.remove": "1"}).status_code == 302
    assert again(company.sales_a).picture is None
