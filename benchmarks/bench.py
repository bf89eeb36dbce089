"""Benchmarks with the raw limit beside each figure: `./relasi bench --rows 1000000 --json`.

Every request runs through the whole product (middleware, session, rights, templates) in one process, for a manager
who sees a third of the company's records. An empty request goes through the same middleware and answers nothing; the
bare SQL is the list's own rows by hand. Import is measured against COPY of the rows it wrote into the same tables.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relasi.project.settings")
django.setup()

from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import override_settings  # noqa: E402
from django.urls import path  # noqa: E402

from benchmarks import (  # noqa: E402
    billing_run,
    bulk_rows,
    company,
    documents,
    import_rows,
    measure,
    tie_out,
)
from relasi.engine.access.acting import acting  # noqa: E402
from relasi.engine.access.door import scope_of, visible_to  # noqa: E402
from relasi.engine.declare.registry import registry  # noqa: E402
from relasi.project.urls import urlpatterns as product  # noqa: E402
from relasi.project.wsgi import application  # noqa: E402


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("empty/", empty), *product]

SMALL = 10_000
SEARCHES = ("sinar", "maju jay", "0812-1000", "santoso 12", "peluang karya", "graha")


def main(arguments: list[str]) -> int:
    asked = _asked(arguments)
    # A line for each request is written as always, but nobody reads it.
    logging.getLogger("relasi.request").handlers = [logging.NullHandler()]
    with override_settings(ROOT_URLCONF="benchmarks.bench"):
        if asked.small:
            asked.small.write_text(json.dumps(list_page_at(SMALL)))
            return 0
        figures = run(asked)
    print(json.dumps(figures) if asked.json else as_text(figures))
    return 0


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="relasi bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="of each of accounts, contacts and deals")
    parser.add_argument(
        "--import-rows", type=int, help="default: as many as --rows, at most 200,000; 0 measures no import"
    )
    parser.add_argument(
        "--bulk-rows", type=int, help="default: as many as --rows, at most 50,000; 0 measures no bulk edit"
    )
    parser.add_argument(
        "--invoices",
        type=int,
        default=0,
        help="measure the list, the ageing and the tie-out of so many invoices too",
    )
    parser.add_argument(
        "--recurring",
        type=int,
        default=0,
        help="measure runs of so many recurring invoices and subscriptions too",
    )
    parser.add_argument("--only", choices=sorted(ALONE), help="measure this alone")
    parser.add_argument("--load-only", action="store_true", help="fill the company and measure nothing")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--small", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--beside", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def list_page_at(rows: int) -> dict[str, Any]:
    say(f"{rows:,} records of each module")
    people = company.people()
    company.fill(rows, people)
    visitor = measure.Visitor(application, people.manager)
    found = measure.timed(lambda n: visitor.get("/deals/"))
    return {"ms": round(found.p50, 2), "work_ms": found.shown}


def run(asked: argparse.Namespace) -> dict[str, Any]:
    say(f"{asked.rows:,} records of each module")
    people = company.people()
    company.fill(asked.rows, people)
    if asked.load_only:
        return {"rows": asked.rows}
    if asked.only:
        return {"rows": asked.rows} | ALONE[asked.only](asked, people)
    small = json.loads(asked.beside.read_text())
    say("requests")
    visitor = measure.Visitor(application, people.manager)
    found = requests(visitor, people.manager) | documents.times()
    if asked.invoices:
        company.fill_invoices(asked.invoices, people)
        found |= invoices(visitor)
    figures = {"rows": asked.rows, "list_page_ms_at_10k": small["ms"]} | as_figures(found)
    figures["work_ms"]["list_page_at_10k"] = small["work_ms"]
    count = min(asked.rows, 200_000) if asked.import_rows is None else asked.import_rows
    if count:
        say(f"import of {count:,} rows")
        figures |= import_rows.measure(count)
    many = min(asked.rows, 50_000) if asked.bulk_rows is None else asked.bulk_rows
    if many:
        say(f"edit and undo of {many:,} deals")
        figures |= bulk_rows.measure(people.director, many)
    if asked.recurring:
        figures |= billing(asked, people)
    if asked.invoices:
        figures |= ties(asked, people)
    figures["ratios"] = ratios(figures)
    return figures


def billing(asked: argparse.Namespace, people: company.People) -> dict[str, Any]:
    count = asked.recurring or 1000
    say(f"a run of {count:,} recurring invoices, and one of {count:,} subscriptions")
    return billing_run.recurring(people, count) | billing_run.subscriptions(people, count)


def bulk(asked: argparse.Namespace, people: company.People) -> dict[str, Any]:
    return bulk_rows.measure(people.director, asked.bulk_rows or 50_000)


def ties(asked: argparse.Namespace, people: company.People) -> dict[str, Any]:
    company.fill_invoices(asked.invoices or 100_000, people)
    say("tie-out")
    return tie_out.measure()


def lists(asked: argparse.Namespace, people: company.People) -> dict[str, Any]:
    """Of invoices and of who owes them."""
    company.fill_invoices(asked.invoices or 100_000, people)
    return as_figures(invoices(measure.Visitor(application, people.manager)))


def as_figures(found: dict[str, measure.Times]) -> dict[str, Any]:
    figures: dict[str, Any] = {f"{name}_ms": round(times.p50, 2) for name, times in found.items()}
    figures["p95_ms"] = {name: round(times.p95, 2) for name, times in found.items()}
    figures["work_ms"] = {name: times.shown for name, times in found.items()}
    return figures


ALONE = {"billing": billing, "bulk": bulk, "invoices": lists, "tie-out": ties}


def requests(visitor: measure.Visitor, user: Any) -> dict[str, measure.Times]:
    with acting(user):
        module = registry.module("sales.Deal")
        ids = list(visible_to(user, module.model).order_by("-changed_at").values_list("pk", flat=True)[:500])
        owners = sorted(scope_of(user, "view", module).owners)
    bare = (
        f"SELECT t.*, a.name, o.name FROM {module.table} t LEFT JOIN customers_account a ON a.id = t.account_id "
        "JOIN access_owner o ON o.id = t.owner_id WHERE t.trashed_at IS NULL AND t.owner_id = ANY(%s) "
        "ORDER BY t.changed_at DESC, t.id DESC LIMIT 26"
    )
    return {
        "empty_request": measure.timed(lambda n: visitor.get("/empty/")),
        "bare_sql": measure.timed(lambda n: measure.sql(bare, [owners])),
        "list_page": measure.timed(lambda n: visitor.get("/deals/")),
        "list_fragment": measure.timed(lambda n: visitor.get("/deals/", part=True)),
        "record": measure.timed(lambda n: visitor.get(f"/deals/{ids[n % len(ids)]}/")),
        "save": measure.timed(lambda n: save(visitor, ids[n % len(ids)], n)),
        "search": measure.timed(
            lambda n: visitor.get(f"/search/?{urlencode({'q': SEARCHES[n % len(SEARCHES)]})}", part=True)
        ),
        "count": measure.timed(lambda n: visitor.get("/deals/totals/", part=True), times=20, warm_up=3),
    }


def invoices(visitor: measure.Visitor) -> dict[str, measure.Times]:
    return {
        "invoice_list": measure.timed(lambda n: visitor.get("/invoices/")),
        "ageing": measure.timed(lambda n: visitor.get("/receivables/"), times=60, warm_up=5),
        "ageing_largest": measure.timed(
            lambda n: visitor.get("/receivables/?order=largest"), times=20, warm_up=3
        ),
        "ageing_of_a_past_day": measure.timed(
            lambda n: visitor.get(f"/receivables/?on={date.today() - timedelta(days=60)}"),
            times=10,
            warm_up=2,
        ),
    }


def save(visitor: measure.Visitor, id: int, n: int) -> None:
    visitor.post(f"/deals/{id}/field/next_step/", {"next_step": f"Telepon ke-{n}"})


def ratios(figures: dict[str, Any]) -> dict[str, float]:
    """How many times the raw limit each figure is, in work done."""
    work = {name: found["p50"] for name, found in figures["work_ms"].items()}
    empty = work["empty_request"]
    raw = empty + work["bare_sql"]
    found = {
        "list_page_to_empty_and_sql": work["list_page"] / raw,
        "list_fragment_to_empty_and_sql": work["list_fragment"] / raw,
        "record_to_empty": work["record"] / empty,
        "save_to_empty": work["save"] / empty,
        "search_to_empty": work["search"] / empty,
        "list_page_to_itself_at_10k": work["list_page"] / work["list_page_at_10k"],
    }
    if "import_rows_s" in figures:
        found["copy_to_import"] = figures["copy_rows_s"] / figures["import_rows_s"]
    if "bulk_edit_rows_s" in figures:
        found["bare_update_to_bulk_edit"] = figures["bare_update_rows_s"] / figures["bulk_edit_rows_s"]
        found["bare_update_to_bulk_undo"] = figures["bare_update_rows_s"] / figures["bulk_undo_rows_s"]
    return {name: round(value, 2) for name, value in found.items()}


def as_text(figures: dict[str, Any]) -> str:
    return "\n".join(f"{name:24} {value}" for name, value in figures.items())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
