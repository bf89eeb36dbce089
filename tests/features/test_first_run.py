"""First run: everything leads to it while there is nobody; afterwards it is gone for ever."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.http import Http404
from django.test import Client

from relasi.engine.access.company import company
from relasi.engine.access.profile import Profile
from relasi.features.first_run.page import open_workspace
from relasi.users.company import Company
from relasi.users.user import User
from tests.people import PASSWORD, make_admin, signed_in

FORM = {
    "company": "PT Surya Cakra Energi", "first_name": "Ayu", "last_name": "", "email": "ayu@suryacakra.co.id",
    "username": "ayu", "language": "id", "password1": PASSWORD, "password2": PASSWORD,
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/login/", "/settings/", "/contacts/", "/password/forgotten/"])
def test_while_there_is_nobody_every_page_leads_to_it(path: str) -> None:
    assert Client().get(path)["Location"] == "/welcome/"


@pytest.mark.django_db
def test_the_language_can_be_switched_before_there_is_anybody() -> None:
    client = Client(headers={"Accept-Language": "id"})
    assert '<html lang="id"' in client.get("/welcome/").content.decode()
    client.post("/preferences/", {"language": "en", "next": "/welcome/"})
    assert '<html lang="en"' in client.get("/welcome/").content.decode()


@pytest.mark.django_db
def test_it_makes_the_company_and_an_admin_and_signs_them_in() -> None:
    client = Client()
    answer = client.post("/welcome/", FORM)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    ayu = User.objects.get()
    assert (ayu.type, ayu.status, ayu.role.name) == ("admin", "active", "Direktur")
    assert (company().name, company().currency) == ("PT Surya Cakra Energi", "IDR")
    assert client.get("/settings/").status_code == 200
    names = set(Profile._base_manager.values_list("name", flat=True))
    assert {"Administrator", "Penjualan", "Dukungan", "Gudang", "Keuangan", "Tamu"} <= names


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"company": ""}, "company"),
        ({"first_name": " "}, "first_name"),
        ({"email": "bukan-email"}, "email"),
        ({"username": "dua kata"}, "username"),
        ({"password1": "pendek", "password2": "pendek"}, "password1"),
        ({"password2": "lain-sekali-77"}, "password2"),
    ],
)
def test_wrong_input_comes_back_and_nothing_is_made(wrong: dict[str, str], field: str) -> None:
    answer = Client().post("/welcome/", {**FORM, **wrong})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert f'id="f-{field}-error"' in text
    assert "suryacakra" in text or field == "email"
    assert not User.objects.exists()
    assert not Company._base_manager.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-HTTP-Method-Override": "PUT"},
        {"X-Original-URL": "/welcome/"},
        {"HX-Request": "true"},
        {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "localhost"},
        {"Content-Type": "application/json"},
        {"Authorization": "Basic YWRtaW46YWRtaW4="},
    ],
)
def test_once_there_is_anybody_it_is_gone_whatever_is_sent(headers: dict[str, str]) -> None:
    user = make_admin()
    for client in (Client(), signed_in(user)):
        for method in ("get", "post", "put", "head", "options"):
            answer = getattr(client, method)("/welcome/", headers=headers)
            assert answer.status_code == 404, method
    assert Client().post("/welcome/", FORM).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_it_stays_gone_when_everybody_has_left() -> None:
    admin = make_admin()
    User.objects.filter(pk=admin.pk).update(password="!")
    assert Client().post("/welcome/", FORM).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_becomes_the_admin() -> None:
    both_there = threading.Barrier(2)

    def run(name: str) -> str:
        try:
            both_there.wait()
            values = {**FORM, "username": name, "email": f"{name}@contoh.id"}
            user, errors = open_workspace(values, PASSWORD)
            return user.username if user else f"refused: {errors}"
        except Http404:
            return "404"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        # Whatever else went wrong in a thread is raised here, with its place.
        ended = list(threads.map(run, ("satu", "dua")))
    admin = User.objects.get().username
    assert sorted(ended) == ["404", admin]
    assert Company._base_manager.count() == 1
