"""Ruling: rules and groups for tests of assigning, over the parrots of the aviary."""

from __future__ import annotations

from typing import Any

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.assigning.note import AssignmentNote
from relasi.engine.assigning.rule import AssignmentRule
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import create
from tests.people import make_group, make_role, make_user


def team(*names: str, group: str = "Regu") -> tuple[Any, list[Any]]:
    """A group of new users, in the order of their names."""
    role = make_role(f"Peran {group}")
    people = [make_user(name, role) for name in names]
    return make_group(group, *people), people


def rule(group: Any, members: list[Any], mode: str = "round_robin", **values: Any) -> AssignmentRule:
    """members: users, or rows with the user under "user"."""
    rows = [{**one, "user": one["user"].pk} if isinstance(one, dict) else {"user": one.pk} for one in members]
    given = {
        "name": "Aturan",
        "module": "fakes.parrot",
        "group": group.pk,
        "mode": mode,
        "members": rows,
        **values,
    }
    with acting(SYSTEM):
        made = create(AssignmentRule, given)
    close_change_set()
    directory()
    return made


def owners(records: list[Any]) -> list[str]:
    return [type(one)._base_manager.select_related("owner").get(pk=one.pk).owner.name for one in records]


def note_of(record: Any) -> AssignmentNote:
    return AssignmentNote.objects.filter(record=record.pk).latest("pk")
