"""Rights: all that one person may see and do, worked out once from the directory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from relasi.engine.access.directory import Directory
from relasi.engine.access.profile import ALL, Profile
from relasi.engine.access.sharing_rule import Level, Mode
from relasi.engine.declare.module import Module

# Which organization-wide defaults open a verb to everybody.
OPEN_TO_ALL = {
    "view": {Mode.PUBLIC_READ, Mode.PUBLIC_EDIT, Mode.PUBLIC_DELETE},
    "edit": {Mode.PUBLIC_EDIT, Mode.PUBLIC_DELETE},
    "delete": {Mode.PUBLIC_DELETE},
}


@dataclass(frozen=True)
class Scope:
    """Whose records: everybody's, or those of these owners (users and groups) and, beside them, the co-owned."""

    everyone: bool = False
    owners: frozenset[int] = frozenset()

    @property
    def nothing(self) -> bool:
        return not self.everyone and not self.owners

    def holds(self, owner: int | None) -> bool:
        return self.everyone or owner in self.owners


NOTHING = Scope()
EVERYTHING = Scope(everyone=True)


@dataclass
class Rights:
    user: int
    directory: Directory
    _scopes: dict[tuple[str, str], Scope] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.person = self.directory.people.get(self.user)
        self.active = bool(self.person and self.person.is_active)
        self.admin = bool(self.active and self.person and self.person.is_admin)
        self.profiles: list[Profile] = (
            self.directory.profiles_of.get(self.person.role, []) if self.active and self.person else []
        )

    def allows(self, verb: str, module: Module) -> bool:
        """Whether the profile allows the verb in the module at all; records are another question."""
        if self.admin:
            return True
        if module.is_settings:
            return False
        return any(verb in _verbs(profile, module) for profile in self.profiles)

    def has_tool(self, tool: str) -> bool:
        return self.admin or any(tool in p.tools or ALL in p.tools for p in self.profiles)

    def fields(self, verb: str, module: Module) -> set[str]:
        """Names of the fields and computed values this person may see ("view") or write ("edit", "create")."""
        names = {*module.fields, *module.computed}
        if self.admin:
            return names
        closed = {"hidden"} if verb == "view" else {"hidden", "read"}
        speaking = [p for p in self.profiles if "view" in _verbs(p, module)]
        if not speaking:
            return set()
        return {
            name
            for name in names
            if any(p.fields.get(module.key, {}).get(name) not in closed for p in speaking)
        }

    def scope(self, verb: str, module: Module) -> Scope:
        """Whose records of the module the verb may touch. create has the scope of edit."""
        key = (verb, module.key)
        if key not in self._scopes:
            self._scopes[key] = self._scope(verb, module)
        return self._scopes[key]

    def _scope(self, verb: str, module: Module) -> Scope:
        if not self.allows(verb, module) or not self.allows("view", module):
            return NOTHING
        if self.admin or not module.is_record:
            return EVERYTHING
        wide = "view_all" if verb == "view" else "edit_all"
        if any(getattr(profile, wide) or profile.edit_all for profile in self.profiles):
            return EVERYTHING
        mode = self.directory.modes.get(module.key, Mode.PRIVATE)
        if mode in OPEN_TO_ALL[verb]:
            return EVERYTHING
        owners = {self.user} | self.directory.groups_of({self.user})
        if mode != Mode.RECORD_ONLY and self.person:
            owners |= self.owners_below()
        if verb != "delete":
            for rule in self.rules(verb, module):
                owners |= self.sources(rule)
        return Scope(owners=frozenset(owners))

    def owners_below(self) -> set[int]:
        """The people in the roles below, and the groups any of them is in."""
        people = self.directory.people_below(self.person.role) if self.person else set()
        return people | self.directory.groups_of(people)

    def rules(self, verb: str, module: Module) -> Iterable[Any]:
        """The sharing rules that open something of this module to this person for this verb."""
        for rule in self.directory.rules:
            if rule.module != module.key or (verb != "view" and rule.level != Level.WRITE):
                continue
            if self.user in self.directory.members(rule.target_kind, rule.target_id):
                yield rule

    def sources(self, rule: Any) -> set[int]:
        if rule.source_kind == "group":
            return {rule.source_id} | self.directory.members("group", rule.source_id)
        return self.directory.members(rule.source_kind, rule.source_id)


def _verbs(profile: Profile, module: Module) -> Iterable[str]:
    return profile.modules.get(module.key) or profile.modules.get(ALL) or ()
