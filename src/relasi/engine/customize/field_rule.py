"""Field rule: under a condition on the record a field must be filled in, or may not be changed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.triggers import access_triggers
from relasi.engine.customize.module_choice import ModuleField
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.text import TextField
from relasi.engine.query.condition import Group, read
from relasi.engine.records.refusal import Refusal


class Effect(Choices):
    REQUIRED = "required", _("Must be filled in"), "merah"
    READ_ONLY = "read_only", _("Cannot be changed"), "gray"


class FieldRule(Tracked):
    """field: its name. condition: a tree of engine.query.condition about fields of the record itself; empty: always."""

    module = ModuleField(_("Module"), required=True)
    field = TextField(_("Field"), max_length=100, required=True)
    effect = ChoiceField(Effect, _("Effect"), required=True)
    condition = HiddenField(_("Condition"), default=dict, editable=True, null=False)
    active = BooleanField(_("Active"), default=True)

    class Meta(Tracked.Meta):
        verbose_name = _("field rule")
        verbose_name_plural = _("field rules")
        triggers = access_triggers()

    class Module(Declaration):
        slug = "field-rules"
        area = "settings"
        icon = "clipboard-check"
        title = "field"
        columns = ["field", "module", "effect", "active"]
        sort = ["module"]
        form = [Section(_("Field rule"), "module field effect active")]

    def __str__(self) -> str:
        return self.label

    @property
    def home(self) -> Any:
        """None for a module that is gone."""
        return registry.module(self.module) if registry.knows(self.module) else None

    @property
    def label(self) -> str:
        field = self.home.fields.get(self.field) if self.home is not None else None
        return str(kind_of(field).label) if field is not None else self.field

    def tree(self) -> Group:
        """Raises Invalid where a field it asks about is gone."""
        return read(self.condition, self.home, SYSTEM)

    def before_save(self, change: Any) -> None:
        self.condition = self.condition or {}

    def clean(self, change: Any = None) -> None:
        field = self.home.fields.get(self.field) if self.home is not None else None
        if field is None or not field.editable or self.field not in self.home.form_fields:
            raise Refusal("field", "INVALID_VALUE", _("Choose a field of the form."))
        try:
            leaves = list(self.tree().leaves())
        except Invalid as wrong:
            raise Refusal("condition", wrong.code, wrong.message)
        if any(one.path.through is not None or one.path.computed or one.path.beside for one in leaves):
            message = _("A rule can only ask about fields of the record itself.")
            raise Refusal("condition", "INVALID_VALUE", message)
