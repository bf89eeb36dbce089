"""Circles: a reference to a record of the same module never leads back to where it began."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, Refused, create, update, write
from tests.engine.aviary import again, cage
from tests.engine.records.refused import refused
from tests.fakes.models import Perch
from tests.fakes.perch import DEEPEST

REFUSED = [("above", "INVALID_VALUE")]


@pytest.fixture
def home(aviary):
    return cage(aviary.keeper)


@pytest.fixture
def hang(aviary, home):
    """Makes a perch that hangs from another one."""

    def make(above=None):
        with acting(aviary.keeper):
            return create(Perch, {"cage": home.pk, "name": "Dahan", "above": above and above.pk})

    return make


def test_a_record_does_not_hang_from_itself(aviary, hang):
    one = hang()
    with acting(aviary.keeper):
        assert refused(update, one, {"above": one.pk}) == REFUSED


def test_not_even_through_others(aviary, hang):
    top = hang()
    low = hang(hang(top))
    with acting(aviary.keeper):
        assert refused(update, top, {"above": low.pk}) == REFUSED
    assert again(top).above_id is None


def test_two_changes_of_one_write_make_no_circle_together(aviary, hang):
    one, other = hang(), hang()
    drafts = [Draft({"above": other.pk}, id=one.pk), Draft({"above": one.pk}, id=other.pk)]
    with acting(aviary.keeper):
        assert set(refused(write, registry.of(Perch), drafts)) == set(REFUSED)


def test_one_write_may_turn_a_chain_round(aviary, hang):
    top = hang()
    low = hang(top)
    drafts = [Draft({"above": low.pk}, id=top.pk), Draft({"above": None}, id=low.pk)]
    with acting(aviary.keeper):
        write(registry.of(Perch), drafts)
    assert (again(top).above_id, again(low).above_id) == (low.pk, None)


def test_no_more_levels_than_the_module_allows(aviary, hang):
    chain = [hang()]
    for _level in range(DEEPEST - 1):
        chain.append(hang(chain[-1]))
    with acting(aviary.keeper):
        values = {"cage": chain[0].cage_id, "name": "X", "above": chain[-1].pk}
        assert refused(create, Perch, values) == REFUSED
        # What hangs below counts as well.
        assert refused(update, chain[0], {"above": hang().pk}) == REFUSED


def test_many_changes_cost_no_more_queries_than_one(aviary, home, hang, django_assert_max_num_queries):
    top = hang()
    drafts = [Draft({"cage": home.pk, "name": f"D{n}", "above": top.pk}) for n in range(300)]
    with acting(aviary.keeper), django_assert_max_num_queries(20):
        write(registry.of(Perch), drafts)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8))
def test_whatever_is_taken_leaves_a_forest(aviary, hang, moves):
    perches = [hang() for _n in range(6)]
    above = dict.fromkeys(range(6))
    for low, high in moves:
        wanted = {**above, low: high}
        try:
            with acting(aviary.keeper):
                update(again(perches[low]), {"above": perches[high].pk})
        except Refused:
            assert not _is_low_forest(wanted)
        else:
            assert _is_low_forest(wanted)
            above = wanted


def _is_low_forest(above):
    """Whether every way up ends, after at most so many steps as are allowed."""
    for one in above:
        steps = 1
        while above[one] is not None:
            one, steps = above[one], steps + 1
            if steps > DEEPEST:
                return False
    return True
