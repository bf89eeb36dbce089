"""Sharing rules: what everybody sees of a module, and who else sees whose records. Rules only widen."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.structures import MEMBER_KINDS, module_name, name_of, said_of
from relasi.engine.access.triggers import access_triggers
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.refusal import Refusal
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.text import TextField


class Mode(Choices):
    """Organization-wide default of one module."""

    PRIVATE = "private", _("Private: owner and superiors"), "jingga"
    PUBLIC_READ = "public_read", _("Everybody reads"), "biru"
    PUBLIC_EDIT = "public_edit", _("Everybody reads and changes"), "hijau"
    PUBLIC_DELETE = "public_delete", _("Everybody reads, changes and deletes"), "hijau"
    RECORD_ONLY = "record_only", _("Owner and co-owners only"), "merah"


class ModuleSharing(Tracked):
    """The default of one module, and whether the company uses it. A module without a row is private, and on."""

    module = TextField(_("Module"), max_length=100, required=True)
    mode = ChoiceField(Mode, _("Default"), required=True, default=Mode.PRIVATE)
    active = BooleanField(_("On"), default=True)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("module default")
        verbose_name_plural = _("module defaults")
        triggers = access_triggers()
        constraints = [
            models.UniqueConstraint(
                fields=["module"], condition=models.Q(trashed_at=None), name="sharing_one_default"
            )
        ]

    class Module(Declaration):
        slug = "module-sharing"
        area = "settings"
        icon = "share-2"
        title = "module"
        columns = ["module", "mode", "active"]
        form = [Section(_("Default"), "module mode active")]

    def __str__(self) -> str:
        return f"{module_name(self.module)}: {Mode(self.mode).label}"

    def clean(self, change: Any = None) -> None:
        _check_module(self.module)
        if not self.active:
            self._check_unneeded()

    def _check_unneeded(self) -> None:
        """What records of others must refer to cannot be turned off before them."""
        rows = ModuleSharing._base_manager.filter(trashed_at=None, active=False)
        off = {*rows.values_list("module", flat=True), self.module}
        needing = [
            str(one.plural)
            for one in registry.records
            if one.key not in off and one.whole is None and _needs(one, self.module)
        ]
        if needing:
            message = _("These cannot be without it: %(modules)s. Turn them off first.")
            raise Refusal("active", "LOCKED", message % {"modules": ", ".join(needing)})


def _needs(module: Any, key: str) -> bool:
    """Whether a record of the module must refer to one of another."""
    fields = [
        one
        for one in module.fields.values()
        if one is not module.whole and isinstance(one, models.ForeignKey)
    ]
    return any(
        not one.null and one.editable and one.related_model._meta.label_lower == key != module.key
        for one in fields
    )


class Level(Choices):
    READ = "read", _("Read")
    WRITE = "write", _("Read and change")


class SharingRule(Tracked):
    """Records of `module` owned by the source are opened to the target. Kinds are those of group members."""

    module = TextField(_("Module"), max_length=100, required=True)
    source_kind = ChoiceField(MEMBER_KINDS.items(), _("Owned by"), required=True)
    source_id = models.BigIntegerField(_("Owned by"))
    target_kind = ChoiceField(MEMBER_KINDS.items(), _("Shared with"), required=True)
    target_id = models.BigIntegerField(_("Shared with"))
    level = ChoiceField(Level, _("Right"), required=True, default=Level.READ)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("sharing rule")
        verbose_name_plural = _("sharing rules")
        triggers = access_triggers()

    class Module(Declaration):
        slug = "sharing-rules"
        area = "settings"
        icon = "share-2"
        title = "module"
        columns = ["module", "source_kind", "source_id", "target_kind", "target_id", "level"]
        form = [Section(_("Rule"), "module source_kind source_id target_kind target_id level")]

    def __str__(self) -> str:
        return _("%(module)s of %(source)s → %(target)s: %(level)s") % {
            "module": module_name(self.module),
            "source": said_of(self.source_kind, self.source_id),
            "target": said_of(self.target_kind, self.target_id),
            "level": Level(self.level).label,
        }

    def clean(self, change: Any = None) -> None:
        _check_module(self.module)
        for end in ("source", "target"):
            kind, id = getattr(self, f"{end}_kind"), getattr(self, f"{end}_id")
            if not name_of(kind, id):
                raise Refusal(f"{end}_id", "BAD_REFERENCE", _("Choose who this is about."))


def _check_module(key: str) -> None:
    if not (registry.knows(key) and registry.module(key).is_record):
        raise Refusal("module", "INVALID_VALUE", _("Choose one of the modules."))
