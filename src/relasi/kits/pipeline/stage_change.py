"""Stage change: one move of a record from one stage to another: when, by whom, why, and after how many days."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField
from relasi.engine.records.part import Part
from relasi.engine.records.refusal import Change
from relasi.engine.records.write import Draft, write
from relasi.kits.pipeline.days import days_between


class StageChange(Part):
    """Abstract. The concrete class names the record it is a part of and the two stages, `before` and `after`.

    days: how long the record had stood in the stage it left. Written by the product alone, never changed.
    """

    before: Any
    after: Any
    at = DateTimeField(_("When"), editable=False)
    user = ReferenceField("users.User", models.PROTECT, verbose_name=_("By"), related_name="+", db_index=False,
                          editable=False)  # fmt: skip
    days = IntegerField(_("Days in the stage before"), editable=False)
    reason = LongTextField(_("Reason"), editable=False)

    class Meta(Part.Meta):
        abstract = True
        verbose_name = _("stage change")
        verbose_name_plural = _("stage history")

    class Module(Declaration):
        icon = "history"
        title = "before after"
        columns = ["at", "before", "after", "stay", "user", "reason"]
        sort = ["-at"]
        verbs = ("view",)

    def __str__(self) -> str:
        return f"{self.before or '–'} → {self.after}"

    @computed(_("Stayed before"), needs="days", sorts_by=models.F("days"))
    def stay(self) -> str:
        """How long the record had stood in the stage it left, in words."""
        days = self.days or 0
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days} if days else gettext("less than a day")


def keep_moves(
    model: type[StageChange],
    changes: Iterable[Change],
    *,
    field: str = "stage",
    more: Callable[[Change], dict[str, Any]] | None = None,
) -> None:
    """Writes one row for every change that moved an existing record from stage to stage, all in one statement.

    field: of the record. more: what else the row holds, besides the stages, time, person and days.
    """
    part = registry.of(model)
    now = timezone.now()
    drafts = []
    for change in changes:
        if change.is_new or not change.has(field):
            continue
        record = change.record
        row = {
            part.part_of: record.pk,
            "before": change.old(field),
            "after": getattr(record, record._meta.get_field(field).attname),
            "at": now,
            "user": record.changed_by_id,
            "days": days_between(change.old("stage_since") or record.created_at, now),
        }
        drafts.append(Draft(row | (more(change) if more else {})))
    if drafts:
        write(part, drafts, authorised="the history of stages follows the record")
