"""The timeline: everything that happens around a record, of many kinds, newest first, a page at a time."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import acting
from relasi.engine.activity import timeline as room
from relasi.engine.activity.comment import say
from relasi.engine.activity.timeline import Moment, Source, Tab, folded, register_source, timeline
from relasi.engine.fields.kind import Invalid
from tests.engine.activity.telling import as_, change
from tests.engine.aviary import parrot

NOW = timezone.now()


def walk(record, user, size, tab=""):
    found, after = [], ""
    while True:
        page = timeline(record, user, tab=tab, after=after, size=size)
        found += page.moments
        if not page.more:
            return found
        assert len(page.moments) == size
        after = page.more


def test_comments_and_changes_stand_in_one_row_of_time_and_none_is_lost_between_pages(aviary):
    bird = parrot(aviary.keeper, age_years=1)
    for number in range(12):
        change(aviary.keeper, bird, age_years=number + 2)
        with as_(aviary.keeper):
            say(bird.pk, f"Halo {number}")
    with acting(aviary.keeper):
        whole = walk(bird, aviary.keeper, 100)
        assert len(whole) == 25
        for size in (1, 3, 7, 24):
            pieces = walk(bird, aviary.keeper, size)
            assert sorted((m.source, m.place) for m in pieces) == sorted((m.source, m.place) for m in whole)
        assert len(walk(bird, aviary.keeper, 5, "comments")) == 12
        assert len(walk(bird, aviary.keeper, 5, "changes")) == 13


def test_a_page_costs_the_same_however_much_happened(aviary, django_assert_max_num_queries):
    bird = parrot(aviary.keeper, age_years=1)
    with acting(aviary.keeper):
        for number in range(120):
            say(bird.pk, f"Halo {number}")
    with acting(aviary.keeper), django_assert_max_num_queries(8):
        page = timeline(bird, aviary.keeper, size=50)
    assert len(page.moments) == 50 and page.more


def test_who_may_not_see_a_field_does_not_find_its_changes(aviary):
    bird = parrot(aviary.keeper, price="1", owner=aviary.shy.pk)
    for price in range(2, 30):
        change(aviary.manager, bird, price=str(price))
    change(aviary.manager, bird, mood="loud")
    with acting(aviary.shy):
        found = walk(bird, aviary.shy, 2)
    assert [m.about.what for m in found] == ["changed", "created"]


def test_a_deleted_comment_stands_only_while_it_has_answers(aviary):
    bird = parrot(aviary.keeper)
    with as_(aviary.keeper):
        alone, answered = say(bird.pk, "satu"), say(bird.pk, "dua")
        say(bird.pk, "jawaban", reply_to=answered.pk)
    from relasi.engine.activity.comment import take_back

    for comment in (alone, answered):
        with as_(aviary.keeper):
            take_back(comment)
    with acting(aviary.keeper):
        (left,) = timeline(bird, aviary.keeper, tab="comments").moments
    assert left.about == answered and left.about.trashed_at and len(left.about.answers) == 1


@pytest.mark.parametrize("cursor", ["x", "e30", "eyJkYXkiOiBbIngiLCAwXX0", "////", "W10"])
def test_a_cursor_that_is_not_ours_is_refused(aviary, cursor):
    bird = parrot(aviary.keeper)
    with acting(aviary.keeper), pytest.raises(Invalid):
        timeline(bird, aviary.keeper, after=cursor)


@given(
    data=st.lists(st.lists(st.integers(0, 20), max_size=12), min_size=1, max_size=4),
    size=st.integers(1, 9),
)
@settings(max_examples=60, deadline=None)
def test_sources_to_come_are_merged_by_time_without_loss(data, size):
    """Each list holds the minutes at which things of one kind happened, several perhaps in the same one."""
    before = (dict(room._sources), dict(room._tabs))
    room._sources.clear()
    try:
        for number, minutes in enumerate(data):
            register_source(source(f"s{number}", minutes), Tab(f"s{number}", f"S{number}", "check"))
        record = SimpleNamespace(pk=1)
        found = walk(record, None, size)
        assert len(found) == sum(map(len, data))
        assert [m.at for m in found] == sorted((m.at for m in found), reverse=True)
        assert len({(m.source, m.place) for m in found}) == len(found)
    finally:
        room._sources, room._tabs = before


def source(key, minutes):
    places = sorted(((NOW - timedelta(minutes=m), id) for id, m in enumerate(minutes, 1)), reverse=True)

    def read(record, user, place, most):
        return [Moment(key, one, None, "x") for one in places if place is None or one < place][:most]

    return Source(key, read, key)


def test_more_than_three_changes_in_a_row_are_folded():
    def moment(quiet):
        return Moment("x", (NOW, 1), None, "x", quiet=quiet)

    runs = [moment(q) for q in (True, True, True, False, True, True, True, True, False)]
    assert [len(run) for run in folded(runs)] == [1, 1, 1, 1, 4, 1]
