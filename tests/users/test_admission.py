"""Admission: the hours, days and addresses from which a permission profile lets people sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from time_machine import travel

from relasi.engine.access.admission import kept_out
from relasi.engine.access.profile import Profile
from relasi.engine.records.refusal import Refused
from relasi.users.sign_in_log import SignIn
from relasi.users.user import User
from tests.people import PASSWORD, change, make_admin, make_profile, make_role, make_user, signed_in

JAKARTA = ZoneInfo("Asia/Jakarta")
FRIDAY_NOON = datetime(2026, 10, 9, 12, tzinfo=JAKARTA)
OFFICE = {
    "sign_in_from": "08:00",
    "sign_in_until": "17:00",
    "sign_in_days": ["mon", "tue", "wed", "thu", "fri"],
}
NIGHT = {"sign_in_from": "22:00", "sign_in_until": "06:00", "sign_in_days": ["fri"]}


@pytest.mark.parametrize(
    ("profile", "moment", "out"),
    [
        ({}, "2026-10-11 03:00", ""),
        (OFFICE, "2026-10-09 07:59", "hours"),
        (OFFICE, "2026-10-09 08:00", ""),
        (OFFICE, "2026-10-09 16:59", ""),
        (OFFICE, "2026-10-09 17:00", "hours"),
        (OFFICE, "2026-10-10 12:00", "hours"),
        (NIGHT, "2026-10-09 21:59", "hours"),
        (NIGHT, "2026-10-09 22:00", ""),
        (NIGHT, "2026-10-10 05:59", ""),
        (NIGHT, "2026-10-10 06:00", "hours"),
        (NIGHT, "2026-10-09 05:00", "hours"),
        ({"sign_in_days": ["sun"]}, "2026-10-11 03:00", ""),
        ({"sign_in_days": ["sun"]}, "2026-10-12 00:00", "hours"),
    ],
)
def test_hours_and_days(profile: dict[str, Any], moment: str, out: str) -> None:
    assert kept_out([Profile(**profile)], "203.0.113.7", datetime.fromisoformat(moment)) == out


@pytest.mark.parametrize(
    ("allowed", "ip", "out"),
    [
        (None, None, ""),
        ("203.0.113.0/24", "203.0.113.255", ""),
        ("203.0.113.0/24", "203.0.114.1", "address"),
        ("203.0.113.0/24\n2001:db8::/32", "2001:db8::7", ""),
        ("203.0.113.0/24", "::ffff:203.0.113.9", ""),
        ("203.0.113.0/24", "2001:db8::7", "address"),
        ("203.0.113.0/24", None, "address"),
    ],
)
def test_addresses_and_ranges(allowed: str | None, ip: str | None, out: str) -> None:
    assert kept_out([Profile(sign_in_addresses=allowed)], ip, FRIDAY_NOON) == out


def test_one_profile_that_lets_in_is_enough() -> None:
    office, home = Profile(sign_in_addresses="203.0.113.0/24"), Profile(**OFFICE)
    assert kept_out([office, home], "198.51.100.1", FRIDAY_NOON) == ""
    assert kept_out([office, Profile(**NIGHT)], "198.51.100.1", FRIDAY_NOON) == "address"


# With people. The database itself ends sessions by its own clock, so that day lies ahead.
FRIDAY = datetime(2030, 1, 4, 12, tzinfo=JAKARTA)
pytestmark = pytest.mark.django_db


@pytest.fixture
def andi() -> User:
    cache.clear()
    make_admin(password=PASSWORD)
    role = make_role("Kasir", profiles=[make_profile("Kasir", **OFFICE, sign_in_addresses="127.0.0.0/8")])
    return make_user("andi", role, password=PASSWORD)


def sign_in(name: str = "andi", **how: Any) -> tuple[Client, Any]:
    client = Client(**how)
    return client, client.post("/login/", {"login": name, "password": PASSWORD})


def test_outside_the_hours_nobody_signs_in_and_is_told_why(andi: User) -> None:
    with travel(FRIDAY.replace(hour=19), tick=False):
        client, answer = sign_in()
        assert answer["Location"] == "/login/?refused=hours"
        assert "Anda tidak dapat masuk pada jam ini" in client.get(answer["Location"]).content.decode()
        assert client.get("/security/").status_code == 302
        assert SignIn.objects.filter(user=andi).first().result == "hours"
        assert sign_in("admin")[1]["Location"] == "/"
    with travel(FRIDAY, tick=False):
        assert sign_in()[1]["Location"] == "/"


def test_from_another_address_nobody_signs_in(andi: User) -> None:
    with travel(FRIDAY, tick=False):
        _client, answer = sign_in(REMOTE_ADDR="203.0.113.7")
        assert answer["Location"] == "/login/?refused=address"
        assert SignIn.objects.filter(user=andi).first().result == "address"


def test_the_session_ends_when_the_hours_are_over_or_the_person_has_moved(andi: User) -> None:
    with travel(FRIDAY, tick=False) as clock:
        client, other = signed_in(andi), signed_in(andi)
        assert client.get("/preferences/mine/").status_code == 200
        assert (
            other.get("/preferences/mine/", REMOTE_ADDR="203.0.113.7")["Location"]
            == "/login/?refused=address"
        )
        clock.move_to(FRIDAY.replace(hour=17))
        assert client.get("/preferences/mine/", headers={"HX-Request": "true"}).status_code == 401
        clock.move_to(FRIDAY)
        assert client.get("/preferences/mine/").status_code == 302


def test_a_change_of_the_profile_counts_at_the_next_request(andi: User) -> None:
    with travel(FRIDAY, tick=False):
        client = signed_in(andi)
        assert client.get("/preferences/mine/").status_code == 200
        change(Profile._base_manager.get(name="Kasir"), sign_in_until="12:00")
        assert client.get("/preferences/mine/")["Location"] == "/login/?refused=hours"


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"sign_in_from": "08:00"}, {"sign_in_until": "REQUIRED"}),
        ({"sign_in_from": "25:00", "sign_in_until": "26:00"}, {"sign_in_from": "INVALID_VALUE"}),
        ({"sign_in_from": "8", "sign_in_until": "08.00"}, {"sign_in_until": "INVALID_VALUE"}),
        ({"sign_in_addresses": "203.0.113.7\nkantor"}, {"sign_in_addresses": "INVALID_VALUE"}),
        ({"sign_in_days": ["libur"]}, {"sign_in_days": "INVALID_VALUE"}),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(values: dict[str, Any], wrong: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        make_profile(**values)
    assert {one.field: one.code for one in refused.value.refusals} == wrong


def test_the_page_keeps_hours_and_addresses_in_one_form(andi: User) -> None:
    client = signed_in(User.objects.get(username="admin"))
    profile = make_profile("Toko")
    form = {"name": "Toko", "version": profile.version, "sign_in_from": "7.30", "sign_in_until": "16",
            "sign_in_days": ["mon", "sat"], "sign_in_addresses": "203.0.113.7, 198.51.100.9/24"}  # fmt: skip
    page = client.post(f"/settings/profiles/{profile.pk}/", {**form, "sign_in_until": "petang"})
    assert page.status_code == 422 and 'value="petang"' in page.content.decode()
    assert client.post(f"/settings/profiles/{profile.pk}/", form).status_code == 302
    stored = Profile._base_manager.get(pk=profile.pk)
    assert (stored.sign_in_from, stored.sign_in_until, stored.sign_in_days) == (
        "07:30",
        "16:00",
        ["mon", "sat"],
    )
    assert stored.sign_in_addresses == "203.0.113.7/32\n198.51.100.0/24"
    other = Profile._base_manager.get(name="Kasir")
    compared = client.get(f"/settings/profiles/compare/?a={profile.pk}&b={other.pk}").content.decode()
    assert "198.51.100.0/24" in compared and "08:00" in compared
