"""Label: what a module, or a field that came with the product, is called in this company."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.triggers import access_triggers
from relasi.engine.customize.module_choice import ModuleField
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import ENGLISH, INDONESIAN, said
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Refusal

LONGEST = 60


class Label(Tracked):
    """field: its name; none for the module itself. name, name_en: in Indonesian and in English; what is empty is said
    as it came. plural, plural_en: of a module; what is empty is said like one."""

    module = ModuleField(_("Module"), required=True)
    field = TextField(_("Field"), max_length=100)
    name = TextField(_("In Indonesian"), max_length=LONGEST)
    name_en = TextField(_("In English"), max_length=LONGEST)
    plural = TextField(_("Many, in Indonesian"), max_length=LONGEST)
    plural_en = TextField(_("Many, in English"), max_length=LONGEST)

    class Meta(Tracked.Meta):
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        triggers = access_triggers()
        constraints = [
            models.UniqueConstraint(
                fields=["module", "field"], condition=models.Q(trashed_at=None), name="label_once",
                nulls_distinct=False,
            )
        ]  # fmt: skip

    class Module(Declaration):
        slug = "labels"
        area = "settings"
        icon = "type"
        title = "name"
        columns = ["name", "name_en", "module", "field"]
        sort = ["module", "field"]
        form = [Section(_("Label"), "module field name name_en plural plural_en")]

    def __str__(self) -> str:
        return self.name or self.name_en or self.field or self.module

    @property
    def home(self) -> Any:
        """None for a module that is gone."""
        return registry.module(self.module) if registry.knows(self.module) else None

    def clean(self, change: Any = None) -> None:
        home = self.home
        if home is None:
            raise Refusal("module", "INVALID_VALUE", _("This module is not there any more."))
        if self.field and (self.field not in home.fields or self.field in home.custom):
            raise Refusal("field", "INVALID_VALUE", _("Choose a field that came with Relasi."))
        if not (self.name or self.name_en or (not self.field and (self.plural or self.plural_en))):
            raise Refusal("name", "REQUIRED", _("Say what it is called in at least one language."))
        if self.field:
            self._check_alone(home)

    def _check_alone(self, home: Any) -> None:
        """Files are read by their headings, so two fields of a form must not be called alike."""
        for name, given, reader in (("name", self.name, INDONESIAN), ("name_en", self.name_en, ENGLISH)):
            if not given:
                continue
            for other in home.form_fields:
                if other != self.field and other in home.fields:
                    label = said(kind_of(home.fields[other]).label, reader)
                    if label.casefold() == given.casefold():
                        message = _("Another field of this module is called “%(name)s” already.") % {
                            "name": given
                        }
                        raise Refusal(name, "NOT_UNIQUE", message)
