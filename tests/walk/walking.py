"""Walking: every page, asked in both languages by those it is meant for, over records with something in every field."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace

from django.db import connection, reset_queries
from django.test.utils import CaptureQueriesContext

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.owner import Owner
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import update
from tests.make import again
from tests.people import PASSWORD
from tests.walk.asking import ask, path_of, taken_back
from tests.walk.cases import Case, cases, real_entries
from tests.walk.expecting import expected
from tests.walk.filled import TYPICAL, fill
from tests.walk.languages import languages
from tests.walk.page import Page
from tests.walk.routes import ROUTES
from tests.walk.world import DARK, SECRET, World, options_of

LANGUAGES = {"id": ",", "en": "."}  # and the decimal separator of those who read it
NEW = next(route for route in ROUTES if route.pattern == "<entry:entry>/new/")
# Answers that are no page: files, ways to another page, steps that are not due.
NO_PAGES = {
    "", "r/<int:id>/", "file/<int:id>/", "inbox/<int:id>/", "import/<entry:entry>/template.csv", "import/<int:id>/errors.csv",
    "import/<int:id>/file/", "import/<int:id>/duplicates/", "security/confirm/code/", "security/confirm/passkey/",
    "security/passkeys/", "export/<int:id>/file/", "export/scheduled/runs/<int:id>/file/",
    ROUTES[-1].pattern,
}  # fmt: skip
# For people who build screens: it shows what Indonesian pages look like; and names as they are in both languages.
OTHER_LANGUAGE_TOO = {"styleguide/", "settings/labels/<str:key>/"}
MADE_UP = re.compile(rf"(?:{SECRET}|{DARK})(?: (?:\w+ \d+|Ani|panas|tanda))?")  # titles of the world

Places = dict[str, list[str]]


@dataclass
class Walked:
    """texts: language -> text -> the cases that say it. faults: of pages -> the cases that have them. queries: how
    many each page asks when all that is kept for a while is there. values: everything people wrote."""

    texts: dict[str, Places] = field(default_factory=lambda: {one: defaultdict(list) for one in LANGUAGES})
    faults: Places = field(default_factory=lambda: defaultdict(list))
    queries: dict[str, int] = field(default_factory=dict)
    values: set[str] = field(default_factory=set)


def walk(world: World) -> Walked:
    found = Walked()
    modules = {
        entry.slug: entry.module for entry in real_entries() if not entry.fixed and entry.module.is_record
    }
    filled = {slug: fill(world, module) for slug, module in modules.items() if "create" in module.verbs}
    world = replace(world, rows={**world.rows, **filled})
    asked = [*cases(real_entries(), "GET"), *(Case(NEW, entry, "POST") for entry in real_entries())]
    for name in ("admin", "owner"):
        # So that pages about security do not ask again.
        ask(world.clients[name], "POST", "/security/confirm/", {"password": PASSWORD})
    for language, decimal in LANGUAGES.items():
        with acting(SYSTEM, via="system"):
            for name in ("admin", "owner"):
                values = {"language": language, "number_style": decimal}
                update(again(world.people[name]), values, authorised="the walk reads so")
        close_change_set()
        for case in asked:
            if expected(world, case.route, asker(case), case.entry) in ("good", "any"):
                _look(found, world, language, case)
    found.values = _written()
    return found


def asker(case: Case) -> str:
    """Whom the address is meant for."""
    who = case.route.who
    return "nobody" if who == "anybody" else "owner" if who.startswith("own") else "admin"


def _look(found: Walked, world: World, language: str, case: Case) -> None:
    """Asks for one page. A form sent empty is refused, and says why."""
    actions = case.entry.module.actions if case.entry and case.route.args.get("verb") else []
    for verb in [action.verb for action in actions] or [""]:
        path = path_of(case.route, world, case.entry, verb)
        reset_queries()  # the log holds the last 9,000, and the walk asks more
        with taken_back(), CaptureQueriesContext(connection) as asked:
            answer = ask(world.clients[asker(case)], case.method, path, {}, **{"Accept-Language": language})
        place = f"{case.method} {path} [{language}]"
        if answer.status_code == 500:
            found.faults[f"broke: {answer.exc_info and answer.exc_info[1]!r}"].append(place)
        if answer.status_code == 200 and case.method == "GET":
            found.queries[case.name] = len(asked)
        if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        page = Page(answer.content.decode())
        for fault in page.faults(languages()[language].texts):
            found.faults[fault].append(place)
        for text in set(page.texts) if case.route.pattern not in OTHER_LANGUAGE_TOO else ():
            found.texts[language][MADE_UP.sub("", text)].append(case.name)


def _written() -> set[str]:
    """What people and defaults wrote into texts, names of users and fakes among it."""
    given = {name: value for name, value in TYPICAL.items() if isinstance(value, str)}
    found = {"Samudra", "Pangan", "Melati", *given.values(), *TYPICAL["address"].values()}
    # A narrow cell says who owns a record by the first of their names.
    found |= {name.split()[0] for name in Owner.objects.values_list("name", flat=True)}
    with acting(SYSTEM, via="system"):
        for module in registry:
            if module.model.__module__.startswith("tests."):
                found |= {str(module.name), str(module.plural)}
            names = [
                name
                for name, one in module.fields.items()
                if kind_of(one).name in TEXTS and not options_of(one)
            ]
            for values in module.model._base_manager.values_list(*names) if names else ():
                texts = [value for value in values if isinstance(value, str)]
                found |= {line.strip() for text in texts for line in text.splitlines()}
    return found


TEXTS = {"text", "long_text", "email", "address_part", "number"}
