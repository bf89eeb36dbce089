"""Staged: a record that stands in a stage: its probability, what it is worth by it, and how long it has stood there."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relasi.engine.access.company import company
from relasi.engine.declare.computed import computed
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.money import CurrencyField, MoneyField
from relasi.engine.fields.numbers import PercentField
from relasi.engine.records.refusal import Change
from relasi.kits.pipeline.days import CompanyDay, DaysBetween, days_between, today
from relasi.kits.pipeline.stage import Outcome
from relasi.kits.pipeline.weighing import weighted

_OPEN = Q(status=Outcome.OPEN)


class Staged(models.Model):
    """Abstract mixin. The concrete class has the references `stage` and `pipeline`, and says by `stage_now` which
    stage it stands in."""

    created_at: Any
    amount = MoneyField(
        _("Amount"), min=0, currency_field="currency", aliases="Nilai|Jumlah|Value|Deal - Value|Deal Value"
    )
    currency = CurrencyField(_("Currency"), aliases="Mata Uang|Deal - Currency of value")
    probability = PercentField(_("Probability"), bar=True, aliases="Probabilitas|Peluang (%)")
    probability_manual = BooleanField(_("Probability set by hand"))
    weighted_amount = MoneyField(_("Weighted amount"), currency_field="currency", editable=False)
    expected_close = DateField(
        _("Expected close"),
        required=True,
        late="overdue",
        aliases="Perkiraan Tutup|Expected Close Date|Close Date|CloseDate|Tanggal Tutup",
    )
    status = ChoiceField(Outcome, _("Status"), default=Outcome.OPEN, required=True, editable=False)
    stage_since = DateTimeField(_("In this stage since"), editable=False)
    closed_at = DateTimeField(_("Closed"), editable=False)

    class Meta:
        abstract = True

    @property
    def stage_now(self) -> Any:
        raise NotImplementedError

    @property
    def is_open(self) -> bool:
        return self.status == Outcome.OPEN

    def follow_stage(self, change: Change) -> None:
        """Probability, weighted amount, status and times as the stage and the person say."""
        stage = self.stage_now
        moved = change.has("stage")
        if moved:
            self._enter(stage, change)
        if self._takes_the_stages_probability(stage, change, moved):
            self.probability, self.probability_manual = stage.probability, False
        elif change.has("probability") and not change.has("probability_manual"):
            self.probability_manual = self.probability != stage.probability
        self.weighted_amount = weighted(self.amount, self.probability, self.currency or company().currency)

    def _takes_the_stages_probability(self, stage: Any, change: Change, moved: bool) -> bool:
        if self.probability is None or (moved and not stage.is_open):
            return True
        if change.has("probability"):
            return False
        return not self.probability_manual and (moved or change.has("probability_manual"))

    def _enter(self, stage: Any, change: Change) -> None:
        now = timezone.now()
        if not change.is_new or self.stage_since is None:
            self.stage_since = now
        self.status = stage.outcome
        if stage.is_open:
            self.closed_at = None
        elif self.closed_at is None:
            self.closed_at = now

    @computed(
        _("Days in stage"), kind="integer", needs="stage_since status",
        sorts_by=Case(When(_OPEN, then=DaysBetween("stage_since"))),
    )  # fmt: skip
    def days_in_stage(self) -> int | None:
        return days_between(self.stage_since) if self.is_open else None

    @computed(
        _("Stuck for days"), kind="integer", needs="stage_since status stage",
        sorts_by=Case(
            When(_OPEN & Q(stage__rot_days__lt=DaysBetween("stage_since")),
                 then=DaysBetween("stage_since") - F("stage__rot_days")),
        ),
    )  # fmt: skip
    def stuck_days(self) -> int | None:
        """How many days beyond what the stage allows; None while it is within."""
        most = self.stage_now.rot_days
        if not self.is_open or not most:
            return None
        beyond = (days_between(self.stage_since) or 0) - most
        return beyond if beyond > 0 else None

    @computed(_("Stuck"), needs="stage_since status stage")
    def stuck_note(self) -> str:
        """The same in words; empty while it is within."""
        days = self.stuck_days
        return ngettext("Stuck for %(n)s day", "Stuck for %(n)s days", days) % {"n": days} if days else ""

    @property
    def stuck(self) -> bool:
        return self.stuck_days is not None

    @computed(
        _("Past its date"), kind="boolean", needs="expected_close status",
        sorts_by=Case(When(_OPEN & Q(expected_close__lt=CompanyDay(Now())), then=Value(True)), default=Value(False)),
    )  # fmt: skip
    def overdue(self) -> bool:
        return self.is_open and self.expected_close < today()

    @computed(
        _("Age in days"), kind="integer", needs="created_at closed_at",
        sorts_by=DaysBetween("created_at", Coalesce("closed_at", Now())),
    )  # fmt: skip
    def age_days(self) -> int | None:
        """From its creation to its close, or to today."""
        return days_between(self.created_at, self.closed_at)
