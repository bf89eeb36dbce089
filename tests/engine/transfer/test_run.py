"""A run: what stops it ends it in words and lets it go on; wrong and hostile rows fail alone."""

import os

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.long_job import Status
from relasi.engine.transfer import read_ahead, run
from relasi.engine.transfer.import_ import ImportJob
from relasi.engine.transfer.row_reader import RowReader
from tests.engine.transfer.importing import ROWS, birds, command, job_for, write
from tests.fakes.models import Parrot


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
