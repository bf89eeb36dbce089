"""Profile: what a person may do: modules, verbs, fields and tools. A role joins those of its profiles."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.admission import Weekday, read_addresses, read_hours
from relasi.engine.access.structures import (
    ALL,
    FIELD_RIGHTS,
    TOOLS,
    VERB_LABELS,
    VERBS,
    FieldRightsField,
    ToolsField,
    VerbsField,
)
from relasi.engine.access.triggers import access_triggers, unused_trigger
from relasi.engine.declare.module import Declaration, Module
from relasi.engine.declare.refusal import Refusal
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import MultiChoiceField
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.text import LongTextField, TextField


class Profile(Tracked):
    """modules, fields, tools: see structures. system: its key, for one that came with the product."""

    name = TextField(_("Name"), max_length=100, required=True)
    description = LongTextField(_("Description"))
    view_all = BooleanField(_("Sees all records"))
    edit_all = BooleanField(_("Changes all records"))
    modules = VerbsField(_("Modules"), default=dict)
    fields = FieldRightsField(_("Fields"), default=dict)
    tools = ToolsField(_("Tools"), default=list)
    sign_in_from = TextField(
        _("Sign in from"), max_length=5, help_text=_("On the clock of each person, such as 08:00.")
    )
    sign_in_until = TextField(_("Sign in until"), max_length=5)
    sign_in_days = MultiChoiceField(Weekday, _("Days of signing in"), help_text=_("None chosen: every day."))
    sign_in_addresses = LongTextField(
        _("Addresses to sign in from"),
        help_text=_(
            "One address or range a line, such as 203.0.113.0/24. Empty: from everywhere. Admins are not held."
        ),
    )
    system = models.CharField(max_length=20, default="", db_default="", blank=True, editable=False)

    violations = {
        "profile_unused": (
            "",
            "INVALID_TRANSITION",
            _("Replace this profile first in the roles that have it."),
        )
    }

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        triggers = [
            *access_triggers(),
            unused_trigger(
                "EXISTS (SELECT FROM access_role WHERE trashed_at IS NULL AND profiles @> to_jsonb(NEW.id))",
                "profile_unused",
            ),
        ]
        constraints = [
            models.UniqueConstraint(Lower("name"), condition=models.Q(trashed_at=None), name="profile_name"),
            models.UniqueConstraint(
                "system", condition=~models.Q(system=""), name="profile_system_once"
            ),
        ]  # fmt: skip

    class Module(Declaration):
        slug = "profiles"
        area = "settings"
        icon = "shield-check"
        columns = ["name", "description", "view_all", "edit_all"]
        sort = ["name"]
        form = [
            Section(_("Profile"), "name description view_all edit_all"),
            Section(_("Signing in"), "sign_in_from sign_in_until sign_in_days sign_in_addresses"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def fixed(self) -> bool:
        """Whether it cannot be changed, only copied."""
        return self.system == "administrator"

    def verbs_in(self, key: str) -> list[str]:
        """The verbs this profile allows in a module: what it says of it, else what it says of all others."""
        return self.modules[key] if key in self.modules else self.modules.get(ALL, [])

    def right_on(self, key: str, field: str) -> str:
        """ "hidden", "read" or "write"."""
        return self.fields.get(key, {}).get(field, "write")

    def clean(self, change: Any = None) -> None:
        if self.fixed and change is not None and not change.is_new:
            raise Refusal(
                "",
                "INVALID_TRANSITION",
                _("The Administrator profile is not changed. Copy it and change the copy."),
            )
        self._check_signing_in()
        for key, rights in self.fields.items():
            if registry.knows(key):
                self._check_field_rights(registry.module(key), rights)

    def before_save(self, change: Any) -> None:
        self.sign_in_from = read_hours("sign_in_from", self.sign_in_from)
        self.sign_in_until = read_hours("sign_in_until", self.sign_in_until)
        self.sign_in_addresses = read_addresses(self.sign_in_addresses)

    def _check_signing_in(self) -> None:
        begin, end = self.sign_in_from, self.sign_in_until
        if bool(begin) != bool(end):
            raise Refusal(
                "sign_in_until" if begin else "sign_in_from", "REQUIRED", _("Say from when and until when.")
            )
        if begin and begin == end:
            raise Refusal(
                "sign_in_until",
                "INVALID_VALUE",
                _("Nobody could ever sign in: beginning and end are the same."),
            )

    def _check_field_rights(self, module: Any, rights: dict[str, str]) -> None:
        """Who may create must be able to fill in what has to be filled in."""
        for name in rights:
            if not module.has(name):
                raise Refusal(
                    "fields", "INVALID_VALUE",
                    _("%(module)s have no field “%(field)s”.") % {"module": module.plural, "field": name},
                )  # fmt: skip
            if "create" in self.verbs_in(module.key) and must_be_filled(module, name):
                raise Refusal(
                    "fields", "INVALID_VALUE",
                    _("“%(field)s” must be filled in for new %(module)s: it cannot be hidden or read-only.")
                    % {"field": kind_of(module.fields[name]).label, "module": module.plural},
                )  # fmt: skip

    def before_trash(self) -> None:
        # Roles stand beside profiles and name them by number.
        from relasi.engine.access.role import Role

        if self.fixed:
            raise Refusal("", "INVALID_TRANSITION", _("The Administrator profile stays."))
        used = Role._base_manager.filter(trashed_at=None, profiles__contains=[self.pk])
        names = list(used.order_by("name").values_list("name", flat=True))
        if names:
            raise Refusal(
                "", "INVALID_TRANSITION",
                _("Replace this profile first in: %(roles)s") % {"roles": ", ".join(names)},
            )  # fmt: skip


def must_be_filled(module: Module, name: str) -> bool:
    """Whether a new record cannot be saved when its maker may not fill in this field."""
    field = module.fields.get(name)
    if field is None or not field.editable or field.blank or field.primary_key:
        return False
    return not field.has_default() and name != "owner"


__all__ = ["ALL", "FIELD_RIGHTS", "TOOLS", "VERBS", "VERB_LABELS", "Profile", "must_be_filled"]
