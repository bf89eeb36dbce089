"""Group: a named set of users, roles and other groups that owns and shares records together."""

import pgtrigger
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.triggers import access_triggers
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField

_KEEP_OWNER = """
    INSERT INTO access_owner (id, kind, name, active)
    VALUES (NEW.id, 'group', NEW.name, NEW.active AND NEW.trashed_at IS NULL)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, active = excluded.active;
    RETURN NEW;
"""

MEMBER_KINDS = {
    "user": _("User"),
    "role": _("Role"),
    "role_tree": _("Role and subordinates"),
    "group": _("Group"),
}


class Group(Tracked):
    """members: a list of {"kind": one of MEMBER_KINDS, "id": of that user, role or group}."""

    name = TextField(_("Name"), max_length=100, required=True)
    description = LongTextField(_("Description"))
    email = EmailField(_("Group email"))
    manager = ReferenceField("users.User", models.PROTECT, verbose_name=_("Manager"), related_name="+")
    members = models.JSONField(_("Members"), default=list)
    assignable = BooleanField(_("Can own records"), default=True)
    active = BooleanField(_("Active"), default=True)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            models.UniqueConstraint(Lower("name"), condition=models.Q(trashed_at=None), name="group_name")
        ]
        triggers = [
            *access_triggers(),
            pgtrigger.Trigger(
                name="keep_owner", level=pgtrigger.Row, when=pgtrigger.After, func=_KEEP_OWNER,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("name", "active", "trashed_at"),
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
