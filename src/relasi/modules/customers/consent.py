"""Consent: what a person has allowed us to do with their data, when, how, and when it was taken back."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.words import Action, Section
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField
from relasi.engine.records.part import Part
from relasi.engine.records.refusal import Refusal
from relasi.engine.records.write import update
from relasi.modules.customers.picklists import Channel


class Purpose(Choices):
    MARKETING = "marketing", _("Marketing")
    SERVICE = "service", _("Service messages")
    PROFILING = "profiling", _("Profiling")
    SHARING = "sharing", _("Sharing with partners")


class Consent(Part):
    """One row for each time consent was given; taking it back ends the row and keeps it."""

    contact = ReferenceField(
        "customers.Contact", models.CASCADE, verbose_name=_("Contact"), related_name="consents", required=True
    )
    purpose = ChoiceField(Purpose, _("Purpose"), default=Purpose.MARKETING, required=True)
    given_at = DateTimeField(_("Given"), required=True)
    channel = ChoiceField(Channel, _("Channel"))
    proof = LongTextField(
        _("Proof"), help_text=_("What shows that the consent was given: a form, a message, a call.")
    )
    withdrawn_at = DateTimeField(_("Withdrawn"))

    class Meta(Part.Meta):
        verbose_name = _("consent")
        verbose_name_plural = _("consents")

    class Module(Declaration):
        slug = "consents"
        icon = "shield-check"
        part_of = "contact"
        title = "purpose"
        columns = ["purpose", "standing", "given_at", "withdrawn_at", "channel", "contact"]
        sort = ["-given_at"]
        form = [Section(_("Consent"), "contact purpose given_at channel proof withdrawn_at")]
        actions = [
            Action("withdraw", _("Withdraw"), icon="ban", when=lambda consent: consent.withdrawn_at is None)
        ]

    def __str__(self) -> str:
        return str(Purpose(self.purpose).label)

    @computed(_("Valid"), kind="boolean", sorts_by=models.Q(withdrawn_at=None), needs="withdrawn_at")
    def standing(self) -> bool:
        return self.withdrawn_at is None

    def before_save(self, change: Any) -> None:
        if self.given_at is None:
            self.given_at = timezone.now()

    def clean(self, change: Any = None) -> None:
        if self.withdrawn_at and self.withdrawn_at < self.given_at:
            raise Refusal(
                "withdrawn_at", "OUT_OF_RANGE", _("A consent cannot be withdrawn before it was given.")
            )

    def withdraw(self) -> "Consent":
        return update(self, {"withdrawn_at": timezone.now()})
