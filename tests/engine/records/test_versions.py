"""Versions: nobody writes over what somebody else has saved in the meantime without seeing it."""

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.records.write import Refused, update
from tests.engine.aviary import again, cage, parrot
from tests.engine.records.refused import refused
from tests.fingerprint import unchanged


@pytest.fixture
def bird(aviary):
    """Version 2 by the manager: another nickname and age than the keeper saw in version 1."""
    bird = parrot(aviary.keeper, nickname="Jo", age_years=3, price=100)
    with acting(aviary.manager):
        update(bird, {"nickname": "Joni", "age_years": 4})
    return bird


def conflict(record, values, **how):
    """The refusal, as field -> (mine, theirs, whether they changed it)."""
    with unchanged(), pytest.raises(Refused) as caught:
        update(record, values, version=1, **how)
    (refusal,) = caught.value.refusals
    assert refusal.code == "STALE_VERSION" and caught.value.status == 409
    return refusal.more["version"], {name: rest for name, *rest in refusal.more["fields"]}


def test_a_stale_version_is_refused_and_told_field_by_field(aviary, bird):
    with acting(aviary.keeper):
        version, fields = conflict(bird, {"nickname": "Jojo", "age_years": 3, "price": 200})
    assert version == 2
    assert fields == {
        "nickname": ["Jojo", "Joni", True],
        "age_years": [3, 4, True],
        "price": [200, 100, False],
    }


def test_what_only_they_changed_is_told_from_what_both_changed(aviary, bird):
    with acting(aviary.keeper), pytest.raises(Refused) as caught:
        update(bird, {"nickname": "Jo", "age_years": 5, "price": 200}, version=1)
    assert caught.value.refusals[0].more["both"] == {"age_years"}


def test_values_that_agree_with_what_stands_are_no_conflict(aviary, bird):
    with acting(aviary.keeper):
        saved = update(bird, {"nickname": "Joni"}, version=1)
    assert saved.version == 2


def test_the_version_that_stands_is_taken(aviary, bird):
    with acting(aviary.keeper):
        assert update(bird, {"nickname": "Jojo"}, version=2).version == 3


def test_an_inline_edit_merges_with_changes_of_other_fields(aviary, bird):
    with acting(aviary.keeper):
        update(bird, {"price": 200}, version=1, merge=True)
    stored = again(bird)
    assert (stored.nickname, stored.age_years, stored.price) == ("Joni", 4, 200)


def test_an_inline_edit_of_a_field_they_changed_is_refused(aviary, bird):
    with acting(aviary.keeper):
        _version, fields = conflict(bird, {"nickname": "Jojo"}, merge=True)
    assert fields == {"nickname": ["Jojo", "Joni", True]}


def test_a_field_changed_and_changed_back_still_counts_as_touched(aviary, bird):
    with acting(aviary.manager):
        update(bird, {"age_years": 3})
        _version, fields = conflict(bird, {"age_years": 9}, merge=True)
    assert fields == {"age_years": [9, 3, True]}


def test_a_version_from_the_future_or_from_nowhere_is_refused(aviary, bird):
    with acting(aviary.keeper):
        for version in (0, -1, 99):
            found = refused(update, bird, {"nickname": "x"}, version=version)
            assert found == [("", "STALE_VERSION")]


def test_references_and_structures_are_compared_by_what_they_hold(aviary):
    home = cage(aviary.keeper)
    bird = parrot(aviary.keeper, cage=home.pk, home={"city": "Ubud"}, colours=["red"], hatched="2020-01-31")
    with acting(aviary.manager):
        update(bird, {"nickname": "x"})
    with acting(aviary.keeper):
        same = {"cage": home.number, "home": {"city": "Ubud"}, "colours": "Red", "hatched": "31/01/2020"}
        assert update(bird, same, version=1).version == 2


def test_a_wrong_value_is_told_before_a_conflict(aviary, bird):
    with acting(aviary.keeper):
        assert refused(update, bird, {"age_years": "x"}, version=1) == [("age_years", "INVALID_VALUE")]


def test_a_conflict_shows_no_field_the_person_may_not_see(aviary):
    bird = parrot(aviary.shy, nickname="Jo")
    with acting(aviary.admin):
        update(bird, {"price": 7, "nickname": "Joni"})
    with acting(aviary.shy):
        _version, fields = conflict(bird, {"nickname": "Jojo"})
        assert set(fields) == {"nickname"}
