"""State tables: what no table allows, and what only follows by itself, is refused at every door, from every state.

Every module with a table is found through the registry. One that has no maker fails until it gets one (standing.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from relasi.engine.access.acting import acting
from relasi.engine.bulk.job import BulkJob
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import close_change_set, open_change_set
from relasi.engine.records.write import Draft, write
from relasi.engine.transfer.target import targets_of
from tests.company import found_company
from tests.engine.api.program import Program
from tests.engine.transfer.importing import command, errors
from tests.modules.standing import FLOWS, MAKERS, World, states_of
from tests.people import signed_in
from tests.worlds import kept_for_a_file

SCRIPT = {"X-Requested-With": "fetch"}
Pair = tuple[str, str]


def no_moves(key: str) -> list[Pair]:
    """(from, to) that the table does not hold."""
    states, moves = states_of(key), FLOWS[key].moves
    return [(one, two) for one in states for two in states if one != two and two not in moves.get(one, ())]


def not_by_hand(key: str) -> list[Pair]:
    """(from, to) that no person may bring about: no moves, and those that follow from other records."""
    states, flow = states_of(key), FLOWS[key]
    return [(one, two) for one in states for two in states if one != two and not flow.by_hand(one, two)]


def rounds(pairs: list[Pair]) -> Iterator[list[Pair]]:
    """The pairs in as few rounds as hold each record once."""
    by_state: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_state.setdefault(pair[0], []).append(pair)
    for found in zip_longest(*by_state.values()):
        yield [pair for pair in found if pair is not None]


def by_target(pairs: list[Pair]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one, two in pairs:
        found.setdefault(two, []).append(one)
    return found


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    def build() -> World:
        admin = found_company().admin
        with acting(admin):
            return World(admin)

    with kept_for_a_file(django_db_blocker, build) as found:
        yield found


@dataclass
class Doors:
    """The ways into the records of one module, for one person. Each gives what it refuses: pair -> code or sentence."""

    world: World
    module: Module
    folder: Path

    def __post_init__(self) -> None:
        self.records = {state: copy(one) for state, one in self.world.records[self.module.key].items()}
        self.pairs = not_by_hand(self.module.key)
        self.writable = self.module.fields["status"].editable
        self.url = f"/{self.module.slug}/"
        self.client: Client = signed_in(self.world.admin)

    def stand(self) -> dict[str, tuple[str, int]]:
        """State -> status and version of its record as it is now."""
        rows = self.module.model._base_manager.filter(pk__in=[one.pk for one in self.records.values()])
        found = {pk: (status, version) for pk, status, version in rows.values_list("pk", "status", "version")}
        return {state: found[one.pk] for state, one in self.records.items()}

    def hold(self) -> None:
        close_change_set()
        before = {state: (state, one.version) for state, one in self.records.items()}
        assert self.stand() == before

    def sentence(self, one: str, two: str) -> str:
        """Why not, where the table is the reason; else nothing certain."""
        if (one, two) in FLOWS[self.module.key].by_itself:
            return ""
        record = copy(self.records[one])
        record.status = two
        return str(FLOWS[self.module.key].sentence(record, one))

    def post(self, path: str, data: dict[str, Any]) -> Any:
        return self.client.post(f"{self.url}{path}", data, headers=SCRIPT)


def write_door(doors: Doors) -> None:
    for pairs in rounds(doors.pairs):
        drafts = [Draft({"status": two}, id=doors.records[one].pk) for one, two in pairs]
        with acting(doors.world.admin):
            written = write(doors.module, drafts, partial=True)
        assert not written.records
        for draft in written.refused:
            assert [one.field for one in draft.refusals][:1] == ["status"]
            assert draft.refusals[0].code == ("INVALID_TRANSITION" if doors.writable else "NO_PERMISSION")
        assert len(written.refused) == len(pairs)
        doors.hold()


def programs_own_write(doors: Doors) -> None:
    """Who is authorised may do what follows by itself, and no more."""
    for pairs in rounds(no_moves(doors.module.key)):
        drafts = [Draft({"status": two}, id=doors.records[one].pk) for one, two in pairs]
        with acting(doors.world.admin):
            written = write(doors.module, drafts, partial=True, authorised="a test needs it so")
        assert not written.records and len(written.refused) == len(pairs)
        assert {draft.refusals[0].code for draft in written.refused} == {"INVALID_TRANSITION"}
        doors.hold()


def database(doors: Doors) -> None:
    for one, two in no_moves(doors.module.key):
        with acting(doors.world.admin):
            open_change_set()
            with pytest.raises(IntegrityError, match="no such move"), transaction.atomic():
                doors.module.model._base_manager.filter(pk=doors.records[one].pk).update(status=two)
    doors.hold()


class Fields(HTMLParser):
    """found: what a browser would send of the forms of a page as it was drawn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.inside = {"select": "", "textarea": ""}
        self.feed(page)

    def note(self, name: str, value: str) -> None:
        self.found.setdefault(name, []).append(value)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        kind = have.get("type", "text")
        if tag in self.inside:
            self.inside[tag] = have.get("name", "")
        elif tag == "option" and self.inside["select"] and "selected" in have:
            self.note(self.inside["select"], have.get("value", ""))
        elif (
            tag == "input"
            and "name" in have
            and ("checked" in have or kind not in ("checkbox", "radio", "file", "submit"))
        ):
            self.note(have["name"], have.get("value", "on"))

    def handle_data(self, text: str) -> None:
        if self.inside["textarea"]:
            self.note(self.inside["textarea"], text.removeprefix("\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            self.inside[tag] = ""


def edit_form(doors: Doors) -> None:
    """A form that does not offer the status takes none, not even where all states are sent with it."""
    offered = "status" in doors.module.form_fields
    refused = (403, 422)
    for one, record in doors.records.items():
        targets = [two for start, two in doors.pairs if start == one]
        path = f"{record.pk}/edit/"
        for wanted in [[two] for two in targets] if offered else [targets]:
            page = doors.client.get(doors.url + path)
            sent = Fields(page.content.decode()).found
            assert ("status" in sent) == (offered and page.status_code == 200)
            answer = doors.post(path, {**sent, "status": wanted})
            assert answer.status_code in (refused if offered else (302, *refused)), (one, answer.content)
            if doors.stand()[one] == (one, record.version + 1) and not offered:
                # The first save brought up to date what follows from the day; another has nothing left to do.
                record.version += 1
                doors.post(path, {**sent, "version": record.version, "status": wanted})
    doors.hold()


def inline_edit(doors: Doors) -> None:
    for one, two in doors.pairs:
        record = doors.records[one]
        answer = doors.post(f"{record.pk}/field/status/", {"status": two, "version": record.version})
        assert answer.status_code == (422 if doors.writable else 404), (one, two)
    doors.hold()


def pasted_cells(doors: Doors) -> None:
    for pairs in rounds(doors.pairs):
        rows = [{"id": doors.records[one].pk, "values": {"status": two}} for one, two in pairs]
        answer = doors.post("cells/", {"block": json.dumps({"rows": rows})}).json()
        assert answer["done"] == 0
        told = {one["id"]: one["message"] for one in answer["refused"]}
        assert told.keys() == {row["id"] for row in rows}
        assert not doors.writable or all(
            doors.sentence(*pair) in told[doors.records[pair[0]].pk] for pair in pairs
        )
        doors.hold()


def kanban_move(doors: Doors) -> None:
    """Many cards are moved at once or not at all, and told apart by the sentences about their states."""
    table = no_moves(doors.module.key)
    groups = list(by_target(table).items())
    groups += [(two, [one]) for one, two in doors.pairs if (one, two) not in table]
    for two, states in groups:
        records = [doors.records[one] for one in states]
        data = {"id": [one.pk for one in records], "version": [one.version for one in records], "to": two}
        answer = doors.post("board/move/?by=status", data)
        assert answer.status_code == (422 if doors.writable else 403), answer.content
        if doors.writable:
            told = answer.json()
            assert told["code"] == "INVALID_TRANSITION"
            assert all(doors.sentence(one, two) in told["message"] for one in states)
    doors.hold()


def mass_edit(doors: Doors) -> None:
    for two, states in by_target(doors.pairs).items():
        ids = [doors.records[one].pk for one in states]
        data = {"do": "edit", "id": ids, "save": "1", "field": "status", "status": two}
        answer = doors.post("bulk/", data)
        job = BulkJob.objects.latest("pk")
        if doors.writable:
            assert (answer.status_code, job.count("done"), job.count("failed")) == (302, 0, len(ids))
            assert {one["code"] for fault in job.faults.all() for one in fault.reasons} == {
                "INVALID_TRANSITION"
            }
        else:
            assert (answer.status_code, job.count("done")) == (422, 0)
        doors.hold()


def importing(doors: Doors) -> None:
    numbers = {state: one.number for state, one in doors.records.items()}
    with acting(doors.world.admin):
        assert ("status" in targets_of(doors.module, doors.world.admin)) == doors.writable
    assert len(set(numbers.values())) == len(numbers) and all(numbers.values())
    for place, pairs in enumerate(rounds(doors.pairs)):
        file = doors.folder / f"{place}.csv"
        file.write_text("\n".join(["number;status", *(f"{numbers[a]};{b}" for a, b in pairs)]) + "\n")
        result = command(file, doors.module.slug, duplicates="update_only", match="number")
        if doors.writable:
            assert (result["updated"], result["failed"]) == (0, len(pairs)), result
            assert all("[INVALID_TRANSITION]" in line for line in errors(result)[1:])
            doors.hold()
        # Else no heading means that field, and what stands below it is kept as a note at most.
        assert result["created"] == 0 and [one for one, _version in doors.stand().values()] == [
            *doors.records
        ]


def api(doors: Doors) -> None:
    program = Program(doors.world.admin)
    for one, two in doors.pairs:
        answer = program.patch(f"{doors.module.slug}/{doors.records[one].pk}", {"status": two})
        told = (answer.status_code, answer.data["code"])
        assert told == ((422, "INVALID_TRANSITION") if doors.writable else (403, "NO_PERMISSION")), (one, two)
    doors.hold()


EVERY_DOOR = (
    write_door, programs_own_write, database, edit_form, inline_edit, pasted_cells, kanban_move, mass_edit,
    importing, api,
)  # fmt: skip


def test_every_state_table_has_a_maker_and_a_record_in_every_state(db: None, world: World) -> None:
    assert FLOWS.keys() == MAKERS.keys()
    for key, records in world.records.items():
        assert [one.status for one in records.values()] == states_of(key)


@pytest.mark.parametrize("door", EVERY_DOOR, ids=lambda door: door.__name__)
@pytest.mark.parametrize("key", sorted(FLOWS))
def test_no_door_lets_a_record_go_where_its_table_does_not(
    db: None, world: World, tmp_path: Path, key: str, door: Callable[[Doors], None]
) -> None:
    assert key in MAKERS, f"a maker is missing: MAKERS[{key!r}]"
    door(Doors(world, registry.module(key), tmp_path))
