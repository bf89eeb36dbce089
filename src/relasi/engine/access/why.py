"""Why: the reasons a person may or may not do something with a record, from the grants that decide it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.door import co_owned, fields_for, may, rights_of
from relasi.engine.access.rights import Grant, Rights, governing, of_the_whole
from relasi.engine.access.sharing_rule import Level, Mode
from relasi.engine.access.structures import VERB_LABELS, said_of
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.computed import kind_for_computed
from relasi.engine.fields.kind import kind_of
from relasi.users.user import Status, Type


@dataclass
class Explanation:
    """allowed: the answer. steps: what was asked in order, and whether it was so. Sentences in the active language.

    deciding: the sentences that decided: those that open the record, or the one that closes it.
    """

    allowed: bool
    steps: list[tuple[str, bool]] = field(default_factory=list)
    deciding: list[str] = field(default_factory=list)


def explain(user: Any, record: Any, verb: str = "view") -> Explanation:
    """Why this person may or may not view, edit or delete the record. Agrees with `may` by construction."""
    module = registry.of(record)
    if user is SYSTEM:
        sentence = _("Relasi itself may do everything.")
        return Explanation(True, [(sentence, True)], [sentence])
    found = Explanation(may(user, verb, module, record))
    _explain(found, rights_of(user), user, module, record, verb)
    return found


def _explain(found: Explanation, rights: Rights, user: Any, module: Module, record: Any, verb: str) -> None:
    said = _Said(rights, module, verb)
    for sentence, holds, decides in said.doors():
        found.steps.append((sentence, holds))
        if decides:
            found.deciding.append(sentence)
            return
    if module.whole is not None:
        record, verb = getattr(record, module.whole.name), of_the_whole(verb)
        module = registry.of(record)
        found.steps.append((_("It is a part of %(whole)s, so that decides.") % {"whole": record}, True))
        said = _Said(rights, module, verb)
    open_to = said.openings(record, user)
    found.steps += open_to
    found.deciding += [sentence for sentence, holds in open_to if holds]
    if not found.deciding:
        found.deciding.append(_("Nothing opens this record to %(name)s.") % said.names)
    elif verb == "view":
        found.steps += said.hidden(user)


class _Said:
    """The sentences about one person, one module and one verb."""

    def __init__(self, rights: Rights, module: Module, verb: str):
        self.rights, self.module, self.verb = rights, module, verb
        self.directory = rights.directory
        self.names = {
            "name": rights.person.name if rights.person else f"#{rights.user}",
            "module": module.plural,
            "verb": str(VERB_LABELS[verb]).lower(),
        }

    def doors(self) -> Iterator[tuple[str, bool, bool]]:
        """What is asked before any record: (sentence, whether it is so, whether it decides)."""
        rights, person = self.rights, self.rights.person
        if not rights.active or person is None:
            status = Status(person.status).label if person else _("unknown")
            yield _("%(name)s is not active: %(status)s.") % {**self.names, "status": status}, False, True
            return
        yield _("%(name)s is active.") % self.names, True, False
        if self.verb not in self.module.verbs:
            yield _("Nobody can %(verb)s %(module)s by hand.") % self.names, False, True
            return
        if rights.admin:
            yield _("%(name)s is an admin and may do everything.") % self.names, True, True
            return
        yield _("%(name)s is no admin.") % self.names, False, False
        yield from self._profile_doors()

    def _profile_doors(self) -> Iterator[tuple[str, bool, bool]]:
        rights = self.rights
        if self.module.is_settings:
            yield _("Settings are for admins alone."), False, True
            return
        for verb in dict.fromkeys(("view", self.verb)):
            governed = governing(verb, self.module)
            words = {**self.names, "verb": str(VERB_LABELS[verb]).lower()}
            if not rights.licensed(*governed):
                type_ = Type(rights.person.type).label if rights.person else ""
                yield (
                    _("A user of type “%(type)s” cannot %(verb)s %(module)s.") % {**words, "type": type_},
                    False,
                    True,
                )
                return
            allowing = rights.allowing(*governed)
            if not allowing:
                names = ", ".join(profile.name for profile in rights.profiles) or "–"
                sentence = _("No profile of %(name)s (%(profiles)s) allows to %(verb)s %(module)s.")
                yield sentence % {**words, "profiles": names}, False, True
                return
        names = ", ".join(profile.name for profile in allowing)
        yield (
            _("The profile %(profiles)s allows to %(verb)s %(module)s.") % {**words, "profiles": names},
            True,
            False,
        )

    def openings(self, record: Any, user: Any) -> list[tuple[str, bool]]:
        """Every way a record of the module can be opened, and whether this one is."""
        grants: dict[str, list[Grant]] = {}
        for grant in self.rights.grants(self.verb, self.module):
            grants.setdefault(grant.why, []).append(grant)
        owner = record.owner_id
        found: list[tuple[str, bool]] = []
        for grant in grants.get("wide", ()):
            words = {**self.names, "profile": grant.about.name}
            found.append((_("The profile %(profile)s opens all records.") % words, True))
        for why in ("own", "co_own", "group", "below", "default", "rule"):
            if why == "co_own":
                found.append(self._co_own(record, user))
                continue
            holding = [grant for grant in grants.get(why, ()) if grant.holds(owner)]
            if holding:
                found += [(self._reason(grant, owner), True) for grant in holding]
            else:
                found.append((self._no_reason(why, owner), False))
        return found

    def _co_own(self, record: Any, user: Any) -> tuple[str, bool]:
        if self.verb == "delete":
            return _("Co-owners cannot delete."), False
        if record.pk in co_owned(user):
            return _("%(name)s is a co-owner.") % self.names, True
        return _("%(name)s is no co-owner.") % self.names, False

    def _owner_name(self, owner: int) -> str:
        return self.directory.name_of("user", owner) or self.directory.name_of("group", owner) or f"#{owner}"

    def _reason(self, grant: Grant, owner: int) -> str:
        words = {**self.names, "owner": self._owner_name(owner)}
        if grant.why == "own":
            return _("%(name)s is the owner.") % words
        if grant.why == "group":
            words["path"] = " → ".join(membership_path(self.directory, self.rights.user, grant.about))
            return _("%(name)s is in the group %(owner)s, which owns it: %(path)s.") % words
        if grant.why == "below":
            words["path"] = self._path_down(owner)
            return _("%(name)s's role stands above the owner %(owner)s: %(path)s.") % words
        if grant.why == "default":
            words["mode"] = Mode(grant.about).label
            return _("The default of %(module)s: %(mode)s.") % words
        return rule_in_words(grant.about)

    def _path_down(self, owner: int) -> str:
        """From the person's role down to the owner's, or to the nearest of those in the owning group."""
        mine = self.rights.person.role if self.rights.person else 0
        below = self.directory.below(mine)
        people = (
            [owner] if owner in self.directory.people else sorted(self.directory.group_people.get(owner, ()))
        )
        for person in people:
            role = self.directory.people[person].role
            if role in below:
                way = [role, *self.directory.above(role)]
                way = way[: way.index(mine) + 1]
                names = [self.directory.name_of("role", one) for one in reversed(way)]
                return " → ".join([*names, self.directory.name_of("user", person)])
        return "–"

    def _no_reason(self, why: str, owner: int) -> str:
        mode = Mode(self.directory.modes.get(self.module.key, Mode.PRIVATE))
        words = {**self.names, "owner": self._owner_name(owner), "mode": mode.label}
        if why == "own":
            return _("%(name)s is not the owner; that is %(owner)s.") % words
        if why == "group":
            return _("%(name)s is in no group that owns it.") % words
        if why == "below":
            if mode == Mode.RECORD_ONLY:
                return _("Superiors are left out in %(module)s: %(mode)s.") % words
            return _("%(name)s's role does not stand above the owner's.") % words
        if why == "default":
            return _("The default of %(module)s does not open it: %(mode)s.") % words
        return _("No sharing rule opens it.")

    def hidden(self, user: Any) -> list[tuple[str, bool]]:
        """The fields the profile keeps back, when there are any."""
        seen = fields_for(user, "view", self.module)
        labels = [str(kind_of(f).label) for name, f in self.module.fields.items() if name not in seen]
        labels += [
            str(kind_for_computed(c).label) for name, c in self.module.computed.items() if name not in seen
        ]
        return (
            [(_("Hidden by the profile: %(fields)s.") % {"fields": ", ".join(labels)}, False)]
            if labels
            else []
        )


def rule_in_words(rule: Any) -> str:
    """A sharing rule as a sentence."""
    sentence = (
        _("Sharing rule: %(module)s owned by %(source)s can be read and changed by %(target)s.")
        if rule.level == Level.WRITE
        else _("Sharing rule: %(module)s owned by %(source)s can be read by %(target)s.")
    )
    module = registry.module(rule.module).plural if registry.knows(rule.module) else rule.module
    return sentence % {
        "module": module,
        "source": said_of(rule.source_kind, rule.source_id),
        "target": said_of(rule.target_kind, rule.target_id),
    }


def membership_path(directory: Any, user: int, group: int) -> list[str]:
    """How a person is in a group: the entries from the group down to the one that holds them, in words."""
    waiting: list[tuple[int, list[str]]] = [(group, [directory.name_of("group", group)])]
    seen = {group}
    while waiting:
        id, path = waiting.pop(0)
        for member in directory.groups[id].members if id in directory.groups else ():
            kind, other = member["kind"], member["id"]
            if kind != "group" and user in directory.members(kind, other):
                return [*path, said_of(kind, other)]
            if kind == "group" and other not in seen:
                seen.add(other)
                waiting.append((other, [*path, directory.name_of("group", other)]))
    return []
