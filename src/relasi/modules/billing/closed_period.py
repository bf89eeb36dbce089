"""Closed period: up to which day the books are closed. Nothing that moves money can be dated on or before it."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.reader import current_reader
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Change, Refusal

MEMO = "closed until"


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

    def __str__(self) -> str:
        return write_date(self.until, current_reader()) if self.until else ""


def closed_until() -> date | None:
    """The last closed day. Deleting the newest period opens its months again."""
    memo = current_acting().memo
    if MEMO not in memo:
        rows = ClosedPeriod._base_manager.filter(trashed_at=None)
        memo[MEMO] = rows.aggregate(last=models.Max("until"))["last"]
    return memo[MEMO]


def check_open_period(day: date | None, field: str = "date") -> None:
    """Raises Refusal for a day the books are closed for."""
    last = closed_until()
    if day is not None and last is not None and day <= last:
        sentence = _("The books are closed up to %(day)s. Choose a later date.")
        raise Refusal(field, "PERIOD_CLOSED", sentence % {"day": write_date(last, current_reader())})


def forget(changes: list[Change]) -> None:
    current_acting().memo.pop(MEMO, None)
