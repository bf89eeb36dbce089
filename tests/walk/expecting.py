"""Expecting: what must come of it when somebody asks for an address, worked out from the table alone."""

from __future__ import annotations

from typing import Any

from relasi.engine.access.acting import acting
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.screens.shell import Entry
from tests.walk.asking import OWN_ENTRY, references_in
from tests.walk.routes import Route
from tests.walk.world import NOBODY, SEES, World, allows, has


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
    if who == "export":
        seen = entry is None or allows(persona, "view", entry.module)
        return "good" if seen and has(persona, "export") else "hidden"
    if who == "merge":
        may = allows(persona, "edit", entry.module) and has(persona, "merge") and entry.module.is_record
        return "good" if may and persona in SEES else "hidden"
    wanted = _of_module(route, persona, entry)
    if (
        verb
        and entry is not None
        and wanted == "good"
        and not _offers(world, persona, entry.module, verb, world.row(entry))
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


def _offers(world: World, persona: str, module: Module, verb: str, row: Any) -> bool:
    """Whether the page of the row has a button for the verb."""
    action = next((one for one in module.actions if one.verb == verb), None)
    if action is None or not has(persona, action.tool):
        return False
    with acting(world.people[persona]):
        return action.when is None or bool(action.when(row))
