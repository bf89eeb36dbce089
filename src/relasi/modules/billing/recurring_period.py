"""Recurring period: what became of one period of recurring invoices. One of each number: none is invoiced twice."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Section
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reader import current_reader
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.part import Part
from relasi.modules.billing.recurring_flow import Outcome


class RecurringPeriod(Part):
    schedule = ReferenceField(
        "billing.RecurringInvoice", models.CASCADE, verbose_name=_("Recurring invoice"), related_name="periods",
        required=True,
    )  # fmt: skip
    period = IntegerField(_("Period"), min=1, required=True, editable=False)
    day = DateField(_("Date"), required=True, editable=False)
    first = DateField(_("From"), required=True, editable=False)
    last = DateField(_("To"), required=True, editable=False)
    outcome = ChoiceField(Outcome, _("What became of it"), required=True, editable=False)
    invoice = ReferenceField(
        "billing.Invoice", models.PROTECT, verbose_name=_("Invoice"), related_name="+", editable=False
    )

    violations = {"recurring_period_once": ("period", "NOT_UNIQUE", _("This period is settled already."))}

    class Meta(Part.Meta):
        verbose_name = _("period of a recurring invoice")
        verbose_name_plural = _("periods of recurring invoices")
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "period"], condition=Q(trashed_at=None), name="recurring_period_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome="made", invoice__isnull=False) | (~Q(outcome="made") & Q(invoice=None)),
                name="recurring_period_made",
            ),
        ]
        triggers = history_triggers()

    class Module(Declaration):
        slug = "recurring-periods"
        icon = "history"
        part_of = "schedule"
        title = "day"
        verbs = ("view",)
        taken_back = True
        columns = ["day", "schedule", "period", "first", "last", "outcome", "invoice"]
        filters = ["outcome", "day", "schedule"]
        sort = ["-day"]
        form = [Section(_("Period"), "schedule period day first last outcome invoice")]

    def __str__(self) -> str:
        return write_date(self.day, current_reader())
