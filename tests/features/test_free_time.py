"""A free time for several people: what the search finds is what a counter of single slots finds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relasi.engine.records.change_set import ChangeRow
from relasi.engine.records.write import create, update
from relasi.kits.clock.free_slots import slots
from relasi.modules.agenda.answering import body_of
from relasi.modules.agenda.busy import busy_spans
from relasi.modules.agenda.event import Event
from relasi.modules.agenda.invitee import Invitee
from tests.make import again, make
from tests.people import signed_in

pytestmark = pytest.mark.usefixtures("as_admin")
JAKARTA = ZoneInfo("Asia/Jakarta")
START, STEP = datetime(2030, 1, 7, tzinfo=UTC), timedelta(minutes=30)
LATER = START + timedelta(days=2)
MONDAY = date(2030, 1, 7)


@st.composite
def spans(draw: Any) -> list[tuple[datetime, datetime]]:
    marks = sorted(draw(st.sets(st.integers(0, 96), max_size=8)))
    marks = marks[: len(marks) // 2 * 2]
    at = [START + n * timedelta(minutes=15) for n in marks]
    return list(zip(at[::2], at[1::2], strict=True))


@given(st.lists(spans(), min_size=1, max_size=3), spans(), st.integers(1, 8), st.integers(0, 96))
@settings(deadline=None, max_examples=150)
def test_slots_are_those_a_counter_finds(working: Any, busy: Any, length: int, after: int):
    long, first = timedelta(minutes=15 * length), START + after * timedelta(minutes=15)
    wanted, at = [], START
    while at < LATER:
        end = at + long
        works = all(any(a <= at and end <= b for a, b in one) for one in working)
        if at >= first and works and not any(a < end and at < b for a, b in busy):
            wanted.append((at, end))
        at += STEP
    assert slots(working, busy, long, STEP, first, 1000) == wanted


def at(clock: str) -> datetime:
    return datetime.combine(MONDAY, datetime.strptime(clock, "%H:%M").time(), JAKARTA)


def taken(start: str, end: str, owner: Any, **more: Any) -> Any:
    times = {"starts_at": at(start), "ends_at": at(end)}
    return make("agenda.Event", **times, owner=owner, **more)


@pytest.fixture
def pair(company: Any) -> Any:
    """Two colleagues: one busy from eight to ten with something private, the other invited from ten to noon."""
    taken("08:00", "10:00", company.sales_a, visibility="private", subject="Rahasia besar")
    other = taken("10:00", "12:00", company.manager)
    create(Invitee, {"event": other.pk, "user": company.sales_b.pk})
    return company


def asked(company: Any, **more: Any) -> dict[str, Any]:
    return {
        "who": [company.sales_a.pk, company.sales_b.pk],
        "length": "120",
        "date": MONDAY.isoformat(),
        **more,
    }


def test_private_events_and_invitations_take_time_and_tell_no_title(pair: Any):
    page = signed_in(pair.sales_b).get("/calendar/free/", asked(pair)).content.decode()
    assert "13.00–15.00" not in page.split("7 Januari 2030")[0]
    times = page.split("7 Januari 2030")[1].split("8 Januari 2030")[0]
    assert "12.00–14.00" in times and "15.00–17.00" in times
    assert not any(f">{one}" in times for one in ("08.00–", "10.00–", "11.30–", "15.30–"))
    assert "Rahasia" not in page


def test_declined_free_and_held_take_no_time(company: Any):
    declined = taken("10:00", "12:00", company.manager)
    create(Invitee, {"event": declined.pk, "user": company.sales_a.pk, "response": "declined"})
    taken("08:00", "09:00", company.sales_a, busy=False)
    assert busy_spans([company.sales_a.pk], at("00:00"), at("23:00")) == {}


def test_a_chosen_time_becomes_an_event_with_the_others_invited(pair: Any):
    client = signed_in(pair.sales_a)
    slot = at("12:00").astimezone(UTC).isoformat()
    assert client.post("/calendar/free/", asked(pair, slot=slot, subject="Bahas target")).status_code == 302
    event = Event.objects.get(subject="Bahas target")
    assert (event.starts_at, event.ends_at, event.owner_id) == (at("12:00"), at("14:00"), pair.sales_a.pk)
    assert [one.user_id for one in Invitee._base_manager.filter(event=event.pk)] == [pair.sales_b.pk]
    rows = ChangeRow.objects.count()
    for wrong in (
        {"slot": slot, "subject": "Lagi"},
        {"slot": "x", "subject": "Lagi"},
        {"slot": slot, "subject": ""},
    ):
        answer = client.post("/calendar/free/", asked(pair, **wrong))
        assert answer.status_code == 422
    assert "Lagi" not in Event.objects.values_list("subject", flat=True) and ChangeRow.objects.count() == rows


def test_the_event_shows_who_of_the_invited_is_busy_then(pair: Any):
    event = taken("09:00", "10:00", pair.manager, subject="Bentrok")
    for person in (pair.sales_a, pair.sales_b):
        create(Invitee, {"event": event.pk, "user": person.pk})
    body: Any = body_of(again(event), pair.manager)
    assert [row["busy"] for row in body["rows"]] == [True, False]
    moved = update(again(event), {"starts_at": at("14:00")}, confirmed=["clash"])
    later: Any = body_of(again(moved), pair.manager)
    assert [row["busy"] for row in later["rows"]] == [False, False]
