"""A run that is cut off anywhere, by whatever, takes every row once. Alone in its file: it needs real commits."""

import os
import random
import signal
import time

import pytest
from django.db import connection

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.long_job import Status
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.undo import revert
from relasi.engine.transfer import run
from relasi.engine.transfer.import_ import ImportFault, ImportJob
from tests.commits import real_commits
from tests.engine.aviary import build
from tests.engine.transfer.importing import ROWS, birds, job_for
from tests.fakes.models import Parrot


def in_a_process_of_its_own(job: int) -> int:
    """Its pid. It has a connection of its own and ends without a word."""
    child = os.fork()
    if child:
        return child
    try:
        connection.connection = None
        run.run(ImportJob.objects.select_related("user").get(pk=job))
    finally:
        os._exit(0)


def end_its_connection(_child: int) -> None:
    """As a PostgreSQL that is killed does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)


def wait_for_more(job: ImportJob, seconds: float = 10) -> None:
    """Until the other process has taken some rows more than last seen, so that it is cut in the middle on any machine."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and ImportJob.objects.get(pk=job.pk).taken == job.taken:
        time.sleep(0.002)


def finished(job: ImportJob, seconds: float = 60) -> ImportJob:
    """Runs it to its end here, as soon as the database has noticed that the others are gone."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        run.run(job)
        job.refresh_from_db()
        if job.status == Status.DONE:
            break
        time.sleep(0.1)
    return job


@pytest.mark.parametrize("cut", [kill, end_its_connection])
def test_a_run_cut_off_anywhere_takes_every_row_once(
    django_db_setup, django_db_blocker, own_process, tmp_path, cut
):
    chance = random.Random(cut.__name__)
    with django_db_blocker.unblock(), real_commits():
        people = build()
        with acting(people.keeper):
            job = job_for(people.keeper, registry.of(Parrot), birds(tmp_path), matches=["email"])
        seen = set()
        for _try in range(40):
            child = in_a_process_of_its_own(job.pk)
            wait_for_more(job)
            time.sleep(chance.uniform(0, 0.05))
            cut(child)
            os.waitpid(child, 0)
            job.refresh_from_db()
            seen.add(job.taken)
            if len(seen) > 4 or job.status == Status.DONE:
                break
        assert len(seen) > 1
        finished(job)
        assert job.status == Status.DONE
        _is_whole(job)
        with acting(people.keeper):
            assert revert(ChangeSet.objects.get(pk=job.change_set)).count == job.count("created")
        assert not Parrot._base_manager.filter(trashed_at=None).exists()


def _is_whole(job: ImportJob) -> None:
    twice, nameless = ROWS // 50, ROWS // 60
    assert {name: job.count(name) for name in ("rows", "created", "skipped", "failed")} == {
        "rows": ROWS, "created": ROWS - twice - nameless, "skipped": twice, "failed": nameless,
    }  # fmt: skip
    emails = list(Parrot._base_manager.values_list("email", flat=True))
    assert len(emails) == len(set(emails)) == job.count("created")
    numbers = sorted(Parrot._base_manager.values_list("number", flat=True))
    assert numbers == [f"PAR-{n:05}" for n in range(1, len(emails) + 1)]
    rows = ChangeRow.objects.filter(origin="fakes_parrot").values_list("change_set_id", "kind")
    assert list(rows) == [(job.change_set, "c")] * len(emails)
    assert RecordIndex.objects.filter(module="fakes.parrot").count() == len(emails)
    assert ImportFault.objects.filter(job=job).count() == nameless
