"""Repeating: a record that happens again and again, said in fields people can fill in."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import ChoiceField, Choices, MultiChoiceField
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.records.refusal import Refusal
from relasi.kits.schedule import recurrence
from relasi.kits.schedule.recurrence import MOST, Rule


class Repeats(Choices):
    DAILY = recurrence.DAILY, _("Every day")
    WEEKLY = recurrence.WEEKLY, _("Every week")
    MONTHLY = recurrence.MONTHLY, _("Every month, on this day")
    MONTHLY_LAST = recurrence.MONTHLY_LAST, _("Every month, on the last day")
    MONTHLY_WEEKDAY = recurrence.MONTHLY_WEEKDAY, _("Every month, on this weekday")
    YEARLY = recurrence.YEARLY, _("Every year")


class Weekday(Choices):
    MO = "MO", _("Monday")
    TU = "TU", _("Tuesday")
    WE = "WE", _("Wednesday")
    TH = "TH", _("Thursday")
    FR = "FR", _("Friday")
    SA = "SA", _("Saturday")
    SU = "SU", _("Sunday")


RULE_FIELDS = ("repeats", "repeat_every", "repeat_days", "repeat_until", "repeat_count")


class Repeating(models.Model):
    """Abstract mixin. Nothing in `repeats`: it happens once."""

    repeats = ChoiceField(Repeats, _("Repeats"))
    repeat_every = IntegerField(_("Every how many"), min=1, max=99,
                                help_text=_("2: every second day, week, month or year."))  # fmt: skip
    repeat_days = MultiChoiceField(
        Weekday, _("On these days"), help_text=_("For every week. Empty: on the same day.")
    )
    repeat_until = DateField(_("Repeats until"))
    repeat_count = IntegerField(_("How many times"), min=1, max=MOST)

    class Meta:
        abstract = True

    @property
    def rule(self) -> Rule | None:
        if not self.repeats:
            return None
        return Rule(
            self.repeats,
            self.repeat_every or 1,
            tuple(self.repeat_days or ()),
            self.repeat_until,
            self.repeat_count,
        )

    def check_rule(self, first: date | None) -> None:
        """Raises Refusal. first: the day of the first one, None when there is none."""
        if not self.repeats:
            return
        if first is None:
            raise Refusal("repeats", "REQUIRED", _("What repeats needs a date."))
        if self.repeat_until and self.repeat_count:
            raise Refusal(
                "repeat_count", "INVALID_VALUE", _("Choose an end date or a number of times, not both.")
            )
        if self.repeat_until and self.repeat_until < first:
            raise Refusal("repeat_until", "OUT_OF_RANGE", _("The end lies before the beginning."))
