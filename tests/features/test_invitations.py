"""Invitations: mails that say what stands, answers from outside and inside, and nothing else behind the secret address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.notification import News
from relasi.engine.activity.public_link import A_MINUTE, PublicVisit
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, restore, trash, update
from relasi.modules.agenda.answering import body_of
from relasi.modules.agenda.invitee import Invitee
from relasi.modules.agenda.inviting import due, invitee_of, send_due, token_of
from tests.make import again, make
from tests.people import signed_in

pytestmark = pytest.mark.usefixtures("as_admin", "with_mail")


@pytest.fixture
def with_mail(settings: Any) -> None:
    settings.EMAIL_HOST, settings.PUBLIC_URL = "mail.example", "https://crm.example"


@pytest.fixture
def event(company: Any) -> Any:
    start = (timezone.now() + timedelta(days=5)).replace(hour=3, minute=0, second=0, microsecond=0)
    return make(
        "agenda.Event", subject="Rapat, harga; baru", owner=company.sales_a, starts_at=start, location="Kantor",
        ends_at=start + timedelta(hours=1), zone="Asia/Jakarta", online_link="https://meet.example/abc",
    )  # fmt: skip


def invite(event: Any, **who: Any) -> Any:
    return create(Invitee, {"event": event.pk, **who})


def sent() -> list[Any]:
    """The mails that go out now."""
    mail.outbox.clear()
    send_due()
    return list(mail.outbox)


def ics(letter: Any) -> str:
    return letter.alternatives[0][0].replace("\r\n ", "")


def post(path: str, **data: str) -> Any:
    return Client().post(path, data)


def test_contacts_leads_users_and_free_addresses_are_invited_once(event: Any, company: Any):
    contact = make("customers.Contact", email="kontak@contoh.id")
    lead = make("customers.Lead", email="prospek@contoh.id")
    for who in (
        {"contact": contact.pk},
        {"lead": lead.pk},
        {"user": company.sales_b.pk},
        {"email": "bebas@contoh.id"},
    ):
        invite(event, **who)
    letters = sent()
    assert sorted(one.to[0] for one in letters) == sorted(
        ["kontak@contoh.id", "prospek@contoh.id", company.sales_b.email, "bebas@contoh.id"]
    )
    assert letters[0].reply_to == [company.sales_a.email] and "10.00–11.00 WIB" in letters[0].body
    assert sent() == []


def test_the_invitation_is_a_request_with_the_zone_of_the_event(event: Any):
    invite(event, email="bebas@contoh.id")
    [letter] = sent()
    text, kind = letter.alternatives[0]
    assert kind == "text/calendar; method=REQUEST" and "METHOD:REQUEST\r\n" in text
    lines = ics(letter).split("\r\n")
    assert (
        f"UID:{event.pk}@relasi" in lines
        and f"SEQUENCE:{event.version}" in lines
        and "TZID:Asia/Jakarta" in lines
    )
    assert f"DTSTART;TZID=Asia/Jakarta:{event.starts_at + timedelta(hours=7):%Y%m%dT%H%M%S}" in lines
    assert "TZOFFSETTO:+0700" in lines and "SUMMARY:Rapat\\, harga\\; baru" in lines
    assert any(one.startswith("ATTENDEE;") and one.endswith("mailto:bebas@contoh.id") for one in lines)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_whole_days_are_days_and_summer_time_is_that_of_the_day(event: Any):
    update(event, {"all_day": True})
    invite(event, email="bebas@contoh.id")
    assert f"DTSTART;VALUE=DATE:{event.starts_at + timedelta(hours=7):%Y%m%d}" in ics(sent()[0])
    summer = make(
        "agenda.Event", starts_at="2030-07-01 10:00", ends_at="2030-07-01 11:00", zone="Europe/Berlin"
    )
    invite(summer, email="musim@contoh.id")
    assert "TZOFFSETTO:+0200" in ics(sent()[0])


def test_a_change_is_told_with_the_next_sequence_and_asks_for_a_new_answer(event: Any):
    guest = invite(event, email="bebas@contoh.id")
    sent()
    post(f"/invitation/{token_of(guest)}/", answer="accepted")
    assert again(guest).response == "accepted"
    update(again(event), {"description": "Agenda rapat"})
    assert again(guest).response == "accepted" and len(sent()) == 1
    moved = again(event)
    update(moved, {"starts_at": moved.starts_at + timedelta(hours=2)}, confirmed=["clash"])
    assert (again(guest).response, again(guest).answered_at) == ("needed", None)
    [letter] = sent()
    assert f"SEQUENCE:{again(event).version}" in ics(letter) and letter.subject.startswith("Diubah")
    update(again(event), {"outcome": "Belum"})
    assert sent() == []


def test_who_is_taken_off_and_a_deleted_event_are_cancelled_and_can_come_back(event: Any):
    first, second = invite(event, email="satu@contoh.id"), invite(event, email="dua@contoh.id")
    sent()
    trash(Invitee, [first.pk])
    [letter] = sent()
    assert (
        letter.to == ["satu@contoh.id"]
        and "METHOD:CANCEL" in ics(letter)
        and "STATUS:CANCELLED" in ics(letter)
    )
    trash(type(event), [event.pk])
    assert [one.to for one in sent()] == [["dua@contoh.id"]]
    assert sent() == []
    restore(type(event), [event.pk])
    assert [(one.to, "METHOD:REQUEST" in ics(one)) for one in sent()] == [(["dua@contoh.id"], True)]
    assert second.pk


def test_who_was_never_told_is_not_told_that_it_is_off(event: Any):
    guest = invite(event, email="bebas@contoh.id")
    trash(Invitee, [guest.pk])
    assert sent() == []


def test_an_undo_tells_the_old_time_with_a_higher_sequence(event: Any):
    invite(event, email="bebas@contoh.id")
    sent()
    with acting(SYSTEM, via="system") as stretch:
        update(again(event), {"starts_at": event.starts_at + timedelta(hours=3)}, confirmed=["clash"])
        change_set = stretch.change_set
    sent()
    revert(ChangeSet.objects.get(pk=change_set))
    assert again(event).starts_at == event.starts_at
    [letter] = sent()
    assert f"SEQUENCE:{again(event).version}" in ics(letter) and again(event).version > event.version + 1


def test_what_is_over_or_not_to_be_mailed_is_not_mailed(event: Any):
    invite(event, email="diam@contoh.id", mails=False)
    past = make("agenda.Event", starts_at="2026-01-05 09:00", ends_at="2026-01-05 10:00")
    invite(past, email="bebas@contoh.id")
    assert sent() == []


def test_a_mail_server_that_refuses_is_asked_five_times(event: Any, monkeypatch: Any):
    guest = invite(event, email="bebas@contoh.id")

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("down")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    for _n in range(7):
        assert send_due() == 0
    assert (again(guest).mail_tries, again(guest).told_version) == (5, None)
    assert not due(timezone.now()).exists()


def test_the_answer_from_outside_stands_on_the_event_and_the_owner_hears_of_it(event: Any, company: Any):
    contact = make("customers.Contact", last_name="Wibowo", email="kontak@contoh.id")
    guest = invite(event, contact=contact.pk)
    path = f"/invitation/{token_of(guest)}/"
    page = Client().get(path).content.decode()
    assert "Rapat, harga; baru" in page and "Kantor" in page
    assert again(guest).response == "needed"
    assert post(path, answer="tentative").status_code == 302
    body: Any = body_of(again(event), company.admin)
    assert (body["rows"][0]["name"], body["rows"][0]["answer"]) == ("Wibowo", "Mungkin") and body["rows"][0][
        "when"
    ]
    assert News.objects.filter(kind="invitation_answer", user_id=company.sales_a.pk).count() == 1
    change = ChangeSet.objects.order_by("-pk").first()
    assert change is not None and change.via == "public"


def test_a_wrong_answer_and_a_late_one_change_nothing(event: Any):
    guest = invite(event, email="bebas@contoh.id")
    path, rows = f"/invitation/{token_of(guest)}/", ChangeRow.objects.count()
    assert post(path, answer="held").status_code == 422
    update(again(event), {"status": "not_held"})
    rows = ChangeRow.objects.count()
    assert post(path, answer="accepted").status_code == 422
    assert (ChangeRow.objects.count(), again(guest).response) == (rows, "needed")


def test_nothing_else_opens_and_guessing_is_held_up(event: Any):
    guest, other = invite(event, email="satu@contoh.id"), invite(event, email="dua@contoh.id")
    wrong = [
        f"{other.pk}-{token_of(guest).partition('-')[2]}",
        "x",
        f"{guest.pk}-",
        f"{guest.pk}",
        "9" * 30,
        "-1-a",
    ]
    assert {Client().get(f"/invitation/{one}/").status_code for one in wrong} == {404}
    assert Client().get(f"/events/{event.pk}/").status_code in (302, 404)
    trash(Invitee, [guest.pk])
    assert invitee_of(token_of(guest)) is None
    PublicVisit.objects.bulk_create([PublicVisit(ip="127.0.0.1") for _n in range(A_MINUTE)])
    assert Client().get(f"/invitation/{token_of(other)}/").status_code == 429


def test_a_colleague_answers_inside_and_no_one_else_for_them(event: Any, company: Any):
    guest = invite(event, user=company.sales_b.pk)
    path = f"/events/{event.pk}/answer/"
    assert signed_in(company.sales_a).post(path, {"answer": "accepted"}).status_code == 404
    colleague = signed_in(company.sales_b)
    page = colleague.get(f"/events/{event.pk}/").content.decode()
    assert path in page
    assert colleague.post(path, {"answer": "accepted"}).status_code == 302
    assert again(guest).response == "accepted" and again(guest).answered_at
    assert colleague.get(path).status_code == 405
