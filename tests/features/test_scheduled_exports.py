"""Scheduled exports: what their owner sees, at its times, to its place and nowhere else; tried again, stopped, told of."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as project
from django.core import mail
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.notification import News
from relasi.engine.api.webhook import allow_host
from relasi.engine.query.saved_view import SavedView
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, trash, update
from relasi.engine.transfer.export import ExportJob
from relasi.features.scheduled_exports import folder, letter, s3, setting_up
from relasi.features.scheduled_exports.jobs import begin_due, run_now, write_scheduled_export
from relasi.features.scheduled_exports.making import carry_out
from relasi.features.scheduled_exports.run import ExportRun
from relasi.features.scheduled_exports.schedule import ScheduleClock, ScheduledExport
from relasi.features.scheduled_exports.timing import falls_on, frequencies, next_time
from relasi.modules.customers.contact import Contact
from tests.company import found_company
from tests.engine.api.receiver import receiving
from tests.people import signed_in

JAKARTA = "Asia/Jakarta"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def company(db, settings, tmp_path):
    settings.DATA = tmp_path
    settings.EMAIL_HOST, settings.PUBLIC_URL = "mail.contoh.id", "https://crm.contoh.id"
    found = found_company()
    with acting(SYSTEM, via="system"):
        for person in (found.admin, found.manager, found.sales_a, found.sales_b):
            update(person, {"language": "en"}, authorised="sentences are compared as the code has them")
    return found


def schedule_of(user, **values):
    usual = {"name": "Kontak malam", "slug": "contacts", "view": "all", "format": "csv", "shape": "view",
             "every": "day", "hour": "5", "place": "disk", "folder": "kontak", "keep": "30"}  # fmt: skip
    secret = values.pop("secret", "")
    with acting(user):
        return setting_up.make(user, {**usual, **values}, secret)


def contact(user, name):
    with acting(user):
        return create(Contact, {"last_name": name})


def ran(schedule):
    """One run of it, tried once."""
    run = run_now(schedule, None)
    carry_out(ExportRun.objects.get(pk=run.pk))
    return ExportRun.objects.get(pk=run.pk)


def rows_in(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_a_file_in_the_folder_holds_what_its_owner_sees(company):
    contact(company.sales_a, "Terlihat")
    contact(company.sales_b, "Tersembunyi")
    with acting(SYSTEM, via="system"):
        update(company.sales_a, {"type": "admin"})
    schedule = schedule_of(company.sales_a)
    with acting(SYSTEM, via="system"):
        update(company.sales_a, {"type": "standard"})
    assert ran(schedule).trouble == "Only an admin may have files go there."
    assert not (Path(project.DATA) / "exports").exists()
    mailed = schedule_of(company.sales_a, place="mail", recipients=company.sales_a.email)
    assert ran(mailed).status == "done"
    name, content, _kind = mail.outbox[0].attachments[0]
    assert name.endswith(f"-{mailed.pk}.csv")
    assert [row for row in rows_in(content) if "Terlihat" in str(row)]
    assert "Tersembunyi" not in content.decode()


def test_a_run_is_noted_as_an_export_of_its_owner(company):
    contact(company.admin, "Satu")
    run = ran(schedule_of(company.admin))
    assert (run.status, run.rows, run.where.startswith("exports/kontak/contacts-")) == ("done", 1, True)
    assert (Path(project.DATA) / run.where).stat().st_size == run.size
    job = ExportJob.objects.get(pk=run.job_id)
    assert (job.user_id, job.status, job.rows, job.file) == (company.admin.pk, "done", 1, "")


def test_the_list_is_taken_as_it_is_when_it_runs(company):
    contact(company.admin, "Ani")
    contact(company.admin, "Budi")
    values = {"module": "customers.contact", "name": "Hanya Ani", "user": company.admin.pk,
              "condition": {"all": [{"field": "last_name", "op": "is", "value": "Ani"}]},
              "columns": ["last_name"], "sort": ["last_name"]}  # fmt: skip
    with acting(company.admin):
        view = create(SavedView, values, authorised="a list view of the test")
    schedule = schedule_of(company.admin, view=str(view.pk))
    assert ran(schedule).rows == 1
    with acting(company.admin):
        update(view, {"condition": {"all": []}})
    assert ran(schedule).rows == 2
    with acting(company.admin):
        trash(SavedView, [view.pk])
    run = ran(schedule)
    assert (run.status, run.trouble) == ("failed", "The list it exports is not there any more.")


def test_only_the_newest_files_of_a_schedule_stay_and_no_others_go(company):
    schedule = schedule_of(company.admin, keep="7")
    place = Path(project.DATA) / "exports" / "kontak"
    place.mkdir(parents=True)
    (place / "milik-orang-lain.csv").write_text("tetap")
    for hours in range(10, 0, -1):
        run = run_now(schedule, None)
        run.note(due_at=run.due_at - timedelta(hours=hours))
        carry_out(run)
    own = sorted(one.name for one in place.iterdir() if one.name.startswith("contacts-"))
    assert len(own) == 7
    assert own == sorted(Path(one.where).name for one in ExportRun.objects.order_by("-due_at")[:7])
    assert (place / "milik-orang-lain.csv").read_text() == "tetap"


@pytest.mark.parametrize(
    "name", ["..", ".", "", "a/b", "/etc", "A", "a b", "a\0b", "-a", "ä", "a" * 61, "a.b", "con/../.."]
)
def test_no_name_of_a_folder_leads_out_of_it(company, name):
    with pytest.raises(Refused) as refused:
        schedule_of(company.admin, folder=name)
    assert "folder" in refused.value.by_field()
    assert not ScheduledExport._base_manager.exists()


def test_a_mail_goes_to_colleagues_alone_unless_an_admin_sends_it(company):
    for to in ("", "bukan alamat", "orang@luar.com", f"{company.manager.email}, orang@luar.com"):
        with pytest.raises(Refused) as refused:
            schedule_of(company.sales_a, place="mail", recipients=to)
        assert "recipients" in refused.value.by_field()
    for place in ("disk", "s3", "ftp"):
        with pytest.raises(Refused) as refused:
            schedule_of(company.sales_a, place=place)
        assert refused.value.by_field().keys() == {"place"}
    assert schedule_of(company.sales_a, place="mail", recipients=company.manager.email.upper()).pk
    assert schedule_of(company.admin, place="mail", recipients="orang@luar.com").pk


def test_what_is_too_large_for_a_mail_is_fetched_by_those_it_was_sent_to(company, monkeypatch):
    monkeypatch.setattr(letter, "LARGEST", 10)
    contact(company.sales_a, "Satu")
    schedule = schedule_of(company.sales_a, place="mail", recipients=company.manager.email)
    run = ran(schedule)
    assert run.status == "done"
    assert not mail.outbox[0].attachments
    url = f"/export/scheduled/runs/{run.pk}/file/"
    assert f"https://crm.contoh.id{url}" in mail.outbox[0].body
    assert signed_in(company.sales_b).get(url).status_code == 404
    assert signed_in(company.admin).get(url).status_code == 404
    assert Client().get(url).status_code == 302
    for person in (company.manager, company.sales_a):
        answer = signed_in(person).get(url)
        assert "Satu" in b"".join(answer.streaming_content).decode()
    ExportJob.objects.update(finished_at=run.finished_at - timedelta(hours=25))
    assert signed_in(company.manager).get(url).status_code == 410


def test_an_object_is_put_into_the_bucket_with_a_signature(company):
    contact(company.admin, "Satu")
    with receiving() as there:
        with acting(company.admin):
            allow_host("127.0.0.1")
        schedule = schedule_of(company.admin, **_storage(there, prefix="relasi/harian/"))
        run = ran(schedule)
        assert run.status == "done", run.trouble
        headers, body = there.got[0]
        assert there.paths[0].startswith("/ember/relasi/harian/contacts-")
        assert run.where.endswith(there.paths[0])
        assert len(body) == run.size
        assert rows_in(body)[1]
        assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIA/")
        assert "s3kr1t" not in str(headers)
    stored = ScheduledExport._base_manager.get(pk=schedule.pk)
    assert "s3kr1t" not in stored.sealed_secret
    assert (
        "s3kr1t"
        not in signed_in(company.admin).get(f"/export/scheduled/{schedule.pk}/edit/").content.decode()
    )


def _storage(there, **values):
    address = there.url.removesuffix("/hook") if there else "https://s3.contoh.id"
    return {"place": "s3", "address": address, "region": "us-east-1", "bucket": "ember", "prefix": "",
            "access_key": "AKIA", "secret": "s3kr1t", **values}  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "http://127.0.0.1:1"},
        {"address": "https://169.254.169.254"},
        {"address": "https://[::1]"},
        {"address": "http://1.1.1.1"},
        {"address": "https://1.1.1.1/dalam"},
        {"address": "file:///etc/passwd"},
        {"bucket": "../x"},
        {"prefix": "../x"},
        {"prefix": "/x"},
        {"region": "a\r\nb"},
        {"secret": ""},
    ],
)
def test_a_storage_that_is_inside_or_named_wrongly_is_refused(company, wrong):
    with pytest.raises(Refused) as refused:
        schedule_of(company.admin, **{**_storage(None), "address": "https://1.1.1.1", **wrong})
    assert refused.value.by_field().keys() == wrong.keys()


def test_a_secret_goes_to_no_other_address_than_it_was_given_for(company):
    schedule = schedule_of(company.admin, **_storage(None, address="https://1.1.1.1"))
    now = {name: getattr(schedule, name) or "" for name in ("name", "slug", "view", "format", "shape", "every", "hour",
           "place", "region", "bucket", "prefix", "access_key")}  # fmt: skip
    with acting(company.admin), pytest.raises(Refused) as refused:
        setting_up.change(schedule, company.admin, {**now, "address": "https://8.8.8.8"})
    assert refused.value.by_field().keys() == {"secret"}
    with acting(company.admin):
        setting_up.change(schedule, company.admin, {**now, "address": "https://1.1.1.1", "bucket": "lain"})
    stored = ScheduledExport._base_manager.get(pk=schedule.pk)
    assert (stored.bucket, stored.sealed_secret) == ("lain", schedule.sealed_secret)


def test_the_signature_is_the_one_the_protocol_publishes():
    bucket = s3.Bucket("https://examplebucket.s3.amazonaws.com", "us-east-1", "examplebucket", "AKIAIOSFODNN7EXAMPLE",
                       "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")  # fmt: skip
    given = {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}
    headers = s3.signed(
        "PUT", "https://examplebucket.s3.amazonaws.com/test%24file.text", bucket,
        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
        datetime(2013, 5, 24, tzinfo=UTC), given,
    )  # fmt: skip
    assert headers["Authorization"].endswith(
        "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    )


def test_what_the_storage_refuses_is_tried_again_and_at_last_given_up_and_told(company):
    with receiving() as there:
        with acting(company.admin):
            allow_host("127.0.0.1")
        schedule = schedule_of(company.admin, **_storage(there))
        there.answers = [503, 500, 403, 503]
        run = ran(schedule)
        assert (run.status, run.tries) == ("waiting", 1)
        assert run.trouble.startswith("The storage did not take it: 503")
        for _again in range(3):
            assert not News.objects.filter(kind="export_failed").exists()
            run.note(retry_at=run.retry_at - timedelta(hours=3))
            assert begin_due() == 1
            assert begin_due() == 0
            write_scheduled_export(run.pk)
            run.refresh_from_db()
        assert (run.status, run.tries, run.retry_at) == ("failed", 4, None)
        assert News.objects.get(kind="export_failed").user_id == company.admin.pk
        assert ScheduleClock.objects.get(schedule=schedule).failures == 1
        write_scheduled_export(run.pk)
        assert len(there.got) == 4
        assert ran(schedule).status == "done"
        assert ScheduleClock.objects.get(schedule=schedule).failures == 0


@pytest.mark.parametrize("why", ["suspended", "no right"])
def test_it_stops_when_its_owner_may_export_no_more_and_people_hear_of_it(company, why):
    schedule = schedule_of(company.sales_a, place="mail", recipients=company.sales_a.email)
    with acting(SYSTEM, via="system"):
        if why == "suspended":
            update(company.sales_a, {"status": "suspended"}, authorised="test")
        else:
            for profile in company.profiles.values():
                update(profile, {"tools": []})
    run = ran(schedule)
    assert run.status == "failed"
    assert not mail.outbox
    assert not ScheduledExport._base_manager.get(pk=schedule.pk).active
    assert company.admin.pk in News.objects.filter(kind="export_stopped").values_list("user_id", flat=True)
    ScheduleClock.objects.update(next_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert begin_due() == 0


def test_times_that_were_missed_are_one_run_and_a_schedule_that_is_off_has_none(company):
    schedule = schedule_of(company.admin, every="hour")
    off = schedule_of(company.admin, every="hour", folder="mati")
    with acting(company.admin):
        setting_up.turn(off, on=False)
    ScheduleClock.objects.update(next_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert begin_due() == 1
    assert begin_due() == 0
    assert ExportRun.objects.get().schedule_id == schedule.pk
    assert ScheduleClock.objects.get(schedule=schedule).next_at > datetime.now(UTC)


def test_a_run_that_was_cut_off_leaves_one_file(company):
    schedule = schedule_of(company.admin)
    run = run_now(schedule, None)
    carry_out(run)
    run.note(status="running", finished_at=None)
    carry_out(ExportRun.objects.get(pk=run.pk))
    assert len(list((folder.root() / "kontak").iterdir())) == 1


def test_pages_show_ones_own_and_a_refused_form_keeps_what_was_typed(company):
    mine = schedule_of(company.sales_a, place="mail", recipients=company.sales_a.email)
    browser = signed_in(company.sales_b)
    for path in ("", "edit/"):
        assert browser.get(f"/export/scheduled/{mine.pk}/{path}").status_code == 404
    assert browser.post(f"/export/scheduled/{mine.pk}/do/run/").status_code == 404
    assert mine.name not in browser.get("/export/scheduled/").content.decode()
    sent = {"name": "Punyaku", "slug": "contacts", "place": "mail", "view": "all", "format": "jsonl",
            "shape": "view", "every": "day", "hour": "6", "recipients": "orang@luar.com"}  # fmt: skip
    answer = browser.post("/export/scheduled/new/", sent)
    assert answer.status_code == 422
    assert "Punyaku" in answer.content.decode()
    assert "orang@luar.com" in answer.content.decode()
    assert ScheduledExport._base_manager.count() == 1
    good = browser.post("/export/scheduled/new/", {**sent, "recipients": company.sales_b.email})
    assert good.status_code == 302
    page = browser.get(good["Location"]).content.decode()
    assert "Punyaku" in page
    assert signed_in(company.admin).get(f"/export/scheduled/{mine.pk}/").status_code == 200


WORDS = st.sampled_from([key for key, _label in frequencies()])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(
    every=WORDS,
    hour=st.integers(0, 23),
    after=MOMENTS,
    zone=st.sampled_from([JAKARTA, "Europe/Berlin", "UTC"]),
)
def test_the_next_time_is_the_first_that_fits(every, hour, after, zone):
    found = next_time(every, hour, after, zone)
    assert found > after
    if every == "hour":
        assert found - after <= timedelta(hours=1)
        return
    there = found.astimezone(ZoneInfo(zone))
    assert falls_on(every, there.date())
    assert there.hour in (hour, hour + 1)
    day = after.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    while day < there.date():
        assert not falls_on(every, day)
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("every", "day", "fits"),
    [("month-last", date(2028, 2, 29), True), ("month-last", date(2028, 2, 28), False), ("month-1", date(2026, 5, 1), True),
     ("workday", date(2026, 11, 28), False), ("sat", date(2026, 11, 28), True)],
)  # fmt: skip
def test_days_fall_as_words_say(every, day, fits):
    assert falls_on(every, day) is fits
