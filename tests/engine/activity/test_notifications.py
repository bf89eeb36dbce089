"""Notifications: what is chosen, when mail goes out, and what it says to whom."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import acting
from relasi.engine.activity.choices import Mail, NotificationChoices, choose
from relasi.engine.activity.comment import say
from relasi.engine.activity.delivery import deliver
from relasi.engine.activity.follow import follow
from relasi.engine.activity.mail import TRIES, send_due
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import (
    IMPORT,
    News,
    Notification,
    forget_old,
    inbox,
    mark,
    unread_count,
    wake,
)
from relasi.engine.query.saved_view import SavedView
from relasi.engine.records.write import create, update
from tests.engine.activity.telling import as_, change, everything_told, sentences
from tests.engine.aviary import parrot
from tests.people import change as as_relasi
from tests.people import set_mode

JAKARTA = ZoneInfo("Asia/Jakarta")


def jakarta(*moment):
    return datetime(*moment, tzinfo=JAKARTA)


@pytest.fixture
def bird(aviary):
    set_mode("fakes.parrot", "public_edit")
    return parrot(aviary.keeper, age_years=10, price="5")


@pytest.fixture
def with_mail(settings):
    settings.EMAIL_HOST, settings.PUBLIC_URL = "mail.contoh.id", "https://crm.contoh.id"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


def all_due():
    Notification.objects.filter(mail_at__isnull=False).update(mail_at=timezone.now() - timedelta(minutes=1))


def test_a_mention_is_mailed_with_a_link_and_the_words(aviary, bird, with_mail):
    as_relasi(aviary.peer, language="en")
    with as_(aviary.keeper):
        comment = say(bird.pk, "@putu tolong cek")
    deliver()
    all_due()
    assert send_due(timezone.now()) == 1
    (letter,) = mail.outbox
    assert letter.to == [aviary.peer.email] and letter.subject == f"Komang mentioned you: {bird.name}"
    assert f"https://crm.contoh.id/r/{bird.pk}/#comment-{comment.pk}" in letter.body
    assert "tolong cek" in letter.body
    assert send_due(timezone.now()) == 0


def test_what_is_hidden_by_the_time_a_mail_goes_out_is_not_mailed(aviary, bird, with_mail):
    with as_(aviary.keeper):
        say(bird.pk, "@putu rahasia")
    deliver()
    all_due()
    set_mode("fakes.parrot", "private")
    assert send_due(timezone.now()) == 0 and mail.outbox == []


def test_a_digest_holds_a_day_grouped_by_record_without_hidden_fields(aviary, bird, with_mail):
    as_relasi(aviary.shy, language="en")
    other = parrot(aviary.keeper)
    with as_(aviary.shy):
        follow([bird.pk, other.pk])
    change(aviary.keeper, bird, age_years=12, price="7")
    deliver()
    change(aviary.keeper, other, mood="loud")
    deliver()
    assert all(row.mail_at > timezone.now() for row in Notification.objects.all())
    all_due()
    assert send_due(timezone.now()) == 1
    (letter,) = mail.outbox
    assert letter.body.count(bird.name) == 1 and letter.body.count(other.name) == 1
    assert "Age: 10 → 12" in letter.body and "Price" not in letter.body
    assert f"/follow/{bird.pk}/stop/" in letter.body


def test_what_was_read_in_the_inbox_is_not_mailed_as_well(aviary, bird, with_mail):
    with as_(aviary.keeper):
        say(bird.pk, "@putu halo")
    deliver()
    mark(aviary.peer, None, read_at=timezone.now())
    all_due()
    assert send_due(timezone.now()) == 0


def test_a_mail_server_that_refuses_is_tried_three_times(aviary, bird, with_mail, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("relasi.engine.activity.mail.send_mail", refuse)
    with as_(aviary.keeper):
        say(bird.pk, "@putu halo")
    deliver()
    all_due()
    for number in range(TRIES):
        assert Notification.objects.get().mailed_at is None, number
        send_due(timezone.now())
    assert Notification.objects.get().mailed_at is not None


def test_without_a_mail_server_nothing_piles_up(aviary, bird):
    with as_(aviary.keeper):
        say(bird.pk, "@putu halo")
    deliver()
    all_due()
    assert send_due(timezone.now()) == 0 and Notification.objects.get().mailed_at is not None


def test_a_kind_turned_off_is_not_told_but_mentions_always_are(aviary, bird):
    with as_(aviary.peer):
        off = {"inbox": False, "mail": "off"}
        choose(aviary.peer, {"kinds": {"changed": off, "comment": off, "mention": off}})
        follow([bird.pk])
    change(aviary.keeper, bird, age_years=12)
    with as_(aviary.keeper):
        say(bird.pk, "Halo")
        say(bird.pk, "@putu halo")
    assert [row.kind for row in everything_told(aviary.peer)] == ["mention"]


def test_a_kind_wanted_by_mail_alone_is_mailed_and_not_in_the_inbox(aviary, bird, with_mail):
    with as_(aviary.peer):
        choose(aviary.peer, {"kinds": {"changed": {"inbox": False, "mail": "now"}}})
        follow([bird.pk], pace="now")
    change(aviary.keeper, bird, age_years=12)
    deliver()
    with acting(aviary.peer):
        assert unread_count(aviary.peer) == 0
    all_due()
    assert send_due(timezone.now()) == 1


def test_quiet_hours_hold_the_mail_and_not_the_inbox():
    mine = NotificationChoices(quiet_from=20, quiet_to=6)
    assert mine.mail_due(Mail.NOW, jakarta(2026, 11, 25, 22), JAKARTA) == jakarta(2026, 11, 26, 6)
    assert mine.mail_due(Mail.NOW, jakarta(2026, 11, 26, 5, 59), JAKARTA) == jakarta(2026, 11, 26, 6)
    assert mine.mail_due(Mail.NOW, jakarta(2026, 11, 25, 19, 59), JAKARTA) == jakarta(2026, 11, 25, 19, 59)


def test_the_daily_mail_comes_at_its_hour_and_waits_for_monday():
    mine = NotificationChoices(digest_hour=8)
    assert mine.mail_due(Mail.DIGEST, jakarta(2026, 11, 25, 7), JAKARTA) == jakarta(2026, 11, 25, 8)
    assert mine.mail_due(Mail.DIGEST, jakarta(2026, 11, 25, 8), JAKARTA) == jakarta(2026, 11, 26, 8)
    assert mine.mail_due(Mail.DIGEST, jakarta(2026, 11, 27, 9), JAKARTA) == jakarta(2026, 11, 30, 8)
    mine.weekends = True
    assert mine.mail_due(Mail.DIGEST, jakarta(2026, 11, 27, 9), JAKARTA) == jakarta(2026, 11, 28, 8)


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    zone=st.sampled_from(["Asia/Jakarta", "Asia/Jayapura", "Europe/Amsterdam", "America/New_York"]),
    quiet=st.tuples(st.integers(0, 23), st.integers(0, 23)),
    hour=st.integers(0, 23),
    mail_=st.sampled_from(Mail.values),
)
@settings(deadline=None)
def test_no_mail_is_due_before_now_in_quiet_hours_or_more_than_three_days_on(now, zone, quiet, hour, mail_):
    mine = NotificationChoices(quiet_from=quiet[0], quiet_to=quiet[1], digest_hour=hour)
    due = mine.mail_due(mail_, now, ZoneInfo(zone))
    if mail_ == Mail.OFF:
        assert due is None
        return
    assert now <= due <= now + timedelta(days=3, hours=2)
    local = due.astimezone(ZoneInfo(zone))
    if mail_ == Mail.NOW:
        assert not mine.quiet(local)
    else:
        assert local.hour in (hour, (hour + 1) % 24) and local.weekday() < 5


def test_what_was_put_off_is_new_again_when_its_time_has_come(aviary, bird):
    with as_(aviary.keeper):
        say(bird.pk, "@putu halo")
    deliver()
    now = timezone.now()
    mark(aviary.peer, None, snoozed_until=now + timedelta(minutes=10), read_at=now)
    with acting(aviary.peer):
        assert unread_count(aviary.peer) == 0
        assert wake(now + timedelta(minutes=9)) == []
        assert wake(now + timedelta(minutes=10)) == [aviary.peer.pk]
        assert unread_count(aviary.peer) == 1


def test_what_is_older_than_ninety_days_is_forgotten(aviary, bird):
    with as_(aviary.keeper):
        say(bird.pk, "@putu halo")
    deliver()
    assert forget_old(timezone.now() + timedelta(days=89)) == 0
    assert forget_old(timezone.now() + timedelta(days=91)) == 1


def test_delivering_twice_tells_once(aviary, bird):
    with as_(aviary.keeper):
        say(bird.pk, "@putu halo")
    assert deliver() == 1 and deliver() == 0
    assert Notification.objects.count() == 1 and not News.objects.exists()


def test_a_view_that_waits_for_approval_is_told_to_admins(aviary):
    values = {
        "module": "fakes.parrot",
        "name": "Semua burung",
        "condition": {"all": []},
        "sharing": "pending",
    }
    with as_(aviary.keeper):
        create(SavedView, {**values, "user": aviary.keeper.pk}, authorised="own view")
    assert sentences(aviary.admin) == ["Komang wants to show the list view “Semua burung” to everybody"]
    assert everything_told(aviary.manager) == []
    with as_(aviary.admin):
        update(SavedView.objects.get(), {"sharing": "private"}, authorised="answered")
    assert sentences(aviary.admin) == []


def test_the_end_of_a_job_is_told_to_whoever_started_it(aviary):
    with as_(aviary.keeper):
        tell(IMPORT, [aviary.keeper.pk], job=7, name="kontak.csv")
    assert sentences(aviary.keeper) == ["The import of kontak.csv has ended"]
    with acting(aviary.keeper):
        assert inbox(aviary.keeper).count() == 1
