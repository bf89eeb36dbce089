"""Cases: which address is asked for which entry of the menus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.urls import resolve

from relasi.engine.screens.shell import Entry, all_entries
from tests.walk.asking import OWN_ENTRY
from tests.walk.routes import ROUTES, Route

# A record, a part and a fake of every kind of field are asked at every address of modules,
FULLY = {OWN_ENTRY, "contact-roles", "parrots"}
# all others at those where a module has something of its own to say.
OWN_WORDS = ("", "board/", "bulk/", "new/", "<int:id>/", "<int:id>/edit/", "<int:id>/timeline/", "<int:id>/delete/",
             "<int:id>/do/<slug:verb>/", "<int:id>/field/<slug:name>/",
             "api/v1/<entry:entry>", "api/v1/<entry:entry>/<int:id>")  # fmt: skip
# Fakes that differ from another fake in nothing the prover asks about.
ALIKE = {"cages", "feedings", "scratches"}


class Case(NamedTuple):
    route: Route
    entry: Entry | None
    method: str

    @property
    def name(self) -> str:
        entry = self.entry.slug if self.entry else ""
        return f"{self.method} /{self.route.pattern.replace('<entry:entry>', entry)}"


def entries() -> list[Entry]:
    """Those that the pages of modules serve: some settings have pages of their own at the same address."""
    found = [one for one in all_entries() if resolve(one.url).url_name == "list"]
    return [one for one in found if one.slug not in ALIKE]


def real_entries() -> list[Entry]:
    """Without the fakes, which speak one language."""
    return [one for one in entries() if not one.module.model.__module__.startswith("tests.")]


def is_asked(route: Route, entry: Entry | None) -> bool:
    return entry is None or entry.slug in FULLY or route.pattern.removeprefix("<entry:entry>/") in OWN_WORDS


def cases(among: list[Entry], only: str = "") -> Iterator[Case]:
    """Every one, or those of one method only."""
    for route in ROUTES:
        for entry in among if route.of_module else [None]:
            for method in route.methods.split():
                if only in ("", method) and is_asked(route, entry):
                    yield Case(route.by(method), entry, method)
