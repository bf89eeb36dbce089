"""Who sees, edits and deletes what: the read door against a slow and simple second opinion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.door import may, visible_to
from relasi.engine.access.group import Group
from relasi.engine.access.profile import Profile
from relasi.engine.access.role import Role
from relasi.engine.access.sharing_rule import Mode, SharingRule
from relasi.engine.access.why import explain
from relasi.engine.declare.registry import registry
from relasi.engine.records.record import CoOwner
from relasi.engine.records.write import Draft, write
from relasi.features.settings.defaults import top_role
from relasi.users.user import User
from tests.fakes.models import Parrot
from tests.people import set_mode

KEY = "fakes.parrot"
VERBS = ("view", "edit", "delete")
PROFILES: list[dict[str, Any]] = [
    {"modules": {"*": ["view", "create", "edit", "delete"]}},
    {"modules": {"*": ["view", "create", "edit"]}},
    {"modules": {"*": ["view"]}},
    {"modules": {"*": ["view", "edit", "delete"], KEY: []}},
    {"modules": {KEY: ["view", "edit"]}},
    {"modules": {"*": ["view"]}, "view_all": True},
    {"modules": {"*": ["view", "edit", "delete"]}, "edit_all": True},
]
TYPES = ("standard", "standard", "standard", "standard", "admin", "single_app", "light")
STATUSES = ("active", "active", "active", "locked", "suspended", "invited")
ROLES, PEOPLE, GROUPS = 5, 6, 3


@dataclass
class World:
    """A company as plain lists. Role 0 stands at the top; parents[n] < n. A member is (kind, index)."""

    parents: list[int]
    profiles: list[list[int]]
    people: list[tuple[int, str, str]]
    groups: list[list[tuple[str, int]]]
    mode: str
    rules: list[tuple[tuple[str, int], tuple[str, int], str]]
    owners: list[tuple[str, int]]
    beside: list[tuple[int, int]] = field(default_factory=list)

    def above(self, role: int) -> set[int]:
        found = set()
        while role != 0:
            role = self.parents[role]
            found.add(role)
        return found

    def working(self, person: int) -> bool:
        return self.people[person][2] in ("active", "locked")

    def stands_for(self, member: tuple[str, int], person: int) -> bool:
        """Whether the member entry means this person, active or not."""
        kind, index = member
        role = self.people[person][0]
        if kind == "user":
            return index == person
        if kind == "role":
            return role == index
        if kind == "role_tree":
            return role == index or index in self.above(role)
        return any(self.stands_for(inner, person) for inner in self.groups[index])

    def in_group(self, person: int, group: int) -> bool:
        return self.working(person) and self.stands_for(("group", group), person)

    def within(self, group: int) -> set[int]:
        """The group and those nested in it."""
        found = {group}
        for kind, index in self.groups[group]:
            if kind == "group":
                found |= self.within(index)
        return found

    def owned_by(self, record: int, source: tuple[str, int]) -> bool:
        kind, index = self.owners[record]
        if kind == "user":
            return self.stands_for(source, index)
        return source[0] == "group" and index in self.within(source[1])

    def allows(self, person: int, verb: str) -> bool:
        role, type_, _status = self.people[person]
        if type_ == "light" or (type_ == "single_app" and verb != "view"):
            return False
        chosen = [PROFILES[n]["modules"] for n in self.profiles[role]]
        return any(verb in modules.get(KEY, modules.get("*", [])) for modules in chosen)

    def says(self, person: int, verb: str, record: int) -> bool:
        """The decision order of the specification, read aloud."""
        role, type_, _status = self.people[person]
        if not self.working(person):
            return False
        if type_ == "admin":
            return True
        if not (self.allows(person, verb) and self.allows(person, "view")):
            return False
        flags = [PROFILES[n] for n in self.profiles[role]]
        if any(p.get("edit_all") or (verb == "view" and p.get("view_all")) for p in flags):
            return True
        kind, index = self.owners[record]
        holders = [index] if kind == "user" else [p for p in range(PEOPLE) if self.in_group(p, index)]
        if person in holders:
            return True
        if verb != "delete" and (person, record) in self.beside:
            return True
        if self.mode != Mode.RECORD_ONLY and any(role in self.above(self.people[p][0]) for p in holders):
            return True
        opened = {"public_read": ("view",), "public_edit": ("view", "edit"), "public_delete": VERBS}
        if verb in opened.get(self.mode, ()):
            return True
        if verb == "delete":
            return False
        return any(
            self.stands_for(target, person)
            and self.owned_by(record, source)
            and (verb == "view" or level == "write")
            for source, target, level in self.rules
        )


@st.composite
def worlds(draw: Any) -> World:
    index = lambda size: st.integers(0, size - 1)  # noqa: E731
    parents = [0, *(draw(st.integers(0, n - 1)) for n in range(1, ROLES))]
    profiles = [
        draw(st.lists(index(len(PROFILES)), min_size=1, max_size=2, unique=True)) for _ in range(ROLES)
    ]
    people = [
        (draw(index(ROLES)), draw(st.sampled_from(TYPES)), draw(st.sampled_from(STATUSES)))
        for _ in range(PEOPLE)
    ]
    simple = st.one_of(
        st.tuples(st.just("user"), index(PEOPLE)),
        st.tuples(st.sampled_from(["role", "role_tree"]), index(ROLES)),
    )
    groups: list[list[tuple[str, int]]] = []
    for number in range(GROUPS):
        members = draw(st.lists(simple, min_size=1, max_size=2, unique=True))
        if number:
            members += draw(
                st.lists(st.tuples(st.just("group"), index(number)), min_size=number - 1, max_size=1)
            )
        groups.append(members)
    group = st.tuples(st.just("group"), index(GROUPS))
    end = st.one_of(simple, group, group)
    rules = draw(st.lists(st.tuples(end, end, st.sampled_from(["read", "write"])), max_size=3))
    owner = st.one_of(st.tuples(st.just("user"), index(PEOPLE)), st.tuples(st.just("group"), index(GROUPS)))
    owners = draw(st.lists(owner, min_size=4, max_size=8))
    beside = draw(st.lists(st.tuples(index(PEOPLE), index(len(owners))), max_size=3, unique=True))
    mode = draw(st.sampled_from(["private", *(m.value for m in Mode)]))
    return World(parents, profiles, people, groups, mode, rules, owners, beside)


def _made(model: Any, rows: list[dict[str, Any]]) -> list[Any]:
    return write(registry.of(model), [Draft(row) for row in rows], authorised="test").records


def build(world: World) -> tuple[list[User], list[Parrot]]:
    """The same company in the database."""
    profiles = _made(Profile, [{"name": f"Uji {n}", **values} for n, values in enumerate(PROFILES)])
    roles: list[Role] = []
    for number in range(ROLES):
        above = roles[world.parents[number]] if number else top_role()
        chosen = [profiles[n].pk for n in world.profiles[number]]
        roles += _made(Role, [{"name": f"Uji {number}", "parent": above.pk, "profiles": chosen}])
    people = _made(User, [
        {"username": f"uji{n}", "email": f"uji{n}@contoh.id", "first_name": f"Uji{n}", "role": roles[role].pk,
         "type": type_, "status": status, "area": "sales" if type_ == "single_app" else ""}
        for n, (role, type_, status) in enumerate(world.people)
    ])  # fmt: skip
    groups: list[Group] = []

    def at(member: tuple[str, int]) -> tuple[str, int]:
        kind, index = member
        return kind, {"user": people, "group": groups}.get(kind, roles)[index].pk

    for number, members in enumerate(world.groups):
        entries = [dict(zip(("kind", "id"), at(m), strict=True)) for m in members]
        groups += _made(Group, [{"name": f"Uji {number}", "members": entries}])
    for source, target, level in world.rules:
        ends = dict(
            zip(
                ("source_kind", "source_id", "target_kind", "target_id"), at(source) + at(target), strict=True
            )
        )
        _made(SharingRule, [{"module": KEY, "level": level, **ends}])
    set_mode(KEY, world.mode)
    # Somebody who is suspended keeps what they own, so the owner is put there by hand.
    rows = [{"name": f"Beo {n}", "owner": groups[0].pk} for n in range(len(world.owners))]
    parrots = _made(Parrot, rows)
    for parrot, owner in zip(parrots, world.owners, strict=True):
        write(
            registry.of(Parrot),
            [Draft({"owner_id": at(owner)[1]}, id=parrot.pk)],
            exact=True,
            authorised="test",
        )
    CoOwner.objects.bulk_create(CoOwner(user=people[p], record_id=parrots[r].pk) for p, r in world.beside)
    return people, parrots


@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(world=worlds())
def test_lists_single_records_explanations_and_the_oracle_agree(world: World) -> None:
    with transaction.atomic():
        with acting(SYSTEM):
            people, parrots = build(world)
        module = registry.of(Parrot)
        fresh = list(Parrot._base_manager.filter(pk__in=[p.pk for p in parrots]).order_by("pk"))
        for number, person in enumerate(people):
            with acting(person):
                for verb in VERBS:
                    listed = set(visible_to(person, Parrot, verb).values_list("pk", flat=True))
                    for index, record in enumerate(fresh):
                        expected = world.says(number, verb, index)
                        case = (number, verb, index, world)
                        assert (record.pk in listed) == expected, case
                        assert may(person, verb, module, record) == expected, case
                        told = explain(person, record, verb)
                        assert told.allowed == expected, case
                        opened = [text for text, holds in told.steps if holds and text in told.deciding]
                        assert bool(opened) == expected, (told, case)
        transaction.set_rollback(True)
