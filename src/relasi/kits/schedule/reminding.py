"""Reminding: a record that tells its owner in time. A job sends each reminder once, however late it runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices, MultiChoiceField
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.records.refusal import Change

# So much later than planned, and a reminder says that it was missed.
LATE = timedelta(minutes=15)


class Before(Choices):
    AT_ONCE = "0", _("At the time")
    FIVE = "5", _("5 minutes before")
    FIFTEEN = "15", _("15 minutes before")
    THIRTY = "30", _("30 minutes before")
    HOUR = "60", _("1 hour before")
    DAY = "1440", _("1 day before")
    WEEK = "10080", _("1 week before")


class Reminding(models.Model):
    """Abstract mixin. remind_at: when the next reminder is due. reminded_at: the due time of the last one sent."""

    remind_before = MultiChoiceField(Before, _("Remind"))
    remind_at = DateTimeField(_("Next reminder"), editable=False)
    reminded_at = DateTimeField(_("Reminded"), editable=False)

    class Meta:
        abstract = True

    def plan_reminder(self, change: Change, moment: datetime | None) -> None:
        """Called by before_save. moment: what reminders count back from, None when there is nothing to remind of."""
        if change.is_new or not change.has("reminded_at"):
            self.remind_at = self.reminder_after(moment, timezone.now())

    def reminder_after(self, moment: datetime | None, now: datetime) -> datetime | None:
        """The first reminder after `now`."""
        if moment is None:
            return None
        times = sorted(moment - timedelta(minutes=int(minutes)) for minutes in self.remind_before or ())
        return next((time for time in times if time > now), None)
