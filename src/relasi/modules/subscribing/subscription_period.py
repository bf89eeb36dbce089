"""Subscription period: one stretch of a subscription that is settled: billed once, free, or left out by a pause."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Section
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reader import current_reader
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.part import Part
from relasi.kits.trade.period_text import period_text


class Outcome(Choices):
    BILLED = "billed", _("Billed"), "hijau"
    FREE = "free", _("Free of charge"), "toska"
    PAUSED = "paused", _("Left out: paused"), "gray"
    SUSPENDED = "suspended", _("Left out: suspended"), "merah"
    UPGRADE = "upgrade", _("Upgrade"), "biru"


class SubscriptionPeriod(Part):
    """period: counted from 1; empty for what was billed within a period. reminded: day after the due date, or before it
    where less than nothing, of the last reminder."""

    subscription = ReferenceField(
        "subscribing.Subscription", models.CASCADE, verbose_name=_("Subscription"), related_name="periods", required=True,
    )  # fmt: skip
    period = IntegerField(_("Period"), min=1, editable=False)
    first = DateField(_("First day"), required=True, editable=False)
    last = DateField(_("Last day"), required=True, editable=False)
    outcome = ChoiceField(Outcome, _("What became of it"), required=True, editable=False)
    invoice = ReferenceField(
        "billing.Invoice",
        models.PROTECT,
        verbose_name=_("Invoice"),
        related_name="subscription_periods",
        editable=False,
    )
    reminded = IntegerField(_("Last reminder (days after due)"), editable=False)

    class Meta(Part.Meta):
        verbose_name = _("period of a subscription")
        verbose_name_plural = _("periods of subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "period"],
                condition=Q(trashed_at=None),
                name="subscription_period_once",
            ),
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(trashed_at=None), name="subscription_period_invoice"
            ),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="subscription_period_days"),
        ]
        triggers = history_triggers()

    violations = {
        "subscription_period_once": ("subscription", "NOT_UNIQUE", _("This period is settled already.")),
    }

    class Module(Declaration):
        slug = "subscription-periods"
        icon = "calendar-range"
        part_of = "subscription"
        title = "first last"
        verbs = ("view",)
        columns = ["subscription", "period", "first", "last", "outcome", "invoice"]
        sort = ["-first", "-id"]
        form = [Section(_("Period of a subscription"), "subscription period first last outcome invoice")]

    def __str__(self) -> str:
        return period_text(self.first, self.last, current_reader().language)
