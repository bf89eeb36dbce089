"""The scheduler: one run for one due time, off means off, a lost run is taken over, and admins hear once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.utils import timezone, translation
from procrastinate.contrib.django import app as jobs
from procrastinate.periodic import PeriodicDeferrer

from relasi.engine.activity.notification import News
from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import Reader, reading_as
from relasi.features.scheduler.alarm import warn_of_failures
from relasi.features.scheduler.described import DESCRIPTIONS
from relasi.features.scheduler.jobs import tell_of_late_jobs, watch_the_clock
from relasi.features.scheduler.models import KEPT, JobRun, JobSetting, forget_old_runs
from relasi.features.scheduler.page import Job
from relasi.features.scheduler.recording import record_run
from relasi.features.scheduler.timing import ALWAYS, delivered, in_words, set_clock
from relasi.features.scheduler.window import next_run
from relasi.modules.agenda import reminders
from tests.make import make
from tests.people import make_admin, make_user, signed_in

pytestmark = pytest.mark.django_db
TASK = "send_reminders"
HOME = f"/settings/scheduler/{TASK}/"


def work(job: int = 1, task: str = TASK, fails: bool = False, returns: Any = 7) -> Any:
    """One job of a worker, as the queue hands it out."""

    async def call_next() -> Any:
        if fails:
            raise RuntimeError("the mail server is away")
        return returns

    context = SimpleNamespace(app=jobs, job=SimpleNamespace(id=job, task_name=task))
    try:
        return async_to_sync(record_run)(call_next, context, None)
    except RuntimeError as trouble:
        return trouble


def states() -> list[str]:
    return list(JobRun.objects.order_by("id").values_list("status", flat=True))


def test_two_workers_have_one_run_of_one_due_time():
    ((task, moment),) = [
        (one, moment)
        for one, moment in PeriodicDeferrer(jobs.periodic_registry).get_previous_tasks(at=1_800_000_000)
        if one.task.name == TASK
    ]
    deferred = [
        jobs.job_manager.connector.execute_query_one(
            "SELECT procrastinate_defer_periodic_job_v2('default', NULL, NULL, %(task)s, 0, '', %(at)s, '{}') AS id",
            task=task.task.name,
            at=moment,
        )["id"]
        for _worker in range(2)
    ]
    assert deferred[1] is None
    work(deferred[0])
    run = JobRun.objects.get()
    assert (run.status, run.result, run.asked_by_id) == ("done", 7, None)


def test_a_run_whose_worker_was_killed_is_cut_off_and_another_takes_over():
    JobRun.objects.bulk_create([JobRun(task=TASK, job=5, status="running", started_at=timezone.now())])
    work(5)
    assert states() == ["lost", "done"]


def test_a_job_that_is_off_does_nothing_and_on_runs_at_its_next_time():
    client = signed_in(make_admin())
    assert client.post(HOME, {"active": "0"}).status_code == 302
    assert [work(n) for n in (1, 2, 3)] == [None] * 3
    assert states() == []
    client.post(HOME, {"active": "1"})
    assert work(4) == 7
    assert states() == ["done"]


def test_a_job_that_is_off_runs_when_an_admin_asks_for_it():
    admin = make_admin()
    client = signed_in(admin)
    client.post(HOME, {"active": "0"})
    client.post(f"{HOME}run/")
    asked = JobRun.objects.get()
    assert (asked.status, asked.asked_by) == ("waiting", admin)
    work(asked.job)
    assert states() == ["done"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE id = %s", [asked.job])
        assert cursor.fetchone() == (TASK,)


def test_asked_for_twice_it_waits_once():
    client = signed_in(make_admin())
    assert [client.post(f"{HOME}run/").status_code for _ in range(2)] == [302, 302]
    assert states() == ["waiting"]


def test_admins_are_told_once_of_a_job_that_keeps_failing():
    admin = make_admin()
    make_user("sari")
    for number in range(5):
        assert str(work(number, fails=True)) == "the mail server is away"
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'warn_of_failures'")
        rows = cursor.fetchall()
    assert len(rows) == 1
    warn_of_failures(TASK)
    assert list(News.objects.filter(kind="job_failing").values_list("user", flat=True)) == [admin.pk]
    assert JobRun.objects.filter(trouble="RuntimeError: the mail server is away").count() == 5
    assert "5" in signed_in(admin).get("/settings/scheduler/").text
    work(9)
    assert JobSetting.objects.get(task=TASK).failures == 0


def test_one_broken_reminder_among_many_holds_up_no_other(as_admin, monkeypatch):
    due = {"due_at": "2030-03-05 14:00", "remind_before": ["15"]}
    tasks = [make("agenda.Task", **due) for _ in range(100)]
    now = datetime(2030, 3, 5, 6, 46, tzinfo=UTC)
    whole, logged = reminders._tell, []

    def tell(record: Any, missed: bool) -> None:
        if record.pk == tasks[4].pk:
            raise ValueError("broken")
        whole(record, missed)

    monkeypatch.setattr(reminders, "_tell", tell)
    monkeypatch.setattr(reminders.log, "exception", lambda *a, **facts: logged.append(facts["record"]), False)
    assert reminders.send_due(now) == 99
    assert logged == [tasks[4].pk]
    assert (
        registry.module("agenda.Task").model.objects.filter(reminded_at=None, remind_at__lte=now).count() == 1
    )


def test_what_an_admin_sets_is_taken_into_the_clock():
    client = signed_in(make_admin())
    client.post(HOME, {"cron": "*/15 * * * *"})
    assert JobSetting.objects.get(task=TASK).cron == "*/15 * * * *"
    client.post(HOME, {"cron": "nonsense"})
    assert JobSetting.objects.get(task=TASK).cron == ""
    crons = lambda: {name: one.cron for (name, _), one in jobs.periodic_registry.periodic_tasks.items()}  # noqa: E731
    before = crons()
    set_clock(jobs, {TASK: "*/15 * * * *"})
    assert crons()[TASK] == "*/15 * * * *"
    set_clock(jobs, {TASK: ""})
    assert crons() == before


def test_times_are_told_in_words_of_the_reader():
    now = datetime(2026, 11, 29, 5, 0, tzinfo=UTC)
    with reading_as(Reader("en", "Asia/Jakarta")), translation.override("en"):
        assert in_words("17 3 * * *", now) == "Every day at 10:17"
        assert in_words("* * * * *", now) == "Every minute"
        assert in_words("41 * * * *", now) == "Every hour"
        assert in_words("*/5 * * * *", now) == "Every 5 minutes"
    assert next_run("*/5 * * * *", now, ALWAYS) == now + timedelta(minutes=5)


def test_a_job_is_late_when_it_missed_two_times():
    now = datetime(2026, 11, 29, 5, 0, 30, tzinfo=UTC)

    def late(minutes: int) -> bool:
        run = JobRun(task=TASK, job=1, started_at=now - timedelta(minutes=minutes))
        return Job(TASK, JobSetting(task=TASK), "* * * * *", run, now).is_late

    assert (late(1), late(5)) == (False, True)


def test_admins_are_told_once_of_a_job_that_misses_its_times():
    admin = make_admin()
    make_user("sari")
    long_ago = timezone.now() - timedelta(hours=1)
    run = JobRun(task=TASK, job=1, status="done", started_at=long_ago, finished_at=long_ago)
    JobRun.objects.bulk_create([run])
    assert watch_the_clock(timestamp=0) == 0  # nobody watched lately: perhaps no worker was there
    assert (tell_of_late_jobs(), tell_of_late_jobs()) == (1, 0)
    assert list(News.objects.filter(kind="job_late").values_list("user", flat=True)) == [admin.pk]
    JobRun.objects.filter(job=1).update(started_at=timezone.now())
    assert tell_of_late_jobs() == 0
    assert not JobSetting.objects.get(task=TASK).late_told


def test_runs_are_kept_for_thirty_days():
    old = timezone.now() - KEPT - timedelta(hours=1)
    rows = [JobRun(task=TASK, job=1, started_at=old), JobRun(task=TASK, job=2, started_at=timezone.now())]
    JobRun.objects.bulk_create(rows)
    assert forget_old_runs() == 1


def test_every_periodic_job_is_described():
    assert set(delivered()) - set(DESCRIPTIONS) == set()


def test_only_admins_open_it():
    work(1)
    client = signed_in(make_admin())
    for url in ("/settings/scheduler/", HOME):
        page = client.get(url).text
        assert "Reminders" in page or "Pengingat" in page
    assert client.get("/settings/scheduler/nothing/").status_code == 404
    other = signed_in(make_user("sari"))
    for url in ("/settings/scheduler/", HOME):
        assert other.get(url).status_code == 404
        assert other.post(f"{HOME}run/").status_code == 404
    assert states() == ["done"]
