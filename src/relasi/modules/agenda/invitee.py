"""Invitee: somebody asked to an event, and what they answered. A colleague who is invited sees the event."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.part import Part
from relasi.engine.records.refusal import Change, Refusal


class Response(Choices):
    NEEDED = "needed", _("No answer yet"), "gray"
    ACCEPTED = "accepted", _("Accepted"), "hijau"
    TENTATIVE = "tentative", _("Perhaps"), "kuning"
    DECLINED = "declined", _("Declined"), "merah"


class Invitee(Part):
    """told_version: of the event, up to which the mails tell what stands; None when none went out. told: a digest of what
    they told. told_off: they told that the event is off. All follow from the mails, so they are no history."""

    event = ReferenceField(
        "agenda.Event", models.CASCADE, verbose_name=_("Event"), related_name="invitees", required=True
    )
    user = ReferenceField("users.User", models.PROTECT, verbose_name=_("Colleague"), related_name="+")
    contact = ReferenceField("customers.Contact", models.PROTECT, verbose_name=_("Contact"), related_name="+")
    lead = ReferenceField("customers.Lead", models.PROTECT, verbose_name=_("Lead"), related_name="+")
    email = EmailField(_("Email"))
    response = ChoiceField(Response, _("Answer"), default=Response.NEEDED, required=True)
    answered_at = DateTimeField(_("Answered at"), editable=False)
    mails = BooleanField(
        _("Send an invitation"), default=True, help_text=_("By email, and again when the event changes or is cancelled.")
    )  # fmt: skip
    told_version = IntegerField(_("Told of"), editable=False)
    told = TextField(_("Told"), max_length=64, editable=False)
    told_off = BooleanField(_("Told that it is off"), editable=False)
    mail_tries = IntegerField(_("Tries to mail"), default=0, editable=False)

    class Meta(Part.Meta):
        verbose_name = _("invitee")
        verbose_name_plural = _("invitees")
        triggers = history_triggers("told_version", "told", "told_off", "mail_tries")
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
        columns = ["user", "contact", "lead", "email", "response", "answered_at"]
        sort = ["id"]
        form = [Section(_("Invitee"), "event user contact lead email response mails")]

    def __str__(self) -> str:
        return str(self.user or self.contact or self.lead or self.email or "")

    @property
    def named(self) -> str:
        """For a reader who may not see everybody."""
        return self.titled("user", "contact", "lead") or self.email or ""

    def before_save(self, change: Change) -> None:
        if change.is_new and change.via == "import":
            self.mails = False
        if change.has("response") and not change.has("answered_at"):
            self.answered_at = timezone.now() if self.response != Response.NEEDED else None

    def clean(self, change: Change | None = None) -> None:
        if not (self.user_id or self.contact_id or self.lead_id or self.email):
            raise Refusal("email", "REQUIRED", _("Choose somebody, or write an email address."))
