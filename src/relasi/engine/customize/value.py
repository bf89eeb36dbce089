"""Value: what lists of values have in common, those of custom fields and those of the product: names, tones, places, and
how one is replaced by another in every record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relasi.engine.customize.key_of import free_key
from relasi.engine.customize.named import Named, in_both
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import TONES, ChoiceField, Option
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, update, write

# A list nobody can look through is no choice any more.
MOST_VALUES = 500
AT_ONCE = 5000
REPLACED = "a value is being replaced by an admin"

_TONE_NAMES = {
    "nila": _("Indigo"), "biru": _("Blue"), "toska": _("Teal"), "hijau": _("Green"), "kuning": _("Yellow"),
    "jingga": _("Orange"), "merah": _("Red"), "jambu": _("Pink"), "ungu": _("Purple"), "gray": _("Gray"),
}  # fmt: skip

# (module, name of the field, the ORM path its stored keys are read by, whether it holds several)
Holder = tuple[Module, str, str, bool]


class Value(Named, Tracked):
    """Abstract; what it belongs to is the concrete class's, under the name `of`. key: what records hold."""

    of = ""
    tone = ChoiceField([(tone, _TONE_NAMES[tone], tone) for tone in TONES], _("Colour"))
    position = IntegerField(_("Order"), min=0, default=0, grouped=False)
    active = BooleanField(
        _("Active"), default=True, help_text=_("Turned off, it stays where it was chosen before.")
    )
    replaced_by = ReferenceField(
        "self", models.PROTECT, verbose_name=_("Replaced by"), related_name="+", db_index=False,
        help_text=_("Every record that has this value gets that one."),
    )  # fmt: skip
    key = TextField(_("Key"), max_length=60, editable=False, null=False, default="")

    class Meta:
        abstract = True

    @property
    def option(self) -> Option:
        return Option(self.key, in_both(self.name, self.name_en), self.tone or "", active=self.active)

    def holders(self) -> Sequence[Holder]:
        """The fields of records that may hold it."""
        raise NotImplementedError

    def siblings(self) -> Any:
        column = f"{self.of}_id"
        return type(self)._base_manager.filter(**{column: getattr(self, column)})

    def before_save(self, change: Any) -> None:
        if not change.is_new:
            return
        if not self.key:
            self.key = free_key(
                self.name_en or self.name, set(self.siblings().values_list("key", flat=True)), word="value"
            )
        if not self.position:
            last = self.siblings().filter(trashed_at=None).aggregate(last=models.Max("position"))["last"]
            self.position = (last or 0) + 1

    def clean(self, change: Any = None) -> None:
        if change is not None and not change.is_new and change.has(self.of):
            raise Refusal(self.of, "INVALID_TRANSITION", _("A value stays with its field."))

    def rows(self) -> Iterator[tuple[Holder, Any]]:
        """For each field that may hold it the records, in the bin or not, that do."""
        for holder in self.holders():
            module, _name, path, several = holder
            match = {f"{path}__contains": [self.key]} if several else {path: self.key}
            yield holder, module.model._base_manager.filter(**match)

    def before_trash(self) -> None:
        count = sum(rows.filter(trashed_at=None).count() for _holder, rows in self.rows())
        if count:
            message = ngettext(
                "%(n)s record has this value. Choose the value that replaces it.",
                "%(n)s records have this value. Choose the value that replaces it.", count,
            )  # fmt: skip
            raise Refusal("replaced_by", "REQUIRED", message % {"n": count})

    def give_way_to(self, replaced_by: Any) -> Any:
        """Gives every record that has this value another one of the list. Raises Refused."""
        value: Any = update(self, {"replaced_by": replaced_by})
        other, column = value.replaced_by, f"{self.of}_id"
        if other is None or other.pk == value.pk or getattr(other, column) != getattr(value, column):
            raise Refused([Refusal("replaced_by", "REQUIRED", _("Choose another value of this field."))])
        for holder, rows in value.rows():
            ids = list(rows.values_list("pk", flat=True))
            for start in range(0, len(ids), AT_ONCE):
                _give_other(holder, ids[start : start + AT_ONCE], value.key, other.key)
        return value


def _give_other(holder: Holder, ids: list[int], key: str, other: str) -> None:
    module, name, path, several = holder
    drafts = []
    for id, stands in module.model._base_manager.filter(pk__in=ids).values_list("pk", path):
        kept = list(dict.fromkeys(other if k == key else k for k in stands)) if several else other
        drafts.append(Draft({name: kept}, id=id))
    write(module, drafts, parsed=True, authorised=REPLACED)


class NewValues(models.Model):
    """What is asked for to add values; it is never stored."""

    values_given = LongTextField(_("Values"), required=True, help_text=_("One in each line."))

    class Meta:
        managed = False


def add_lines(model: type[Value], owner: Any, text: str) -> None:
    """Makes a value of each line, in their order; those there are already stay. Raises Refused."""
    names = dict.fromkeys(" ".join(line.split()) for line in text.splitlines() if line.strip())
    rows = model._base_manager.filter(**{model.of: owner.pk}, trashed_at=None)
    there = set(rows.values_list("name", flat=True))
    new = [name for name in names if name not in there]
    if not new:
        raise Refused([Refusal("values_given", "REQUIRED", _("Fill in a value that is not there yet."))])
    if len(there) + len(new) > MOST_VALUES:
        message = _("A field has at most %(most)s values.") % {"most": MOST_VALUES}
        raise Refused([Refusal("values_given", "OUT_OF_RANGE", message)])
    for name in new:  # each takes the place and the key after those before it
        write(registry.of(model), [Draft({model.of: owner.pk, "name": name})])
