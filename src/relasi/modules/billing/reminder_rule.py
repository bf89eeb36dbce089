"""Reminder: how many days after its due date a customer and the owner are reminded of an unpaid invoice."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.numbers import IntegerField


class ReminderRule(Tracked):
    days = IntegerField(_("Days after the due date"), min=1, max=365, required=True, foot="")
    mails = BooleanField(
        _("Write to the customer"),
        default=True,
        help_text=_("By mail, where mail is set up. The owner is told in the inbox in any case."),
    )

    violations = {"reminder_rule_once": ("days", "NOT_UNIQUE", _("There is a reminder on this day already."))}

    class Meta(Tracked.Meta):
        verbose_name = _("payment reminder")
        verbose_name_plural = _("payment reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["days"], condition=models.Q(trashed_at=None), name="reminder_rule_once"
            )
        ]

    class Module(Declaration):
        slug = "reminder-rules"
        area = "settings"
        icon = "hourglass"
        title = "days"
        columns = ["days", "mails"]
        sort = ["days"]
        form = [Section(_("Payment reminder"), "days mails")]

    def __str__(self) -> str:
        return str(_("+%(days)s days") % {"days": self.days})
