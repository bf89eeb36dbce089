"""Who gets in by the compatibility API, how long, and what those learn who do not."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.records.change_set import ChangeRow, ChangeSet, close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from relasi.features.compat.access_key import AccessKey, make_key, revoke
from relasi.features.compat.challenge import Challenge
from relasi.features.compat.metering import KeyUse
from relasi.features.compat.session import IDLE, LIFE, Session
from relasi.features.compat.switch import is_on, turn
from relasi.features.compat.wrong_tries import MOST
from tests.features.compat.client import REST, SERVICE, Failed, Rest, Service, opened
from tests.make import make
from tests.people import signed_in


@pytest.fixture
def program(company: Any) -> Service:
    return Service(company.admin)


def refused(act: Any) -> Failed:
    with pytest.raises(Failed) as wrong:
        act()
    return wrong.value


def test_challenge_and_login_tell_all_a_program_needs(program: Service, company: Any) -> None:
    challenge = program.get("getchallenge", username="ayu.admin")
    assert challenge["expireTime"] - challenge["serverTime"] == 300
    assert isinstance(challenge["serverTime"], int) and isinstance(challenge["token"], str)
    told = program.login()
    assert told["userId"].startswith("19x") and told["version"] == "0.22" and told["vtigerVersion"] == "8.2.0"
    assert told["is_admin"] == "on" and told["username"] == company.admin.username


def test_operations_are_named_in_any_letter_case_and_sent_by_any_verb(program: Service) -> None:
    program.login()
    sent = {"operation": "listTypes", "sessionName": program.session, "fieldTypeList": "null"}
    for answer in (program.client.get(SERVICE, sent), program.client.post(SERVICE, sent)):
        assert "Contacts" in answer.json()["result"]["types"]


def test_without_a_name_there_is_no_challenge(program: Service) -> None:
    wrong = refused(lambda: program.get("getchallenge"))
    assert (wrong.code, wrong.message) == ("ACCESS_DENIED", "No username given")


def test_nobody_learns_who_works_here(program: Service, company: Any) -> None:
    """A name nobody has, one without a key, a suspended one and a wrong answer: the same answers."""
    with acting(SYSTEM, via="system"):
        update(company.sales_b, {"status": "suspended"}, authorised="test")
    close_change_set()
    for name in ("nobody.at.all", company.sales_a.username, company.sales_b.username, company.admin.username):
        token = program.get("getchallenge", username=name)["token"]
        wrong = refused(lambda name=name, token=token: program.post(
            "login", username=name, accessKey=program.answer_to(token + "x")))  # fmt: skip
        assert (wrong.code, wrong.message) == ("INVALID_USER_CREDENTIALS", "Invalid username or password")
        wrong = refused(lambda name=name: program.post("login", username=f"{name}2", accessKey="0" * 32))
        assert wrong.code == "INVALID_AUTH_TOKEN"


def test_a_token_signs_in_once(program: Service, company: Any) -> None:
    token = program.get("getchallenge", username=company.admin.username)["token"]
    answer = {"username": company.admin.username, "accessKey": program.answer_to(token)}
    assert program.post("login", **answer)["sessionName"]
    assert refused(lambda: program.post("login", **answer)).code == "INVALID_AUTH_TOKEN"


def test_a_token_belongs_to_the_name_it_was_asked_for_and_ends_after_five_minutes(
    program: Service, company: Any
) -> None:
    token = program.get("getchallenge", username="somebody.else")["token"]
    answer = {"username": company.admin.username, "accessKey": program.answer_to(token)}
    assert refused(lambda: program.post("login", **answer)).code == "INVALID_AUTH_TOKEN"
    program.get("getchallenge", username=company.admin.username)
    Challenge.objects.update(expires_at=timezone.now())
    assert refused(lambda: program.post("login", **answer)).code == "INVALID_AUTH_TOKEN"


def test_two_programs_of_one_person_may_sign_in_at_once(program: Service, company: Any) -> None:
    tokens = [program.get("getchallenge", username=company.admin.username)["token"] for _n in range(2)]
    names = {
        program.post("login", username=company.admin.username, accessKey=program.answer_to(token))[
            "sessionName"
        ]
        for token in tokens
    }
    assert len(names) == 2


def test_the_key_is_sealed_and_no_session_can_be_read_from_the_database(program: Service) -> None:
    program.login()
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT string_agg(row::text, '') FROM (
                SELECT row_to_json(k)::text AS row FROM compat_accesskey k UNION ALL
                SELECT row_to_json(s)::text FROM compat_session s UNION ALL
                SELECT row_to_json(c)::text FROM records_change c WHERE origin = 'compat_accesskey') rows
        """)
        kept = cursor.fetchone()[0]
    assert program.key not in kept and program.session not in kept
    rows = ChangeRow.objects.filter(origin="compat_accesskey")
    assert rows and all(not {"sealed_key", "digest"} & (row.after or {}).keys() for row in rows)


