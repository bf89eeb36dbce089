"""Conversion map: which field of a lead goes to which field of the account, contact and deal it becomes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration, Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Refusal
from relasi.kits.pipeline.bant import QUESTIONS


class Becomes(Choices):
    ACCOUNT = "account", _("Account")
    CONTACT = "contact", _("Contact")
    DEAL = "deal", _("Deal")


MODULES = {"account": "customers.Account", "contact": "customers.Contact", "deal": "sales.Deal"}

# What holds while the company has said nothing else: field of the lead -> field of what it becomes.
COMES_WITH: dict[str, dict[str, str]] = {
    "account": {
        "company": "name", "industry": "industry", "employees": "employees", "annual_revenue": "annual_revenue",
        "rating": "rating", "website": "website", "phone": "phone", "address": "billing_address",
    },
    "contact": {
        "salutation": "salutation", "first_name": "first_name", "last_name": "last_name", "title": "title",
        "email": "email", "secondary_email": "secondary_email", "mobile": "mobile", "phone": "office_phone",
        "do_not_call": "do_not_call", "lead_source": "lead_source", "address": "mailing_address", "image": "image",
        "description": "description",
    },
    "deal": {"lead_source": "lead_source", "next_step": "next_step", **{name: name for name in QUESTIONS}},
}  # fmt: skip
# An account of a private person stands for the person.
OF_A_PERSON = {"email": "email", "phone": "phone", "mobile": "other_phone", "address": "billing_address"}

# What the conversion itself sees to, on both sides.
_OWN_SOURCES = frozenset({
    "company", "last_name", "owner", "status", "lost_reason", "stage", "stage_note", "rejection_reason", "recycle_on",
    "marketing_owner", "sales_owner", "meeting_held", "email_opt_out", "consent_purpose", "consent_at",
    "consent_channel", "expected_value", "expected_close",
})  # fmt: skip
_OWN_TARGETS = {
    "account": frozenset({"name", "kind", "owner", "parent", "main_contact", "active"}),
    "contact": frozenset({"last_name", "owner", "account", "lifecycle_stage", "status", "stage_reason", "email_opt_in"}),
    "deal": frozenset({"name", "amount", "currency", "expected_close", "owner", "account", "contact", "pipeline", "stage",
                       "probability", "probability_manual", "lost_reason"}),
}  # fmt: skip


class ConversionField(Tracked):
    """Where one field of the lead goes instead of where the product sends it. target: none leaves it on the lead."""

    becomes = ChoiceField(Becomes, _("Becomes"), required=True)
    source = TextField(_("Field of the lead"), max_length=100, required=True)
    target = TextField(_("Goes to"), max_length=100)

    class Meta(Tracked.Meta):
        verbose_name = _("conversion field")
        verbose_name_plural = _("conversion fields")
        constraints = [
            models.UniqueConstraint(
                fields=["becomes", "source"], condition=models.Q(trashed_at=None), name="conversion_field_once"
            )
        ]  # fmt: skip

    class Module(Declaration):
        slug = "conversion-fields"
        area = "settings"
        icon = "arrow-right-left"
        title = "source"
        columns = ["source", "becomes", "target"]
        sort = ["source"]
        form = [Section(_("Conversion field"), "becomes source target")]

    def __str__(self) -> str:
        return self.source

    def clean(self, change: Any = None) -> None:
        source = sources().get(self.source)
        if source is None:
            raise Refusal("source", "INVALID_VALUE", _("Choose a field of the lead."))
        if self.target:
            target = targets(self.becomes).get(self.target)
            if target is None or not fits(source, target):
                raise Refusal(
                    "target", "INVALID_VALUE", _("This field cannot take it: it is of another kind.")
                )


def sources() -> dict[str, models.Field]:
    """The fields of a lead that may be sent somewhere, in the order of its form."""
    return _choosable(registry.module("customers.Lead"), _OWN_SOURCES)


def targets(becomes: str) -> dict[str, models.Field]:
    return _choosable(registry.module(MODULES[becomes]), _OWN_TARGETS[becomes])


def _choosable(module: Module, without: Iterable[str]) -> dict[str, models.Field]:
    names = (name for name in module.form_fields if name in module.fields and name not in without)
    return {name: module.fields[name] for name in names if module.fields[name].editable}


def fits(source: models.Field, target: models.Field) -> bool:
    """Whether every value of the one may stand in the other."""
    one, other = kind_of(source), kind_of(target)
    if one.name == other.name == "reference":
        return source.related_model is target.related_model
    if one.name != other.name:
        return (one.name, other.name) == ("text", "long_text")
    keys = {option.key for option in getattr(one, "options", ())}
    return keys <= {option.key for option in getattr(other, "options", ())}


def sent_by_itself(becomes: str) -> dict[str, str]:
    """What holds without a word of the company; custom fields of one key and kind belong together."""
    there = targets(becomes)
    custom = registry.module("customers.Lead").custom
    alike = {n: n for n in custom if n in there and n in sources() and fits(custom[n], there[n])}
    return {**COMES_WITH[becomes], **alike}


def field_map(becomes: str, person: bool = False) -> dict[str, str]:
    """Field of the lead -> field of what it becomes, as the company wants it. person: for the account of one."""
    chosen = {
        row.source: row.target
        for row in ConversionField._base_manager.filter(becomes=becomes, trashed_at=None).order_by("pk")
    }
    usual = sent_by_itself(becomes)
    if person:
        usual = {
            source: target for source, target in usual.items() if source not in COMES_WITH["account"]
        } | OF_A_PERSON
    taken = {target for target in chosen.values() if target}
    found = {s: t for s, t in usual.items() if s not in chosen and t not in taken}
    known, there = sources(), targets(becomes)
    # Of custom fields that are gone, and of those that became another kind, nothing is said any more.
    found |= {s: t for s, t in chosen.items() if t in there and s in known and fits(known[s], there[t])}
    return found
