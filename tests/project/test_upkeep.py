"""What the worker does for the product itself, and what /healthz says about it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import procrastinate
import psycopg
import pytest
from django.db import connection

from relasi.project import health, upkeep


@pytest.fixture
def queue(cluster_url, tmp_path):
    """An empty job queue in a database of its own: jobs commit, which other tests must not see."""
    name = f"queue_{tmp_path.parent.name}_{tmp_path.name}".replace("-", "_")[:60]
    with psycopg.connect(cluster_url, autocommit=True) as server:
        server.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
        yield cluster_url.replace("/relasi?", f"/{name}?")
        server.execute(psycopg.sql.SQL("DROP DATABASE {} (FORCE)").format(psycopg.sql.Identifier(name)))


def after_requeueing(url: str, *, silent_for: int) -> tuple[int, str]:
    """How many jobs run again, and the job's status, when its worker was silent for so many seconds."""

    async def run() -> tuple[int, str]:
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))
        lost = app.task(name="lost")(lambda: None)
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            job = await lost.defer_async()
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as queue:
                await queue.execute(
                    "WITH worker AS (INSERT INTO procrastinate_workers (last_heartbeat) "
                    "VALUES (now() - %s * interval '1 second') RETURNING id) "
                    "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM worker)",
                    [silent_for],
                )
                again = await upkeep.requeue_lost_jobs.func(SimpleNamespace(app=app), timestamp=0)
                rows = await queue.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
                return again, (await rows.fetchone())[0]

    # A browser of other tests may keep an event loop in this thread.
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, run()).result()


def test_the_job_of_a_silent_worker_runs_again(queue):
    assert after_requeueing(queue, silent_for=45) == (1, "todo")


def test_the_job_of_a_living_worker_is_left_alone(queue):
    assert after_requeueing(queue, silent_for=5) == (0, "doing")


def beat(seconds_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second')",
            [seconds_ago],
        )


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "found"), [(5, "ok"), (59, "ok"), (65, "away")])
def test_a_worker_counts_while_it_gives_signs_of_life(seconds, found):
    beat(seconds)
    assert health.worker() == found


@pytest.mark.django_db
def test_health_is_200_only_when_everything_works(rf, monkeypatch):
    assert health.healthz(rf.get("/healthz")).status_code == 503
    beat(1)
    answer = health.healthz(rf.get("/healthz"))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    assert health.healthz(rf.get("/healthz")).status_code == 503


@pytest.mark.django_db
def test_a_request_id_is_kept_when_it_is_one_and_made_when_not(client):
    kept = client.get("/healthz", headers={"X-Request-ID": "proxy-4711-abc"})
    assert kept["X-Request-ID"] == "proxy-4711-abc"
    made = client.get("/healthz", headers={"X-Request-ID": "no; id at all"})
    assert len(made["X-Request-ID"]) == 32


@pytest.mark.django_db
def test_history_has_room_for_the_next_months():
    upkeep.make_room_for_history.func(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class "
            "WHERE relispartition AND relname LIKE '%%' || to_char(now() + interval '3 months', 'YYYY_MM')"
        )
        assert cursor.fetchone()[0] >= 1
