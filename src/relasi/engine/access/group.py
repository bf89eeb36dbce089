"""Group: a named set of users, roles and other groups that owns and shares records together."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.structures import MEMBER_KINDS, MembersField
from relasi.engine.access.triggers import access_triggers, member_loop_trigger, unused_trigger
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.refusal import Refusal
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField

FORBIDDEN = ',"<>'

_KEEP_OWNER = """
    INSERT INTO access_owner (id, kind, name, active)
    VALUES (NEW.id, 'group', NEW.name, NEW.active AND NEW.assignable AND NEW.trashed_at IS NULL)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, active = excluded.active;
    RETURN NEW;
"""

_LOOP = _("A group cannot hold itself: %(path)s")


class Group(Tracked):
    """members: see MembersField."""

    name = TextField(_("Name"), max_length=100, required=True)
    description = LongTextField(_("Description"))
    email = EmailField(_("Group email"))
    manager = ReferenceField("users.User", models.PROTECT, verbose_name=_("Manager"), related_name="+")
    members = MembersField(_("Members"), default=list)
    assignable = BooleanField(_("Can own records"), default=True)
    active = BooleanField(_("Active"), default=True)

    violations = {
        "group_no_loop": ("members", "INVALID_VALUE", _("A group cannot hold itself.")),
        "group_unused": ("", "INVALID_TRANSITION", _("This group owns records: choose who takes them over.")),
    }

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            models.UniqueConstraint(Lower("name"), condition=models.Q(trashed_at=None), name="group_name")
        ]
        triggers = [
            *access_triggers(),
            member_loop_trigger(),
            unused_trigger(
                "EXISTS (SELECT FROM records_record_index WHERE owner_id = NEW.id AND trashed_at IS NULL)",
                "group_unused",
            ),
            pgtrigger.Trigger(
                name="keep_owner", level=pgtrigger.Row, when=pgtrigger.After, func=_KEEP_OWNER,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("name", "active", "assignable", "trashed_at"),
            ),
        ]  # fmt: skip

    class Module(Declaration):
        slug = "groups"
        area = "settings"
        icon = "users-round"
        columns = ["name", "description", "manager", "active"]
        sort = ["name"]
        form = [Section(_("Group"), "name description email manager assignable active")]

    def __str__(self) -> str:
        return self.name

    def clean(self, change: Any = None) -> None:
        if any(sign in self.name for sign in FORBIDDEN):
            raise Refusal("name", "INVALID_VALUE", _("A group's name cannot hold , \" < or >."))
        if change is None or change.is_new or change.has("members"):
            _check_members(self)


def _check_members(group: Group) -> None:
    if not group.members:
        raise Refusal("members", "REQUIRED", _("A group needs at least one member."))
    from relasi.engine.access.directory import directory

    names = directory()
    for member in group.members:
        if not names.name_of(member["kind"], member["id"]):
            raise Refusal("members", "BAD_REFERENCE", _("One of the members is not there any more."))
    inside = {id: other.members for id, other in names.groups.items()}
    path = loop_path(group.id, {**inside, group.id: group.members})
    if path:
        told = " → ".join(group.name if id == group.id else names.name_of("group", id) for id in path)
        raise Refusal("members", "INVALID_VALUE", _LOOP % {"path": told})


def loop_path(start: int | None, members: dict[Any, list[dict[str, Any]]]) -> list[int]:
    """The way from a group through its members back to itself, both ends named; empty when there is none."""
    waiting: list[list[Any]] = [[start]]
    seen = set()
    while waiting:
        path = waiting.pop(0)
        for member in members.get(path[-1], ()):
            if member["kind"] != "group":
                continue
            if member["id"] == start:
                return [*path, start]
            if member["id"] not in seen:
                seen.add(member["id"])
                waiting.append([*path, member["id"]])
    return []


__all__ = ["FORBIDDEN", "MEMBER_KINDS", "Group", "loop_path"]
