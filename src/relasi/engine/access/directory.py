"""Directory: users, roles, groups, profiles and rules in memory, read anew whenever one of them changes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import connection

from relasi.engine.access.group import Group
from relasi.engine.access.owner import Epoch
from relasi.engine.access.profile import Profile
from relasi.engine.access.role import Role
from relasi.engine.access.sharing_rule import ModuleSharing, SharingRule
from relasi.users.user import Status, Type, User


@dataclass(frozen=True)
class Person:
    id: int
    role: int
    type: str
    status: str

    @property
    def is_admin(self) -> bool:
        return self.type == Type.ADMIN

    @property
    def is_active(self) -> bool:
        return self.status == Status.ACTIVE


@dataclass
class Directory:
    """A snapshot. people, roles (id -> parent), profiles_of (role -> profiles), groups (id -> members)."""

    epoch: int
    people: dict[int, Person]
    parents: dict[int, int | None]
    profiles_of: dict[int, list[Profile]]
    groups: dict[int, list[dict[str, Any]]]
    modes: dict[str, str]
    rules: list[SharingRule]
    rights: dict[int, Any] = field(default_factory=dict)

    @cached_property
    def children(self) -> dict[int | None, list[int]]:
        found: dict[int | None, list[int]] = defaultdict(list)
        for role, parent in self.parents.items():
            found[parent].append(role)
        return found

    @cached_property
    def people_in(self) -> dict[int, set[int]]:
        """Role -> the people in that very role, active or not: a leaver's records stay visible above."""
        found: dict[int, set[int]] = defaultdict(set)
        for person in self.people.values():
            found[person.role].add(person.id)
        return found

    def below(self, role: int) -> set[int]:
        """The roles under this one, at any depth."""
        found: set[int] = set()
        waiting = list(self.children[role])
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting.extend(self.children[one])
        return found

    def people_below(self, role: int) -> set[int]:
        return set().union(*(self.people_in[one] for one in self.below(role)))

    def members(self, kind: str, id: int, seen: frozenset[int] = frozenset()) -> set[int]:
        """The people a member entry stands for: a user, a role, a role and those below, or a group."""
        if kind == "user":
            return {id} & self.people.keys()
        if kind == "role":
            return set(self.people_in[id])
        if kind == "role_tree":
            return self.people_in[id] | self.people_below(id)
        if id in seen:
            return set()
        entries = self.groups.get(id, [])
        return set().union(*(self.members(m["kind"], m["id"], seen | {id}) for m in entries))

    @cached_property
    def group_people(self) -> dict[int, set[int]]:
        """Group -> its effective users: active ones, each once."""
        active = {person.id for person in self.people.values() if person.is_active}
        return {group: self.members("group", group) & active for group in self.groups}

    def groups_of(self, people: set[int]) -> set[int]:
        return {group for group, members in self.group_people.items() if members & people}


_latest: Directory | None = None


def directory() -> Directory:
    """The snapshot that holds now. One short query tells whether the last one still does."""
    global _latest
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM access_epoch")
        row = cursor.fetchone()
    epoch = row[0] if row else 0
    if _latest is None or _latest.epoch != epoch:
        _latest = _read(epoch)
    return _latest


def _read(epoch: int) -> Directory:
    profiles = {profile.id: profile for profile in Profile.objects.filter(trashed_at=None)}
    roles = list(Role.objects.filter(trashed_at=None))
    people = User.objects.values_list("id", "role_id", "type", "status")
    return Directory(
        epoch=epoch,
        people={row[0]: Person(*row) for row in people},
        parents={role.id: role.parent_id for role in roles},
        profiles_of={role.id: [profiles[p] for p in role.profiles or [] if p in profiles] for role in roles},
        groups=dict(Group.objects.filter(trashed_at=None).values_list("id", "members")),
        modes=dict(ModuleSharing.objects.filter(trashed_at=None).values_list("module", "mode")),
        rules=list(SharingRule.objects.filter(trashed_at=None)),
    )


__all__ = ["Directory", "Epoch", "Person", "directory"]
