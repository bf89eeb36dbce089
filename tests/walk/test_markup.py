"""What people write is text on every page, also where it is dressed up as markup."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity import attachment, comment
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from tests.make import again
from tests.walk.asking import ask, path_of, taken_back
from tests.walk.cases import cases, entries, real_entries
from tests.walk.expecting import expected
from tests.walk.walking import asker
from tests.walk.world import World, options_of

pytestmark = pytest.mark.django_db

HOSTILE = "\"'><script>zqx()</script><img src=zqx onerror=zqx()>"
# What must not stand in any answer of a page: a tag that runs, or one that breaks out of where it stands.
LIVING = ("<script>zqx", "<img src=zqx")
WRITTEN = {"text", "long_text", "rich_text", "address_part", "number"}


def dress_up(module: Module, row: Any) -> None:
    """Writes it into every field that takes it, one by one, so that a rule of one spares the others."""
    for name, one in module.fields.items():
        if kind_of(one).name in WRITTEN and not options_of(one) and one.editable:
            with suppress(Refused), transaction.atomic():
                row = update(row, {name: HOSTILE[: one.max_length or 500]}, authorised="a test writes so")
        if kind_of(one).name == "address":
            with suppress(Refused), transaction.atomic():
                row = update(row, {name: {"street": HOSTILE, "city": HOSTILE}}, authorised="a test writes so")


def dressed(world: World) -> None:
    with acting(SYSTEM, via="system"):
        for module in {entry.module.key: entry.module for entry in entries()}.values():
            dress_up(module, world.hidden[module.key])
        for slug in {entry.slug for entry in real_entries()} & world.rows.keys():
            row = world.rows[slug]
            dress_up(next(entry.module for entry in real_entries() if entry.slug == slug), row)
        contact = again(world.hidden["customers.contact"])
        comment.say(contact.pk, f"<p>{HOSTILE}</p>")
        attachment.attach(
            contact.pk, [SimpleUploadedFile("zqx<img src=zqx onerror=zqx()>.txt", b"isi")], None
        )
        for person in (world.people["owner"], world.people["admin"]):
            for name in ("first_name", "last_name", "title", "department"):
                update(again(person), {name: HOSTILE[:60]}, authorised="a test writes so")
        update(again(world.tag), {"name": HOSTILE[:50]}, authorised="a test writes so")
        update(again(world.view), {"name": HOSTILE[:60]}, authorised="a test writes so")
    close_change_set()


def test_nothing_people_write_becomes_markup(world: World) -> None:
    dressed(world)
    found, seen = [], 0
    for case in cases(real_entries(), "GET"):
        if expected(world, case.route, asker(case), case.entry) not in ("good", "any"):
            continue
        verbs = (
            [action.verb for action in case.entry.module.actions]
            if case.entry and "verb" in case.route.args
            else [""]
        )
        for verb in verbs:
            with taken_back():
                answer = ask(world.clients[asker(case)], "GET", path_of(case.route, world, case.entry, verb))
            if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            text = answer.content.decode()
            seen += "zqx" in text
            found += [f"{case.name}: {living}" for living in LIVING if living in text]
            assert answer.status_code < 500, case.name
    assert seen > 100, "hardly any page shows what was written"
    assert not found, "\n".join(found)
