"""Profile: what a person may do: modules, verbs, fields and tools. A role joins the rights of its profiles."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.triggers import access_triggers
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.text import LongTextField, TextField

VERBS = ("view", "create", "edit", "delete")
ALL = "*"

# Rights that belong to no single verb. The names are stored.
TOOLS = {
    "import": _("Import"),
    "export": _("Export"),
    "merge": _("Merge"),
    "mass_edit": _("Edit many at once"),
    "convert": _("Convert leads"),
    "restore": _("Restore deleted records"),
    "reopen": _("Reopen closed records"),
    "skip_mql": _("Skip the MQL step"),
    "publish_views": _("Publish list views"),
    "api": _("Use the API"),
}


class Profile(Tracked):
    """modules: {"customers.contact": ["view", "edit"]}, "*" for every module.
    fields: {"customers.contact": {"email": "hidden" | "read"}}. tools: names of TOOLS, or ["*"]."""

    name = TextField(_("Name"), max_length=100, required=True)
    description = LongTextField(_("Description"))
    view_all = BooleanField(_("Sees all records"))
    edit_all = BooleanField(_("Changes all records"))
    modules = models.JSONField(_("Modules"), default=dict)
    fields = models.JSONField(_("Fields"), default=dict)
    tools = models.JSONField(_("Tools"), default=list)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        triggers = access_triggers()
        constraints = [models.UniqueConstraint("name", condition=models.Q(trashed_at=None), name="profile_name")]

    class Module(Declaration):
        slug = "profiles"
        area = "settings"
        icon = "shield-check"
        columns = ["name", "description", "view_all", "edit_all"]
        sort = ["name"]
        form = [Section(_("Profile"), "name description view_all edit_all")]

    def __str__(self) -> str:
        return self.name
