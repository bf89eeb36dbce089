"""Reactions: what one area does when a record of another changes, in the same transaction, for all at once."""

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records import reactions
from relasi.engine.records.change_set import ChangeRow
from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, TRASHED, on
from relasi.engine.records.write import Draft, Refused, create, restore, trash, update, write
from tests.engine.aviary import again, cage, parrot
from tests.fakes.models import Cage, Parrot
from tests.fingerprint import unchanged

KEY = "fakes.parrot"


@pytest.fixture
def heard(monkeypatch, aviary):
    """What was heard, as (what, ids). Listeners registered inside the test leave with it."""
    monkeypatch.setattr(reactions, "_reactions", dict(reactions._reactions))
    found = []

    def listen(what, **how):
        on(what, "fakes.Parrot", **how)(lambda changes: found.append((what, [c.record.pk for c in changes])))

    listen.found = found
    return listen


def test_each_kind_of_happening_is_heard_by_its_name(aviary, heard):
    for what in (CREATED, CHANGED, TRASHED, RESTORED):
        heard(what)
    bird = parrot(aviary.keeper)
    with acting(aviary.keeper):
        update(bird, {"nickname": "x"})
        trash(Parrot, [bird.pk])
        restore(Parrot, [bird.pk])
    assert heard.found == [(what, [bird.pk]) for what in (CREATED, CHANGED, TRASHED, RESTORED)]


def test_many_records_are_one_call(aviary, heard):
    heard(CREATED)
    with acting(aviary.keeper):
        made = write(registry.of(Parrot), [Draft({"name": str(n)}) for n in range(50)]).records
    assert heard.found == [(CREATED, [bird.pk for bird in made])]


def test_a_listener_of_one_field_hears_of_that_field_alone(aviary, heard):
    heard(CHANGED, field="nickname")
    heard(CHANGED, field="mood", to="angry")
    bird = parrot(aviary.keeper, nickname="a")
    with acting(aviary.keeper):
        update(bird, {"age_years": 4})
        update(bird, {"nickname": "a"})
        update(bird, {"mood": "loud"})
        assert heard.found == []
        update(bird, {"nickname": "b"})
        update(bird, {"mood": "angry"})
    assert heard.found == [(CHANGED, [bird.pk])] * 2


def test_only_those_whose_field_changed_are_in_the_list(aviary, heard):
    heard(CHANGED, field="nickname")
    one, other = parrot(aviary.keeper), parrot(aviary.keeper)
    with acting(aviary.keeper):
        write(
            registry.of(Parrot), [Draft({"nickname": "x"}, id=one.pk), Draft({"age_years": 2}, id=other.pk)]
        )
    assert heard.found == [(CHANGED, [one.pk])]


def test_a_listener_sees_what_stood_before_and_what_stands_now(aviary, heard):
    seen = []
    on(CHANGED, "fakes.Parrot")(lambda cs: seen.extend((c.old("nickname"), c.record.nickname) for c in cs))
    bird = parrot(aviary.keeper, nickname="a")
    with acting(aviary.keeper):
        update(bird, {"nickname": "b"})
    assert seen == [("a", "b")]


def test_what_a_reaction_writes_belongs_to_the_same_act(aviary, heard):
    def make_cages(changes):
        drafts = [Draft({"name": f"Sangkar {c.record.name}"}) for c in changes]
        write(registry.of(Cage), drafts, authorised="a new bird needs a cage")

    on(CREATED, "fakes.Parrot")(make_cages)
    with acting(aviary.keeper) as stretch:
        create(Parrot, {"name": "Beo"})
    rows = ChangeRow.objects.filter(change_set=stretch.change_set).values_list("origin", "kind")
    assert list(rows) == [("fakes_parrot", "c"), ("fakes_cage", "c")]
    assert Cage._base_manager.filter(name="Sangkar Beo").exists()


def test_a_reaction_that_refuses_takes_everything_back(aviary, heard):
    def refuse(changes):
        create(Cage, {"name": ""})

    on(CREATED, "fakes.Parrot")(refuse)
    with acting(aviary.keeper), unchanged(), pytest.raises(Refused):
        create(Parrot, {"name": "Beo"})


def test_an_undo_is_heard_like_any_change(aviary, heard):
    from relasi.engine.records.change_set import ChangeSet
    from relasi.engine.records.undo import revert

    bird = parrot(aviary.keeper, nickname="a")
    with acting(aviary.keeper) as stretch:
        update(bird, {"nickname": "b"})
    heard(CHANGED, field="nickname")
    with acting(aviary.keeper):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert heard.found == [(CHANGED, [bird.pk])] and again(bird).nickname == "a"


def test_other_modules_are_not_heard(aviary, heard):
    heard(CREATED)
    cage(aviary.keeper)
    assert heard.found == []
