"""Affiliation: a further company somebody works with, beside the one of their contact."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.words import Action, Section
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.part import Part
from relasi.engine.records.refusal import Change, Refusal
from relasi.engine.records.write import trash, update


class Affiliation(Part):
    """The main company of a contact stands in the contact alone, and never here too."""

    contact = ReferenceField(
        "customers.Contact",
        models.CASCADE,
        verbose_name=_("Contact"),
        related_name="affiliations",
        required=True,
    )
    account = ReferenceField(
        "customers.Account",
        models.PROTECT,
        verbose_name=_("Account"),
        related_name="affiliations",
        required=True,
    )
    title = TextField(_("Job title"), max_length=150)

    class Meta(Part.Meta):
        verbose_name = _("further company")
        verbose_name_plural = _("further companies")
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "account"], condition=models.Q(trashed_at=None), name="affiliation_once"
            )
        ]

    class Module(Declaration):
        slug = "affiliations"
        icon = "building-2"
        part_of = "contact"
        title = "contact"
        columns = ["contact", "account", "title"]
        form = [Section(_("Further company"), "contact account title")]
        actions = [Action("make_main", _("Make it the main company"), icon="star")]
        words = "perusahaan lain rangkap jabatan afiliasi"

    def __str__(self) -> str:
        return f"{self.titled('contact')} – {self.titled('account')}"

    def clean(self, change: Change | None = None) -> None:
        if self.account_id is not None and self.contact.account_id == self.account_id:
            raise Refusal("account", "NOT_UNIQUE", _("This is the main company of the contact already."))

    def make_main(self) -> Any:
        """The contact works here in the first place from now on; what was its company before is a further one."""
        contact, mine, title = self.contact, self.account_id, self.title
        before, title_before = contact.account_id, contact.title
        with transaction.atomic():
            if before is None:
                trash(type(self), [self.pk])
                return update(contact, {"account": mine, "title": title or title_before})
            update(
                self,
                {"account_id": before, "title": title_before},
                exact=True,
                authorised="the companies of a contact change places",
            )
            return update(contact, {"account": mine, "title": title or title_before})
