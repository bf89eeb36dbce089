"""Stage: one step of a pipeline, with the probability of those who stand in it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.tracked import Tracked
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.numbers import IntegerField, PercentField
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Refusal


class Outcome(Choices):
    """What it means to stand in a stage."""

    OPEN = "open", _("Open"), "biru"
    WON = "won", _("Won"), "hijau"
    LOST = "lost", _("Lost"), "merah"


class Tone(Choices):
    """The colours a stage may have; the keys are those of engine.fields.choice.TONES."""

    NILA = "nila", _("Indigo"), "nila"
    BIRU = "biru", _("Blue"), "biru"
    TOSKA = "toska", _("Teal"), "toska"
    HIJAU = "hijau", _("Green"), "hijau"
    KUNING = "kuning", _("Yellow"), "kuning"
    JINGGA = "jingga", _("Orange"), "jingga"
    MERAH = "merah", _("Red"), "merah"
    JAMBU = "jambu", _("Pink"), "jambu"
    UNGU = "ungu", _("Purple"), "ungu"
    GRAY = "gray", _("Gray"), "gray"


class Named(models.Model):
    """Abstract. A row of settings with a name in the company's language and, where it differs, in English."""

    name = TextField(_("Name"), max_length=100, required=True)
    name_en = TextField(_("Name in English"), max_length=100)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        # Where a list loaded the name alone, asking for the other one would cost a query for each row.
        english = self.__dict__.get("name_en")
        return english if english and get_language() == "en" else self.name


class Stage(Named, Tracked):
    """Abstract; the pipeline it belongs to is the concrete class's. rot_days: so long one may stay and still move."""

    position = IntegerField(_("Order"), min=0, default=0, foot="")
    outcome = ChoiceField(Outcome, _("Means"), default=Outcome.OPEN, required=True)
    probability = PercentField(_("Probability"), bar=True, foot="")
    tone = ChoiceField(Tone, _("Colour"), default=Tone.GRAY, required=True)
    rot_days = IntegerField(
        _("Stuck after days"), min=1, max=3650,
        help_text=_("A record that stays longer is marked as stuck. Empty: never."),
    )  # fmt: skip
    active = BooleanField(_("Active"), default=True)

    class Meta(Tracked.Meta):
        abstract = True

    def before_save(self, change: Any) -> None:
        if self.outcome != Outcome.OPEN:
            self.probability = Decimal(100 if self.outcome == Outcome.WON else 0)
            self.rot_days = None

    def clean(self, change: Any = None) -> None:
        if self.probability is None:
            raise Refusal("probability", "REQUIRED", _("An open stage needs a probability."))

    @property
    def is_open(self) -> bool:
        return self.outcome == Outcome.OPEN


def in_order(stages: Iterable[Any], *, chosen: int | None = None) -> list[Any]:
    """The stages one can choose, by position; a stage that is chosen already stays among them."""
    found = [s for s in stages if s.pk == chosen or (s.active and s.trashed_at is None)]
    return sorted(found, key=lambda stage: (stage.position, stage.pk))


def first_open(stages: Iterable[Any]) -> Any | None:
    return next((stage for stage in in_order(stages) if stage.is_open), None)


def nearest(stages: Iterable[Any], like: Any) -> Any | None:
    """The stage of another pipeline that comes next to this one: same outcome, then nearest probability."""
    alike = [stage for stage in in_order(stages) if stage.outcome == like.outcome]
    return min(alike, key=lambda stage: abs(stage.probability - like.probability), default=None)


def skipped(stages: Iterable[Any], before: Any, after: Any) -> Any | None:
    """The first open stage a move forward leaves out, or None. Losing and going back leave nothing out."""
    if after.outcome == Outcome.LOST or after.position <= before.position:
        return None
    between = (s for s in in_order(stages) if s.is_open and before.position < s.position < after.position)
    return next(between, None)
