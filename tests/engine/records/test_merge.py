"""Merge: one record of several, every relation moved along; undone, each is back in its place."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.absorbed import survivor_of
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.history import history_of
from relasi.engine.records.merge import MOST, merge, what_moves
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Refused, restore, update
from tests.engine.aviary import again, cage, feeding, parrot
from tests.engine.records.test_random_acts import index_says_what_records_say, living
from tests.fakes.models import Cage, Feeding, Parrot
from tests.fingerprint import unchanged


def merged(user, survivor, *others, **values):
    """values: field -> the record whose value stays. Answers the change set."""
    with acting(user):
        _record, change_set = merge(
            registry.of(survivor), survivor.pk, [o.pk for o in others], {n: r.pk for n, r in values.items()}
        )
    close_change_set()
    return change_set


def undo(user, change_set):
    with acting(user):
        found = revert(ChangeSet.objects.get(pk=change_set))
    close_change_set()
    return found


def test_chosen_values_stay_and_everything_that_points_there_moves(aviary):
    one, other = (
        parrot(aviary.keeper, nickname="a", age_years=3),
        parrot(aviary.keeper, nickname="b", age_years=5),
    )
    meals = [feeding(aviary.keeper, one), feeding(aviary.keeper, other), feeding(aviary.keeper, other)]
    friend = parrot(aviary.keeper, friends=[other.pk, one.pk])
    merged(aviary.keeper, one, other, age_years=other)
    assert (again(one).nickname, again(one).age_years) == ("a", 5)
    assert again(other).trashed_at is not None
    assert {again(meal).parrot_id for meal in meals} == {one.pk}
    assert again(friend).friends == [one.pk]


def test_what_others_own_moves_too_and_goes_back_with_the_undo(aviary):
    one, other = cage(aviary.keeper), cage(aviary.keeper)
    bird = parrot(aviary.vet, owner=aviary.vet.pk)
    with acting(aviary.admin):
        update(bird, {"cage": other.pk})
    close_change_set()
    act = merged(aviary.keeper, one, other)
    assert again(bird).cage_id == one.pk
    undone = undo(aviary.keeper, act)
    assert (again(bird).cage_id, undone.conflicts) == (other.pk, [])


def test_undone_every_row_is_as_it_was(aviary):
    one, other = parrot(aviary.keeper, nickname="a"), parrot(aviary.keeper, nickname="b")
    feeding(aviary.keeper, other)
    parrot(aviary.keeper, friends=[other.pk])
    before = living()
    act = merged(aviary.keeper, one, other, nickname=other)
    assert living() != before
    undo(aviary.keeper, act)
    assert living() == before
    index_says_what_records_say()


def test_undone_and_undone_again_it_is_merged_once_more(aviary):
    one, other = parrot(aviary.keeper), parrot(aviary.keeper)
    meal = feeding(aviary.keeper, other)
    first = undo(aviary.keeper, merged(aviary.keeper, one, other)).change_set
    assert survivor_of(other.pk) is None
    undo(aviary.keeper, first)
    assert (again(meal).parrot_id, survivor_of(other.pk)) == (one.pk, one.pk)


def test_what_somebody_moved_since_stays_where_it_is(aviary):
    one, other, third = parrot(aviary.keeper), parrot(aviary.keeper), parrot(aviary.keeper)
    meal = feeding(aviary.keeper, other)
    act = merged(aviary.keeper, one, other)
    with acting(aviary.keeper):
        update(again(meal), {"parrot": third.pk})
    close_change_set()
    undone = undo(aviary.keeper, act)
    assert (again(meal).parrot_id, again(other).trashed_at) == (third.pk, None)
    assert [(module.key, id, column) for module, id, column in undone.conflicts] == [
        ("fakes.feeding", meal.pk, "parrot_id")
    ]


def test_the_old_id_leads_to_the_end_of_the_way(aviary):
    one, other, third = parrot(aviary.keeper), parrot(aviary.keeper), parrot(aviary.keeper)
    merged(aviary.keeper, one, other)
    merged(aviary.keeper, third, one)
    assert (survivor_of(other.pk), survivor_of(one.pk), survivor_of(third.pk)) == (third.pk, third.pk, None)
    with acting(aviary.keeper):
        restore(Parrot, [other.pk])
    assert survivor_of(other.pk) is None


def test_the_history_of_all_is_told_in_one(aviary):
    one, other = parrot(aviary.keeper), parrot(aviary.keeper)
    with acting(aviary.keeper):
        update(other, {"nickname": "dari yang lain"})
    close_change_set()
    merged(aviary.keeper, one, other)
    with acting(aviary.keeper):
        told = [change.after for entry in history_of(again(one), aviary.keeper) for change in entry.fields]
    assert "dari yang lain" in told


def test_a_record_never_points_at_itself_nor_at_what_went_into_it(aviary):
    one, other = parrot(aviary.keeper), parrot(aviary.keeper)
    with acting(aviary.keeper):
        update(one, {"friends": [other.pk]})
    close_change_set()
    merged(aviary.keeper, one, other)
    assert again(one).friends in (None, [])


@pytest.mark.parametrize("who", ["vet", "shy", "stranger", "suspended"])
def test_nobody_merges_what_they_may_not_change(aviary, who):
    one, other = parrot(aviary.keeper), parrot(aviary.keeper)
    with unchanged(), pytest.raises(Refused) as caught:
        merged(getattr(aviary, who), one, other)
    assert caught.value.codes & {"NO_PERMISSION", "NOT_FOUND"}


def test_a_field_nobody_edits_is_not_chosen(aviary):
    one, other = parrot(aviary.keeper), parrot(aviary.keeper)
    with unchanged(), pytest.raises(Refused):
        merged(aviary.keeper, one, other, number=other)


def test_two_to_ten_records_are_merged_at_once(aviary):
    one = parrot(aviary.keeper)
    for others in ([], [parrot(aviary.keeper) for _n in range(MOST)]):
        with pytest.raises(Refused) as caught:
            merged(aviary.keeper, one, *others)
        assert caught.value.codes == {"OUT_OF_RANGE"}


def test_what_would_move_is_counted_as_far_as_the_person_sees_it(aviary):
    one, other = cage(aviary.keeper), cage(aviary.keeper)
    parrot(aviary.keeper, cage=other.pk)
    with acting(aviary.admin):
        update(parrot(aviary.vet, owner=aviary.vet.pk), {"cage": other.pk})
    with acting(aviary.keeper):
        counted = [(module.key, count) for module, count in what_moves(registry.of(Cage), [other.pk])]
    assert (counted, one.pk != other.pk) == ([("fakes.parrot", 1)], True)


@settings(max_examples=25, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(
    steps=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), min_size=1, max_size=4),
    meals=st.lists(st.integers(0, 3), max_size=4),
)
def test_merges_taken_back_in_reverse_order_leave_every_row_as_it_was(aviary, steps, meals):
    birds = [parrot(aviary.keeper, nickname=str(n)) for n in range(4)]
    for place in meals:
        feeding(aviary.keeper, birds[place])
    before, acts = living(), []
    for survivor, other, takes in steps:
        pair = (birds[survivor], birds[other])
        if survivor != other and not any(again(bird).trashed_at for bird in pair):
            acts.append(merged(aviary.keeper, *pair, **({"nickname": birds[other]} if takes else {})))
    for act in reversed(acts):
        undo(aviary.keeper, act)
    assert living() == before
    assert Feeding._base_manager.filter(trashed_at=None).count() >= len(meals)
