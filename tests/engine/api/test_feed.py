"""The feed: nothing missed, nothing told twice, whatever commits when."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from relasi.engine.access.acting import acting
from relasi.engine.api import feed
from relasi.engine.records.write import create
from tests.company import found_company
from tests.engine.api.program import Program
from tests.fakes.models import Parrot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def company():
    found = found_company()
    return found


def follow(program, after):
    """All that is told from a place on, and the place behind it."""
    found = []
    while True:
        page = program.get(f"changes?size=2&modules=parrots&after={after}").data
        found += [(one["id"], one["what"]) for one in page["data"]]
        after = page["after"]
        if not page["more"]:
            return found, after


def born(user, name):
    with acting(user):
        return create(Parrot, {"name": name})


def test_a_program_follows_what_changes(company):
    program = Program(company.sales_a)
    after = program.get("changes?from_now=true").data["after"]
    one = born(company.sales_a, "Satu")
    born(company.director, "Bukan untuk Andi")
    program.patch(f"parrots/{one.pk}", {"nickname": "Kecil"})
    program.delete(f"parrots/{one.pk}")
    program.post(f"parrots/{one.pk}/restore")
    told, after = follow(program, after)
    assert told == [(one.pk, "created"), (one.pk, "changed"), (one.pk, "deleted"), (one.pk, "restored")]
    assert follow(program, after)[0] == []
    two = born(company.sales_a, "Dua")
    assert follow(program, after)[0] == [(two.pk, "created")]


def test_what_commits_late_is_told_once_it_is_committed(company):
    program = Program(company.sales_a)
    after = program.get("changes?from_now=true").data["after"]
    written, go_on, made = threading.Event(), threading.Event(), []

    def slow():
        try:
            with transaction.atomic():
                made.append(born(company.sales_a, "Lambat").pk)
                written.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(10)
    quick = born(company.sales_a, "Cepat").pk
    first, after = follow(program, after)
    go_on.set()
    thread.join()
    second, _after = follow(program, after)
    assert sorted(first + second) == sorted([(made[0], "created"), (quick, "created")])


def test_a_place_of_another_server_is_said_to_be_gone(company, monkeypatch):
    program = Program(company.sales_a)
    after = program.get("changes?from_now=true").data["after"]
    monkeypatch.setattr(feed, "cluster", lambda: "another")
    assert program.get(f"changes?after={after}").status_code == 410
    assert program.get("changes?after=forged").status_code == 400
    assert program.get("changes?modules=nothing").status_code == 422
