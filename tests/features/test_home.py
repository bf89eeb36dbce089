"""Home: the day of one person, and the first steps that tick themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone, translation

from relasi.engine.access.acting import acting
from relasi.engine.fields.reader import INDONESIAN
from relasi.engine.query.viewed import Viewed
from relasi.engine.records.write import update
from relasi.features.home.cards import cards_for
from relasi.features.home.page import greeting
from relasi.features.home.steps import steps_of
from tests.make import make
from tests.people import signed_in


def task_of(user: Any, subject: str, days: int = 0) -> Any:
    with acting(user):
        return make("agenda.Task", subject=subject, due_on=INDONESIAN.today() + timedelta(days=days))


def cards(user: Any) -> dict[str, list[str]]:
    with acting(user), translation.override("en"):
        return {str(one.title): [line.row.title for line in one.lines] for one in cards_for(user, INDONESIAN)}


@pytest.mark.parametrize(
    ("hour", "said"),
    [(0, "pagi"), (10, "pagi"), (11, "siang"), (14, "siang"), (15, "sore"), (17, "sore"), (18, "malam")],
)
def test_the_greeting_follows_the_hour_of_the_reader(hour: int, said: str) -> None:
    with translation.override("id"):
        assert greeting(datetime(2026, 11, 25, hour, 30), "Ayu") == f"Selamat {said}, Ayu"


def test_the_day_holds_ones_own_tasks_alone(company: Any) -> None:
    task_of(company.sales_a, "Hari ini")
    task_of(company.sales_a, "Kemarin", -1)
    task_of(company.sales_a, "Besok", 1)
    task_of(company.sales_b, "Milik orang lain")
    assert cards(company.sales_a) == {"Tasks due today": ["Hari ini"], "Overdue tasks": ["Kemarin"]}
    # The manager sees their tasks, but they are not his day.
    assert cards(company.manager) == {}


def test_who_leads_others_sees_what_waits_in_the_team_and_the_own_day(company: Any) -> None:
    long_ago = INDONESIAN.today() - timedelta(days=3)
    with acting(company.sales_a):
        make("sales.Deal", name="Lewat tanggal", expected_close=long_ago)
    task_of(company.sales_a, "Hari ini")
    assert cards(company.sales_a)["Deals past their date"] == ["Lewat tanggal"]
    assert cards(company.manager) == {"Deals past their date, whole team": ["Lewat tanggal"]}
    with acting(company.manager):
        (card,) = cards_for(company.manager, INDONESIAN)
    assert company.sales_a.full_name in str(card.lines[0].row.cells[0])
    assert "Lewat tanggal" in signed_in(company.manager).get(card.url).content.decode()


def test_a_card_shows_five_and_counts_all(company: Any) -> None:
    for n in range(7):
        task_of(company.sales_a, f"Tugas {n}")
    with acting(company.sales_a):
        (card,) = cards_for(company.sales_a, INDONESIAN)
    assert (len(card.lines), card.count, card.counted) == (5, 7, "7")
    page = signed_in(company.sales_a).get(card.url).content.decode()
    assert all(f"Tugas {n}" in page for n in range(7))


def test_a_task_is_finished_from_the_start_page(company: Any) -> None:
    task = task_of(company.sales_a, "Selesaikan")
    client = signed_in(company.sales_a)
    page = client.get("/").content.decode()
    assert f'href="/tasks/{task.pk}/do/finish/"' in page
    assert client.post(f"/tasks/{task.pk}/do/finish/", {"result": ""}).status_code in (200, 302)
    assert cards(company.sales_a) == {}


def test_a_card_whose_condition_is_closed_to_a_person_is_left_out(company: Any) -> None:
    modules = {"*": ["view", "create", "edit", "delete"]}
    blind = company.profile("Tanpa tenggat", modules=modules, fields={"agenda.task": {"due_on": "hidden"}})
    company.open_role("Buta", under="Manajer", profile=blind)
    person = company.hire("Buta", "Buta")
    with acting(person):
        make("agenda.Task", subject="Tanpa tenggat")
    assert cards(person) == {}
    assert signed_in(person).get("/").status_code == 200


def test_what_was_opened_last_comes_first_and_goes_with_the_right_to_see_it(company: Any) -> None:
    client = signed_in(company.sales_a)
    first, second = task_of(company.sales_a, "Satu", 9), task_of(company.sales_a, "Dua", 9)
    for one in (first, second):
        client.get(f"/tasks/{one.pk}/")
    Viewed.objects.filter(record=first.pk).update(at=timezone.now() - timedelta(minutes=5))
    page = client.get("/").content.decode()
    assert -1 < page.index("Dua") < page.index("Satu")
    with acting(company.admin):
        update(second, {"owner": company.sales_b.pk})
    page = client.get("/").content.decode()
    assert "Satu" in page and "Dua" not in page


def test_first_steps_tick_themselves_and_go_when_all_are_done(company: Any) -> None:
    user = company.sales_a
    with acting(user):
        open_before = {taken.step.url for taken in steps_of(user) if not taken.done}
    assert open_before == {
        "/import/contacts/",
        "/deals/new/",
        "/tasks/new/",
        "/preferences/mine/",
        "/security/",
    }
    task_of(user, "Pertama")
    with acting(user):
        assert {taken.step.url for taken in steps_of(user) if taken.done} == {"/tasks/new/"}
        make("customers.Account")
        make("sales.Deal")
        user.phone = "+6281234567890"
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
        assert steps_of(user) == []


def test_only_an_admin_is_asked_to_invite(company: Any) -> None:
    with acting(company.admin):
        steps = {taken.step.url: taken.done for taken in steps_of(company.admin)}
    assert steps["/settings/users/"] is True
    with acting(company.sales_a):
        assert "/settings/users/" not in {taken.step.url for taken in steps_of(company.sales_a)}


def test_first_steps_are_put_away_and_shown_again(company: Any) -> None:
    client = signed_in(company.sales_a)
    assert "/deals/new/" in client.get("/").content.decode().partition('class="home-steps"')[2]
    assert client.post("/first-steps/").status_code == 302
    page = client.get("/").content.decode()
    assert "home-steps" not in page and 'name="show"' in page
    client.post("/first-steps/", {"show": "1"})
    assert "home-steps" in client.get("/").content.decode()
