"""The prover: every address × every menu entry × everybody. Who may not see gets 404 and learns nothing, who may not
do changes nothing, and who may, succeeds."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import resolve

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.screens.shell import Entry, all_entries
from tests.fingerprint import fingerprint, touched
from tests.walk.asking import (
    OWN_ENTRY,
    a_field,
    ask,
    body_of,
    path_of,
    references_in,
    state_of,
    taken_back,
    to_the_door,
    told,
)
from tests.walk.routes import ROUTES, Route, addresses
from tests.walk.world import DARK, NOBODY, PERSONAS, SECRET, SEES, World, allows, has

GOOD = (200, 201, 204, 302)


# The table and the product agree.
def test_every_address_is_classified():
    known = {route.pattern for route in ROUTES}
    missing = [one for one in addresses() if one.pattern not in known]
    assert not missing, "\n".join(
        [
            "These addresses are not classified. Add a line for each to ROUTES in tests/walk/routes.py, saying who may",
            "use it and whether it writes; then tests/walk/test_prover.py drives it as everybody:",
            *(
                f'    Route("{one.pattern}", "…"),    # {one.view.__module__}.{one.view.__name__}'
                for one in missing
            ),
        ]
    )


def test_every_classified_address_exists():
    there = {one.pattern for one in addresses()}
    gone = [route.pattern for route in ROUTES if route.pattern not in there]
    assert not gone, f"Take these lines out of ROUTES in tests/walk/routes.py, nothing answers there: {gone}"


def test_no_address_is_classified_twice():
    patterns = [route.pattern for route in ROUTES]
    assert len(patterns) == len(set(patterns))


# What must come of it.
def expected(world: World, route: Route, persona: str, entry: Entry | None, verb: str = "") -> str:
    """good, door (sign in first), hidden (404), refused (may see, may not do), untouched (nothing to do), any."""
    who = route.who
    if who == "anybody":
        return "any"
    if persona in NOBODY:
        return "door"
    if not has(persona, route.tool):
        return "refused"
    if who == "signed in":
        return "good"
    if who == "admin":
        return "good" if persona == "admin" else "hidden"
    if who.startswith("own"):
        mine = persona == "owner" or ("admin" in who and persona == "admin")
        return "good" if mine and (entry is None or entry.slug == OWN_ENTRY) else "hidden"
    if who == "import":
        return _of_import(persona, entry)
    if who == "merge":
        may = allows(persona, "edit", entry.module) and has(persona, "merge") and entry.module.is_record
        return "good" if may and persona in SEES else "hidden"
    wanted = _of_module(route, persona, entry)
    if (
        verb
        and entry is not None
        and wanted == "good"
        and not _offers(persona, entry.module, verb, world.row(entry))
    ):
        return "hidden, yet seen"
    return wanted


def _of_import(persona: str, entry: Entry | None) -> str:
    if persona in ("outsider", "reader"):
        return "hidden"
    if entry is None:
        return "good"
    may = not entry.module.is_settings and (allows(persona, "create", entry.module) or
                                            allows(persona, "edit", entry.module))  # fmt: skip
    return "good" if may else "hidden"


def _of_module(route: Route, persona: str, entry: Entry | None) -> str:
    module = entry.module if entry is not None else registry.module("customers.contact")
    if not allows(persona, "view", module):
        return "hidden"
    if route.who.startswith("in "):
        if not allows(persona, route.verb, module):
            return "refused" if route.is_api else "hidden"
        return "good" if persona in SEES or not _about_a_hidden_one(route, module) else "untouched"
    if persona not in SEES:
        return "hidden"
    return "good" if allows(persona, route.verb, module) else "refused"


def _about_a_hidden_one(route: Route, module: Module) -> bool:
    """Whether the form of an address of the module names a record of Andi's: the chosen rows, or one referred to."""
    return route.body in ("bulk", "move", "cells") or (route.body == "create" and bool(references_in(module)))


def _offers(persona: str, module: Module, verb: str, row: Any) -> bool:
    """Whether the page of the row has a button for the verb."""
    action = next((one for one in module.actions if one.verb == verb), None)
    if action is None or not has(persona, action.tool):
        return False
    with acting(SYSTEM, via="system"):
        return action.when is None or bool(action.when(row))


FAULTS = {
    "door": "should be sent to sign in",
    "hidden": "should be told 404",
    "refused": "may see it but not do that, and should be told so",
    "hidden, yet seen": "should be told 404: there is no such verb for them",
    "untouched": "should change nothing",
    "good": "should get what was asked for",
}


def fault_of(route: Route, wanted: str, answer: Any, writes: bool) -> str:
    """What is wrong with the status, in words; empty when nothing is."""
    status = answer.status_code
    if status >= 500 and status != 503:  # which says that a part of the product is not running
        return f"broke ({answer.exc_info and answer.exc_info[1]!r})"
    if wanted == "door":
        good = to_the_door(answer)
    elif wanted in ("hidden", "hidden, yet seen"):
        good = status == 404
    elif wanted == "untouched":
        good = status in (*GOOD, 404, 422)
    elif wanted == "refused":
        good = status in route.seen
    elif wanted == "good":
        good = status in (*GOOD, 403, 422, 405, 415) if not writes else status in GOOD
        good = (good and not to_the_door(answer)) or (route.sometimes and status in (404, 503))
    else:
        good = True
    return "" if good else f"{FAULTS[wanted]}, got {status} {answer.headers.get('Location', '')}"


