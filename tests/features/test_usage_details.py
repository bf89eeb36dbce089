"""Usage details: nothing is lost, limits hold for programs and never for people, and each warning is given once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.mail import send_mail
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.access.acting import acting
from relasi.engine.activity.delivery import deliver
from relasi.engine.activity.mail import send_due
from relasi.engine.activity.notification import News, Notification
from relasi.engine.api import sending, usage_limits
from relasi.engine.api.company_usage import (
    UsageDay,
    UsageHour,
    count_for_company,
    forget_old_usage,
    note,
    used_on,
    warn_if_near,
)
from relasi.engine.api.daily import today
from relasi.engine.api.metering import ApiUse
from relasi.engine.api.safe_address import Answer
from relasi.engine.api.storage_used import StorageDay, measure
from relasi.engine.api.token import ApiToken
from relasi.engine.api.usage_limits import CALLS, MAILS, STORAGE, WEBHOOKS, UsageLimits
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import create, update
from relasi.features.settings.usage_figures import by_day, by_hour, by_source, cards
from tests.company import found_company
from tests.engine.api.program import Program
from tests.features.compat.client import Service
from tests.make import make
from tests.people import signed_in

PAGE = "/settings/usage/"


def limited(company, **values):
    with acting(company.admin):
        found = create(UsageLimits, values)
    close_change_set()
    return found


def used_before(metric, amount):
    """So much in this hour, and counted as come in."""
    note(metric, "", good=True, amount=amount)
    UsageDay.objects.create(metric=metric, day=today(), used=amount)


def warnings(metric=CALLS):
    rows = News.objects.filter(kind="usage_limit", facts__metric=metric).order_by("id")
    return [(one.user_id, one.facts["percent"]) for one in rows]


def people(n):
    return SimpleNamespace(people={id: SimpleNamespace(is_active=True) for id in range(n)})


def test_a_third_active_user_raises_the_limit_at_once(monkeypatch):
    limits = UsageLimits(calls_free=6000, calls_per_user=600)
    for users, limit in ((2, 7200), (3, 7800)):
        monkeypatch.setattr(usage_limits, "directory", lambda users=users: people(users))
        assert limits.of(CALLS, date(2026, 11, 30)) == limit


def test_people_who_are_suspended_raise_nothing(company):
    limits = limited(company, calls_free=0, calls_per_user=10)
    before = limits.of(CALLS, today())
    with acting(company.admin):
        update(company.sales_b, {"status": "suspended"}, authorised="test")
    close_change_set()
    assert limits.of(CALLS, today()) == before - 10


@given(*[st.none() | st.integers(0, 10_000)] * 4, st.integers(-3, 3))
def test_the_limit_is_free_and_raised_calls_up_to_the_most(free, extra, most, webhooks, days):
    """Nothing for each user, so that nobody has to be asked for."""
    day = date(2026, 11, 30)
    limits = UsageLimits(
        calls_free=free,
        calls_extra=extra,
        calls_most=most,
        webhooks=webhooks,
        extra_until=day + timedelta(days),
    )
    found = limits.of(CALLS, day)
    if free is None:
        assert found == most
    else:
        whole = free + ((extra or 0) if days >= 0 else 0)
        assert found == (whole if most is None else min(whole, most))
    assert limits.of(WEBHOOKS, day) == webhooks and limits.of(MAILS, day) is None


def test_the_call_beyond_the_limit_is_refused_until_midnight_and_people_work_on(company):
    limited(company, calls_free=7200)
    used_before(CALLS, 7199)
    program = Program(company.admin)
    last = program.get("me")
    assert last.status_code == 200
    assert (last["RateLimit-Company-Limit"], last["RateLimit-Company-Remaining"]) == ("7200", "0")
    beyond = program.get("me")
    assert beyond.status_code == 429 and beyond.data["code"] == "RATE_LIMITED"
    assert beyond["Retry-After"] == beyond["RateLimit-Company-Reset"]
    again = timezone.now() + timedelta(seconds=int(beyond["Retry-After"]))
    local = again.astimezone(timezone.get_default_timezone())
    assert local.date() == today() + timedelta(days=1) and (local.hour, local.minute) == (0, 0)
    browser = signed_in(company.admin)
    assert browser.get("/api/v1/me").status_code == 200
    assert browser.get(PAGE).status_code == 200


def test_programs_for_the_other_crm_share_the_limit(company):
    service = Service(company.admin)
    service.login()
    before = used_on(CALLS, today())
    service.get("listtypes")
    assert used_on(CALLS, today()) == before + 1
    limited(company, calls_free=before + 2)
    service.get("listtypes")
    with pytest.raises(Exception, match="company has used all calls"):
        service.get("listtypes")
    assert used_on(CALLS, today()) == before + 3


def test_a_limit_that_is_only_watched_refuses_nothing(company):
    limited(company, calls_free=1, watch_only=True)
    program = Program(company.admin)
    assert [program.get("me").status_code for _n in range(3)] == [200] * 3
    assert warnings()[-1][1] == 100


def test_admins_are_warned_at_the_5400th_call_and_once(company):
    limited(company, calls_free=7200)
    used_before(CALLS, 5398)
    program = Program(company.sales_a)
    program.get("me")
    assert warnings() == []
    program.get("me")
    told = warnings()
    assert (company.admin.pk, 75) in told and {percent for _user, percent in told} == {75}
    assert company.sales_a.pk not in {user for user, _percent in told}
    program.get("me")
    assert warnings() == told


def test_a_warning_goes_to_the_inbox_and_by_mail(company, settings):
    settings.EMAIL_HOST, settings.PUBLIC_URL = "mail.example.com", "https://crm.example.com"
    limited(company, webhooks=4)
    note(WEBHOOKS, "webhook 1", good=True, amount=3)
    warn_if_near(WEBHOOKS)
    deliver()
    row = Notification.objects.get(kind="usage_limit", user=company.admin)
    assert row.mail_at is not None
    send_due(max(row.mail_at, timezone.now()))
    (letter,) = [one for one in mail.outbox if one.to == [company.admin.email]]
    assert "75%" in letter.body and "https://crm.example.com/settings/usage/" in letter.body
    row.refresh_from_db()
    assert row.mailed_at is not None


def test_admins_who_want_no_warnings_get_none(company):
    limited(company, mails=1, tells_admins=False)
    note(MAILS, "", good=True)
    warn_if_near(MAILS)
    assert warnings(MAILS) == []


def test_a_limit_set_at_noon_begins_with_what_was_used(company):
    note(CALLS, "key 1", good=True, amount=5)
    limited(company, calls_free=10)
    assert count_for_company().used == 6
    note(CALLS, "key 1", good=True)
    assert count_for_company().used == 7


def test_a_list_is_one_call_and_each_update_is_one(company):
    with acting(company.admin):
        record = make("customers.Contact")
    close_change_set()
    program = Program(company.admin)
    before = used_on(CALLS, today())
    assert program.get("contacts?size=200").status_code == 200
    assert used_on(CALLS, today()) == before + 1
    for n in range(20):
        assert program.patch(f"contacts/{record.pk}", {"last_name": f"N{n}"}).status_code == 200
    assert used_on(CALLS, today()) == before + 21


@pytest.mark.django_db(transaction=True)
def test_a_thousand_calls_at_once_are_all_counted(transactional_db):
    company = found_company()
    limited(company, calls_free=2000)

    def call(n):
        count_for_company()
        note(CALLS, f"key {n % 3}", good=n % 5 > 0)

    def part(first):
        for n in range(first, 1000, 4):
            call(n)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(part, range(4)))
    assert UsageDay.objects.get(metric=CALLS).used == 1000 == used_on(CALLS, today())


def spread():
    """Calls of a token and of a key, messages and mails, over some hours."""
    token = ApiToken._base_manager.first()
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    for back in (0, 1, 2, 30):
        at = now - timedelta(hours=back)
        ApiUse.objects.create(token=token, hour=at, module="contacts", result=4, calls=3 + back, last_at=at)
        for metric, source in ((CALLS, "key 7"), (WEBHOOKS, "webhook 3"), (MAILS, "")):
            UsageHour.objects.create(metric=metric, hour=at, source=source, result=2, amount=10 + back)


def test_card_day_hours_and_sources_tell_the_same_sum(company):
    Program(company.admin)
    spread()
    day = today()
    for metric in (CALLS, WEBHOOKS, MAILS):
        (card,) = [one.used for one in cards(UsageLimits()) if one.metric == metric]
        (line,) = [one for one in by_day(day, 30) if one.key == day]
        hours = by_hour(day)
        assert card == line.of(metric) == sum(one.of(metric) for one in hours) > 0
        assert card == sum(one.of(metric) for _name, one in by_source(day))
        assert line.failed_of(metric) == sum(one.failed_of(metric) for one in hours)
    assert sum(one.of(WEBHOOKS) for one in by_day(day, 30)) == 40 + 33


def test_messages_beyond_the_limit_wait(company, monkeypatch):
    limited(company, webhooks=1)
    asked = []
    waiting = SimpleNamespace(select_related=lambda _name: SimpleNamespace(first=lambda: object()))
    monkeypatch.setattr(sending, "due", lambda webhook: waiting)
    monkeypatch.setattr(sending, "claim", lambda one: True)

    def sent(one):
        asked.append(one)
        note(WEBHOOKS, "webhook 1", good=True)
        return Answer(200, "", 1, "")

    monkeypatch.setattr(sending, "send", sent)
    assert sending.send_due(1) == 1 and len(asked) == 1
    assert sending.send_due(1) == 0 and len(asked) == 1


def test_every_mail_is_counted_with_who_sent_it(company, settings):
    settings.EMAIL_BACKEND = "relasi.engine.api.counted_mail.CountedMail"
    settings.MAIL_SENT_BY = "django.core.mail.backends.locmem.EmailBackend"
    limited(company, mails=2)
    with acting(company.sales_a):
        send_mail("Halo", "Isi", None, ["a@example.com", "b@example.com"])
    send_mail("Halo", "Isi", None, ["c@example.com"])
    assert len(mail.outbox) == 2 and used_on(MAILS, today()) == 2
    names = {name: line.of(MAILS) for name, line in by_source(today())}
    assert names[company.sales_a.full_name] == 1 and len(names) == 2
    assert {percent for _user, percent in warnings(MAILS)} == {100}


def test_mails_that_do_not_go_out_are_not_counted(company, settings):
    settings.EMAIL_BACKEND = "relasi.engine.api.counted_mail.CountedMail"
    settings.MAIL_SENT_BY = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(OSError):
        send_mail("Halo", "Isi", None, ["c@example.com"])
    assert used_on(MAILS, today()) == 0 and by_hour(today()) == []


def test_storage_is_database_and_files_and_warned_of_once(company, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.bin").write_bytes(b"x" * 1000)
    (tmp_path / "c.bin").write_bytes(b"x" * 24)
    total = measure()
    row = StorageDay.objects.get()
    assert row.files == 1024 and row.database > 1_000_000 and row.total == total
    assert [one.storage for one in by_day(today(), 1)] == [row]
    limited(company, storage_gb=1)
    for _n in range(2):
        warn_if_near(STORAGE, 950_000_000)
    assert {percent for _user, percent in warnings(STORAGE)} == {75} and len(warnings(STORAGE)) >= 1
    assert len(warnings(STORAGE)) == len(set(warnings(STORAGE)))


def test_admins_see_set_and_fetch_the_figures_and_nobody_else(company):
    Program(company.admin)
    spread()
    admin, other = signed_in(company.admin), signed_in(company.sales_a)
    for path in (PAGE, f"{PAGE}limits/", f"{PAGE}file.csv"):
        assert other.get(path).status_code == 404
    assert other.post(f"{PAGE}limits/", {"calls_free": "1"}).status_code == 404
    wrong = admin.post(f"{PAGE}limits/", {"calls_free": "100", "calls_extra": "5", "webhooks": "-1"})
    assert wrong.status_code == 422 and 'value="100"' in wrong.content.decode()
    assert not UsageLimits._base_manager.exists()
    given_ = {"calls_free": "100", "tells_admins": "on"}
    assert admin.post(f"{PAGE}limits/", given_).status_code == 302
    assert UsageLimits._base_manager.get().calls_free == 100
    text = admin.get(PAGE).content.decode()
    assert "100" in text and admin.get(f"{PAGE}?day=rubbish").status_code == 200
    lines = admin.get(f"{PAGE}file.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(by_day(today(), 396))
    assert admin.get(f"{PAGE}file.xlsx").content[:2] == b"PK"
    assert admin.get(f"{PAGE}file.pdf").status_code == 404


def test_figures_go_after_thirteen_months(company):
    old = timezone.now() - timedelta(days=400)
    UsageHour.objects.create(metric=CALLS, hour=old, source="", result=2, amount=1)
    UsageDay.objects.create(metric=CALLS, day=old.date(), used=1)
    note(CALLS, "", good=True)
    assert forget_old_usage() == 2 and UsageHour.objects.count() == 1
