"""Exports: what the person sees, in a file that reads the same again, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
import tracemalloc
from datetime import date, timedelta

import pytest
import python_calamine
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import reading_as
from relasi.engine.records.change_set import ChangeRow, close_change_set
from relasi.engine.records.write import Draft, update, write
from relasi.engine.transfer.export import ExportJob, forget_old_files
from relasi.engine.transfer.export_file import run_export, write_file
from relasi.engine.transfer.import_ import ImportJob
from relasi.engine.transfer.plan import columns_as_json
from relasi.engine.transfer.proposing import propose
from relasi.engine.transfer.run import run
from tests.engine.aviary import cage, parrot
from tests.fakes.models import Parrot


def job_for(user, format="csv", shape="view", **asked):
    asked = {"columns": ["name", "price", "hatched", "cage", "owner"], "sort": ["name"], **asked}
    job = ExportJob(user=user, module="fakes.parrot", slug="parrots", format=format, shape=shape, asked=asked,
                    language=user.language)  # fmt: skip
    ExportJob.objects.bulk_create([job])
    return job


def content_of(job):
    run_export(job)
    close_change_set()
    assert job.status == "done", job.trouble
    with default_storage.open(job.file) as file:
        return file.read()


def table_of(job):
    text = content_of(job).decode("utf-8-sig")
    return list(
        csv.reader(io.StringIO(text, newline=""), delimiter=";" if job.reader.decimal == "," else ",")
    )


def test_the_file_holds_the_rows_and_fields_the_person_sees(aviary):
    mine, hidden = parrot(aviary.keeper, name="Mine", price="5"), parrot(aviary.vet, name="Theirs")
    rows = table_of(job_for(aviary.peer))
    assert mine.name not in {row[0] for row in rows} and hidden.name not in {row[0] for row in rows}
    rows = table_of(job_for(aviary.keeper))
    assert [row[0] for row in rows[1:]] == ["Mine"]
    with acting(SYSTEM, via="system"):
        update(aviary.keepers, {"fields": {"fakes.parrot": {"price": "hidden"}}})
    close_change_set()
    head, row = table_of(job_for(aviary.keeper))
    assert "Price" not in head and len(head) == len(row) == 4


def test_a_field_that_is_secret_or_unknown_is_left_out_even_when_asked_for(aviary):
    parrot(aviary.keeper)
    (head, _row) = table_of(
        job_for(aviary.keeper, columns=["name", "password", "notes", "nothing", "owner.password"])
    )
    assert head == ["Name"] or head == ["Nama"]


def test_a_reference_to_what_is_hidden_tells_its_number_alone(aviary):
    secret = cage(aviary.peer, name="Rahasia")
    with acting(aviary.admin):
        parrot(aviary.admin, name="A", owner=aviary.keeper.pk, cage=secret.pk)
    for format in ("csv", "xlsx", "jsonl"):
        for shape in ("view", "import"):
            assert b"Rahasia" not in content_of(
                job_for(aviary.keeper, format, shape, columns=["name", "cage", "cage.name"])
            )


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "＝1+1", "'=1"]
)
def test_nothing_a_spreadsheet_would_run_is_written_bare(aviary, text):
    parrot(aviary.keeper, name="A", nickname=text)
    (_head, (_name, cell)) = table_of(job_for(aviary.keeper, columns=["name", "nickname"]))
    assert cell.startswith("'") and cell[1:].strip() == again_by_name("A").nickname.strip()
    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(content_of(job_for(aviary.keeper, "xlsx", columns=["name", "nickname"])))
    )
    assert book.get_sheet_by_index(0).to_python()[1][1].startswith("'")


def again_by_name(name):
    return Parrot._base_manager.get(name=name)


@pytest.mark.parametrize("text", ["-500", "+62 812-3456-7890", "(021) 555"])
def test_amounts_and_phone_numbers_stay_bare(aviary, text):
    parrot(aviary.keeper, name="A", nickname=text)
    assert table_of(job_for(aviary.keeper, columns=["name", "nickname"]))[1][1] == text


def test_numbers_and_days_are_written_as_the_reader_writes_them(aviary):
    parrot(aviary.keeper, name="A", price="1234.50", currency="IDR", hatched="2026-08-17")
    assert table_of(job_for(aviary.keeper))[1][1:3] == ["1234,50", "17/08/2026"]
    aviary.keeper.number_style = "."
    assert table_of(job_for(aviary.keeper))[1][1] == "1234.50"
    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(content_of(job_for(aviary.keeper, "xlsx")))
    )
    assert book.get_sheet_by_index(0).to_python()[1][1] == 1234.5
    (line,) = content_of(job_for(aviary.keeper, "jsonl")).decode().splitlines()
    assert json.loads(line)["hatched"] == "2026-08-17"


def test_chosen_rows_alone_are_exported_and_only_those_one_sees(aviary):
    one, _two, theirs = (
        parrot(aviary.keeper, name="A"),
        parrot(aviary.keeper, name="B"),
        parrot(aviary.vet, name="C"),
    )
    rows = table_of(job_for(aviary.keeper, ids=[one.pk, theirs.pk]))
    assert [row[0] for row in rows[1:]] == ["A"]


SIGNS = st.characters(blacklist_categories=("Cs", "Cc"))
TEXTS = st.text(SIGNS, min_size=1, max_size=30).filter(lambda text: text.strip() == text)
HOMES = {"city": st.sampled_from(["Bandung", "Solo"]), "street": st.just('Jl. A; no. 1, "B"')}
VALUES = st.fixed_dictionaries(
    {"name": TEXTS},
    optional={
        "nickname": st.one_of(TEXTS, st.sampled_from(["-500", "+62 812", "=1+1", "'=1", "@a", "1.500", "00123"])),
        "story": TEXTS,
        "price": st.decimals(0, 10**9, places=2),
        "weight": st.decimals(-1000, 1000, places=3),
        "age_years": st.integers(0, 150),
        "hatched": st.dates(date(1950, 1, 1), date(2049, 12, 31)),
        "tame": st.booleans(),
        "mood": st.sampled_from(["calm", "loud", "angry", "asleep"]),
        "colours": st.lists(st.sampled_from(["green", "red", "blue"]), unique=True, min_size=1),
        "home": st.fixed_dictionaries(HOMES),
    },
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    values=st.lists(VALUES, min_size=1, max_size=4),
    decimal=st.sampled_from([",", "."]),
    format=st.sampled_from(["csv", "xlsx"]),
)
def test_what_is_exported_to_be_imported_changes_nothing(aviary, values, decimal, format):
    keeper = aviary.keeper
    keeper.number_style = decimal
    with acting(keeper):
        ids = [
            one.pk
            for one in write(
                registry.module("fakes.Parrot"), [Draft(dict(one)) for one in values], confirmed=["double"]
            ).records
        ]
    close_change_set()
    job = job_for(keeper, format, "import", ids=ids)
    content = content_of(job)
    before = ChangeRow.objects.count()
    told = taken(keeper, content, f"birds.{format}", job.reader)
    assert told.counts.get("failed", 0) == 0, [(f.cells, f.reasons) for f in told.faults.all()]
    assert told.counts.get("created", 0) == 0
    assert ChangeRow.objects.count() == before, list(
        ChangeRow.objects.order_by("-id").values("before", "after")[:3]
    )


def taken(user, content, name, reader):
    """The import of a file as it proposes itself, by number, over what stands."""
    from django.core.files.base import ContentFile

    job = ImportJob(user=user, module="fakes.parrot", slug="parrots", name=name, decimal=reader.decimal,
                    language=reader.language, duplicates="update", matches=["number"])  # fmt: skip
    job.keep(ContentFile(content))
    with acting(user), reading_as(reader):
        columns = propose(job.open(), job.home, user, reader)
    left = [column.heading for column in columns if column.to == "+"]
    assert not left, left
    job.columns = columns_as_json(columns)
    ImportJob.objects.bulk_create([job])
    run(job)
    close_change_set()
    job.refresh_from_db()
    return job


def test_memory_stays_flat_however_many_rows(aviary):
    with acting(aviary.keeper):
        write(
            registry.module("fakes.Parrot"),
            [Draft({"name": f"Bird {n}", "story": "x" * 500}) for n in range(4000)],
        )
    close_change_set()
    job = job_for(aviary.keeper, columns=["name", "story"])
    with tempfile.NamedTemporaryFile() as place, acting(aviary.keeper), reading_as(job.reader):
        tracemalloc.start()
        assert write_file(job, place.name) >= 4000
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert os.path.getsize(place.name) > 2_000_000 and peak < 30_000_000


# The pages.
def test_a_list_is_exported_from_its_page_and_fetched_once_a_day_long(aviary):
    parrot(aviary.keeper, name="Kiko")
    client, other, admin = (_client(user) for user in (aviary.keeper, aviary.peer, aviary.admin))
    assert (
        "Export" in client.get("/parrots/").content.decode()
        or "Ekspor" in client.get("/parrots/").content.decode()
    )
    answer = client.post("/export/parrots/?q=kiko", {"format": "csv", "shape": "view"})
    page = answer["Location"]
    assert client.get(page).status_code == 200
    assert b"Kiko" in b"".join(client.get(f"{page}file/").streaming_content)
    assert other.get(page).status_code == other.get(f"{page}file/").status_code == 404
    assert admin.get(page).status_code == 200 and admin.get(f"{page}file/").status_code == 404
    assert "Komang" in admin.get("/export/").content.decode()
    ExportJob.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    assert client.get(f"{page}file/").status_code == 410
    assert forget_old_files() == 1 and not ExportJob.objects.exclude(file="").exists()


def _client(user):
    client = Client()
    client.force_login(user)
    return client


def test_who_may_not_export_has_no_button_and_no_file(aviary):
    parrot(aviary.shy)
    client = _client(aviary.shy)
    assert "/export/" not in client.get("/parrots/").content.decode()
    assert (
        client.get("/export/parrots/").status_code == client.post("/export/parrots/", {}).status_code == 404
    )
    assert client.post("/parrots/bulk/", {"do": "export", "id": ["1"]}).status_code == 404
    assert client.get("/export/").status_code == 404 and not ExportJob.objects.exists()


def test_a_large_one_is_left_to_the_worker(aviary, monkeypatch):
    from relasi.engine.transfer import export_page

    monkeypatch.setattr(export_page, "AT_ONCE", 0)
    parrot(aviary.keeper)
    page = _client(aviary.keeper).post("/export/parrots/", {"format": "xlsx"})["Location"]
    job = ExportJob.objects.get()
    assert job.status == "waiting" and _client(aviary.keeper).get(f"{page}file/").status_code == 410
    from relasi.engine.transfer.jobs import write_export

    write_export(job=job.pk)
    job.refresh_from_db()
    assert job.status == "done" and job.rows == 1
