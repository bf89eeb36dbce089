"""Lines of documents through the API and through files: the same rules as the editor, and the same figures everywhere."""

from __future__ import annotations

import csv
import io
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db.models import Sum
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import Draft, create, rehearse, update
from relasi.engine.transfer.export import ExportJob
from relasi.engine.transfer.export_file import run_export
from relasi.engine.transfer.import_ import ImportJob
from relasi.engine.transfer.run import check, run
from relasi.kits.trade.paper.sheet import sheet_of
from relasi.modules.sales.quote import Quote
from tests.engine.api.program import Program, codes
from tests.engine.transfer.importing import job_for
from tests.make import again, make

# How many documents the property is tried on; RELASI_TEST_DOCUMENTS=10000 before a release.
DOCUMENTS = int(os.environ.get("RELASI_TEST_DOCUMENTS", "12"))
FIGURES = ("subtotal", "discount_total", "goods_total", "tax_total", "charge_total", "grand_total", "withheld_total",
           "payable")  # fmt: skip
OF_LINE = ("kind", "name", "quantity", "unit", "price", "discount_percent", "discount_amount", "taxes", "gross", "net",
           "share", "base", "tax", "total", "optional")  # fmt: skip


@pytest.fixture
def admin(company: Any) -> Any:
    from relasi.modules.catalog.defaults import ensure_defaults

    with acting(company.admin):
        ensure_defaults()
    close_change_set()
    # Thousands of documents are more requests a minute than a program may send.
    with override_settings(API_PER_MINUTE=10**9):
        yield company.admin


def new(admin: Any, *lines: dict[str, Any], **values: Any) -> Quote:
    with acting(admin):
        values = {"subject": "PLTS Atap", "account": make("customers.Account").pk, **values}
        found = create(Quote, values, lines=list(lines))
    close_change_set()
    return found


# Through the API.
def test_a_document_is_made_and_changed_with_its_lines_by_api(admin: Any) -> None:
    program = Program(admin)
    with acting(admin):
        account, panel = make("customers.Account"), make("catalog.Product", name="Panel", price=150_000)
    close_change_set()
    lines = [
        {"product": panel.pk, "quantity": "10", "discount_percent": "10"},
        {"kind": "section", "name": "Jasa"},
        {"name": "Pasang", "quantity": 1, "price": 1_000_000, "taxes": ["PPN", "PPH23"]},
    ]
    made = program.post("quotes", {"subject": "Atap", "account": account.pk, "lines": lines})
    assert made.status_code == 201, made.data
    first, section, last = made.data["lines"]
    assert (first["name"], first["taxes"], first["net"]) == ("Panel", ["PPN"], 1_350_000)
    assert (section["kind"], last["taxes"]) == ("section", ["PPN", "PPH23"])
    assert Decimal(made.data["withheld_total"]) == 20_000
    kept = [{"id": last["id"], "quantity": 2}, {"id": first["id"]}]
    changed = program.patch(f"quotes/{made.data['id']}", {"lines": kept}, If_Match=made["ETag"])
    assert changed.status_code == 200, changed.data
    assert [one["id"] for one in changed.data["lines"]] == [last["id"], first["id"]]
    assert Decimal(changed.data["subtotal"]) == 3_350_000


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"name": "A", "price": 1, "taxes": ["TIDAK-ADA"]}, "lines.0.taxes"),
        ({"name": "A", "price": 1, "taxes": "x" * 9}, "lines.0.taxes"),
        ({"name": "A", "price": 1, "quantity": 0}, "lines.0.quantity"),
        ({"name": "A", "price": 1, "net": 5}, "lines.0.net"),
        ({"name": "A", "price": 1, "kind": "other"}, "lines.0.kind"),
        ({"product": 4_711_000}, "lines.0.name"),
    ],
)
def test_a_wrong_line_by_api_is_refused_by_its_place_and_nothing_is_made(
    admin: Any, line: Any, field: str
) -> None:
    with acting(admin):
        account = make("customers.Account")
    close_change_set()
    answer = Program(admin).post("quotes", {"subject": "Atap", "account": account.pk, "lines": [line]})
    assert answer.status_code in (422, 403) and list(codes(answer)) == [field], answer.data
    assert not Quote._base_manager.exists()


def test_the_description_of_the_api_speaks_of_lines(admin: Any) -> None:
    schemas = Program(admin).get("openapi.json").data["components"]["schemas"]
    written = schemas["QuotesValues"]["properties"]["lines"]["items"]["properties"]
    assert written["taxes"]["items"] == {"type": "string"}
    assert {"id", "product", "quantity", "price", "discount_percent"} <= written.keys()
    assert not {"net", "tax_rules", "components", "quote", "code"} & written.keys()
    assert "taxes" in schemas["Quotes"]["properties"]["lines"]["items"]["properties"]


