"""Choice list: the values of a list that came with the product, once an admin wants them otherwise: other names and tones,
another order, more of them, and some turned off."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relasi.engine.access.triggers import access_triggers
from relasi.engine.customize.value import Holder, NewValues, Value, add_lines
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Action, Related, Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, ChoiceKind, MultiChoiceField, Option, open_lists
from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import shows_as
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.reactions import CREATED, on
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import Draft, trash, update, write


class ListField(DeclaredField, models.CharField):
    """The key of a list of values that admins may change."""

    def __init__(self, *args: object, max_length: int = 60, **kwargs: object) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)  # type: ignore[arg-type]


@shows_as(ListField)
class ListKind(ChoiceKind):
    name = "choice_list"

    @cached_property
    def options(self) -> tuple[Option, ...]:
        return tuple(Option(key, one.label) for key, one in open_lists().items())


class ChoiceList(Tracked):
    """Its values begin as those of the code. Deleted, the list is again as it came."""

    list = ListField(_("List"), required=True)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("choice list")
        verbose_name_plural = _("choice lists")
        triggers = access_triggers()
        constraints = [
            models.UniqueConstraint(
                fields=["list"], condition=models.Q(trashed_at=None), name="choice_list_once"
            )
        ]

    class Module(Declaration):
        slug = "choice-lists"
        area = "settings"
        icon = "list-checks"
        title = "list"
        columns = ["list", "changed_at"]
        sort = ["list"]
        form = [Section(_("Choice list"), "list")]
        page = [Related("customize.ListValue", by="list", columns=["tone", "position", "active"])]
        actions = [
            Action("add_values", _("Add values"), icon="plus", form="asked_values", ask=("values_given",))
        ]

    def __str__(self) -> str:
        known = open_lists().get(self.list)
        return str(known.label) if known else self.list

    def clean(self, change: Any = None) -> None:
        if change is not None and not change.is_new and change.has("list"):
            raise Refusal(
                "list", "INVALID_TRANSITION", _("This stays as it was made. Add another list instead.")
            )

    def before_trash(self) -> None:
        added = ListValue._base_manager.filter(list=self.pk, trashed_at=None, declared=False)
        count = sum(rows.filter(trashed_at=None).count() for value in added for _holder, rows in value.rows())
        if count:
            message = ngettext(
                "%(n)s record has a value that was added to this list. Replace it first.",
                "%(n)s records have values that were added to this list. Replace them first.", count,
            )  # fmt: skip
            raise Refusal("", "LOCKED", message % {"n": count})

    def asked_values(self) -> Any:
        return NewValues()

    def add_values(self, values_given: str | None = None) -> ChoiceList:
        """One value for each line. Raises Refused."""
        add_lines(ListValue, self, values_given or "")
        return self


class ListValue(Value):
    """declared: it came with the product, so it can be turned off and not deleted."""

    of = "list"
    list = ReferenceField(
        ChoiceList, models.PROTECT, verbose_name=_("Choice list"), related_name="values", required=True
    )
    declared = BooleanField(_("Came with Relasi"), editable=False)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("value of a choice list")
        verbose_name_plural = _("values of choice lists")
        triggers = access_triggers()
        constraints = [
            models.UniqueConstraint(fields=["list", "key"], name="list_value_key"),
            models.UniqueConstraint(
                fields=["list", "name"], condition=models.Q(trashed_at=None), name="list_value_name"
            ),
        ]

    class Module(Declaration):
        slug = "list-values"
        area = "settings"
        icon = "list-ordered"
        part_of = "list"
        title = "name"
        other_titles = "name_en"
        tone = "tone"
        columns = ["name", "list", "name_en", "tone", "position", "active"]
        sort = ["position"]
        form = [Section(_("Value"), "list name name_en tone position active")]
        facts = [*form, Section(_("Programs"), "key declared")]
        actions = [
            Action(
                "replace",
                _("Replace and turn off"),
                icon="arrow-right-left",
                ask=("replaced_by",),
                danger=True,
            )
        ]

    def holders(self) -> Sequence[Holder]:
        known = open_lists().get(self.list.list)
        return [
            (registry.of(field.model), field.name, field.name, isinstance(field, MultiChoiceField))
            for field in (fields_of(known.choices) if known else ())
            if registry.knows(field.model._meta.label)
        ]

    def clean(self, change: Any = None) -> None:
        super().clean(change)
        if not self.active and self.is_default():
            raise Refusal(
                "active", "INVALID_TRANSITION", _("New records begin with this value, so it stays on.")
            )

    def is_default(self) -> bool:
        known = open_lists().get(self.list.list)
        return any(field.default == self.key for field in (fields_of(known.choices) if known else ()))

    def before_trash(self) -> None:
        if self.declared:
            raise Refusal("", "LOCKED", _("This value came with Relasi. Turn it off instead."))
        super().before_trash()

    def replace(self, replaced_by: Any = None) -> Any:
        """Gives every record that has this value another one, and turns it off; one that was added goes. Raises Refused."""
        if self.is_default():
            raise Refused(
                [Refusal("", "INVALID_TRANSITION", _("New records begin with this value, so it stays on."))]
            )
        value = self.give_way_to(replaced_by)
        if value.declared:
            update(value, {"active": False})
        else:
            trash(ListValue, [value.pk], confirmed=["trash"])
        return value.list


def fields_of(choices: Any) -> list[Any]:
    """Every field whose values are those of a list."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, ChoiceField | MultiChoiceField) and field.listed is choices
    ]


@on(CREATED, "customize.ChoiceList")
def _begin_as_declared(changes: list[Change]) -> None:
    """The values of the code, each a row that can be changed."""
    drafts = []
    for change in changes:
        for place, option in enumerate(open_lists()[change.record.list].declared, 1):
            values = {
                "list": change.record.pk, "key": option.key, "tone": option.tone or None, "position": place,
                "declared": True, "name": _in("id", option.label), "name_en": _in("en", option.label),
            }  # fmt: skip
            drafts.append(Draft(values))
    write(registry.of(ListValue), drafts, authorised="the list begins with the values of the code")


def _in(language: str, label: Any) -> str:
    with translation.override(language):
        return str(label)


__all__ = ["ChoiceList", "ListValue", "fields_of"]
