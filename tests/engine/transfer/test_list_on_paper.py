"""Lists on paper: what the person sees and no more, under the head of the company, on numbered pages, never as markup."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from pypdf import PdfReader

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.company import company
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import Draft, update, write
from relasi.engine.transfer import export, export_file, export_page
from relasi.engine.transfer.export import ExportJob
from relasi.engine.transfer.export_file import run_export
from relasi.kits.trade.paper import list_sheet
from relasi.kits.trade.paper.list_sheet import _cell, _points, _width
from tests.engine.aviary import parrot
from tests.fakes.models import Parrot

HOSTILE = '#include "/etc/passwd" $x$ *tebal* = Judul <b>#panic()'


def pages_of(user, **asked):
    asked = {"columns": ["name", "price", "owner"], "sort": ["name"], **asked}
    job = ExportJob(
        user=user, module="fakes.parrot", slug="parrots", format="pdf", asked=asked, language="en"
    )
    ExportJob.objects.bulk_create([job])
    run_export(job)
    close_change_set()
    assert job.status == "done", job.trouble
    with default_storage.open(job.file) as file:
        return PdfReader(io.BytesIO(file.read())).pages


def text_of(pages):
    found = " ".join(page.extract_text() for page in pages).replace("\u200b", "")
    return re.sub(r"\s+", " ", found)


def flock(user, count):
    with acting(user):
        write(registry.of(Parrot), [Draft({"name": f"Bird {n:04}"}) for n in range(count)])
    close_change_set()


def test_paper_holds_what_the_person_sees_under_the_head_of_the_company(aviary):
    parrot(aviary.keeper, name="Mine", price="1234.50")
    parrot(aviary.vet, name="Theirs")
    pages = pages_of(aviary.keeper)
    text = text_of(pages)
    assert "Mine" in text and "Theirs" not in text and company().name in text
    assert "1,234.50" in text or "1.234,50" in text
    assert "1 record" in text and "1 / 1" in text and aviary.keeper.full_name in text
    wide, high = pages[0].mediabox.width, pages[0].mediabox.height
    assert (round(wide), round(high)) == (842, 595)  # A4 across, in points


def test_a_field_that_is_closed_is_not_on_paper(aviary):
    parrot(aviary.keeper, name="Mine", price="98765")
    with acting(SYSTEM, via="system"):
        update(aviary.keepers, {"fields": {"fakes.parrot": {"price": "hidden"}}})
    close_change_set()
    text = text_of(pages_of(aviary.keeper))
    assert "Mine" in text and "Price" not in text and "98" not in text


def test_what_people_write_stays_text(aviary):
    parrot(aviary.keeper, name=HOSTILE)
    text = text_of(pages_of(aviary.keeper))
    assert HOSTILE in text and "root:" not in text


def test_every_page_has_the_headings_and_its_number(aviary):
    flock(aviary.keeper, 90)
    pages = pages_of(aviary.keeper)
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        text = text_of([page])
        assert "Name" in text and f"{number} / {len(pages)}" in text
    whole = text_of(pages)
    assert all(f"Bird {n:04}" in whole for n in range(90))


def test_an_empty_list_makes_a_page(aviary):
    assert "0 records" in text_of(pages_of(aviary.keeper))


def test_too_many_rows_are_refused_in_the_window_and_by_the_writer(aviary, monkeypatch):
    monkeypatch.setattr(export_page, "PAPER_AT_ONCE", 3)
    for place in (export, export_file, export_page, list_sheet):
        monkeypatch.setattr(place, "MOST_ON_PAPER", 3)
    flock(aviary.keeper, 4)
    client = Client()
    client.force_login(aviary.keeper)
    answer = client.post("/export/parrots/", {"format": "pdf", "shape": "import"})
    text = answer.content.decode()
    assert answer.status_code == 422 and re.search(r'value="pdf"[^>]*checked', text)
    assert not ExportJob.objects.exists()
    job = ExportJob(
        user=aviary.keeper, module="fakes.parrot", slug="parrots", format="pdf", asked={"columns": ["name"]}
    )
    ExportJob.objects.bulk_create([job])
    run_export(job)
    assert job.status == "failed" and "3" in job.trouble


def test_paper_is_made_from_the_window_with_the_columns_of_the_list(aviary):
    parrot(aviary.keeper, name="Mine")
    client = Client()
    client.force_login(aviary.keeper)
    answer = client.post("/export/parrots/", {"format": "pdf", "shape": "import"}, follow=True)
    assert answer.status_code == 200
    job = ExportJob.objects.get()
    assert (job.status, job.shape) == ("done", "view")
    fetched = client.get(f"/export/{job.pk}/file/")
    assert b"".join(fetched.streaming_content)[:5] == b"%PDF-"


@pytest.mark.parametrize(
    "texts, width", [([], 7), (["x" * 200], 36), (["ab"] * 19 + ["x" * 200], 7), (["twelve marks"], 14)]
)
def test_a_column_is_as_wide_as_nearly_all_its_cells(texts, width):
    assert _width("Head", texts) == width


def test_long_words_may_break_and_long_texts_are_cut(aviary):
    reader = ExportJob(user=aviary.keeper, language="en").reader
    assert _cell("nama@contoh.co.id", reader) == "nama@\u200bcontoh.\u200bco.\u200bid"
    assert _cell("a.b", reader) == "a.b" and len(_cell("x" * 999, reader)) == 301
    assert [_points(n) for n in (3, 9, 18, 40)] == [8.0, 7.0, 6.0, 5.0]
