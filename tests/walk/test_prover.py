"""The prover: every address × every menu entry × everybody. Who may not see gets 404 and learns nothing, who may not
do changes nothing, and who may, succeeds."""

from __future__ import annotations

from typing import Any

import pytest

from relasi.engine.screens.shell import Entry
from tests.fingerprint import fingerprint, touched
from tests.walk.asking import (
    OWN_ENTRY,
    a_field,
    ask,
    body_of,
    path_of,
    state_of,
    taken_back,
    to_the_door,
    told,
)
from tests.walk.cases import cases, entries
from tests.walk.expecting import expected
from tests.walk.routes import ROUTES, Route, addresses
from tests.walk.world import DARK, PERSONAS, SECRET, SEES, World

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
            may_look = wanted in ("good", "any")
            may_write = changing and may_look
            if not may_write and touched() != count:
                changed = [name for name, sum_ in fingerprint().items()
                           if world.before.get(name) != sum_ and name != (may_look and route.notes)]  # fmt: skip
                found.append(f"changed {changed} though refused or only read" if changed else "")
            if not may_write and state_of(world) != outside:
                found.append("left mail or files behind")
            if writes and wanted == "good" and touched() == count:
                found.append(f"changed nothing ({answer.status_code} {answer.headers.get('Location', '')})")
        faults += [f"{persona}: {method} {path} {one}" for one in found if one]
    return faults


CASES = [pytest.param(*case, id=case.name) for case in cases(entries())]


@pytest.mark.parametrize("route, entry, method", CASES)
def test_everybody_gets_what_is_theirs(world, route, entry, method):
    verbs = (
        [action.verb for action in entry.module.actions] or ["nothing"]
        if route.args.get("verb") == "verb"
        else [""]
    )
    faults = [fault for verb in verbs for fault in drive(world, route, entry, method, verb)]
    assert not faults, "\n" + "\n".join(faults)
