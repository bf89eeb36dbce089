"""Lead rule: points a lead has while it fits a filter, or the filter that makes it an MQL by itself."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.triggers import access_triggers
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.refusal import Refusal
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.text import TextField
from relasi.engine.query.condition import Group
from relasi.engine.query.condition_field import ConditionField

MOST_POINTS = 100


class Effect(Choices):
    POINTS = "points", _("Gives points"), "biru"
    MQL = "mql", _("Makes it an MQL"), "hijau"


class LeadRule(Tracked):
    """points: what a lead that fits has more, or less; empty where the rule makes MQLs."""

    name = TextField(_("Name"), max_length=100, required=True)
    effect = ChoiceField(Effect, _("Effect"), default=Effect.POINTS, required=True)
    points = IntegerField(
        _("Points"), min=-MOST_POINTS, max=MOST_POINTS, foot="",
        help_text=_("Below zero where it speaks against the lead."),
    )  # fmt: skip
    condition = ConditionField(
        _("For leads that fit"),
        of="customers.Lead",
        required=True,
        help_text=_("The filter of a list view, as it is now. Save one of your own in the list of leads."),
    )
    active = BooleanField(_("Active"), default=True)

    class Meta(Tracked.Meta):
        verbose_name = _("lead rule")
        verbose_name_plural = _("lead rules")
        triggers = access_triggers()
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(trashed_at=None), name="lead_rule_name"
            )
        ]

    class Module(Declaration):
        slug = "lead-rules"
        area = "settings"
        icon = "trending-up"
        title = "name"
        columns = ["name", "effect", "points", "condition", "active"]
        filters = ["effect", "active"]
        sort = ["effect", "name"]
        form = [Section(_("Lead rule"), "name effect points condition active")]
        words = "aturan prospek skor poin lead scoring mql rule"

    def __str__(self) -> str:
        return self.name

    def tree(self) -> Group:
        """Raises Invalid where a field it asks about is gone."""
        return kind_of(LeadRule._meta.get_field("condition")).tree(self.condition)  # type: ignore[attr-defined]

    def before_save(self, change: Any) -> None:
        self.condition = self.condition or {}
        if self.effect == Effect.MQL:
            self.points = None

    def clean(self, change: Any = None) -> None:
        if not self.condition:
            raise Refusal("condition", "REQUIRED", _("Choose which leads it is about."))
        if self.effect == Effect.POINTS and not self.points:
            raise Refusal("points", "REQUIRED", _("Say how many points."))
