"""Hours, order, time limits and further tries of periodic jobs: the worker keeps what an admin set."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as some
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob

from relasi.engine.activity.notification import News
from relasi.features.scheduler import recording, time_limit
from relasi.features.scheduler.alarm import warn_of_end, warn_of_failures
from relasi.features.scheduler.models import JobRun, JobSetting
from relasi.features.scheduler.page import Job, all_jobs
from relasi.features.scheduler.time_limit import limited
from relasi.features.scheduler.timing import delivered, set_clock
from relasi.features.scheduler.window import Window, next_run
from tests.company import found_company
from tests.features.test_scheduler import HOME, TASK, states, work
from tests.people import make_admin, signed_in

NIGHTLY = "check_tie_out"  # 02:17 UTC, 09:17 in Jakarta
LIST = "/settings/scheduler/"


def jakarta(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 5, hour, minute, tzinfo=ZoneInfo("Asia/Jakarta"))


# Hours.
@pytest.mark.parametrize(
    ("first", "last", "runs"),
    [(8, 17, [8, 12, 16]), (20, 5, [20, 23, 0, 4]), (0, 1, [0]), (23, 0, [23])],
)
@pytest.mark.django_db
def test_a_job_runs_in_its_hours_alone(first: int, last: int, runs: list[int]) -> None:
    JobSetting.objects.create(task=TASK, window_first=first, window_last=last)
    ran = []
    for hour in range(24):
        for minute in (0, 59):
            with time_machine.travel(jakarta(hour, minute).astimezone(UTC), tick=False):
                ran += [hour] if work(hour * 60 + minute) == 7 else []
    assert set(runs) <= set(ran) and len(ran) == 2 * ((last - first) % 24)
    assert states() == ["done"] * len(ran)


@pytest.mark.django_db
def test_outside_its_hours_it_runs_for_who_asks() -> None:
    JobSetting.objects.create(task=TASK, window_first=8, window_last=9)
    client = signed_in(make_admin())
    with time_machine.travel(jakarta(20).astimezone(UTC), tick=False):
        assert work(1) is None and states() == []
    client.post(f"{HOME}run/")
    with time_machine.travel(jakarta(20).astimezone(UTC), tick=False):
        assert work(JobRun.objects.get().job) == 7
    assert states() == ["done"]


hours = some.integers(0, 23)
minutes = some.integers(0, 7 * 24 * 60)


@given(hours, hours, some.sampled_from(["* * * * *", "*/15 * * * *", "7 * * * *", "17 2 * * *", "0 */6 * * *"]),
       some.sampled_from(["Asia/Jakarta", "Asia/Jayapura", "America/Los_Angeles", "UTC"]), minutes)  # fmt: skip
def test_the_next_run_is_the_first_time_inside_the_hours(
    first: int, last: int, cron: str, zone: str, after: int
) -> None:
    window, now = Window(first, last, zone), datetime(2026, 3, 5, tzinfo=UTC) + timedelta(minutes=after)
    found = next_run(cron, now, window)
    every = next_run(cron, now, Window(None, None, zone))
    while every is not None and not window.holds(every) and every < now + timedelta(days=2):
        every = next_run(cron, every, Window(None, None, zone))
    assert found == (every if every is not None and window.holds(every) else None)


def test_an_hour_that_the_clock_leaves_out_holds_nothing_up() -> None:
    window = Window(2, 3, "America/New_York")  # there is no such hour on 8 March 2026
    found = next_run("*/30 * * * *", datetime(2026, 3, 8, 6, 50, tzinfo=UTC), window)
    assert found == datetime(2026, 3, 9, 6, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_job_waiting_for_its_hours_is_not_late() -> None:
    run = JobRun(task=TASK, job=1, started_at=jakarta(8, 59))
    setting = JobSetting(task=TASK, window_first=8, window_last=9)

    def at(hour: int, minute: int) -> Job:
        """That day after eight, the next one before."""
        now = jakarta(hour, minute) + timedelta(days=hour < 8)
        return Job(TASK, setting, "* * * * *", run, now)

    assert not at(20, 0).is_late and not at(7, 59).is_late
    assert str(at(20, 0).next) == "2026-03-06 01:00:00+00:00"
    late = Job(TASK, setting, "* * * * *", run, jakarta(8, 5) + timedelta(days=1))
    assert late.is_late


# What an admin sets.
@pytest.mark.django_db
def test_an_admin_sets_hours_limit_tries_and_alert() -> None:
    client = signed_in(make_admin())
    given = {"window_first": "20", "window_last": "5", "minutes": "30", "retries": "1", "alert_after": "2"}
    assert client.post(HOME, given).status_code == 302
    found = JobSetting.objects.get(task=TASK)
    assert {name: str(getattr(found, name)) for name in given} == given
    page = client.get(HOME).text
    assert 'value="20" selected' in page and "20:00–05:00" in client.get(LIST).text
    client.post(HOME, {"active": "0"})  # the switch leaves the rest as it is
    found.refresh_from_db()
    assert (found.active, found.window_first, found.minutes, found.retries, found.alert_after) == (
        False,
        20,
        30,
        1,
        2,
    )
    client.post(HOME, {"window_first": "", "window_last": ""})
    found.refresh_from_db()
    assert (found.window_first, found.window_last) == (None, None)


@pytest.mark.parametrize(
    ("task", "given"),
    [
        (TASK, {"window_first": "20", "window_last": ""}),
        (TASK, {"window_first": "", "window_last": "20"}),
        (TASK, {"window_first": "7", "window_last": "7"}),
        (TASK, {"window_first": "24", "window_last": "3"}),
        (TASK, {"minutes": "-5"}),
        (TASK, {"retries": "many"}),
        (TASK, {"alert_after": "0"}),
        (NIGHTLY, {"window_first": "20", "window_last": "5"}),  # it is due at 09:17
    ],
)
@pytest.mark.django_db
def test_what_cannot_be_is_refused_with_a_sentence_and_changes_nothing(
    task: str, given: dict[str, str]
) -> None:
    client = signed_in(make_admin())
    answer = client.post(f"{LIST}{task}/", {"cron": "", **given})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert not JobSetting.objects.filter(task=task).exists()
    if given.get("window_first") == "20":
        assert 'value="20" selected' in answer.text  # nothing typed is lost


# Order.
@pytest.mark.django_db
def test_of_those_due_at_once_the_upper_one_comes_first() -> None:
    client = signed_in(make_admin())
    before = [job.task for job in all_jobs()]
    assert before[0] == "send_reminders"
    client.post(f"{LIST}{before[2]}/", {"move": "up"})
    client.post(f"{LIST}{before[2]}/", {"move": "up"})
    client.post(f"{LIST}{before[2]}/", {"move": "up"})  # it is the first already
    client.post(f"{LIST}{before[-1]}/", {"move": "down"})  # and this the last
    after = [job.task for job in all_jobs()]
    assert after == [before[2], before[0], before[1], *before[3:]]
    sequences = dict(JobSetting.objects.values_list("task", "sequence"))
    try:
        set_clock(jobs, {}, sequences)
        found = {
            name: one.configure_kwargs["priority"]
            for (name, _), one in jobs.periodic_registry.periodic_tasks.items()
        }
    finally:
        set_clock(jobs, {})
    assert sorted(found, key=lambda task: -found[task]) == after and min(found.values()) > 0
    for task in (after[3], after[1], after[0]):  # as one tick hands them in, in no order
        jobs.tasks[task].configure(priority=found[task]).defer(timestamp=0)
    taken = [next_job() for _ in range(3)]
    assert taken == [after[0], after[1], after[3]]


def next_job() -> str:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        [worker] = cursor.fetchone()
        cursor.execute("SELECT task_name FROM procrastinate_fetch_job_v2(NULL, %s)", [worker])
        return str(cursor.fetchone()[0])


# Further tries and alerts.
def tries(task: str) -> list[timedelta]:
    rows = ProcrastinateJob.objects.filter(task_name=task, status="todo").order_by("id")
    return [one.scheduled_at - datetime.now(UTC) for one in rows if one.scheduled_at]


@pytest.mark.django_db
def test_a_nightly_job_that_fails_is_tried_again_after_longer_and_longer_pauses() -> None:
    waits = []
    for number in range(5):
        work(number, NIGHTLY, fails=True)
        waits += [round(wait.total_seconds() / 60) for wait in tries(NIGHTLY)]
        ProcrastinateJob.objects.filter(task_name=NIGHTLY).delete() if number < 9 else None
    assert waits == [1, 5, 15]  # three further tries, as delivered
    work(9, NIGHTLY)
    assert JobSetting.objects.get(task=NIGHTLY).failures == 0


@pytest.mark.django_db
def test_a_job_whose_usual_time_is_nearer_waits_for_that() -> None:
    work(1, TASK, fails=True)
    assert tries(TASK) == []


@pytest.mark.django_db
def test_run_now_brings_a_further_try_forward() -> None:
    client = signed_in(make_admin())
    work(1, NIGHTLY, fails=True)
    assert len(tries(NIGHTLY)) == 1
    client.post(f"{LIST}{NIGHTLY}/run/")
    assert (
        tries(NIGHTLY) == []
        and ProcrastinateJob.objects.filter(task_name=NIGHTLY, status="todo").count() == 1
    )


@pytest.mark.django_db
def test_admins_are_told_after_as_many_failures_as_they_said() -> None:
    JobSetting.objects.create(task=TASK, alert_after=2)
    told = []
    for number in range(4):
        work(number, fails=True)
        told.append(ProcrastinateJob.objects.filter(task_name="warn_of_failures").count())
    assert told == [0, 1, 1, 1]
    assert ProcrastinateJob.objects.get(task_name="warn_of_failures").args == {"task": TASK, "times": 2}
    admin = make_admin()
    warn_of_failures(TASK, times=2)
    assert News.objects.get(kind="job_failing", user=admin.pk).facts["times"] == 2
    assert [job.is_failing for job in all_jobs([TASK])] == [True]


# The time limit, with the worker itself.
@pytest.fixture
def sleepy(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A periodic job that does what the test says, with a limit of a moment."""
    found_company()
    doing: dict[str, Any] = {}
    task = jobs.task(name="sleepy")(lambda timestamp: doing["what"]())
    monkeypatch.setitem(delivered(), "sleepy", "17 2 * * *")
    monkeypatch.setattr(recording, "is_periodic", lambda app, name: name == "sleepy")
    whole = time_limit.within
    monkeypatch.setattr(recording, "within", lambda call, seconds, ask: whole(call, seconds and 0.4, ask, 3))
    yield SimpleNamespace(doing=doing, task=task)
    del jobs.tasks["sleepy"]


