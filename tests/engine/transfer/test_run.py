"""A run goes on where it was cut off, whatever cut it off, and gives what an undisturbed run gives."""

import os
import random
import signal
import time

import pytest
from django.db import connection

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.undo import revert
from relasi.engine.transfer import read_ahead, run
from relasi.engine.transfer.import_ import ImportFault, ImportJob, Status
from relasi.engine.transfer.row_reader import RowReader
from tests.commits import real_commits
from tests.engine.aviary import build
from tests.engine.transfer.importing import command, job_for, write
from tests.fakes.models import Parrot

ROWS = 600


@pytest.fixture
def own_process(monkeypatch):
    """Small files are read by a process of their own too, in small batches."""
    monkeypatch.setattr(read_ahead, "OWN_PROCESS_FROM", 0)
    monkeypatch.setattr(read_ahead, "BATCH", 40)


def birds(folder):
    """One in sixty has no name, one in fifty comes twice."""
    rows = [f"{'' if n % 60 == 7 else f'Burung {n}'};b{n - (n % 50 == 9)}@x.id" for n in range(ROWS)]
    return write(folder, "Name;Email", *rows)


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
            time.sleep(chance.uniform(0.05, 0.6))
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


def test_a_reader_that_dies_ends_the_run_and_it_can_go_on(aviary, own_process, tmp_path, monkeypatch):
    with acting(aviary.keeper):
        job = job_for(aviary.keeper, registry.of(Parrot), birds(tmp_path), matches=["email"])
    read = RowReader.read
    monkeypatch.setattr(
        RowReader, "read", lambda self, row: os._exit(9) if row.number == 200 else read(self, row)
    )
    with pytest.raises(read_ahead.ReadingEnded):
        run.run(job)
    job.refresh_from_db()
    assert (job.status, job.taken) == (Status.FAILED, 160)
    assert job.trouble
    monkeypatch.setattr(RowReader, "read", read)
    run.run(job)
    job.refresh_from_db()
    assert (job.status, job.taken, job.count("rows")) == (Status.DONE, ROWS, ROWS)


def test_a_file_that_turns_bad_further_down_is_told_and_the_batches_before_are_taken(
    aviary, own_process, tmp_path
):
    file = birds(tmp_path)
    with file.open("a") as out:
        out.write("x" * 1_100_000 + "\n")
    with acting(aviary.keeper):
        job = job_for(aviary.keeper, registry.of(Parrot), file, matches=["email"])
    run.run(job)
    job.refresh_from_db()
    assert job.status == Status.FAILED
    assert job.trouble.startswith(f"Baris {ROWS + 2} terlalu panjang") or "too long" in job.trouble
    assert job.taken == job.count("rows") == ROWS - 40


@pytest.mark.parametrize("own", [False, True])
def test_what_is_wrong_with_a_row_is_said_in_the_readers_language(aviary, tmp_path, monkeypatch, own):
    monkeypatch.setattr(read_ahead, "OWN_PROCESS_FROM", 0 if own else 1 << 40)
    file = write(tmp_path, "Name;Email;Age", ";a@x.id;1", "Dua;b@x.id;3;4")
    messages = []
    for language in ("en", "id"):
        result = command(file, "parrots", user="komang", language=language)
        job = ImportJob.objects.get(pk=result["import"])
        messages.append([fault.reasons[0]["message"] for fault in job.faults.order_by("row")])
    assert messages[0][1].startswith("This row has 4 cells, but there are 3 headings.")
    assert messages[1][1].startswith("Baris ini memiliki 4 sel")
    assert messages[0][0] != messages[1][0]


@pytest.mark.parametrize(
    "line",
    [
        "Satu\0;a@x.id;1",  # NUL
        f"{'x' * 300};a@x.id;1",
        f"Satu;{'x' * 900_000}@x.id;1",
        "Satu;a@x.id;" + "9" * 400,
        "Satu;a@x.id;1e999999",
        "Satu;a@x.id;NaN",
        "\ud800;a@x.id;abc".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
def test_a_hostile_row_fails_or_is_taken_and_the_others_go_on(aviary, tmp_path, line):
    others = "".join(f"Burung {n};b{n}@x.id;{n}\n" for n in range(50))
    file = tmp_path / "a.csv"
    file.write_bytes(f"Name;Email;Age\n{line}\n{others}".encode())
    result = command(file, "parrots", user="komang", language="id")
    assert result["rows"] == 51
    assert result["created"] >= 50
    assert Parrot._base_manager.filter(name__startswith="Burung ").count() == 50