def leak_of(persona: str, answer: Any, wanted: str, world: World) -> str:
    text = told(answer)
    if persona not in SEES and SECRET in text:
        return f"tells a title: …{text[max(text.index(SECRET) - 80, 0) :][:160]!r}"
    if persona == "blind" and DARK in text:
        return f"tells a closed field: …{text[max(text.index(DARK) - 80, 0) :][:160]!r}"
    if wanted == "hidden":
        numbers = [number for number in world.numbers if number in text]
        if numbers:
            return f"tells a number: {numbers}"
    return ""


def lookers(route: Route, entry: Entry | None) -> tuple[str, ...]:
    """Everybody at the pages of contacts; elsewhere one for each way of standing to what is asked for."""
    if route.who == "admin" or (entry is not None and entry.module.is_settings):
        return ("nobody", "manager", "admin")
    if route.who in ("anybody", "signed in"):
        return ("nobody", "suspended", "outsider", "peer", "blind", "admin")
    if entry is None or entry.slug == OWN_ENTRY:
        return PERSONAS
    return ("outsider", "peer", "reader", "blind", "owner")


# A record, a part and a fake of every kind of field are asked at every address of modules,
FULLY = {OWN_ENTRY, "contact-roles", "parrots"}
# all others at those where a module has something of its own to say.
OWN_WORDS = ("", "board/", "bulk/", "new/", "<int:id>/", "<int:id>/edit/", "<int:id>/timeline/", "<int:id>/delete/",
             "<int:id>/do/<slug:verb>/", "<int:id>/field/<slug:name>/",
             "api/v1/<entry:entry>", "api/v1/<entry:entry>/<int:id>")  # fmt: skip


def is_asked(route: Route, entry: Entry | None) -> bool:
    return entry is None or entry.slug in FULLY or route.pattern.removeprefix("<entry:entry>/") in OWN_WORDS


def must_write(route: Route, entry: Entry | None) -> bool:
    """Settings have rules of their own about what goes together; some parts hold nothing but references."""
    if entry is None or not route.writes:
        return route.writes
    if entry.module.is_settings:
        return False
    if route.body in ("edit", "field"):
        return not entry.module.fields[a_field(entry.module)].is_relation
    return True


def drive(world: World, route: Route, entry: Entry | None, method: str, verb: str = "") -> list[str]:
    """Asks as everybody. Every fault found, as a line."""
    path, body = path_of(route, world, entry, verb), body_of(route, world, entry)
    changing = method != "GET"
    outside = state_of(world)
    faults = []
    for persona in lookers(route, entry):
        wanted = expected(world, route, persona, entry, verb)
        with taken_back():
            count = touched()
            answer = ask(world.clients[persona], method, path, body if changing else None)
            writes = changing and must_write(route, entry)
            found = [fault_of(route, wanted, answer, writes), leak_of(persona, answer, wanted, world)]
            may_write = changing and wanted in ("good", "any")
            if not may_write and touched() != count:
                changed = [name for name, sum_ in fingerprint().items()
                           if world.before.get(name) != sum_ and name != (wanted == "good" and route.notes)]  # fmt: skip
                found.append(f"changed {changed} though refused or only read" if changed else "")
            if not may_write and state_of(world) != outside:
                found.append("left mail or files behind")
            if writes and wanted == "good" and touched() == count:
                found.append(f"changed nothing ({answer.status_code} {answer.headers.get('Location', '')})")
        faults += [f"{persona}: {method} {path} {one}" for one in found if one]
    return faults


def entries() -> list[Entry]:
    """Those that the pages of modules serve: some settings have pages of their own at the same address."""
    found = [one for one in all_entries() if resolve(one.url).url_name == "list"]
    return [one for one in found if one.slug not in ALIKE]


# Fakes that differ from another fake in nothing the prover asks about.
ALIKE = {"cages", "feedings", "scratches"}


CASES = [
    pytest.param(route.by(method), entry, method,
                 id=f"{method} /{route.pattern.replace('<entry:entry>', entry.slug if entry else '')}")
    for route in ROUTES
    for entry in (entries() if route.of_module else [None])
    for method in route.methods.split()
    if is_asked(route, entry)
]  # fmt: skip


@pytest.mark.parametrize("route, entry, method", CASES)
def test_everybody_gets_what_is_theirs(world, route, entry, method):
    verbs = (
        [action.verb for action in entry.module.actions] or ["nothing"]
        if route.args.get("verb") == "verb"
        else [""]
    )
    faults = [fault for verb in verbs for fault in drive(world, route, entry, method, verb)]
    assert not faults, "\n" + "\n".join(faults)
