"""Role: a place in the company's tree. Who stands above sees what those below own."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.profile import Profile
from relasi.engine.access.triggers import access_triggers, living_trigger, loop_trigger, unused_trigger
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.refusal import Refusal
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.reference import ReferenceField, ReferencesField
from relasi.engine.fields.text import TextField
from relasi.users.user import User


class Assigns(Choices):
    """To whom the people of a role may give records."""

    ALL = "all", _("Everybody")
    LEVEL = "level", _("Same role and below")
    BELOW = "below", _("Below only")


_ONE_TOP = _("Choose the role this one reports to: the tree has one top.")
_IN_USE = _("People still have this role, or roles stand under it: choose who takes them over.")
_LOOP = _("A role cannot stand under itself or under one of its own subordinates.")


class Role(Tracked):
    name = TextField(_("Name"), max_length=100, required=True)
    parent = ReferenceField(
        "self", models.PROTECT, verbose_name=_("Reports to role"), related_name="children",
        help_text=_("Only one role, the top of the tree, has none."),
    )  # fmt: skip
    profiles = ReferencesField("access.Profile", verbose_name=_("Profiles"))
    assigns = ChoiceField(Assigns, _("Gives records to"), required=True, default=Assigns.ALL)

    violations = {
        "role_no_loop": ("parent", "INVALID_VALUE", _LOOP),
        "role_living_parent": ("parent", "BAD_REFERENCE", _("The role above is not there any more.")),
        "role_unused": ("", "INVALID_TRANSITION", _IN_USE),
        "role_one_root": ("parent", "REQUIRED", _ONE_TOP),
    }

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        triggers = [
            *access_triggers(),
            loop_trigger("access_role", "parent", "role_no_loop"),
            living_trigger("parent", "access_role", "role_living_parent"),
            unused_trigger(
                "EXISTS (SELECT FROM users_user WHERE role_id = NEW.id) OR EXISTS (SELECT FROM access_role"
                " WHERE parent_id = NEW.id AND trashed_at IS NULL)",
                "role_unused",
            ),
        ]
        constraints = [
            models.UniqueConstraint(Lower("name"), condition=models.Q(trashed_at=None), name="role_name"),
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(parent=None, trashed_at=None), name="role_one_root"
            ),
        ]

    class Module(Declaration):
        slug = "roles"
        area = "settings"
        icon = "network"
        columns = ["name", "parent", "profiles", "assigns"]
        sort = ["name"]
        form = [Section(_("Role"), "name parent profiles assigns")]

    def __str__(self) -> str:
        return self.name

    def clean(self, change: Any = None) -> None:
        known = Profile._base_manager.filter(pk__in=self.profiles or [], trashed_at=None).count()
        if not self.profiles or known != len(self.profiles):
            raise Refusal("profiles", "REQUIRED", _("Choose at least one profile for this role."))
        living = Role._base_manager.filter(trashed_at=None).exclude(pk=self.pk)
        if self.parent_id is None and living.filter(parent=None).exists():
            raise Refusal("parent", "REQUIRED", _ONE_TOP)
        above, seen = self.parent_id, set()
        while above is not None and above not in seen:
            if above == self.pk:
                raise Refusal("parent", "INVALID_VALUE", _LOOP)
            seen.add(above)
            above = Role._base_manager.filter(pk=above).values_list("parent_id", flat=True).first()

    def before_trash(self) -> None:
        if self.parent_id is None:
            raise Refusal("", "INVALID_TRANSITION", _("The top of the tree cannot be deleted."))
        below = Role._base_manager.filter(parent=self, trashed_at=None)
        if below.exists() or User.objects.filter(role=self).exists():
            raise Refusal("", "INVALID_TRANSITION", _IN_USE)
