"""Tasks: the acceptance checks of their specification, and what follows from them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import Reader, reading_as
from relasi.engine.query.listing import Listing
from relasi.engine.records.change_set import ChangeRow
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import trash, update
from relasi.modules.agenda.task import Task
from relasi.modules.agenda.task_rules import WAYS
from tests.make import again, make, put
from tests.modules.refused import refused
from tests.people import signed_in

pytestmark = pytest.mark.usefixtures("as_admin")


def at(*parts: int, zone: str = "Asia/Jakarta") -> Any:
    return mock.patch.object(timezone, "now", lambda: datetime(*parts, tzinfo=ZoneInfo(zone)))


def test_a_hundred_percent_is_done_and_reopened_is_ninety():
    task = update(make("agenda.Task"), {"progress": 100})
    assert (task.status, bool(task.completed_at)) == ("done", True)
    task = task.reopen()
    assert (task.status, task.progress, task.completed_at) == ("running", 90, None)


def test_reopened_takes_the_progress_somebody_gives():
    task = make("agenda.Task").finish("Beres")
    assert (task.progress, task.result) == (100, "Beres")
    assert task.reopen(progress=40).progress == 40


def test_a_task_begun_is_running():
    assert update(make("agenda.Task"), {"progress": 30}).status == "running"


def test_parts_weigh_by_their_estimate():
    whole = make("agenda.Task")
    make("agenda.Task", parent=whole, estimated_hours=10, progress=100)
    small = make("agenda.Task", parent=whole, estimated_hours=30)
    assert again(whole).progress == 25
    trash(Task, [small.pk])
    assert again(whole).progress == 99


def test_a_task_with_open_parts_is_not_done():
    whole = make("agenda.Task")
    part = make("agenda.Task", parent=whole)
    assert refused(whole.finish) == [("status", "INVALID_TRANSITION")]
    assert (again(whole).status, again(part).status) == ("not_started", "not_started")
    again(whole).finish_with_parts()
    assert (again(whole).status, again(part).status) == ("done", "cancelled")


def test_tasks_do_not_wait_for_each_other():
    one = make("agenda.Task")
    two = make("agenda.Task", predecessors=[one.pk])
    assert refused(update, one, {"predecessors": [two.pk]}) == [("predecessors", "OUT_OF_RANGE")]
    assert refused(update, one, {"predecessors": [one.pk]}) == [("predecessors", "OUT_OF_RANGE")]
    assert again(one).predecessors is None


def test_a_task_waits_for_those_before_it():
    first = make("agenda.Task")
    second = make("agenda.Task", predecessors=[first.pk])
    assert refused(update, second, {"status": "running"}) == [("status", "INVALID_TRANSITION")]
    first.finish()
    assert update(second, {"status": "running"}).status == "running"


def test_a_part_is_not_above_its_own_whole():
    whole = make("agenda.Task")
    part = make("agenda.Task", parent=whole)
    assert refused(update, whole, {"parent": part.pk}) == [("parent", "OUT_OF_RANGE")]


def test_a_weekly_monday_done_on_wednesday_comes_back_on_monday_once():
    task = make("agenda.Task", due_on="2026-01-05", repeats="weekly", repeat_days=["MO"])
    with at(2026, 1, 7, 10):
        task = task.finish()
        following = again(task).next_task
        assert (following.due_on, following.status, following.subject) == (
            date(2026, 1, 12),
            "not_started",
            task.subject,
        )
        again(task).reopen()
        again(task).finish()
    assert Task.objects.count() == 2


def test_a_repetition_ends():
    task = make("agenda.Task", due_on="2026-01-05", repeats="weekly", repeat_count=2)
    with at(2026, 1, 5, 10):
        second = again(task.finish()).next_task
    assert second.due_on == date(2026, 1, 12)
    with at(2026, 1, 12, 10):
        assert again(second.finish()).next_task is None


@pytest.mark.parametrize(("clock", "late"), [((2026, 3, 5, 23, 59), False), ((2026, 3, 6, 0, 0), True)])
def test_a_day_is_over_at_midnight_of_the_reader(clock, late):
    task = make("agenda.Task", due_on="2026-03-05")
    with reading_as(Reader(zone="Asia/Jayapura")), at(*clock, zone="Asia/Jayapura"):
        assert task.overdue is late
        found = Listing(registry.of(Task), task.created_by, {"field": "overdue", "op": "is", "value": True})
        assert found.rows().exists() is late


def test_an_hour_makes_the_day_and_moves_with_it():
    task = make("agenda.Task", due_at="2026-03-05 14:00")
    assert task.due_on == date(2026, 3, 5)
    task = update(task, {"due_on": "2026-03-09"})
    assert task.due_at == datetime(2026, 3, 9, 14, tzinfo=ZoneInfo("Asia/Jakarta"))


@pytest.mark.parametrize("before", list(WAYS))
@pytest.mark.parametrize("after", list(WAYS))
def test_statuses_follow_their_ways(before, after):
    task = make("agenda.Task")
    if before != "not_started":
        more = {"completed_at": timezone.now(), "progress": 100} if before == "done" else {}
        task = put(task, status=before, **more)
    rows = ChangeRow.objects.count()
    if after in WAYS[before] or after == before:
        assert update(task, {"status": after}).status == after
    else:
        assert refused(update, task, {"status": after}) == [("status", "INVALID_TRANSITION")]
        assert (again(task).status, ChangeRow.objects.count()) == (before, rows)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.one_of(
    st.sampled_from(list(WAYS)).map(lambda status: {"status": status}),
    st.integers(0, 100).map(lambda progress: {"progress": progress}),
), max_size=6))  # fmt: skip
def test_done_is_a_hundred_percent_whatever_happens(steps):
    task = make("agenda.Task")
    for values in steps:
        with suppress(Refused):
            update(task, values)
        task = again(task)
        assert (task.status == "done") == (task.progress == 100) == (task.completed_at is not None)


def test_built_in_lists_and_related_records_show_tasks(company: Any):
    deal = make("sales.Deal")
    make("agenda.Task", subject="Kirim penawaran", due_on="2020-01-01", deal=deal)
    client = signed_in(company.admin)
    for view in ("open", "today", "overdue", "upcoming", "done"):
        page = client.get(f"/tasks/?view={view}").content.decode()
        assert ("Kirim penawaran" in page) == (view in ("open", "overdue"))
    assert "Kirim penawaran" in client.get(f"/deals/{deal.pk}/").content.decode()
