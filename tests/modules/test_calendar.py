"""The calendar: what it shows to whom, moves by drag, and the feed for other programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import ChangeRow
from tests.make import again, make
from tests.people import change, signed_in


@pytest.fixture
def meeting(company: Any) -> Any:
    with acting(company.sales_a):
        return make("agenda.Event", subject="Rapat komite", location="Ruang Rinjani")


def move(client: Client, record: Any, **values: Any) -> Any:
    data = {"kind": "events", "id": record.pk, "version": record.version, **values}
    return client.post("/calendar/move/", data)


@pytest.mark.parametrize("view", ["day", "week", "month", "agenda"])
def test_every_view_shows_events_and_tasks(company: Any, meeting: Any, view: str) -> None:
    with acting(company.sales_a):
        make("agenda.Task", subject="Kirim penawaran", due_on="2030-01-07")
    page = signed_in(company.sales_a).get(f"/calendar/?view={view}&date=2030-01-07").content.decode()
    assert "Rapat komite" in page and "Kirim penawaran" in page
    only = (
        signed_in(company.sales_a).get(f"/calendar/?view={view}&date=2030-01-07&kind=tasks").content.decode()
    )
    assert "Rapat komite" not in only and "Kirim penawaran" in only


def test_a_manager_sees_the_team_and_a_colleague_only_that_one_is_busy(company: Any, meeting: Any) -> None:
    address = f"/calendar/?date=2030-01-07&who={company.sales_a.pk}"
    assert "Rapat komite" in signed_in(company.manager).get(address).content.decode()
    page = signed_in(company.sales_b).get(address).content.decode()
    assert "Rapat komite" not in page and "Rinjani" not in page and "ev busy" in page
    assert "Rapat komite" not in signed_in(company.manager).get("/calendar/?date=2030-01-07").content.decode()


def test_the_number_of_queries_does_not_grow(
    company: Any, meeting: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(company.sales_a)
    client.get("/calendar/?date=2030-01-07")
    with django_assert_max_num_queries(40) as one:
        client.get("/calendar/?date=2030-01-07")
    with acting(company.sales_a):
        for hour in range(10, 18):
            make("agenda.Event", starts_at=f"2030-01-08 {hour}:00", ends_at=f"2030-01-08 {hour}:30")
            make("agenda.Task", due_on="2030-01-09")
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get("/calendar/?date=2030-01-07")


def test_an_event_is_moved_and_made_longer(company: Any, meeting: Any) -> None:
    client = signed_in(company.sales_a)
    answer = move(client, meeting, start="2030-01-08T13:15", end="2030-01-08T15:00")
    assert answer.status_code == 200 and answer.json()["version"] == again(meeting).version
    moved = again(meeting)
    assert (moved.starts_at.hour, moved.starts_at.minute, moved.ends_at.hour) == (6, 15, 8)


def test_a_move_into_a_clash_is_made_and_told(company: Any, meeting: Any) -> None:
    with acting(company.sales_a):
        other = make("agenda.Event", starts_at="2030-01-08 09:00", ends_at="2030-01-08 10:00")
    answer = move(signed_in(company.sales_a), other, start="2030-01-07T09:30", end="2030-01-07T10:30")
    assert answer.status_code == 200 and "Rapat komite" in answer.headers["HX-Trigger"].encode().decode(
        "unicode_escape"
    )


def test_refused_moves_change_nothing(company: Any, meeting: Any) -> None:
    client = signed_in(company.sales_a)
    rows = ChangeRow.objects.count()
    assert move(client, meeting, start="2030-01-08T13:00", end="2030-01-08T12:00").status_code == 422
    assert move(client, meeting, start="not a time").status_code == 422
    assert move(client, meeting, kind="nothing", start="2030-01-08T13:00").status_code == 404
    assert move(client, meeting, kind="deals", start="2030-01-08T13:00").status_code == 404
    assert move(signed_in(company.sales_b), meeting, start="2030-01-08T13:00").status_code == 404
    assert ChangeRow.objects.count() == rows
    move(client, meeting, start="2030-01-08T13:00", end="2030-01-08T14:00")
    assert move(client, meeting, start="2030-01-09T13:00", end="2030-01-09T14:00").status_code == 409


def test_bad_addresses_show_this_week(company: Any) -> None:
    client = signed_in(company.sales_a)
    for query in (
        "date=nothing",
        "date=0001-01-01",
        "view=year",
        "who=abc",
        "kind=x",
        "who=99999999999999999999",
    ):
        assert client.get(f"/calendar/?{query}").status_code == 200


def test_a_feed_is_read_with_its_secret_and_only_until_it_ends(company: Any, meeting: Any) -> None:
    client = signed_in(company.sales_a)
    page = client.post("/calendar/feed/", {"do": "make"}).content.decode()
    address = next(part for part in page.split('"') if part.endswith(".ics")).replace("http://testserver", "")
    answer = Client().get(address)
    text = answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert text.startswith("BEGIN:VCALENDAR\r\n") and "LOCATION:Ruang Rinjani" not in text
    with acting(company.sales_a):
        soon = timezone.now()
        make("agenda.Event", subject="Besok; dan, lusa", starts_at=soon, ends_at=soon + timedelta(hours=1))
    text = Client().get(address).content.decode()
    assert "SUMMARY:Besok\\; dan\\, lusa\r\n" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert Client().get(address.replace(".ics", "x.ics")).status_code == 404
    change(company.sales_a, status="suspended")
    assert Client().get(address).status_code == 404
    change(company.sales_a, status="active")
    signed_in(company.sales_a).post("/calendar/feed/", {"do": "end"})
    assert Client().get(address).status_code == 404


def test_strangers_are_sent_to_sign_in(company: Any) -> None:
    assert Client().get("/calendar/").status_code == 302
    assert Client().get("/calendar/feed/").status_code == 302
