"""Tokens: what they open, until when, and how often."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.notification import News
from relasi.engine.api.daily import ApiDay, forget_old_days
from relasi.engine.api.metering import ApiMinute, ApiUse, last_used, use_by_day
from relasi.engine.api.token import ApiToken, make_token, read_scopes, revoke
from relasi.engine.records.change_set import ChangeRow, close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from tests.engine.api.program import Program
from tests.engine.aviary import again, parrot
from tests.fakes.models import Parrot


@pytest.fixture
def keeper(aviary):
    return Program(aviary.keeper)


def stored(program):
    return ApiToken._base_manager.get(hint=program.token[-4:], user=program_user(program))


def program_user(program):
    return program.get("me").data["id"]


def test_a_token_is_kept_as_a_digest_alone(keeper):
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM api_apitoken t")
        kept = "".join(row[0] for row in cursor.fetchall())
    assert keeper.token not in kept and keeper.token[4:] not in kept
    rows = ChangeRow.objects.filter(origin="api_apitoken")
    assert rows and all("digest" not in (row.after or {}) for row in rows)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer rel_wrong", "Basic abc", "Bearer x y", "bearer rel_" + "a" * 5000]
)
def test_a_wrong_token_opens_nothing(db, aviary, header):
    answer = Client().get("/api/v1/me", headers={"Authorization": header})
    assert answer.status_code == 401 and "WWW-Authenticate" in answer.headers


def test_nobody_without_a_token_gets_in(aviary):
    assert Client().get("/api/v1/parrots").status_code == 401
    assert Client().post("/api/v1/parrots", {}).status_code == 401


def test_a_revoked_token_opens_nothing_from_then_on(aviary, keeper):
    token = stored(keeper)
    with acting(aviary.keeper):
        revoke(token)
    close_change_set()
    assert keeper.get("me").status_code == 401


def test_an_expired_token_opens_nothing(aviary, keeper):
    ApiToken._base_manager.filter(pk=stored(keeper).pk)
    with acting(SYSTEM, via="system"):
        token = stored(keeper)
        update(token, {"expires_at": timezone.now() - timedelta(seconds=1)}, authorised="time goes by")
    close_change_set()
    assert keeper.get("me").status_code == 401


def test_a_suspended_person_has_no_tokens_that_work(aviary, keeper):
    assert keeper.get("me").status_code == 200
    with acting(SYSTEM, via="system"):
        update(aviary.keeper, {"status": "suspended"}, authorised="test")
    close_change_set()
    assert keeper.get("me").status_code == 401


def test_a_profile_without_the_api_makes_and_uses_no_token(aviary, keeper):
    with acting(aviary.stranger), pytest.raises(Refused):
        make_token(aviary.stranger, "x", {"*": ["read"]})
    with acting(SYSTEM, via="system"):
        update(aviary.keepers, {"tools": ["export"]})
    close_change_set()
    assert keeper.get("me").status_code == 403


def test_scopes_limit_modules_and_verbs(aviary):
    program = Program(aviary.keeper, {"parrots": ["read"], "cages": ["read", "write"]})
    one = parrot(aviary.keeper)
    assert program.get("parrots").status_code == 200
    assert program.post("parrots", {"name": "x"}).status_code == 403
    assert program.patch(f"parrots/{one.pk}", {"name": "x"}).status_code == 403
    assert program.delete(f"parrots/{one.pk}").status_code == 403
    assert program.post("parrots/bulk", {"operations": [{"op": "delete", "id": one.pk}]}).status_code == 403
    assert program.post(f"parrots/{one.pk}/comments", {"text": "x"}).status_code == 403
    assert program.post("cages", {"name": "x"}).status_code == 201
    assert program.get("feedings").status_code == 403
    assert program.post("changes/1/undo").status_code in (403, 404)
    assert [m["slug"] for m in program.get("modules").data["data"]] == ["cages", "parrots"] or {
        m["slug"] for m in program.get("modules").data["data"]
    } == {"cages", "parrots"}
    assert again(one).name != "x"


def test_a_scope_is_not_walked_around_by_references(aviary):
    program = Program(aviary.keeper, {"parrots": ["read"]})
    assert program.get("parrots?expand=cage").status_code in (200, 403)
    parrot(aviary.keeper)
    assert program.get("parrots?expand=cage").status_code == 403
    assert program.get("parrots?fields=cage.name").status_code == 403
    assert program.get("parrots?sort=cage.name").status_code == 403
    assert program.get('parrots?filter={"field":"cage.name","op":"is","value":"x"}').status_code == 403


@pytest.mark.parametrize("text, scopes", [
    ("read", {"*": ["read"]}), ("write", {"*": ["read", "write"]}),
    ("parrots:read, cages:write", {"parrots": ["read"], "cages": ["read", "write"]}),
    ("*:read parrots:write", {"*": ["read"], "parrots": ["read", "write"]}),
])  # fmt: skip
def test_scopes_are_read_from_words(db, text, scopes):
    assert read_scopes(text) == scopes


@pytest.mark.parametrize(
    "text", ["reading", "nothing:read", "parrots", "parrots:delete", "parrots:read:write"]
)
def test_what_is_no_scope_is_refused(db, text):
    with pytest.raises(Refused):
        read_scopes(text)


def test_the_limit_of_a_minute_is_told_and_held(keeper, settings):
    settings.API_PER_MINUTE = 2
    first = keeper.get("me")
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("2", "1")
    assert keeper.get("me")["RateLimit-Remaining"] == "0"
    third = keeper.post("parrots", {"name": "Too many"})
    assert third.status_code == 429 and 0 < int(third["Retry-After"]) <= 60
    assert third.data["code"] == "RATE_LIMITED" and not Parrot._base_manager.filter(name="Too many").exists()
    ApiMinute.objects.update(minute=0)
    assert keeper.get("me").status_code == 200


def test_the_limit_of_a_day_is_told_held_and_warned_of_once(keeper, settings):
    owner, settings.API_PER_DAY = stored(keeper).user_id, 4
    first = keeper.get("me")
    assert (first["RateLimit-Daily-Limit"], first["RateLimit-Daily-Remaining"]) == ("4", "3")
    assert [keeper.get("me")["RateLimit-Daily-Remaining"] for _n in range(3)] == ["2", "1", "0"]
    fifth = keeper.post("parrots", {"name": "Too many"})
    assert fifth.status_code == 429 and fifth.data["code"] == "RATE_LIMITED"
    assert fifth["Retry-After"] == fifth["RateLimit-Daily-Reset"] and 0 < int(fifth["Retry-After"]) <= 86_401
    assert not Parrot._base_manager.filter(name="Too many").exists()
    told = News.objects.filter(kind="api_quota", user=owner).order_by("id")
    assert [one.facts["percent"] for one in told] == [75, 90, 100]
    ApiDay.objects.update(day="2001-01-01")
    assert keeper.get("me").status_code == 200
    assert forget_old_days() == 1


def test_calls_are_counted_by_token_module_and_result(aviary, keeper):
    token = stored(keeper)
    ApiUse.objects.all().delete()
    for _n in range(3):
        keeper.get("parrots")
    keeper.get("parrots/1")
    found = {(one.module, one.result): one.calls for one in ApiUse.objects.filter(token=token)}
    assert found == {("parrots", 2): 3, ("parrots", 4): 1}
    (day,) = use_by_day(ApiToken._base_manager.filter(pk=token.pk))
    assert (day.calls, day.refused) == (4, 1) and token.pk in last_used([token.pk])
    assert keeper.get("usage").data["data"][0]["calls"] >= 4


# The same request twice.
def test_one_key_makes_one_record_and_gives_one_answer(keeper):
    first = keeper.post("parrots", {"name": "Once"}, Idempotency_Key="abc")
    second = keeper.post("parrots", {"name": "Once"}, Idempotency_Key="abc")
    assert first.status_code == second.status_code == 201 and first.content == second.content
    assert first["Location"] == second["Location"] and second["Idempotent-Replayed"] == "true"
    assert Parrot._base_manager.filter(name="Once").count() == 1


def test_a_key_used_for_something_else_is_refused(keeper):
    keeper.post("parrots", {"name": "Once"}, Idempotency_Key="abc")
    assert keeper.post("parrots", {"name": "Other"}, Idempotency_Key="abc").status_code == 409
    assert not Parrot._base_manager.filter(name="Other").exists()
    assert keeper.post("parrots", {"name": "Other"}, Idempotency_Key="a b").status_code == 400


def test_a_refused_request_may_be_sent_again_under_its_key(keeper):
    assert keeper.post("parrots", {}, Idempotency_Key="abc").status_code == 422
    assert keeper.post("parrots", {"name": "Now"}, Idempotency_Key="abc").status_code == 201


def test_a_key_is_each_persons_own(aviary, keeper):
    keeper.post("parrots", {"name": "Mine"}, Idempotency_Key="abc")
    answer = Program(aviary.peer).post("parrots", {"name": "Theirs"}, Idempotency_Key="abc")
    assert answer.status_code == 201 and answer.data["name"] == "Theirs"


# In the browser.
def test_a_signed_in_browser_may_ask_but_nothing_is_forged(aviary):
    client = Client(enforce_csrf_checks=True)
    client.force_login(aviary.keeper)
    assert client.get("/api/v1/me").status_code == 200
    answer = client.post("/api/v1/parrots", '{"name": "Forged"}', content_type="application/json")
    assert answer.status_code == 403 and not Parrot._base_manager.filter(name="Forged").exists()


# The pages and the command.
def test_a_token_is_shown_once_on_its_page(aviary):
    client = Client()
    client.force_login(aviary.keeper)
    page = client.post("/preferences/tokens/", {"name": "Formulir", "access": "read", "modules": ["parrots"]})
    text = page.content.decode()
    token = text[text.index("rel_") :][:47]
    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["token"]["scopes"] == {"parrots": ["read"]}
    assert token not in client.get("/preferences/tokens/").content.decode()
    assert client.post("/preferences/tokens/", {"name": ""}).status_code == 422
    made = ApiToken._base_manager.get(name="Formulir")
    admin = Client()
    admin.force_login(aviary.admin)
    assert "Formulir" in admin.get("/settings/tokens/").content.decode()
    assert admin.post(f"/settings/tokens/{made.pk}/end/").status_code == 302
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_who_looks_through_somebodys_eyes_makes_no_token_in_their_name(aviary):
    admin = Client()
    admin.force_login(aviary.admin)
    assert admin.post(f"/settings/users/{aviary.keeper.pk}/preview/").status_code == 302
    close_change_set()
    assert admin.post("/preferences/tokens/", {"name": "Diam-diam", "access": "read"}).status_code == 404
    assert not ApiToken._base_manager.exists()


def test_the_command_prints_a_token_alone_on_its_last_line(aviary, capsys):
    from django.core.management import call_command

    call_command("make_token", user="komang", scopes="parrots:read", expires="30")
    token = capsys.readouterr().out.splitlines()[-1]
    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["username"] == "komang" and answer.json()["token"]["expires_at"]


@pytest.mark.parametrize(
    "wrong", [{"user": "nobody"}, {"scopes": "everything"}, {"expires": "soon"}, {"user": "orang"}]
)
def test_the_command_says_what_is_wrong(aviary, wrong, capsys):
    from django.core.management import call_command

    with pytest.raises(SystemExit):
        call_command("make_token", **{"user": "komang", **wrong})
    found = capsys.readouterr()
    assert found.err and "rel_" not in found.out
