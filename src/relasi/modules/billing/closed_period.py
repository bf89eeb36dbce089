"""Closed period: up to which day the books are closed. Nothing that moves money can be dated on or before it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Body, Section
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.reader import current_reader
from relasi.engine.fields.text import TextField


class ClosedPeriod(Tracked):
    until = DateField(_("Closed up to and including"), required=True)
    note = TextField(_("Note"))

    class Meta(Tracked.Meta):
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        constraints = [
            models.UniqueConstraint(
                fields=["until"], condition=models.Q(trashed_at=None), name="closed_period_once"
            )
        ]

    class Module(Declaration):
        slug = "closed-periods"
        area = "settings"
        icon = "lock"
        title = "until"
        columns = ["until", "note"]
        sort = ["-until"]
        form = [Section(_("Closed period"), "until note")]
        page = [Body("features/month_end/of_closing.html", "relasi.features.month_end.of_closing.body_of")]

    def __str__(self) -> str:
        return write_date(self.until, current_reader()) if self.until else ""
