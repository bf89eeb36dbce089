"""Stage: the order of stages, and where a move leads."""

from dataclasses import dataclass, field
from itertools import count

import pytest
from django.utils import translation

from relasi.engine.fields.choice import TONES
from relasi.kits.pipeline.stage import Outcome, Tone, first_open, in_order, nearest, skipped
from relasi.modules.sales.pipeline import Stage

_ids = count(1)


@dataclass
class Step:
    position: int
    probability: int
    outcome: str = "open"
    active: bool = True
    trashed_at: object = None
    pk: int = field(default_factory=lambda: next(_ids))

    @property
    def is_open(self):
        return self.outcome == "open"


NEW, QUOTE, TALKS, WON, LOST = Step(1, 10), Step(2, 60), Step(3, 80), Step(4, 100, "won"), Step(5, 0, "lost")
STEPS = [LOST, TALKS, NEW, WON, QUOTE]


def test_stages_stand_in_their_order_without_those_not_used_any_more():
    old = Step(0, 5, active=False)
    assert in_order([*STEPS, old]) == [NEW, QUOTE, TALKS, WON, LOST]
    assert in_order([*STEPS, old], chosen=old.pk)[0] is old
    assert first_open([*STEPS, old]) is NEW
    assert first_open([WON]) is None


@pytest.mark.parametrize(
    ("like", "found"), [(Step(9, 65), QUOTE), (Step(9, 99), TALKS), (Step(1, 100, "won"), WON)]
)
def test_the_nearest_stage_has_the_same_outcome_and_the_nearest_probability(like, found):
    assert nearest(STEPS, like) is found
    assert nearest([NEW], Step(1, 0, "lost")) is None


@pytest.mark.parametrize(
    ("before", "after", "left_out"),
    [
        (NEW, QUOTE, None),
        (NEW, TALKS, QUOTE),
        (NEW, WON, QUOTE),
        (TALKS, WON, None),
        (TALKS, NEW, None),
        (NEW, LOST, None),
    ],
)
def test_a_move_forward_may_leave_a_stage_out(before, after, left_out):
    assert skipped(STEPS, before, after) is left_out


def test_stages_may_have_every_tone():
    assert {tone.value for tone in Tone} == set(TONES)
    assert [outcome.value for outcome in Outcome] == ["open", "won", "lost"]


def test_a_stage_is_called_in_the_readers_language():
    stage = Stage(name="Negosiasi", name_en="Negotiation")
    with translation.override("en"):
        assert str(stage) == "Negotiation"
    with translation.override("id"):
        assert str(stage) == "Negosiasi"
    with translation.override("en"):
        assert str(Stage(name="Survei lokasi")) == "Survei lokasi"
