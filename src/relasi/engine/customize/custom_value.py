"""Custom value: one of the values of a custom field that is chosen from a list, with its tone and its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.triggers import access_triggers
from relasi.engine.customize.custom_field import CustomField
from relasi.engine.customize.value import Holder, Value
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Action, Section
from relasi.engine.fields.custom import HOME
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.write import trash


class CustomValue(Value):
    of = "field"
    field = ReferenceField(
        CustomField, models.PROTECT, verbose_name=_("Custom field"), related_name="values", required=True
    )

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("value of a custom field")
        verbose_name_plural = _("values of custom fields")
        triggers = access_triggers()
        constraints = [
            models.UniqueConstraint(fields=["field", "key"], name="custom_value_key"),
            models.UniqueConstraint(
                fields=["field", "name"], condition=models.Q(trashed_at=None), name="custom_value_name"
            ),
        ]

    class Module(Declaration):
        slug = "custom-values"
        area = "settings"
        icon = "list-ordered"
        part_of = "field"
        title = "name"
        other_titles = "name_en"
        tone = "tone"
        columns = ["name", "field", "name_en", "tone", "position", "active"]
        sort = ["position"]
        form = [Section(_("Value"), "field name name_en tone position active")]
        facts = [*form, Section(_("Programs"), "key")]
        actions = [
            Action(
                "replace", _("Replace and delete"), icon="arrow-right-left", ask=("replaced_by",), danger=True
            )
        ]

    def holders(self) -> Sequence[Holder]:
        field: Any = self.field
        if field.home is None:
            return []
        return [(field.home, field.key, f"{HOME}__{field.key}", field.kind == "multi_choice")]

    def replace(self, replaced_by: Any = None) -> CustomField:
        """Gives every record that has this value another one, and deletes it. Raises Refused."""
        value = self.give_way_to(replaced_by)
        trash(CustomValue, [value.pk], confirmed=["trash"])
        return value.field
