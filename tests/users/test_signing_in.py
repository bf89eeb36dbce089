"""Signing in: names, wrong tries, locks, links, and who is out."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.records.write import update
from relasi.users.links import make_link
from relasi.users.sign_in_log import SignIn
from relasi.users.user import User
from tests.people import PASSWORD, change, make_admin, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _admin() -> None:
    cache.clear()
    make_admin()


@pytest.fixture
def andi() -> User:
    return make_user("andi", password=PASSWORD)


def sign_in(login: str, password: str = PASSWORD, client: Client | None = None):
    return (client or Client()).post("/login/", {"login": login, "password": password})


@pytest.mark.parametrize("login", ["andi", "ANDI", "andi@contoh.id", " Andi@Contoh.ID "])
def test_username_or_email_in_any_case_signs_in(andi: User, login: str) -> None:
    client = Client()
    answer = sign_in(login, client=client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/security/").status_code == 200


def test_a_wrong_password_is_refused_with_the_tries_left(andi: User) -> None:
    answer = sign_in("andi", "salah-sekali-99")
    assert answer.status_code == 422
    assert "4" in answer.content.decode()
    assert SignIn.objects.filter(user=andi, result="wrong_password").count() == 1


def test_five_wrong_passwords_lock_and_the_sixth_right_one_is_refused(andi: User) -> None:
    for _ in range(5):
        sign_in("andi", "salah-sekali-99")
    andi.refresh_from_db()
    assert andi.status == "locked"
    assert andi.locked_until is not None
    client = Client()
    assert sign_in("andi", client=client).status_code == 422
    assert client.get("/security/").status_code == 302
    assert SignIn.objects.filter(user=andi).first().result == "refused"


def test_locking_is_in_the_history_of_the_user(andi: User) -> None:
    from relasi.engine.records.history import history_of

    for _ in range(5):
        sign_in("andi", "salah-sekali-99")
    with acting(SYSTEM):
        names = {change.kind.key for change in history_of(andi, SYSTEM)[0].fields}
    assert "status" in names


def test_the_lock_ends_after_thirty_minutes(andi: User) -> None:
    for _ in range(5):
        sign_in("andi", "salah-sekali-99")
    with time_machine.travel(timezone.now() + timedelta(minutes=29), tick=False):
        assert sign_in("andi").status_code == 422
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert sign_in("andi").status_code == 302
        andi.refresh_from_db()
        assert (andi.status, andi.locked_until) == ("active", None)


def test_wrong_tries_older_than_fifteen_minutes_do_not_count(andi: User) -> None:
    for _ in range(4):
        sign_in("andi", "salah-sekali-99")
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        sign_in("andi", "salah-sekali-99")
        assert sign_in("andi").status_code == 302


def test_a_good_sign_in_starts_the_count_anew(andi: User) -> None:
    for _ in range(2):
        for _ in range(4):
            sign_in("andi", "salah-sekali-99")
        assert sign_in("andi").status_code == 302


def test_a_name_nobody_has_is_answered_like_one_somebody_has(andi: User) -> None:
    make_user("wahyu", password=PASSWORD)

    def told(login: str) -> list[str]:
        return [sign_in(login, "salah-sekali-99").content.decode().replace(login, "X") for _ in range(7)]

    for known, unknown in zip(told("wahyu"), told("siapa"), strict=True):
        assert _plain(known).splitlines() == _plain(unknown).splitlines()


def _plain(text: str) -> str:
    return re.sub(r"\b[A-Za-z0-9]{64}\b", "", text)


def test_a_name_nobody_has_costs_one_password_check_too(andi: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from relasi.features.sign_in import attempt

    hashed = []
    monkeypatch.setattr(attempt, "make_password", lambda password: hashed.append(password))
    sign_in("siapa")
    assert hashed == [PASSWORD]


def test_the_log_never_holds_what_nobody_is_called(andi: User) -> None:
    sign_in("rahasia-saya-123")
    row = SignIn.objects.get()
    assert row.user is None
    assert "rahasia" not in str(row.__dict__)


def test_a_locked_colleague_goes_on_working(andi: User) -> None:
    client = signed_in(andi)
    for _ in range(5):
        sign_in("andi", "salah-sekali-99")
    assert client.get("/security/").status_code == 200


def test_many_wrong_names_from_one_address_are_stopped(andi: User) -> None:
    SignIn.objects.bulk_create(
        SignIn(name_key=f"{n:032}", ip="127.0.0.1", result="wrong_password") for n in range(50)
    )
    assert sign_in("andi").status_code == 422


def test_a_suspended_user_is_out_at_the_next_request(andi: User) -> None:
    client = signed_in(andi)
    change(andi, status="suspended")
    answer = client.get("/security/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/security/")
    fragment = client.get("/security/", headers={"HX-Request": "true"})
    assert fragment.status_code == 401
    program = client.get("/security/", headers={"Accept": "application/json"})
    assert program.status_code == 401
    assert sign_in("andi").status_code == 422


def test_nobody_reaches_an_inner_page_without_signing_in() -> None:
    for path in ("/", "/security/", "/settings/", "/changes/", "/styleguide/", "/live/"):
        assert Client().get(path).status_code == 302, path
        assert Client().post(path, headers={"X-Requested-With": "fetch"}).status_code == 401, path


@pytest.mark.parametrize(
    "path", ["/signup/", "/accounts/signup/", "/email/", "/accounts/login/", "/password/reset/"]
)
def test_what_we_do_not_want_of_the_library_has_no_address(path: str) -> None:
    assert signed_in(User.objects.get(username="admin")).get(path).status_code == 404


@pytest.mark.parametrize("target", ["https://jahat.example/", "//jahat.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(andi: User, target: str) -> None:
    answer = Client().post("/login/", {"login": "andi", "password": PASSWORD, "next": target})
    assert answer["Location"] == "/"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(andi: User) -> None:
    answer = Client().post("/login/", {"login": "andi", "password": PASSWORD, "next": "/security/"})
    assert answer["Location"] == "/security/"


def test_without_staying_signed_in_the_session_ends_with_the_browser(andi: User) -> None:
    client = Client()
    sign_in("andi", client=client)
    assert client.cookies["sessionid"]["max-age"] == ""
    client = Client()
    client.post("/login/", {"login": "andi", "password": PASSWORD, "remember": "1"})
    assert client.cookies["sessionid"]["max-age"] == 14 * 24 * 3600


def test_an_invited_user_chooses_a_password_by_a_link_once() -> None:
    sari = make_user("sari", status="invited")
    link = make_link(sari, "invitation")
    client = Client()
    assert client.get(link).status_code == 200
    answer = client.post(link, {"password1": PASSWORD, "password2": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    sari.refresh_from_db()
    assert sari.status == "active"
    assert client.get("/security/").status_code == 200
    assert Client().get(link).status_code == 404
    assert (
        Client().post(link, {"password1": "lain-sekali-77", "password2": "lain-sekali-77"}).status_code == 404
    )
    assert sign_in("sari").status_code == 302


def test_a_link_of_one_purpose_or_person_is_no_good_for_another() -> None:
    sari, budi = make_user("sari", status="invited"), make_user("budi", password=PASSWORD)
    token = make_link(sari, "invitation").split("/")[-2]
    assert Client().get(f"/password/choose/reset/{token}/").status_code == 404
    assert Client().get(f"/password/choose/lain/{token}/").status_code == 404
    reset = make_link(budi, "reset").split("/")[-2]
    assert Client().get(f"/password/choose/invitation/{reset}/").status_code == 404
    assert Client().get(f"/password/choose/reset/{reset[:-1]}x/").status_code == 404


def test_a_link_dies_of_age_and_of_a_new_address() -> None:
    sari = make_user("sari", status="invited")
    link = make_link(sari, "invitation")
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert Client().get(link).status_code == 404
    assert Client().get(link).status_code == 200
    change(sari, email="baru@contoh.id")
    assert Client().get(link).status_code == 404


def test_a_suspended_user_cannot_come_back_by_an_old_link(andi: User) -> None:
    link = make_link(andi, "reset")
    change(andi, status="suspended")
    assert (
        Client().post(link, {"password1": "lain-sekali-77", "password2": "lain-sekali-77"}).status_code == 404
    )
    andi.refresh_from_db()
    assert andi.status == "suspended"


def test_a_reset_ends_every_session_and_unlocks(andi: User) -> None:
    client = signed_in(andi)
    for _ in range(5):
        sign_in("andi", "salah-sekali-99")
    andi.refresh_from_db()
    link = make_link(andi, "reset")
    Client().post(link, {"password1": "lain-sekali-77", "password2": "lain-sekali-77"})
    assert client.get("/security/").status_code == 302
    assert sign_in("andi", "lain-sekali-77").status_code == 302
    andi.refresh_from_db()
    assert andi.status == "active"


@pytest.mark.parametrize("password", ["pendek9", "1234567890", "password123", "andi@contoh.id"])
def test_a_weak_password_is_refused(password: str) -> None:
    andi = make_user("andi", status="invited")
    answer = Client().post(make_link(andi, "invitation"), {"password1": password, "password2": password})
    assert answer.status_code == 422
    andi.refresh_from_db()
    assert andi.status == "invited"


def test_none_of_the_last_five_passwords_may_come_back(andi: User) -> None:
    client = signed_in(andi)
    used = [PASSWORD, *(f"kata-sandi-baru-{n}" for n in range(5))]
    for old, new in itertools.pairwise(used):
        answer = _change_password(client, old, new)
        assert answer.status_code == 302, answer.content.decode()
    assert _change_password(client, used[5], used[1]).status_code == 422
    assert _change_password(client, used[5], PASSWORD).status_code == 302


def _change_password(client: Client, old: str, new: str):
    return client.post("/security/password/", {"oldpassword": old, "password1": new, "password2": new})


def test_a_changed_password_keeps_this_session_and_ends_the_others(andi: User) -> None:
    here, there = Client(), Client()
    sign_in("andi", client=here)
    sign_in("andi", client=there)
    _change_password(here, PASSWORD, "lain-sekali-77")
    assert here.get("/security/").status_code == 200
    assert there.get("/security/").status_code == 302


def test_guessing_the_current_password_inside_locks_too(andi: User) -> None:
    client = signed_in(andi)
    for _ in range(5):
        assert _change_password(client, "salah-sekali-99", "lain-sekali-77").status_code == 422
    assert _change_password(client, PASSWORD, "lain-sekali-77").status_code == 422
    andi.refresh_from_db()
    assert andi.status == "locked"


def test_one_session_or_all_others_can_be_ended(andi: User) -> None:
    here, there, far = Client(), Client(), Client()
    for client in (here, there, far):
        sign_in("andi", client=client)
    page = here.get("/security/")
    assert page.content.decode().count('name="session"') == 2
    from allauth.usersessions.models import UserSession

    one = UserSession.objects.get(session_key=there.session.session_key)
    here.post("/security/sessions/", {"session": one.pk})
    assert [c.get("/security/").status_code for c in (here, there, far)] == [200, 302, 200]
    here.post("/security/sessions/")
    assert [c.get("/security/").status_code for c in (here, far)] == [200, 302]


def test_nobody_ends_the_session_of_somebody_else(andi: User) -> None:
    from allauth.usersessions.models import UserSession

    budi = make_user("budi", password=PASSWORD)
    theirs, mine = Client(), Client()
    sign_in("budi", client=theirs)
    sign_in("andi", client=mine)
    session = UserSession.objects.get(user=budi)
    mine.post("/security/sessions/", {"session": session.pk})
    assert theirs.get("/security/").status_code == 200


def test_forgotten_without_mail_says_whom_to_ask(andi: User) -> None:
    assert Client().post("/password/forgotten/", {"login": "andi"}).status_code == 200
    from procrastinate.contrib.django.models import ProcrastinateJob

    assert not ProcrastinateJob.objects.filter(task_name="send_password_link").exists()


def test_forgotten_answers_the_same_for_everybody_and_mails_only_those_who_are(
    andi: User, settings, mailoutbox
) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    from relasi.features.sign_in.jobs import send_password_link

    settings.EMAIL_HOST, settings.PUBLIC_URL = "surat.contoh.id", "https://crm.contoh.id"
    known = Client().post("/password/forgotten/", {"login": "andi"}, headers={"Host": "jahat.example"})
    unknown = Client().post("/password/forgotten/", {"login": "siapa"})
    assert _plain(known.content.decode()) == _plain(unknown.content.decode())
    jobs = ProcrastinateJob.objects.filter(task_name="send_password_link")
    assert jobs.count() == 2
    for job in jobs:
        send_password_link.func(**job.args)
    assert [mail.to for mail in mailoutbox] == [["andi@contoh.id"]]
    assert "https://crm.contoh.id/password/choose/reset/" in mailoutbox[0].body


def test_a_signed_in_person_is_never_asked_to_sign_in_again(andi: User) -> None:
    assert signed_in(andi).get("/login/").status_code == 302


def test_signing_out_ends_the_session(andi: User) -> None:
    client = signed_in(andi)
    assert client.get("/logout/").status_code == 200
    assert client.post("/logout/").status_code == 302
    assert client.get("/security/").status_code == 302


def test_unlocking_after_time_is_done_for_the_list_too(andi: User) -> None:
    from relasi.features.sign_in.attempt import release_locks

    for _ in range(5):
        sign_in("andi", "salah-sekali-99")
    assert release_locks() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert (release_locks(), release_locks()) == (1, 0)
    andi.refresh_from_db()
    assert andi.status == "active"


def test_only_the_password_is_written_outside_the_write_door(andi: User) -> None:
    with acting(SYSTEM):
        update(andi, {"title": "Manajer"})
    andi.title = "Direktur"
    andi.save()
    andi.refresh_from_db()
    assert andi.title == "Manajer"