def test_a_session_ends_by_logging_out_by_age_and_by_idleness(program: Service) -> None:
    program.login()
    assert program.post("logout") == {"message": "successfull"}
    wrong = refused(program.listtypes)
    assert (wrong.code, wrong.message) == ("INVALID_SESSIONID", "Session Identifier provided is Invalid")
    for column, age, code in (("begun_at", LIFE, "SESSION_EXPIRED"), ("used_at", IDLE, "SESSION_LEFT_IDLE")):
        program.session = ""
        program.login()
        Session.objects.update(**{column: timezone.now() - age})
        assert refused(program.listtypes).code == code
    program.session = ""
    assert refused(program.listtypes).code == "AUTHENTICATION_REQUIRED"


def test_a_session_is_extended(program: Service) -> None:
    program.login()
    Session.objects.update(begun_at=timezone.now() - LIFE + timedelta(minutes=1))
    told = program.post("extendsession")
    assert told["sessionName"] == program.session and set(told) == {
        "sessionName",
        "userId",
        "version",
        "vtigerVersion",
    }
    assert Session.objects.get().begun_at > timezone.now() - timedelta(minutes=1)


def test_a_revoked_key_opens_nothing_from_then_on(program: Service, company: Any) -> None:
    program.login()
    rest = Rest(company.admin, program.key)
    assert rest.get("me")
    with acting(company.admin):
        revoke(AccessKey._base_manager.get(hint=program.key[-4:]))
    close_change_set()
    assert refused(program.listtypes).code == "INVALID_SESSIONID"
    assert refused(lambda: rest.get("me")).answer.status_code == 401
    program.session = ""
    assert refused(program.login).code == "INVALID_USER_CREDENTIALS"


def test_a_suspended_person_and_one_whose_profile_lost_the_api_are_shut_out(company: Any) -> None:
    program, other = Service(company.sales_a).signed_in(), Service(company.sales_b).signed_in()
    with acting(SYSTEM, via="system"):
        update(company.sales_b, {"status": "suspended"}, authorised="test")
    close_change_set()
    assert refused(other.listtypes).code == "INVALID_SESSIONID"
    with acting(SYSTEM, via="system"):
        update(company.profiles["Jual"], {"tools": ["export"]})
    close_change_set()
    assert refused(program.listtypes).code == "ACCESS_DENIED"
    with acting(company.sales_a), pytest.raises(Refused):
        make_key(company.sales_a, "x")


def test_the_other_face_tells_by_status_and_reason_what_went_wrong(company: Any) -> None:
    rest = Rest(company.admin)
    wrong = refused(lambda: rest.retrieve("12x999999"))
    assert wrong.answer.status_code == 400 and wrong.answer.reason_phrase == wrong.message
    good = rest.client.get(f"{REST}me", headers=rest.headers())
    assert good.status_code == 200 and good["X-Vtiger-Version"]
    for name in (
        "X-FloodControl-MinuteLimit",
        "X-FloodControl-Remaining",
        "X-RateLimit-DailyLimit",
        "X-RateLimit-Reset",
    ):
        assert good[name].isdigit()
    for header in (
        {},
        {"Authorization": "Basic !!"},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Basic AGE6Yg=="},
    ):
        answer = Client().get(f"{REST}me", headers=header)
        assert answer.status_code == 401 and "WWW-Authenticate" in answer.headers
    assert refused(lambda: rest.get("nope")).code == "UNKNOWN_OPERATION"


