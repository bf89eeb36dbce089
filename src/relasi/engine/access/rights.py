"""Rights: all that one person may see and do, worked out once from the directory.

What opens a record to a person is a list of grants. The scope a list is filtered by is their union, and the
answer to "why can they see this?" is the grants that hold this record: one computation, so both always agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from relasi.engine.access.directory import Directory
from relasi.engine.access.profile import ALL, Profile
from relasi.engine.access.role import Assigns
from relasi.engine.access.sharing_rule import Level, Mode
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.users.user import Type

# Which organization-wide defaults open a verb to everybody.
OPEN_TO_ALL = {
    "view": {Mode.PUBLIC_READ, Mode.PUBLIC_EDIT, Mode.PUBLIC_DELETE},
    "edit": {Mode.PUBLIC_EDIT, Mode.PUBLIC_DELETE},
    "delete": {Mode.PUBLIC_DELETE},
}


def of_the_whole(verb: str) -> str:
    """What the verb on a part asks of the record it is a part of: seeing it, or else changing it."""
    return "view" if verb == "view" else "edit"


def governing(verb: str, module: Module) -> tuple[str, Module]:
    """The verb and the module whose profile rights decide: for a part, those of its whole."""
    if module.whole is None:
        return verb, module
    return of_the_whole(verb), registry.of(module.whole.related_model)


@dataclass(frozen=True)
class Scope:
    """Whose records: everybody's, or those of these owners (users, groups) and, beside them, the co-owned."""

    everyone: bool = False
    owners: frozenset[int] = frozenset()

    @property
    def nothing(self) -> bool:
        return not self.everyone and not self.owners

    @cached_property
    def array(self) -> str:
        """The owners as PostgreSQL writes an array: a prepared query takes the same ones again and again."""
        return "{" + ",".join(map(str, sorted(self.owners))) + "}"

    def holds(self, owner: int | None) -> bool:
        return self.everyone or owner in self.owners


NOTHING = Scope()
EVERYTHING = Scope(everyone=True)


@dataclass(frozen=True)
class Grant:
    """One reason why records open to a person. why: admin, settings, wide, own, group, below, default, rule.

    about: what it rests on: the profile, the group's id, the mode or the rule.
    """

    why: str
    everyone: bool = False
    owners: frozenset[int] = frozenset()
    about: Any = None

    def holds(self, owner: int | None) -> bool:
        return self.everyone or owner in self.owners


