"""Custom value: one of the values of a custom field that is chosen from a list, with its tone and its place."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relasi.engine.access.triggers import access_triggers
from relasi.engine.customize.custom_field import CustomField
from relasi.engine.customize.key_of import free_key
from relasi.engine.customize.named import Named, in_both
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Action, Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import TONES, ChoiceField, Option
from relasi.engine.fields.custom import HOME
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, trash, update, write

# A list nobody can look through is no choice any more.
MOST_VALUES = 500
AT_ONCE = 5000
REPLACED = "a value is being replaced by an admin"

_TONE_NAMES = {
    "nila": _("Indigo"), "biru": _("Blue"), "toska": _("Teal"), "hijau": _("Green"), "kuning": _("Yellow"),
    "jingga": _("Orange"), "merah": _("Red"), "jambu": _("Pink"), "ungu": _("Purple"), "gray": _("Gray"),
}  # fmt: skip


class CustomValue(Named, Tracked):
    """key: what records hold."""

    field = ReferenceField(
        CustomField, models.PROTECT, verbose_name=_("Custom field"), related_name="values", required=True
    )
    tone = ChoiceField([(tone, _TONE_NAMES[tone], tone) for tone in TONES], _("Colour"))
    position = IntegerField(_("Order"), min=0, default=0)
    active = BooleanField(
        _("Active"), default=True, help_text=_("Turned off, it stays where it was chosen before.")
    )
    replaced_by = ReferenceField(
        "self", models.PROTECT, verbose_name=_("Replaced by"), related_name="+", db_index=False,
        help_text=_("Every record that has this value gets that one."),
    )  # fmt: skip
    key = TextField(_("Key"), max_length=60, editable=False, null=False, default="")

    class Meta(Tracked.Meta):
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

    @property
    def option(self) -> Option:
        return Option(self.key, in_both(self.name, self.name_en), self.tone or "", active=self.active)

    def before_save(self, change: Any) -> None:
        if not change.is_new:
            return
        others = CustomValue._base_manager.filter(field=self.field_id)
        self.key = free_key(self.name_en or self.name, set(others.values_list("key", flat=True)))
        if not self.position:
            last = others.filter(trashed_at=None).aggregate(last=models.Max("position"))["last"]
            self.position = (last or 0) + 1

    def clean(self, change: Any = None) -> None:
        if change is not None and not change.is_new and change.has("field"):
            raise Refusal("field", "INVALID_TRANSITION", _("A value stays with its field."))

    def rows(self) -> Any:
        """The records, in the bin or not, that have this value."""
        field = self.field
        listed = field.kind == "multi_choice"
        return field.home.model._base_manager.filter(
            **{f"{HOME}__contains": {field.key: [self.key] if listed else self.key}}
        )

    def before_trash(self) -> None:
        count = self.rows().filter(trashed_at=None).count()
        if count:
            message = ngettext(
                "%(n)s record has this value. Choose the value that replaces it.",
                "%(n)s records have this value. Choose the value that replaces it.", count,
            )  # fmt: skip
            raise Refusal("replaced_by", "REQUIRED", message % {"n": count})

    def replace(self, replaced_by: Any = None) -> CustomField:
        """Gives every record that has this value another one, and deletes it."""
        value = update(self, {"replaced_by": replaced_by})
        other = value.replaced_by
        if other is None or other.pk == value.pk or other.field_id != value.field_id:
            raise Refused([Refusal("replaced_by", "REQUIRED", _("Choose another value of this field."))])
        field = value.field
        ids = list(value.rows().values_list("pk", flat=True))
        for start in range(0, len(ids), AT_ONCE):
            _give_other(field, ids[start : start + AT_ONCE], value.key, other.key)
        trash(CustomValue, [value.pk], confirmed=["trash"])
        return field


def _give_other(field: CustomField, ids: list[int], key: str, other: str) -> None:
    rows = field.home.model._base_manager.filter(pk__in=ids).values_list("pk", f"{HOME}__{field.key}")
    drafts = []
    for id, stands in rows:
        kept = (
            other
            if isinstance(stands, str)
            else list(dict.fromkeys(other if k == key else k for k in stands))
        )
        drafts.append(Draft({field.key: kept}, id=id))
    write(field.home, drafts, parsed=True, authorised=REPLACED)


class NewValues(models.Model):
    """What is asked for to add values; it is never stored."""

    values_given = LongTextField(_("Values"), required=True, help_text=_("One in each line."))

    class Meta:
        managed = False


def add_lines(field: CustomField, text: str) -> None:
    """Makes a value of each line, in their order; those there are already stay. Raises Refused."""
    names = dict.fromkeys(" ".join(line.split()) for line in text.splitlines() if line.strip())
    there = set(
        CustomValue._base_manager.filter(field=field.pk, trashed_at=None).values_list("name", flat=True)
    )
    new = [name for name in names if name not in there]
    if not new:
        raise Refused([Refusal("values_given", "REQUIRED", _("Fill in a value that is not there yet."))])
    if len(there) + len(new) > MOST_VALUES:
        message = _("A field has at most %(most)s values.") % {"most": MOST_VALUES}
        raise Refused([Refusal("values_given", "OUT_OF_RANGE", message)])
    for name in new:  # each takes the place and the key after those before it
        write(registry.of(CustomValue), [Draft({"field": field.pk, "name": name})])
