"""Second factors: authenticator app, recovery codes, confirming once more, and losing the phone."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from relasi.users.user import User
from tests.people import PASSWORD, make_admin, make_user, signed_in

pytestmark = pytest.mark.django_db


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


@pytest.fixture
def andi() -> User:
    make_admin()
    return make_user("andi", password=PASSWORD)


def sign_in(client: Client) -> object:
    return client.post("/login/", {"login": "andi", "password": PASSWORD})


def confirm(client: Client, then: str) -> None:
    client.post(f"/security/confirm/?next={then}", {"password": PASSWORD, "next": then})


@pytest.fixture
def secret(andi: User) -> str:
    """Of the app andi has just turned on."""
    client = Client()
    sign_in(client)
    confirm(client, "/security/app/")
    page = client.get("/security/app/").content.decode()
    found = re.search(r"<code>([A-Z2-7]+)</code>", page).group(1)
    answer = client.post("/security/app/", {"code": code_for(found)})
    assert answer["Location"] == "/security/codes/"
    return found


def codes(client: Client) -> list[str]:
    confirm(client, "/security/codes/")
    return re.findall(r"<li><code>([^<]+)</code>", client.get("/security/codes/").content.decode())


def test_changing_second_factors_asks_for_the_password_once_more(andi: User) -> None:
    client = Client()
    sign_in(client)
    for path in ("/security/app/", "/security/passkeys/add/"):
        assert client.get(path)["Location"].startswith("/security/confirm/")
    assert client.post("/security/confirm/", {"password": "salah-sekali-99"}).status_code == 422
    confirm(client, "/security/app/")
    assert client.get("/security/app/").status_code == 200


def test_with_an_app_the_password_alone_is_not_enough(andi: User, secret: str) -> None:
    client = Client()
    assert sign_in(client)["Location"] == "/login/confirm/"
    assert client.get("/security/").status_code == 302
    assert client.get("/login/confirm/").status_code == 200


def test_a_code_signs_in_and_is_good_once(andi: User, secret: str) -> None:
    Authenticator.objects.filter(user=andi, type="totp").update(last_used_at=None)
    cache.clear()
    code = code_for(secret)
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client)
    assert first.post("/login/confirm/", {"code": code}).status_code == 302
    assert first.get("/security/").status_code == 200
    cache.clear()  # as in another process
    assert second.post("/login/confirm/", {"code": code}).status_code == 422
    assert second.get("/security/").status_code == 302


def test_five_wrong_codes_lock(andi: User, secret: str) -> None:
    client = Client()
    sign_in(client)
    for _ in range(5):
        assert client.post("/login/confirm/", {"code": "000000"}).status_code == 422
    andi.refresh_from_db()
    assert andi.status == "locked"
    cache.clear()
    assert client.post("/login/confirm/", {"code": code_for(secret)}).status_code == 422
    assert client.get("/security/").status_code == 302


def test_a_recovery_code_signs_in_once(andi: User, secret: str) -> None:
    inside = signed_in(andi)
    (one, *rest) = codes(inside)
    assert len(rest) == 9
    cache.clear()
    for expected in (302, 422):
        client = Client()
        sign_in(client)
        assert client.post("/login/confirm/", {"code": one}).status_code == expected
    assert one not in codes(inside)


def test_the_codes_can_be_kept_in_a_file(andi: User, secret: str) -> None:
    inside = signed_in(andi)
    shown = codes(inside)
    answer = inside.get("/security/codes/file/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert all(code in answer.content.decode() for code in shown)
    inside.post("/security/codes/new/")
    assert not set(shown) & set(codes(inside))


def test_turning_the_app_off_leaves_the_password(andi: User, secret: str) -> None:
    inside = signed_in(andi)
    confirm(inside, "/security/app/off/")
    assert inside.get("/security/app/off/").status_code == 200
    inside.post("/security/app/off/")
    assert not Authenticator.objects.filter(user=andi).exists()
    assert sign_in(Client())["Location"] == "/"


def test_an_admin_helps_somebody_who_lost_the_phone(andi: User, secret: str) -> None:
    admin = signed_in(User.objects.get(username="admin"))
    admin.post(f"/settings/users/{andi.pk}/factors/")
    assert sign_in(Client())["Location"] == "/"


def test_a_page_about_a_factor_never_shows_the_secret_again(andi: User, secret: str) -> None:
    page = signed_in(andi).get("/security/").content.decode()
    assert secret not in page
