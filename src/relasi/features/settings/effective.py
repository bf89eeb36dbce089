"""Effective rights: everything one person may see and do now, for an admin to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.access.door import rights_of
from relasi.engine.access.rights import Rights
from relasi.engine.access.sharing_rule import Mode
from relasi.engine.access.structures import TOOLS, VERBS
from relasi.engine.access.why import membership_path, rule_in_words
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.users.user import User


@dataclass
class ModuleRights:
    """verbs: (verb, whether allowed). whose: whose records the person sees, in words. hidden, read: field labels."""

    name: Any
    verbs: list[tuple[str, bool]]
    whose: list[str]
    hidden: list[str]
    read: list[str]


@dataclass
class Effective:
    active: bool
    admin: bool
    profiles: list[Any]
    groups: list[str]
    tools: list[Any]
    modules: list[ModuleRights]


def effective_rights(user: User) -> Effective:
    rights = rights_of(user)
    groups = sorted(rights.directory.groups_of({user.pk}))
    return Effective(
        active=rights.active,
        admin=rights.admin,
        profiles=rights.profiles,
        groups=[" → ".join(membership_path(rights.directory, user.pk, group)) for group in groups],
        tools=[label for tool, label in TOOLS.items() if rights.has_tool(tool)],
        modules=[_of_module(rights, module) for module in registry.records if module.whole is None],
    )


def _of_module(rights: Rights, module: Module) -> ModuleRights:
    seen, written = rights.fields("view", module), rights.fields("edit", module)
    labels = {name: str(kind_of(field).label) for name, field in module.fields.items() if field.editable}
    sees, edits = rights.allows("view", module), rights.allows("edit", module)
    return ModuleRights(
        name=module.plural,
        verbs=[(verb, rights.allows(verb, module)) for verb in VERBS],
        whose=_whose(rights, module),
        hidden=[label for name, label in labels.items() if sees and name not in seen],
        read=[label for name, label in labels.items() if edits and name in seen and name not in written],
    )


def _whose(rights: Rights, module: Module) -> list[str]:
    found = []
    for grant in rights.grants("view", module):
        if grant.why in ("admin", "wide"):
            return [_("All records")]
        if grant.why == "default":
            return [str(Mode(grant.about).label)]
        if grant.why == "own":
            found.append(_("Own records"))
        elif grant.why == "group":
            found.append(
                _("Of the group %(name)s") % {"name": rights.directory.name_of("group", grant.about)}
            )
        elif grant.why == "below" and grant.owners:
            found.append(_("Of %(count)s owners below") % {"count": len(grant.owners)})
        elif grant.why == "rule":
            found.append(rule_in_words(grant.about))
    return found
