"""Invitee: somebody asked to an event, and what they answered. A colleague who is invited sees the event."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.words import Section
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.part import Part
from relasi.engine.records.refusal import Change, Refusal


class Response(Choices):
    NEEDED = "needed", _("No answer yet"), "gray"
    ACCEPTED = "accepted", _("Accepted"), "hijau"
    TENTATIVE = "tentative", _("Perhaps"), "kuning"
    DECLINED = "declined", _("Declined"), "merah"


class Invitee(Part):
    event = ReferenceField(
        "agenda.Event", models.CASCADE, verbose_name=_("Event"), related_name="invitees", required=True
    )
    user = ReferenceField("users.User", models.PROTECT, verbose_name=_("Colleague"), related_name="+")
    contact = ReferenceField("customers.Contact", models.PROTECT, verbose_name=_("Contact"), related_name="+")
    lead = ReferenceField("customers.Lead", models.PROTECT, verbose_name=_("Lead"), related_name="+")
    email = EmailField(_("Email"))
    response = ChoiceField(Response, _("Answer"), default=Response.NEEDED, required=True)

    class Meta(Part.Meta):
        verbose_name = _("invitee")
        verbose_name_plural = _("invitees")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "user"], condition=models.Q(trashed_at=None), name="invited_once"
            )
        ]

    class Module(Declaration):
        slug = "invitees"
        icon = "users"
        part_of = "event"
        title = "user contact lead email"
        columns = ["user", "contact", "lead", "email", "response"]
        sort = ["id"]
        form = [Section(_("Invitee"), "event user contact lead email response")]

    def __str__(self) -> str:
        return str(self.user or self.contact or self.lead or self.email or "")

    def clean(self, change: Change | None = None) -> None:
        if not (self.user_id or self.contact_id or self.lead_id or self.email):
            raise Refusal("email", "REQUIRED", _("Choose somebody, or write an email address."))
