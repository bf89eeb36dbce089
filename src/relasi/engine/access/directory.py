"""Directory: users, roles, groups, profiles and rules in memory, read anew whenever one of them changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from relasi.engine.access.group import Group
from relasi.engine.access.profile import Profile
from relasi.engine.access.role import Role
from relasi.engine.access.sharing_rule import ModuleSharing, SharingRule
from relasi.users.company import Company
from relasi.users.user import WORKING, Type, User


@dataclass(frozen=True)
class Person:
    id: int
    role: int
    type: str
    status: str
    area: str
    first_name: str
    last_name: str
    zone: str
    away_from: date | None
    away_until: date | None
    deputy: int | None

    def is_away(self, now: datetime) -> bool:
        """By the days of their own zone; without a last day until further notice."""
        if self.away_from is None:
            return False
        today = now.astimezone(ZoneInfo(self.zone)).date()
        return self.away_from <= today and (self.away_until is None or today <= self.away_until)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_admin(self) -> bool:
        return self.type == Type.ADMIN

    @property
    def is_active(self) -> bool:
        return self.status in WORKING


@dataclass
class Directory:
    """A snapshot. people, roles, groups: by id. profiles_of: role -> profiles. modes: module -> default.
    off: keys of the modules that are turned off."""

    epoch: int
    people: dict[int, Person]
    roles: dict[int, Role]
    profiles_of: dict[int, list[Profile]]
    groups: dict[int, Group]
    modes: dict[str, str]
    off: frozenset[str]
    rules: list[SharingRule]
    company: Company
    rights: dict[int, Any] = field(default_factory=dict)
    accounts: dict[int, User] = field(default_factory=dict)

    def account(self, id: int) -> User | None:
        """The user with all there is to know, a copy for whoever asks. Any change of a user makes a new snapshot."""
        if id not in self.accounts:
            found = User.objects.filter(pk=id).first()
            if found is None:
                return None
            self.accounts[id] = found
        return copy(self.accounts[id])

    @cached_property
    def children(self) -> dict[int | None, list[int]]:
        found: dict[int | None, list[int]] = defaultdict(list)
        for role in self.roles.values():
            found[role.parent_id].append(role.id)
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

    def above(self, role: int) -> list[int]:
        """The roles over this one, nearest first."""
        found: list[int] = []
        one = self.roles.get(role)
        while one is not None and one.parent_id is not None and one.parent_id not in found:
            found.append(one.parent_id)
            one = self.roles.get(one.parent_id)
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
        if id in seen or id not in self.groups:
            return set()
        entries = self.groups[id].members
        return set().union(*(self.members(m["kind"], m["id"], seen | {id}) for m in entries))

    def members_of(self, entries: Iterable[dict[str, Any]]) -> set[int]:
        """The active people a list of member entries stands for, each once."""
        found = set().union(*(self.members(m["kind"], m["id"]) for m in entries))
        return {id for id in found if self.people[id].is_active}

    def groups_within(self, id: int) -> set[int]:
        """The group itself and the groups nested in it, at any depth."""
        found: set[int] = set()
        waiting = [id]
        while waiting:
            one = waiting.pop()
            if one in self.groups and one not in found:
                found.add(one)
                waiting.extend(m["id"] for m in self.groups[one].members if m["kind"] == "group")
        return found

    @cached_property
    def group_people(self) -> dict[int, set[int]]:
        """Group -> its effective users: active ones, each once."""
        return {id: self.members_of([{"kind": "group", "id": id}]) for id in self.groups}

    def deputy_of(self, id: int, now: datetime) -> int | None:
        """Who stands in for somebody who is away now, if that person is active and there."""
        person = self.people.get(id)
        if person is None or person.deputy is None or not person.is_away(now):
            return None
        deputy = self.people.get(person.deputy)
        return deputy.id if deputy is not None and deputy.is_active and not deputy.is_away(now) else None

    def people_behind(self, owner: int | None) -> set[int]:
        """The person; of a group everybody in it."""
        if owner is None:
            return set()
        return self.group_people.get(owner, {owner}) & self.people.keys()

    @cached_property
    def _groups_by_person(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for group, people in self.group_people.items():
            for person in people:
                found[person].add(group)
        return found

    def groups_of(self, people: Iterable[int]) -> set[int]:
        return set().union(*(self._groups_by_person.get(person, ()) for person in people))

    def name_of(self, kind: str, id: int) -> str:
        """The name of a user, role or group; empty for one that is gone."""
        if kind == "user":
            return self.people[id].name if id in self.people else ""
        found = (self.groups if kind == "group" else self.roles).get(id)
        return found.name if found else ""


_latest: Directory | None = None
_readers: list[Callable[[], None]] = []


def when_read(function: Callable[[], None]) -> None:
    """Calls this whenever the directory is read anew, for what else is read from settings under its epoch."""
    _readers.append(function)


def directory() -> Directory:
    """The snapshot that holds now. One short query tells whether the last one still does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM access_epoch")
        row = cursor.fetchone()
    return _at(row[0] if row else 0)


class Hearing:
    """What the session of a request told on its way in: the snapshot that held then, None when it told nothing."""

    directory: Directory | None = None


_hearing: ContextVar[Hearing | None] = ContextVar("hearing", default=None)


@contextmanager
def hearing() -> Iterator[Hearing]:
    """While it lasts, a session that is read says which snapshot holds, and nobody need ask again."""
    here = Hearing()
    token = _hearing.set(here)
    try:
        yield here
    finally:
        _hearing.reset(token)


def hear(epoch: int) -> None:
    here = _hearing.get()
    if here is not None:
        here.directory = _at(epoch)


def heard() -> Directory:
    """The snapshot the session told of, or the one that holds now."""
    here = _hearing.get()
    return here.directory if here is not None and here.directory is not None else directory()


def _at(epoch: int) -> Directory:
    global _latest
    latest = _latest
    if latest is None or latest.epoch != epoch or not epoch:
        latest = _latest = _read(epoch)
    return latest


def _read(epoch: int) -> Directory:
    profiles = {profile.id: profile for profile in Profile.objects.filter(trashed_at=None)}
    roles = {role.id: role for role in Role.objects.filter(trashed_at=None)}
    for also in _readers:
        also()
    modules = list(ModuleSharing.objects.filter(trashed_at=None))
    people = User.objects.values_list(
        "id", "role_id", "type", "status", "area", "first_name", "last_name", "zone", "away_from", "away_until",
        "deputy_id",
    )  # fmt: skip
    return Directory(
        epoch=epoch,
        people={row[0]: Person(*row) for row in people},
        roles=roles,
        profiles_of={
            role.id: [profiles[p] for p in role.profiles or [] if p in profiles] for role in roles.values()
        },
        groups={group.id: group for group in Group.objects.filter(trashed_at=None)},
        modes={row.module: row.mode for row in modules},
        off=frozenset(row.module for row in modules if not row.active),
        rules=list(SharingRule.objects.filter(trashed_at=None).order_by("id")),
        company=Company.objects.order_by("id").first() or Company(name="Relasi"),
    )


__all__ = ["Directory", "Hearing", "Person", "directory", "hear", "heard", "hearing", "when_read"]