# Through files.
def exported(admin: Any, format: str = "csv", **asked: Any) -> bytes:
    job = ExportJob(user=admin, module="sales.quote", slug="quotes", format=format, shape="import",
                    asked={"columns": ["number"], "sort": ["number"], **asked}, language=admin.language)  # fmt: skip
    ExportJob.objects.bulk_create([job])
    run_export(job)
    close_change_set()
    assert job.status == "done", job.trouble
    with default_storage.open(job.file) as file:
        return bytes(file.read())


def imported(admin: Any, folder: Path, content: str, **values: Any) -> ImportJob:
    file = folder / "penawaran.csv"
    file.write_text(content, encoding="utf-8")
    with acting(admin):
        job = job_for(admin, registry.module("sales.Quote"), file, **values)
    close_change_set()
    run(job)
    close_change_set()
    return job


def told(record: Any) -> tuple[Any, ...]:
    record = again(record)
    lines = [{name: getattr(line, name) for name in OF_LINE} for line in record.lines_in_order()]
    return [
        getattr(record, name) for name in (*FIGURES, "subject", "currency", "includes_tax", "tax_mode")
    ], lines


def three(admin: Any) -> list[Quote]:
    with acting(admin):
        panel = make("catalog.Product", name="Panel", price=150_000)
    close_change_set()
    return [
        new(admin, {"kind": "section", "name": "Barang"}, {"product": panel.pk, "quantity": "2.5", "discount_percent": 10},
            {"name": "=Kabel", "quantity": 3, "price": 75_500, "discount_amount": 500, "taxes": []},
            {"kind": "note", "name": "Franco gudang"}, discount_percent=5, shipping=50_000),
        new(admin, {"name": "Survei; atap", "quantity": 1, "price": 999_999, "taxes": ["PPN", "PPH23"]},
            {"product": panel.pk, "optional": True}, includes_tax=True),
        new(admin, {"name": "Modul", "quantity": 12, "price": "10.55"}, currency="USD", rate="16250.5", tax_mode="group"),
    ]  # fmt: skip


def test_what_is_exported_with_lines_comes_back_the_same(admin: Any, tmp_path: Path) -> None:
    before = [told(one) for one in three(admin)]
    content = exported(admin).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(content), delimiter=";"))) == 1 + 4 + 2 + 1
    first = list(Quote._base_manager.values_list("pk", flat=True))
    job = imported(admin, tmp_path, content, duplicates="create")
    assert (job.count("created"), job.count("failed"), job.taken) == (3, 0, 7)
    after = Quote._base_manager.exclude(pk__in=first).order_by("pk")
    for found, wanted in zip(map(told, after), before, strict=True):
        assert found[0] == wanted[0]
        assert [line for line in found[1] if line not in wanted[1]] == []
        assert len(found[1]) == len(wanted[1])


def test_the_same_file_over_the_records_it_came_from_changes_nothing(admin: Any, tmp_path: Path) -> None:
    quotes = three(admin)
    before = [(told(one), again(one).version) for one in quotes]
    job = imported(
        admin, tmp_path, exported(admin).decode("utf-8-sig"), duplicates="update", matches=["number"]
    )
    assert (job.count("updated"), job.count("unchanged"), job.count("failed")) == (3, 3, 0)
    assert [(told(one), again(one).version) for one in quotes] == before


def test_lines_of_json_hold_the_lines_inside(admin: Any) -> None:
    quotes = three(admin)
    rows = [json.loads(row) for row in exported(admin, "jsonl").splitlines()]
    assert [row["id"] for row in rows] == [one.pk for one in quotes]
    assert [len(row["lines"]) for row in rows] == [4, 2, 1]


def test_rows_without_a_head_go_on_with_the_document_above(admin: Any, tmp_path: Path) -> None:
    with acting(admin):
        make("customers.Account", name="PT Maju")
    close_change_set()
    rows = ["Subject;Account;Nama Barang;Qty;Harga Satuan;Pajak",
            "Satu;PT Maju;Panel;2;1.000.000;PPN", ";;Kabel;1;500.000;-", "Dua;PT Maju;Panel;1;1.000.000;"]  # fmt: skip
    job = imported(admin, tmp_path, "\n".join(rows), duplicates="create")
    assert (job.count("created"), job.taken) == (2, 3)
    one, two = Quote._base_manager.order_by("pk")
    assert [(line.name, line.quantity, line.taxes) for line in one.lines_in_order()] == [
        ("Panel", 2, ["PPN"]), ("Kabel", 1, None),
    ]  # fmt: skip
    assert (one.tax_total, two.tax_total) == (220_000, 110_000)


