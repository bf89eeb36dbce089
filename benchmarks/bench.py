"""Benchmarks with the raw limit beside each figure: `./relasi bench --rows 1000000 --json`.

Every request runs through the whole product (middleware, session, rights, templates) in one process, for a manager
who sees a third of the company's records. An empty request goes through the same middleware and answers nothing; the
bare SQL is the list's own rows by hand. Import is measured against COPY of the rows it wrote into the same tables.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relasi.project.settings")
django.setup()

from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import override_settings  # noqa: E402
from django.urls import path  # noqa: E402

from benchmarks import company, import_rows, measure  # noqa: E402
from relasi.engine.access.acting import acting  # noqa: E402
from relasi.engine.access.door import scope_of, visible_to  # noqa: E402
from relasi.engine.declare.registry import registry  # noqa: E402
from relasi.project.urls import urlpatterns as product  # noqa: E402


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("empty/", empty), *product]

SMALL = 10_000
SEARCHES = ("sinar", "maju jay", "0812-3", "santoso 12", "peluang karya", "graha")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="relasi bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument(
        "--import-rows", type=int, default=0, help="default: as many as --rows, at most 200,000"
    )
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    with override_settings(ROOT_URLCONF="benchmarks.bench"):
        figures = run(asked.rows, asked.import_rows or min(asked.rows, 200_000))
    print(json.dumps(figures) if asked.json else as_text(figures))
    return 0


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def run(rows: int, import_count: int) -> dict[str, Any]:
    say("people")
    people = company.make_people()
    first = min(SMALL, rows)
    say(f"{first:,} records of each module")
    company.fill(first, people)
    visitor = measure.Visitor(people.manager)
    small = measure.timed(lambda n: visitor.get("/deals/"))
    if rows > first:
        say(f"{rows:,} records of each module")
        company.fill(rows, people)
    say("requests")
    found = requests(visitor, people.manager)
    say(f"import of {import_count:,} rows")
    imported = import_rows.measure(import_count)
    figures: dict[str, Any] = {"rows": rows, "list_page_ms_at_10k": round(small.p50, 2)}
    figures |= {f"{name}_ms": round(times.p50, 2) for name, times in found.items()}
    figures["p95_ms"] = {name: round(times.p95, 2) for name, times in found.items()}
    figures |= imported
    figures["ratios"] = ratios(figures)
    return figures


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
            lambda n: visitor.get(f"/search/?q={SEARCHES[n % len(SEARCHES)]}", part=True)
        ),
        "count": measure.timed(lambda n: visitor.get("/deals/totals/", part=True), times=20, warm_up=3),
    }


def save(visitor: measure.Visitor, id: int, n: int) -> None:
    visitor.post(f"/deals/{id}/field/next_step/", {"next_step": f"Telepon ke-{n}"})


def ratios(figures: dict[str, Any]) -> dict[str, float]:
    """How many times the raw limit each figure is."""
    raw = figures["empty_request_ms"] + figures["bare_sql_ms"]
    return {
        "list_page_to_empty_and_sql": round(figures["list_page_ms"] / raw, 2),
        "list_fragment_to_empty_and_sql": round(figures["list_fragment_ms"] / raw, 2),
        "record_to_empty": round(figures["record_ms"] / figures["empty_request_ms"], 2),
        "save_to_empty": round(figures["save_ms"] / figures["empty_request_ms"], 2),
        "list_page_to_itself_at_10k": round(figures["list_page_ms"] / figures["list_page_ms_at_10k"], 2),
        "copy_to_import": round(figures["copy_rows_s"] / figures["import_rows_s"], 2),
    }


def as_text(figures: dict[str, Any]) -> str:
    return "\n".join(f"{name:24} {value}" for name, value in figures.items())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
