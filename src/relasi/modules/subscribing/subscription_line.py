"""Subscription line: one plan or extra of a subscription, billed each period or once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Section
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.refusal import Change
from relasi.kits.trade.flow import line_triggers
from relasi.kits.trade.line import TradeLine, line_checks
from relasi.kits.trade.taking import Taking, taking_triggers
from relasi.modules.subscribing.subscription_flow import FLOW, OVER, TABLE

TAKINGS = [Taking("quote_line_id", "sales_quoteline", "taken")]


class Billed(Choices):
    ONCE = "once", _("Once")


class SubscriptionLine(TradeLine):
    """since: the period, counted from 1, in which the line was billed first; its discount is counted from there."""

    subscription = ReferenceField(
        "subscribing.Subscription", models.CASCADE, verbose_name=_("Subscription"), related_name="lines", required=True,
        editable=False,
    )  # fmt: skip
    quote_line = ReferenceField(
        "sales.QuoteLine", models.PROTECT, verbose_name=_("Quote line"), related_name="+", editable=False
    )
    billed = ChoiceField(Billed, _("Billed"), help_text=_("Empty: each period."))
    discount_periods = IntegerField(
        _("Discount for (periods)"), min=1, max=999, help_text=_("Empty: always.")
    )
    since = IntegerField(_("Since period"), default=1, required=True, editable=False)

    takes = {"quote_line": "taken"}
    extra = ("billed", "discount_periods")
    asks_of_text = True
    violations = FLOW.violations(TABLE)

    class Meta(TradeLine.Meta):
        verbose_name = _("subscription line")
        verbose_name_plural = _("subscription lines")
        constraints = line_checks("subscription_line")
        triggers = [
            *history_triggers(),
            *line_triggers(TABLE, "subscription_id", OVER),
            *taking_triggers(TABLE, "subscription_id", frozenset(), TAKINGS),
        ]

    class Module(Declaration):
        slug = "subscription-lines"
        icon = "list"
        part_of = "subscription"
        title = "name"
        verbs = ("view",)
        columns = ["name", "subscription", "quantity", "unit", "price", "net", "base", "tax"]
        sort = ["position"]
        form = [Section(_("Subscription line"), "kind name description quantity unit price discount_percent billed"
                                                " discount_periods")]  # fmt: skip

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        if not self.is_item:
            self.billed = self.discount_periods = None

    def is_billed_in(self, number: int) -> bool:
        """number: of a period, counted from 1."""
        if not self.is_item:
            return True
        return self.counts and (self.since == number if self.billed == Billed.ONCE else self.since <= number)

    def has_discount_in(self, number: int) -> bool:
        return self.discount_periods is None or number < self.since + self.discount_periods
