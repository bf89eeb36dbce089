"""No page asks more queries when more rows are there."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.module import Module
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import Draft, write
from tests.walk.asking import ask, path_of, taken_back
from tests.walk.cases import Case, cases, real_entries
from tests.walk.expecting import expected
from tests.walk.filled import typical
from tests.walk.walking import asker
from tests.walk.world import World, made

pytestmark = pytest.mark.django_db

# A card of the start page shows five and counts the others, so what is few must be more than that.
FEW, MANY = 6, 30
# Pages that show many rows; forms show one record.
GROW = {
    "<entry:entry>/", "<entry:entry>/board/", "<entry:entry>/board/columns/", "<entry:entry>/counts/",
    "<entry:entry>/totals/", "<entry:entry>/board/totals/", "<entry:entry>/<int:id>/", "<entry:entry>/<int:id>/timeline/",
    "<entry:entry>/<int:id>/preview/", "api/v1/<entry:entry>", "api/v1/<entry:entry>/<int:id>",
}  # fmt: skip
# Asks once for each module that has one of the fifty best hits, and more rows mix the modules differently.
SEARCHED = "/search/?q=Zqxrahasia"


def add(world: World, module: Module, count: int) -> int:
    """Rows of Andi's that point at the row of each other module, filled as far as its rules let. Returns how many."""
    rows = []
    for _n in range(count):
        with suppress(Refused, AssertionError), transaction.atomic():
            rows.append(made(world, module))
    for name, value in typical(world, module).items():
        with suppress(Refused), transaction.atomic():
            write(
                module,
                [Draft({name: value}, id=row.pk) for row in rows],
                confirmed=["double", "clash"],
                partial=True,
            )
    close_change_set()
    return len(rows)


def pages() -> list[Case]:
    found = [
        case
        for case in cases(real_entries(), "GET")
        if not case.route.of_module or case.route.pattern in GROW
    ]
    return [case for case in found if not case.route.pattern.endswith((".csv", ".ics", "file/", "live/"))]


def asked(world: World) -> dict[str, int]:
    """Of each page that came: how many queries it asks, when all that is kept for a while is there."""
    found: dict[str, int] = {}
    places = {
        case.name: (asker(case), path_of(case.route, world, case.entry))
        for case in pages() if expected(world, case.route, asker(case), case.entry) in ("good", "any")
    }  # fmt: skip
    for name, (who, path) in {**places, SEARCHED: ("admin", SEARCHED)}.items():
        with taken_back(), CaptureQueriesContext(connection) as queries:
            answer = ask(world.clients[who], "GET", path)
        if answer.status_code == 200:
            found[name] = len(queries)
    return found


def test_no_page_asks_more_when_more_is_there(world: World) -> None:
    modules = {entry.module.key: entry.module for entry in real_entries()}.values()
    growing = [module for module in modules if "create" in module.verbs]
    few, before = _with(world, growing, FEW)
    many, after = _with(world, growing, MANY - FEW)
    short = [m.key for m in growing if m.is_record and m.whole is None and few[m.key] + many[m.key] < MANY]
    assert not short, f"of these no more could be made: {short}"
    spare = {SEARCHED: sum(module.is_record for module in growing)}
    grown = {
        name: (before[name], count)
        for name, count in after.items()
        if count > before.get(name, count) + spare.get(name, 0)
    }
    told = (
        f"{name}: {few} with {FEW} rows, {many} with {MANY}" for name, (few, many) in sorted(grown.items())
    )
    assert not grown, "\n".join(told)


def _with(world: World, modules: list[Module], count: int) -> tuple[dict[str, int], dict[str, int]]:
    """How many rows of each could be added, and what the pages ask with them."""
    with acting(SYSTEM, via="system"):
        added = {module.key: add(world, module, count) for module in modules}
    for path in ("/", "/contacts/"):  # so that what is kept for a while is there
        ask(world.clients["admin"], "GET", path)
    return added, asked(world)