def test_a_key_works_with_the_name_of_its_person_alone(company: Any) -> None:
    key = opened(company.admin)
    assert refused(lambda: Rest(company.sales_a, key).get("me")).code == "INVALID_USER_CREDENTIALS"


def test_whoever_guesses_has_to_wait_and_others_do_not(program: Service, company: Any) -> None:
    wrong_one, right_one = Rest(company.admin, "wrong" * 5), Rest(company.sales_a)
    for _try in range(MOST):
        assert refused(lambda: wrong_one.get("me")).message == "Invalid username or access key"
    assert "Wait" in refused(lambda: Rest(company.admin, program.key).get("me")).message
    assert "Wait" in refused(program.login).message
    assert right_one.get("me")


def test_a_key_may_be_used_so_often_a_minute(company: Any, settings: Any) -> None:
    settings.API_PER_MINUTE = 3
    rest, program = Rest(company.admin), Service(company.sales_a).signed_in()
    for _call in range(3):
        assert rest.get("me") and program.listtypes()
    over = refused(lambda: rest.get("me"))
    assert over.answer.status_code == 429 and over.answer["X-FloodControl-MinuteRemaining"] == "0"
    assert refused(program.listtypes).code == "RATE_LIMITED"


def test_switched_off_nobody_is_answered(program: Service, company: Any) -> None:
    program.login()
    with acting(company.admin):
        turn(False)
    close_change_set()
    for answer in (program.client.get(SERVICE, {"operation": "getchallenge", "username": "x"}),
                   Client().get(f"{REST}me", headers=Rest(company.admin, program.key).headers())):  # fmt: skip
        assert answer.status_code == 404 and answer.json()["success"] is False
    with acting(company.admin):
        turn(True)
    close_change_set()
    assert program.listtypes()


def test_it_is_off_until_somebody_switches_it_on(company: Any) -> None:
    assert not is_on() and Client().get(SERVICE).status_code == 404


def test_the_cookie_of_a_browser_opens_nothing(program: Service, company: Any) -> None:
    browser = signed_in(company.admin)
    answer = browser.get(SERVICE, {"operation": "listtypes"})
    assert answer.json()["error"]["code"] == "AUTHENTICATION_REQUIRED"
    assert browser.get(f"{REST}me").status_code == 401


def test_bodies_that_cannot_be_read_are_refused_and_break_nothing(program: Service) -> None:
    program.login()
    for body, type in (
        (b"{", "application/json"), (b"[1]", "application/json"), (b"\xff\xfe", "application/json"), (b"x", "text/plain"),
        (b"--x\r\n", "multipart/form-data; boundary=x"), (b"a" * 10, "multipart/form-data"),
        (b"[" * 100000, "application/json"),
    ):  # fmt: skip
        answer = program.client.post(SERVICE, body, content_type=type)
        assert answer.status_code == 200 and answer.json()["success"] is False
    for operation in ("", "nope", "login_pwd", "wsapp_get", "decrypt", "__class__"):
        answer = program.client.get(SERVICE, {"operation": operation, "sessionName": program.session})
        assert answer.json()["error"]["code"] in ("UNKNOWN_OPERATION", "OPERATION_NOT_SUPPORTED")


