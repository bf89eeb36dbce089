"""Field kind: the kinds of values a custom field may hold, and the field that is made of what an admin said."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.customize.named import in_both
from relasi.engine.declare.registry import registry
from relasi.engine.fields import (
    BooleanField,
    ChoiceField,
    Choices,
    DateField,
    DateTimeField,
    DecimalField,
    EmailField,
    IntegerField,
    LongTextField,
    MoneyField,
    MultiChoiceField,
    PercentField,
    PhoneField,
    TextField,
    UrlField,
)
from relasi.engine.fields.custom import custom_field
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.loose_reference import LooseReferenceField


class FieldKind(Choices):
    TEXT = "text", _("Text")
    LONG_TEXT = "long_text", _("Long text")
    INTEGER = "integer", _("Whole number")
    DECIMAL = "decimal", _("Decimal number")
    MONEY = "money", _("Amount of money")
    PERCENT = "percent", _("Percentage")
    DATE = "date", _("Date")
    DATETIME = "datetime", _("Date and time")
    BOOLEAN = "boolean", _("Yes or no")
    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")
    URL = "url", _("Web address")
    CHOICE = "choice", _("Choice")
    MULTI_CHOICE = "multi_choice", _("Several choices")
    REFERENCE = "reference", _("Reference")
    USER = "user", _("User")


_CLASSES: dict[str, Any] = {
    "text": TextField,
    "long_text": LongTextField,
    "integer": IntegerField,
    "decimal": DecimalField,
    "money": MoneyField,
    "percent": PercentField,
    "date": DateField,
    "datetime": DateTimeField,
    "boolean": BooleanField,
    "email": EmailField,
    "phone": PhoneField,
    "url": UrlField,
    "choice": ChoiceField,
    "multi_choice": MultiChoiceField,
    "reference": LooseReferenceField,
    "user": LooseReferenceField,
}
NUMBERS = {"integer", "decimal", "money", "percent"}
CHOOSING = {"choice", "multi_choice"}
REFERRING = {"reference", "user"}
UNIQUE = {"text", "integer", "decimal", "date", "email", "phone", "url"}
SEARCHED = {"text", "long_text", "email", "phone", "url"}


def make_field(row: Any, options: list[Any]) -> Any:
    """The field of a row of CustomField. options: of one that is chosen from a list."""
    model = registry.module(row.module).model
    args: list[Any] = [options] if row.kind in CHOOSING else []
    if row.kind in REFERRING:
        args = [registry.module("users.user" if row.kind == "user" else row.target).model]
    made = custom_field(model, row.key, _CLASSES[row.kind], *args, **_how(row, model))
    made.row_id = row.pk
    made.searched, made.in_list = row.searched and row.kind in SEARCHED, row.in_list
    if row.default_value is not None:
        made.default = kind_of(made).from_json(row.default_value)
    return made


def _how(row: Any, model: Any) -> dict[str, Any]:
    """What the field class is told."""
    how: dict[str, Any] = {
        "verbose_name": in_both(row.name, row.name_en),
        "help_text": in_both(row.help, row.help_en),
        "null": True,
        "blank": not row.required,
        "unique": row.unique and row.kind in UNIQUE,
    }
    if row.kind == "boolean":
        how |= {"default": None, "blank": True}
    if row.kind in NUMBERS:
        how |= {name: value for name, value in _limits(row).items() if value is not None}
    if row.kind in ("decimal", "percent"):
        how["places"] = 2 if row.places is None else row.places
    if row.kind == "money" and "currency" in registry.of(model).fields:
        how["currency_field"] = "currency"
    return how


def _limits(row: Any) -> dict[str, Any]:
    least, most = row.least, row.most
    if row.kind == "integer":
        least, most = (None if one is None else int(one) for one in (least, most))
    return {"min": least, "max": most}
