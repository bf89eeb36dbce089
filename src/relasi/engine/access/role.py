"""Role: a place in the company's tree. Who stands above sees what those below own; profiles say what may be done."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.triggers import access_triggers
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.reference import ReferenceField, ReferencesField
from relasi.engine.fields.text import TextField


class Role(Tracked):
    name = TextField(_("Name"), max_length=100, required=True)
    parent = ReferenceField(
        "self", models.PROTECT, verbose_name=_("Reports to role"), related_name="children",
        help_text=_("Only one role, the top of the tree, has none."),
    )  # fmt: skip
    profiles = ReferencesField("access.Profile", verbose_name=_("Profiles"))

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        triggers = access_triggers()
        constraints = [
            models.UniqueConstraint("name", condition=models.Q(trashed_at=None), name="role_name"),
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(parent=None, trashed_at=None), name="role_one_root"
            ),
        ]

    class Module(Declaration):
        slug = "roles"
        area = "settings"
        icon = "network"
        columns = ["name", "parent", "profiles"]
        sort = ["name"]
        form = [Section(_("Role"), "name parent profiles")]

    def __str__(self) -> str:
        return self.name