async def _worked() -> None:
    with jobs.replace_connector(jobs.connector.get_worker_connector()):
        async with jobs.open_async():
            await jobs.run_worker_async(
                wait=False, concurrency=1, listen_notify=False, install_signal_handlers=False, delete_jobs="never",
                worker_middleware=[recording.record_run], task_middleware=[limited],
            )  # fmt: skip


def run(sleepy: Any, what: Any) -> JobRun:
    """One run of it by a worker."""
    sleepy.doing["what"] = what
    sleepy.task.defer(timestamp=0)
    asyncio.run(_worked())
    found = JobRun.objects.filter(task="sleepy").latest("id")
    return found


def add(name: str) -> None:
    """A row that the job writes, past every rule."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO scheduler_jobsetting (task, active, cron, failures) VALUES (%s, true, '', 0)", [name]
        )


def kept() -> set[str]:
    return set(JobSetting.objects.exclude(task="sleepy").values_list("task", flat=True))


def test_a_job_in_time_ends_as_it_would(sleepy: Any) -> None:
    found = run(sleepy, lambda: add("whole") or 5)
    assert (found.status, found.result, kept()) == ("done", 5, {"whole"})


def test_a_query_that_takes_too_long_is_cancelled_and_nothing_of_it_is_kept(sleepy: Any) -> None:
    def what() -> None:
        add("before")  # of a transaction of its own, so it stays
        with transaction.atomic():
            add("within")
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(60)")

    found = run(sleepy, what)
    assert (found.status, found.trouble, kept()) == ("too_long", "", {"before"})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE %s AND state = 'active'"
            " AND pid <> pg_backend_pid()",
            ["%pg_sleep(60)%"],
        )
        assert cursor.fetchone() == (0,)


def test_a_job_of_many_steps_ends_at_the_next_one_and_takes_it_for_no_trouble_of_a_record(
    sleepy: Any,
) -> None:
    noted: list[Exception] = []

    def what() -> None:
        for number in range(10_000):
            try:
                with transaction.atomic():
                    add(f"step {number}")
                    time.sleep(0.05)
            except Exception as trouble:
                noted.append(trouble)

    found = run(sleepy, what)
    assert found.status == "too_long" and noted == []
    assert 0 < len(kept()) < 100


def test_a_job_that_hangs_reaches_the_database_no_more(sleepy: Any) -> None:
    free = threading.Event()

    def what() -> None:
        free.wait(30)
        add("too late")

    def free_later(found: JobRun) -> JobRun:
        free.set()
        return found

    found = free_later(run(sleepy, what))
    assert found.status == "too_long"
    time.sleep(0.2)
    assert kept() == set()


def test_admins_are_told_at_once_of_a_job_that_was_ended_and_once(sleepy: Any) -> None:
    admin = make_admin("rizky")
    for _time in range(2):
        run(sleepy, lambda: [add(f"step {n}") or time.sleep(0.05) for n in range(1000)])
    assert JobSetting.objects.get(task="sleepy").failures == 2
    ProcrastinateJob.objects.filter(task_name="sleepy", status="todo").delete()
    assert ProcrastinateJob.objects.filter(task_name="warn_of_end").count() == 1
    warn_of_end("sleepy")
    assert admin.pk in News.objects.filter(kind="job_ended").values_list("user", flat=True)
    run(sleepy, lambda: 1)
    assert JobSetting.objects.get(task="sleepy").failures == 0


def test_without_a_limit_it_may_take_as_long_as_it_takes(sleepy: Any) -> None:
    JobSetting.objects.create(task="sleepy", minutes=0)
    assert run(sleepy, lambda: time.sleep(0.8) or 3).status == "done"


def test_a_job_of_the_event_loop_is_ended_too() -> None:
    async def never() -> None:
        await asyncio.sleep(60)

    async def ended() -> bool:
        try:
            await time_limit.within(never, 0.05, None, patience=0.05)
        except time_limit.TookTooLong:
            return True
        return False

    assert asyncio.run(ended())