def test_a_document_with_a_wrong_line_is_not_taken_and_all_its_rows_come_back(
    admin: Any, tmp_path: Path
) -> None:
    with acting(admin):
        make("customers.Account", name="PT Maju")
    close_change_set()
    rows = ["Subject;Account;Nama Barang;Qty;Harga Satuan;Pajak;Line product",
            "Satu;PT Maju;Panel;2;1.000.000;;", "Satu;PT Maju;Kabel;dua;500.000;;", "Dua;PT Maju;A;1;1;XX;",
            "Tiga;PT Maju;;1;;;Tidak ada", "Empat;PT Maju;B;1;1;;"]  # fmt: skip
    job = imported(admin, tmp_path, "\n".join(rows), duplicates="create")
    assert [one.subject for one in Quote._base_manager.all()] == ["Empat"]
    assert (job.count("created"), job.count("failed"), job.taken) == (1, 3, 5)
    faults = {one.row: [reason["field"] for reason in one.reasons] for one in job.faults.all()}
    assert list(faults.values()) == [[""], ["lines.quantity"], ["lines.taxes"], ["lines.product"]]
    checked = job_again(admin, job)
    assert checked["counts"]["failed"] == 3 and len(checked["examples"]) == 4


def job_again(admin: Any, job: ImportJob) -> Any:
    """What a rehearsal of the same file says."""
    again_ = ImportJob.objects.get(pk=job.pk)
    again_.pk, again_.status, again_.started_at, again_.taken = None, "draft", None, 0
    ImportJob.objects.bulk_create([again_])
    check(again_)
    again_.refresh_from_db()
    return again_.checked


# Form preview, save, API, paper, list: one figure.
PRICES = st.one_of(st.integers(1, 10**9), st.decimals("0.01", 10_000, places=2))
LINES = st.fixed_dictionaries(
    {"name": st.just("x"), "quantity": st.decimals("0.001", 900, places=3), "price": PRICES},
    optional={"discount_percent": st.decimals(0, 100, places=2), "optional": st.booleans(),
              "taxes": st.sampled_from([[], ["PPN"], ["PPN", "PPH23"], ["PPN-MEWAH"]])},
)  # fmt: skip
VALUES = st.fixed_dictionaries(
    {"includes_tax": st.booleans(), "tax_mode": st.sampled_from(["individual", "group"])},
    optional={"discount_percent": st.decimals(0, 100, places=2), "shipping": st.integers(0, 10**6),
              "adjustment": st.integers(-500, 500)},
)  # fmt: skip


@given(st.lists(LINES, min_size=1, max_size=5), VALUES, st.sampled_from([("IDR", "1"), ("USD", "16250.5")]))
@settings(max_examples=DOCUMENTS, deadline=None, suppress_health_check=list(HealthCheck))
def test_preview_save_api_paper_and_list_tell_the_same_figures(
    admin: Any, lines: list[Any], values: dict[str, Any], money: tuple[str, str]
) -> None:
    currency, rate = money
    with acting(admin):
        values = {
            "subject": "x",
            "account": make("customers.Account").pk,
            "currency": currency,
            "rate": rate,
            **values,
        }
        preview = rehearse(
            registry.module("sales.Quote"), Draft(dict(values), lines=[dict(one) for one in lines])
        )
        seen = [getattr(preview.record, name) for name in FIGURES]
        stored = create(Quote, dict(values), lines=[dict(one) for one in lines])
    close_change_set()
    assert [getattr(again(stored), name) for name in FIGURES] == seen
    program = program_of(admin)
    read = program.get(f"quotes/{stored.pk}").data
    assert [Decimal(str(read[name])) for name in FIGURES] == seen
    raw = [{**one, **{n: str(v) for n, v in one.items() if isinstance(v, Decimal)}} for one in lines]
    body = {n: str(v) if isinstance(v, Decimal) else v for n, v in values.items()}
    sent = program.post("quotes", {**body, "lines": raw})
    assert [Decimal(str(sent.data[name])) for name in FIGURES] == seen, sent.data
    with acting(admin):
        sums = [row[1] for row in sheet_of(again(stored), admin, "id", "a4")["sums"]]
        update(stored, {"notes": "dilihat"})
    close_change_set()
    shown = {"".join(sign for sign in text if sign.isdigit()) for text in sums}
    digits = f"{stored.grand_total:.{stored.decimals}f}".replace(".", "").replace("-", "")
    assert digits in shown, sums
    total = Quote._base_manager.filter(pk__in=[stored.pk, sent.data["id"]]).aggregate(n=Sum("grand_total"))[
        "n"
    ]
    assert total == 2 * stored.grand_total


_PROGRAMS: dict[int, Program] = {}


def program_of(admin: Any) -> Program:
    if admin.pk not in _PROGRAMS:
        _PROGRAMS.clear()
        _PROGRAMS[admin.pk] = Program(admin)
    return _PROGRAMS[admin.pk]