def test_what_a_restricted_person_may_not_see_is_not_there(company: Any) -> None:
    program = Service(company.sales_a).signed_in()
    mine = make("customers.Account", name="Milik saya", owner=company.sales_a)
    hidden = make("customers.Account", name="Rahasia", owner=company.sales_b)
    contact = make("customers.Contact", owner=company.sales_a, account=mine)
    make("customers.Contact", owner=company.sales_a, account=hidden)
    assert [one["accountname"] for one in program.query("SELECT accountname FROM Accounts;")] == [
        "Milik saya"
    ]
    assert program.query("SELECT count(*) FROM Accounts WHERE accountname = 'Rahasia';") == [{"count": "0"}]
    id = f"11x{hidden.pk}"
    for act in (
        lambda: program.retrieve(id), lambda: program.revise(id=id, accountname="x"), lambda: program.delete(id),
        lambda: program.retrieve(f"12x{hidden.pk}"), lambda: program.create("ModComments", commentcontent="x", related_to=id),
        lambda: program.get("retrieve_related", id=id, relatedType="Contacts", relatedLabel=""),
        lambda: program.post("add_related", sourceRecordId=id, relatedRecordId=f"12x{contact.pk}"),
        lambda: program.post("add_related", sourceRecordId=f"12x{contact.pk}", relatedRecordId=id),
        lambda: program.post("tags_add", id=id, tags=["x"]),
    ):  # fmt: skip
        assert refused(act).code == "ACCESS_DENIED"
    told = program.query("SELECT account_id FROM Contacts ORDER BY id;")
    assert [one["account_id"] for one in told] == [f"11x{mine.pk}", ""]
    assert program.revise(id=f"12x{contact.pk}", account_id=id)["account_id"] == ""
    assert "Rahasia" not in json.dumps(program.get("sync", modifiedTime="0"))


def test_a_closed_field_is_neither_told_nor_asked_nor_written(company: Any) -> None:
    with acting(SYSTEM, via="system"):
        update(
            company.profiles["Jual"], {"fields": {"customers.contact": {"email": "hidden", "title": "read"}}}
        )
    close_change_set()
    program = Service(company.sales_a).signed_in()
    contact = make("customers.Contact", owner=company.sales_a, email="rahasia@contoh.id", title="Direktur")
    told = program.retrieve(f"12x{contact.pk}")
    assert "email" not in told and told["title"] == "Direktur"
    fields = {one["name"]: one for one in program.describe("Contacts")["fields"]}
    assert (
        "email" not in fields
        and fields["title"]["editable"] is False
        and fields["lastname"]["editable"] is True
    )
    for query in ("SELECT email FROM Contacts;", "SELECT id FROM Contacts WHERE email LIKE 'r%';",
                  "SELECT id FROM Contacts ORDER BY email;"):  # fmt: skip
        assert refused(lambda query=query: program.query(query)).code == "ACCESS_DENIED"
    assert refused(lambda: program.revise(id=told["id"], title="Komisaris")).code == "ACCESS_DENIED"
    assert program.update(**told)["title"] == "Direktur"
    assert program.get("lookup", type="email", value="rahasia@contoh.id") == []


def test_colleagues_are_told_without_what_is_theirs_alone(company: Any) -> None:
    program = Service(company.sales_a).signed_in()
    told = {one["user_name"]: one for one in program.query("SELECT * FROM Users;")}
    assert (
        told[company.admin.username]["is_admin"] == "" and told[company.sales_a.username]["is_admin"] == "off"
    )
    assert not {"password", "accesskey", "user_password"} & told[company.admin.username].keys()
    for act in (
        lambda: program.create("Users", user_name="x"),
        lambda: program.revise(id="19x1", is_admin="on"),
    ):
        assert refused(act).code == "OPERATION_NOT_SUPPORTED"


