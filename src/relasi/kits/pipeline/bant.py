"""BANT: the four questions a real opportunity can answer: budget, authority, need, time."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.fields.text import LongTextField

QUESTIONS = ("budget", "authority", "need", "timing")


def _answered(name: str) -> Case:
    return Case(When(**{name: None}, then=Value(0)), default=Value(100 // len(QUESTIONS)))


class Bant(models.Model):
    """Abstract mixin: one answer for each question, and how many are answered in hundredths."""

    budget = LongTextField(_("Budget"), help_text=_("How much is there, and who has approved it?"))
    authority = LongTextField(_("Authority"), help_text=_("Who decides, and who has a say?"))
    need = LongTextField(_("Need"), help_text=_("Which problem is to be solved?"))
    timing = LongTextField(_("Timing"), help_text=_("By when must it be solved, and why then?"))

    class Meta:
        abstract = True

    @computed(
        _("Qualification score"), kind="integer", needs="budget authority need timing",
        sorts_by=sum((_answered(name) for name in QUESTIONS[1:]), _answered(QUESTIONS[0])),
    )  # fmt: skip
    def qualification_score(self) -> int:
        """25 for each question that has an answer."""
        return sum(100 // len(QUESTIONS) for name in QUESTIONS if getattr(self, name))

    def unanswered(self) -> list[str]:
        return [name for name in QUESTIONS if not getattr(self, name)]