@dataclass
class Rights:
    user: int
    directory: Directory
    _scopes: dict[tuple[str, str], Scope] = field(default_factory=dict)
    _fields: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.person = self.directory.people.get(self.user)
        self.active = bool(self.person and self.person.is_active)
        self.admin = bool(self.active and self.person and self.person.is_admin)
        self.profiles: list[Profile] = (
            self.directory.profiles_of.get(self.person.role, []) if self.active and self.person else []
        )

    def licensed(self, verb: str, module: Module) -> bool:
        """Whether the type of user allows the verb in the module, whatever the profile says."""
        if not self.active or self.person is None:
            return False
        if self.person.type == Type.SINGLE_APP:
            return verb == "view" or module.area == self.person.area
        if self.person.type == Type.LIGHT:
            return verb in module.light.split()
        return True

    def allowing(self, verb: str, module: Module) -> list[Profile]:
        """The profiles of this person that allow the verb in the module."""
        return [profile for profile in self.profiles if verb in profile.verbs_in(module.key)]

    def allows(self, verb: str, module: Module) -> bool:
        """Whether the person may do the verb in the module at all; records are another question."""
        if verb not in module.verbs:
            return False
        if module.self_ruled:
            return self.active
        if self.is_off(module):
            return False
        if self.admin:
            return True
        verb, module = governing(verb, module)
        if module.is_settings or not self.licensed(verb, module):
            return False
        return bool(self.allowing(verb, module))

    def is_off(self, module: Module) -> bool:
        """Whether the company does not use the module, or what it is a part of."""
        off = self.directory.off
        return bool(off) and (module.key in off or governing("view", module)[1].key in off)

    def has_tool(self, tool: str) -> bool:
        return self.admin or any(tool in p.tools or ALL in p.tools for p in self.profiles)

    def fields(self, verb: str, module: Module) -> set[str]:
        """Names of the fields and computed values the person may see ("view") or write ("edit", "create")."""
        key = (verb, module.key)
        if key not in self._fields:
            self._fields[key] = self._open_fields(verb, module)
        return self._fields[key]

    def _open_fields(self, verb: str, module: Module) -> set[str]:
        names = {*module.fields, *module.computed} - secret_fields(module)
        if self.admin or (module.self_ruled and self.active):
            return names
        closed = {"hidden"} if verb == "view" else {"hidden", "read"}
        speaking = self.allowing(*governing(verb, module)) if self.allows(verb, module) else []
        return {name for name in names if any(p.right_on(module.key, name) not in closed for p in speaking)}

    def scope(self, verb: str, module: Module) -> Scope:
        """Whose records the verb may touch; for a part, whose wholes. create has the scope of edit."""
        key = (verb, module.key)
        if key not in self._scopes:
            self._scopes[key] = self._scope(verb, module)
        return self._scopes[key]

    def _scope(self, verb: str, module: Module) -> Scope:
        grants = list(self.grants(verb, module))
        if any(grant.everyone for grant in grants):
            return EVERYTHING
        return Scope(owners=frozenset().union(*(grant.owners for grant in grants)))

    def grants(self, verb: str, module: Module) -> Iterator[Grant]:
        """Every reason why records open to the person for the verb, in the order of decision."""
        if not (self.allows(verb, module) and self.allows("view", module)):
            return
        verb = "edit" if verb == "create" else verb
        if self.admin:
            yield Grant("admin", everyone=True)
            return
        if module.self_ruled:
            yield Grant("settings", everyone=True)
            return
        if module.whole is not None:
            yield from self.grants(of_the_whole(verb), registry.of(module.whole.related_model))
            return
        if not module.is_record:
            yield Grant("settings", everyone=True)
            return
        yield from self._wide(verb)
        yield from self._own()
        mode = self.directory.modes.get(module.key, Mode.PRIVATE)
        if mode != Mode.RECORD_ONLY:
            yield Grant("below", owners=frozenset(self.owners_below()))
        if mode in OPEN_TO_ALL[verb]:
            yield Grant("default", everyone=True, about=mode)
        if verb != "delete":
            for rule in self.rules(verb, module):
                yield Grant("rule", owners=frozenset(self.sources(rule)), about=rule)

    def _wide(self, verb: str) -> Iterator[Grant]:
        for profile in self.profiles:
            if profile.edit_all or (verb == "view" and profile.view_all):
                yield Grant("wide", everyone=True, about=profile)

    def _own(self) -> Iterator[Grant]:
        yield Grant("own", owners=frozenset({self.user}))
        for group in sorted(self.directory.groups_of({self.user})):
            yield Grant("group", owners=frozenset({group}), about=group)

    def owners_below(self) -> set[int]:
        """The people in the roles below, and the groups any of them is in."""
        people = self.directory.people_below(self.person.role) if self.person else set()
        return people | self.directory.groups_of(people)

    @cached_property
    def assignable(self) -> frozenset[int] | None:
        """The owners this person may give records to, None for all: a role may be limited to those below."""
        role = self.directory.roles.get(self.person.role) if self.person else None
        if self.admin or role is None or role.assigns == Assigns.ALL:
            return None
        people = {self.user} | self.directory.people_below(role.id)
        if role.assigns == Assigns.LEVEL:
            people |= self.directory.people_in[role.id]
        return frozenset(people | self.directory.groups_of(people))

    def rules(self, verb: str, module: Module) -> Iterable[Any]:
        """The sharing rules that open something of this module to this person for this verb."""
        for rule in self.directory.rules:
            if rule.module != module.key or (verb != "view" and rule.level != Level.WRITE):
                continue
            if self.user in self.directory.members(rule.target_kind, rule.target_id):
                yield rule

    def sources(self, rule: Any) -> set[int]:
        """Whose records the rule opens: of people, and of a group and the groups inside it."""
        people = self.directory.members(rule.source_kind, rule.source_id)
        return people | (
            self.directory.groups_within(rule.source_id) if rule.source_kind == "group" else set()
        )


def secret_fields(module: Module) -> set[str]:
    """What no screen, file or answer may ever hold, whoever asks: secrets that nobody edits by hand."""
    return {n for n, f in module.fields.items() if getattr(f, "secret", False) and not f.editable}
