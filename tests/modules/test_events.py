"""Events: the acceptance checks of their specification, and what follows from them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.door import may, visible_to
from relasi.engine.activity.notification import News
from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import Reader
from relasi.engine.query.calendar import calendar_modules, marks_between
from relasi.engine.query.search import search
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, trash, update
from relasi.modules.agenda.event import Event
from relasi.modules.agenda.invitee import Invitee
from relasi.modules.agenda.reminders import send_due
from tests.make import again, make
from tests.modules.refused import refused
from tests.people import set_mode, signed_in

pytestmark = pytest.mark.usefixtures("as_admin")
JAKARTA = ZoneInfo("Asia/Jakarta")


def event(start: str, end: str, **values: Any) -> Any:
    return make("agenda.Event", starts_at=start, ends_at=end, **values)


def starts(series: str) -> list[str]:
    rows = Event._base_manager.filter(series=series, trashed_at=None).order_by("starts_at")
    return [f"{one.starts_at.astimezone(JAKARTA):%d %H}" for one in rows]


def test_the_end_comes_after_the_beginning():
    values = {"subject": "Rapat", "starts_at": "2030-01-07 09:00", "ends_at": "2030-01-07 09:00"}
    assert refused(create, Event, values) == [("ends_at", "INVALID_VALUE")]
    whole = event("2030-01-07", "2030-01-07", all_day=True)
    assert whole.until - whole.starts_at == timedelta(days=1)
    assert Event.objects.count() == 1


def test_what_has_not_begun_was_not_held():
    tomorrow = timezone.now() + timedelta(days=1)
    one = make("agenda.Event", starts_at=tomorrow, ends_at=tomorrow + timedelta(hours=1))
    rows = ChangeRow.objects.count()
    assert refused(one.hold) == [("status", "INVALID_TRANSITION")]
    assert (again(one).status, ChangeRow.objects.count()) == ("planned", rows)


def test_what_is_over_is_held_with_its_outcome_and_corrected_by_its_owner(company: Any):
    one = event("2026-01-05 09:00", "2026-01-05 10:00", owner=company.sales_a)
    one = one.hold(outcome="Setuju", sentiment="1")
    assert (one.status, one.outcome, one.sentiment) == ("held", "Setuju", "1")
    assert refused(update, one, {"status": "not_held"}) == [("status", "INVALID_TRANSITION")]
    with acting(company.manager):
        assert refused(one.plan_again) == [("status", "NO_PERMISSION")]
    with acting(company.sales_a):
        assert one.plan_again().status == "planned"


def test_four_mondays_and_this_and_following_splits_them():
    first = event(
        "2026-01-05 09:00", "2026-01-05 10:00", repeats="weekly", repeat_days=["MO"], repeat_count=4
    )
    first = again(first)
    assert starts(first.series) == ["05 09", "12 09", "19 09", "26 09"]
    third = Event.objects.get(series=first.series, starts_at__day=19)
    moved = third.change_following(starts_at="2026-01-19 10:00", ends_at="2026-01-19 11:00")
    assert starts(first.series) == ["05 09", "12 09"]
    assert starts(again(moved).series) == ["19 10", "26 10"]


def test_a_whole_series_moves_and_one_occurrence_alone():
    first = again(event("2026-01-05 09:00", "2026-01-05 10:00", repeats="weekly", repeat_count=3))
    second = Event.objects.get(series=first.series, starts_at__day=12)
    update(second, {"starts_at": "2026-01-13 15:00", "ends_at": "2026-01-13 16:00"})
    assert starts(first.series) == ["05 09", "13 15", "19 09"]
    again(first).change_all(subject="Rapat mingguan")
    assert set(Event.objects.values_list("subject", flat=True)) == {"Rapat mingguan"}
    again(second).drop_following()
    assert starts(first.series) == ["05 09"]


def test_the_31st_skips_short_months():
    first = again(event("2026-01-31 09:00", "2026-01-31 10:00", repeats="monthly", repeat_count=4))
    found = (
        Event.objects.filter(series=first.series).order_by("starts_at").values_list("starts_at", flat=True)
    )
    days = [(at.astimezone(JAKARTA).month, at.astimezone(JAKARTA).day) for at in found]
    assert days == [(1, 31), (3, 31), (5, 31), (7, 31)]


def test_a_series_without_an_end_has_a_limit():
    first = again(event("2026-01-01 09:00", "2026-01-01 10:00", repeats="daily"))
    assert Event.objects.filter(series=first.series).count() == 500


def test_an_undone_series_is_gone_altogether(company: Any):
    with acting(company.admin) as stretch:
        event("2026-01-05 09:00", "2026-01-05 10:00", repeats="weekly", repeat_count=4)
        done = ChangeSet.objects.get(pk=stretch.change_set)
    with acting(company.admin):
        revert(done)
    assert not Event.objects.exists()


def test_a_clash_is_told_once_and_neighbours_do_not_clash(company: Any):
    event("2030-01-07 10:00", "2030-01-07 11:00", subject="Presentasi", owner=company.admin)
    values = {
        "subject": "Lain",
        "owner": company.admin.pk,
        "starts_at": "2030-01-07 10:30",
        "ends_at": "2030-01-07 11:30",
    }
    assert refused(create, Event, values) == [("", "CLASH")]
    assert Event.objects.count() == 1
    create(Event, values, confirmed=["clash"])
    create(Event, {**values, "starts_at": "2030-01-07 08:00", "ends_at": "2030-01-07 10:00"})
    create(Event, {**values, "owner": company.sales_a.pk})
    client = signed_in(company.admin)
    form = {**values, "starts_at": "2030-01-07T10:15", "ends_at": "2030-01-07T10:45", "type": "call"}
    answer = client.post("/events/quick/", form)
    assert answer.status_code == 409
    assert "Presentasi" in answer.content.decode() and 'value="clash"' in answer.content.decode()
    assert client.post("/events/quick/", {**form, "confirmed": "clash"}).status_code == 302


def test_a_private_event_is_nothing_but_busy_to_others(company: Any):
    with acting(company.sales_a):
        secret = event("2030-01-07 10:00", "2030-01-07 11:00", subject="Wawancara rahasia", visibility="private",
                       location="Hotel Mulia")  # fmt: skip
        make("agenda.Invitee", event=secret, email="tamu@contoh.id")
    for person, mode in (
        (company.manager, "private"),
        (company.sales_b, "public_read"),
        (company.admin, "private"),
    ):
        set_mode("agenda.event", mode)
        with acting(person):
            assert not visible_to(person, Event).exists() and not visible_to(person, Invitee).exists()
            assert not may(person, "view", registry.of(Event), secret)
            assert search(person, "rahasia") == [] and search(person, secret.number) == []
            modules = calendar_modules(person)
            marks = marks_between(
                person, Reader(), [company.sales_a.pk], date(2030, 1, 7), date(2030, 1, 8), modules
            )
            assert [(m.start.hour, m.record, m.place) for m in marks] == [(10, None, "")]
        client = signed_in(person)
        for path in (
            "/events/",
            "/search/?q=rahasia",
            f"/calendar/?date=2030-01-07&who={company.sales_a.pk}",
        ):
            page = client.get(path).content.decode()
            assert "Wawancara" not in page and "Mulia" not in page
        assert client.get(f"/events/{secret.pk}/").status_code == 404
        assert client.get(f"/r/{secret.pk}/").status_code == 404
    with acting(company.sales_a):
        assert visible_to(company.sales_a, Event).exists() and search(company.sales_a, "rahasia")


def test_who_is_invited_sees_the_event_and_no_longer_when_taken_off(company: Any):
    with acting(company.sales_a):
        one = event("2030-01-07 10:00", "2030-01-07 11:00", visibility="private")
        invitee = make("agenda.Invitee", event=one, user=company.sales_b)
    with acting(company.sales_b):
        assert visible_to(company.sales_b, Event).filter(pk=one.pk).exists()
    with acting(company.sales_a):
        trash(type(invitee), [invitee.pk])
    with acting(company.sales_b):
        assert not visible_to(company.sales_b, Event).exists()


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Jayapura", "America/Los_Angeles", "Pacific/Auckland"])
def test_a_whole_day_is_the_same_day_everywhere(company: Any, zone: str):
    event("2030-03-10", "2030-03-11", all_day=True, owner=company.admin)
    marks = marks_between(company.admin, Reader(zone=zone), [company.admin.pk], date(2030, 3, 1), date(2030, 3, 31),
                          calendar_modules(company.admin))  # fmt: skip
    assert [(m.start.date(), m.end.date(), m.all_day) for m in marks] == [
        (date(2030, 3, 10), date(2030, 3, 12), True)
    ]


def test_a_reminder_is_sent_once_and_each_at_its_time():
    one = event("2030-01-07 10:00", "2030-01-07 11:00", remind_before=["15", "60"])
    at = datetime(2030, 1, 7, 9, tzinfo=JAKARTA)
    assert one.remind_at == at
    with acting(SYSTEM, via="system"):
        assert send_due(at - timedelta(minutes=1)) == 0
        assert send_due(at) == 1
        assert send_due(at) == 0
        assert send_due(at + timedelta(minutes=45)) == 1
        assert (send_due(at + timedelta(hours=5)), again(one).remind_at) == (0, None)
    told = News.objects.filter(kind="reminder", record_id=one.pk)
    assert set(told.values_list("user_id", flat=True)) == {one.owner_id} and told.count() == 2


def test_a_reminder_that_comes_too_late_says_so():
    event("2030-01-07 10:00", "2030-01-07 11:00", remind_before=["15"])
    with acting(SYSTEM, via="system"):
        assert send_due(datetime(2030, 1, 7, 12, tzinfo=JAKARTA)) == 1
    assert News.objects.get(kind="reminder").facts == {"missed": True}


def test_a_follow_up_keeps_what_it_is_about(company: Any):
    deal = make("sales.Deal")
    one = event("2026-01-05 09:00", "2026-01-05 10:00", deal=deal, type="visit")
    next_one = one.follow_up(subject="Lanjutan", starts_at="2030-01-12 09:00", ends_at="2030-01-12 10:00")
    assert (next_one.deal_id, next_one.type, next_one.status, next_one.account_id) == (
        deal.pk, "visit", "planned", deal.account_id,
    )  # fmt: skip
    assert "Lanjutan" in signed_in(company.admin).get(f"/deals/{deal.pk}/").content.decode()
