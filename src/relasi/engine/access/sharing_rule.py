"""Sharing rules: what everybody sees of a module, and who else sees whose records. Rules only widen."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.group import MEMBER_KINDS
from relasi.engine.access.triggers import access_triggers
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.text import TextField


class Mode(models.TextChoices):
    """Organization-wide default of one module."""

    PRIVATE = "private", _("Private: owner and superiors")
    PUBLIC_READ = "public_read", _("Everybody reads")
    PUBLIC_EDIT = "public_edit", _("Everybody reads and changes")
    PUBLIC_DELETE = "public_delete", _("Everybody reads, changes and deletes")
    RECORD_ONLY = "record_only", _("Owner and co-owners only")


class ModuleSharing(Tracked):
    """The default of one module. A module without a row is private."""

    module = TextField(_("Module"), max_length=100, required=True)
    mode = models.CharField(_("Default"), max_length=20, choices=Mode, default=Mode.PRIVATE)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("module default")
        verbose_name_plural = _("module defaults")
        triggers = access_triggers()
        constraints = [
            models.UniqueConstraint("module", condition=models.Q(trashed_at=None), name="sharing_one_default")
        ]

    class Module(Declaration):
        slug = "module-sharing"
        area = "settings"
        icon = "share-2"
        title = "module"
        columns = ["module", "mode"]
        form = [Section(_("Default"), "module mode")]

    def __str__(self) -> str:
        return f"{self.module}: {self.get_mode_display()}"


class Level(models.TextChoices):
    READ = "read", _("Read")
    WRITE = "write", _("Read and change")


class SharingRule(Tracked):
    """Records of `module` owned by the source are opened to the target. Kinds are those of group members."""

    module = TextField(_("Module"), max_length=100, required=True)
    source_kind = models.CharField(_("Owned by"), max_length=10, choices=list(MEMBER_KINDS.items()))
    source_id = models.BigIntegerField(_("Owned by"))
    target_kind = models.CharField(_("Shared with"), max_length=10, choices=list(MEMBER_KINDS.items()))
    target_id = models.BigIntegerField(_("Shared with"))
    level = models.CharField(_("Right"), max_length=5, choices=Level, default=Level.READ)

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
        return f"{self.module}: {self.source_kind} {self.source_id} → {self.target_kind} {self.target_id}"