def test_a_password_is_changed_with_the_old_one(company: Any) -> None:
    company.sales_a.set_password("kopi-tubruk-2026")
    company.sales_a.save()
    program, id = Service(company.sales_a).signed_in(), f"19x{company.sales_a.pk}"
    new = "teh-botol-dingin-9"
    good = {
        "id": id,
        "oldPassword": "kopi-tubruk-2026",
        "newPassword": new,
        "confirmPassword": new,
    }
    for changed, code in (
        ({"oldPassword": "x"}, "INVALID_OLD_PASSWORD"), ({"confirmPassword": "y"}, "NEW_PASSWORD_MISMATCH"),
        ({"newPassword": "1", "confirmPassword": "1"}, "PASSWORD_NOT_STRONG"),
        ({"id": f"19x{company.admin.pk}"}, "ACCESS_DENIED"),
    ):  # fmt: skip
        assert (
            refused(lambda changed=changed: program.post("changepassword", **(good | changed))).code == code
        )
    assert program.post("changepassword", **good)
    assert type(company.sales_a).objects.get(pk=company.sales_a.pk).check_password(new)


def test_a_user_who_is_deleted_is_suspended_and_all_they_own_goes_to_the_new_owner(company: Any) -> None:
    account = make("customers.Account", owner=company.sales_b)
    leaver, heir = f"19x{company.sales_b.pk}", f"19x{company.sales_a.pk}"
    other = Service(company.sales_a).signed_in()
    assert refused(lambda: other.post("deleteuser", id=leaver, newOwnerId=heir)).code == "ACCESS_DENIED"
    program = Service(company.admin).signed_in()
    assert (
        refused(lambda: program.post("deleteuser", id=leaver, newOwnerId=leaver)).code == "RECORD_NOT_FOUND"
    )
    assert program.post("deleteuser", id=leaver, newOwnerId=heir) == {"status": "successful"}
    assert program.retrieve(f"11x{account.pk}")["assigned_user_id"] == heir
    assert type(company.sales_b).objects.get(pk=company.sales_b.pk).status == "suspended"


def test_the_command_opens_the_interface_and_prints_a_key_that_works(company: Any) -> None:
    out = StringIO()
    call_command("make_compat_key", user=company.sales_a.username, stdout=out)
    close_change_set()
    key = out.getvalue().splitlines()[-1]
    assert is_on() and Rest(company.sales_a, key).get("me")["user_name"] == company.sales_a.username
    assert ChangeSet.objects.filter(reason="relasi compat").exists()
    assert KeyUse.objects.get().calls == 1
    with pytest.raises(SystemExit):
        call_command("make_compat_key", user="nobody.at.all", stderr=StringIO())


def test_keys_are_made_seen_and_revoked_on_their_pages(company: Any) -> None:
    admin, person = signed_in(company.admin), signed_in(company.sales_a)
    assert "1" not in person.get("/preferences/access-keys/").content.decode().partition('name="name"')[1]
    assert admin.post("/settings/compat/switch/", {"on": "1"}).status_code == 302 and is_on()
    close_change_set()
    refused_one = person.post("/preferences/access-keys/", {"name": ""})
    assert refused_one.status_code == 422 and not AccessKey._base_manager.exists()
    shown = person.post("/preferences/access-keys/", {"name": "Situs"}).content.decode()
    close_change_set()
    key = AccessKey._base_manager.get()
    assert key.in_clear() in shown
    assert key.in_clear() not in person.get("/preferences/access-keys/").content.decode()
    assert "Situs" in admin.get("/settings/compat/").content.decode()
    assert person.get("/settings/compat/").status_code == 404
    assert signed_in(company.sales_b).post(f"/preferences/access-keys/{key.pk}/end/").status_code == 404
    assert admin.post(f"/settings/compat/keys/{key.pk}/end/").status_code == 302
    assert AccessKey._base_manager.get().trashed_at is not None


def test_who_looks_through_somebodys_eyes_makes_no_key_in_their_name(company: Any) -> None:
    with acting(company.admin):
        turn(True)
    close_change_set()
    admin = signed_in(company.admin)
    assert admin.post(f"/settings/users/{company.sales_a.pk}/preview/").status_code == 302
    close_change_set()
    assert admin.post("/preferences/access-keys/", {"name": "Diam-diam"}).status_code == 404
    assert not AccessKey._base_manager.exists()
