"""Whose turn it is: turns, loads and weights, whoever is away meanwhile."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.assigning.choosing import Member, Turn, choose

A, B, C, D = 1, 2, 3, 4
NAMES = {A: "A", B: "B", C: "C", D: "D"}
FOUR = [Member(one) for one in (A, B, C, D)]


def turns(mode, members, count, able=None, load=None, turn=None):
    turn, load = turn or Turn(), dict(load or {})
    found = ""
    for _n in range(count):
        chosen = choose(mode, members, able or [one.user for one in members], turn, load)
        load[chosen] = load.get(chosen, 0) + 1
        found += NAMES[chosen]
    return found


def test_six_in_turn_go_around_and_without_one_over_the_others():
    assert turns("round_robin", FOUR, 6) == "ABCDAB"
    assert turns("round_robin", FOUR, 6, able=[A, C, D]) == "ACDACD"


@pytest.mark.parametrize(("members", "told"), [
    ([Member(A, 2), Member(B), Member(C)], "ABCA"),
    ([Member(A), Member(B)], "ABAB"),
    ([Member(A, 3), Member(B)], "AABA"),
])  # fmt: skip
def test_weights_are_smooth_and_repeat(members, told):
    assert turns("weighted", members, len(told) * 3) == told * 3


def test_the_least_loaded_gets_it_and_of_equals_whoever_waits_longest():
    assert turns("least_loaded", [Member(A), Member(B)], 6, load={A: 10, B: 15}) == "AAAAAB"
    assert turns("least_loaded", FOUR, 4) == "ABCD"


def test_who_leaves_the_list_leaves_their_place_to_the_next():
    turn = Turn()
    assert turns("round_robin", FOUR, 2, turn=turn) == "AB"
    assert turns("round_robin", [Member(A), Member(C), Member(D)], 3, turn=turn) == "CDA"


def test_with_nobody_able_no_turn_moves():
    turn = Turn()
    assert choose("round_robin", FOUR, [], turn, {}) is None
    assert turn == Turn()


def test_a_turn_is_stored_and_read_whole():
    turn = Turn()
    turns("weighted", [Member(A, 2), Member(B)], 5, turn=turn)
    assert Turn.of(turn.stored()) == turn


weights = st.lists(st.integers(1, 9), min_size=1, max_size=6)


@given(weights, st.integers(1, 4))
def test_over_whole_rounds_each_gets_exactly_their_weight(weights, rounds):
    members = [Member(n + 1, weight) for n, weight in enumerate(weights)]
    turn, got = Turn(), Counter()
    for _n in range(sum(weights) * rounds):
        got[choose("weighted", members, [one.user for one in members], turn, {})] += 1
    assert got == {one.user: one.weight * rounds for one in members}
    assert set(turn.credit.values()) == {0}


@given(st.integers(1, 6), st.lists(st.sets(st.integers(1, 6)), max_size=40))
def test_in_turn_nobody_able_all_the_time_waits_for_more_than_the_others(count, ables):
    """Whoever comes and goes, between two turns of a member who is always able nobody else has more than two."""
    members, turn, since = [Member(n) for n in range(1, count + 1)], Turn(), Counter()
    for able in ables:
        chosen = choose("round_robin", members, able | {1}, turn, {})
        if chosen == 1:
            since.clear()
        else:
            since[chosen] += 1
            assert since[chosen] == 1


@given(st.integers(1, 6), st.integers(0, 60), st.dictionaries(st.integers(1, 6), st.integers(0, 20)))
def test_by_load_the_loads_meet_and_then_stay_within_one(count, given_, load):
    members, turn = [Member(n) for n in range(1, count + 1)], Turn()
    load = {one.user: load.get(one.user, 0) for one in members}
    start = max(load.values())
    for _n in range(given_):
        least = min(load.values())
        chosen = choose("least_loaded", members, list(load), turn, load)
        assert load[chosen] == least
        load[chosen] += 1
    if max(load.values()) > start:
        assert max(load.values()) - min(load.values()) <= 1
