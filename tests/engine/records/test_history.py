"""History: what happened to a record in words, to those who may see it."""

import pytest
from django.db import connection

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.history import history_of
from relasi.engine.records.recycle_bin import purge
from relasi.engine.records.write import create, restore, trash, update
from tests.engine.aviary import again, cage, parrot
from tests.fakes.models import Cage, Parrot


def told(record, user, **how):
    """Newest first: what happened, who did it and which fields it was about."""
    with acting(user):
        entries = history_of(record, user, **how)
    return [
        (e.what, e.change_set.user_id, {c.kind.key: (c.before, c.after) for c in e.fields}) for e in entries
    ]


def test_created_swallows_what_changed_in_the_same_act(aviary):
    with acting(aviary.keeper):
        bird = create(Parrot, {"name": "Beo"})
        update(bird, {"nickname": "Jo"})
    assert told(bird, aviary.keeper) == [("created", aviary.keeper.pk, {})]


def test_an_act_of_several_writes_is_one_entry_from_first_to_last(aviary):
    bird = parrot(aviary.keeper, nickname="a", age_years=1)
    with acting(aviary.manager):
        update(bird, {"nickname": "b", "age_years": 2})
        update(bird, {"nickname": "c", "tame": True})
    what, who, fields = told(bird, aviary.keeper)[0]
    assert (what, who) == ("changed", aviary.manager.pk)
    assert fields == {"nickname": ("a", "c"), "age_years": (1, 2), "tame": (False, True)}


def test_what_changed_and_changed_back_in_one_act_is_no_entry(aviary):
    bird = parrot(aviary.keeper, nickname="a")
    with acting(aviary.keeper):
        update(bird, {"nickname": "b"})
        update(bird, {"nickname": "a"})
    assert [entry[0] for entry in told(bird, aviary.keeper)] == ["created"]


def test_values_come_back_as_their_kinds(aviary):
    home = cage(aviary.keeper, name="Utara")
    bird = parrot(aviary.keeper, price="10.5", hatched="2020-01-31")
    with acting(aviary.keeper):
        update(bird, {"price": "99", "hatched": "2021-02-01", "cage": home.pk, "home": {"city": "Ubud"},
                      "heard_at": "2026-08-17T10:00:00+08:00", "colours": ["red"]})  # fmt: skip
    stored = again(bird)
    fields = told(bird, aviary.keeper)[0][2]
    for name in ("price", "hatched", "home", "heard_at", "colours"):
        assert fields[name][1] == getattr(stored, name), name
    assert fields["cage"] == (None, "Utara") and fields["price"][0] == bird.price


def test_trash_and_restore_are_entries_of_their_own(aviary):
    bird = parrot(aviary.keeper)
    with acting(aviary.keeper):
        trash(Parrot, [bird.pk])
    with acting(aviary.keeper):
        restore(Parrot, [bird.pk])
    assert [entry[0] for entry in told(again(bird), aviary.keeper)] == ["restored", "trashed", "created"]


def test_hidden_fields_are_left_out_and_so_are_entries_about_nothing_else(aviary):
    bird = parrot(aviary.shy, nickname="a")
    with acting(aviary.admin):
        update(bird, {"price": 5})
    with acting(aviary.admin):
        update(bird, {"price": 6, "nickname": "b"})
    assert [fields for _what, _who, fields in told(bird, aviary.shy)] == [{"nickname": ("a", "b")}, {}]
    assert len(told(bird, aviary.admin)) == 3


def test_a_record_one_may_not_see_is_named_by_number_alone_in_the_history(aviary):
    hidden = cage(aviary.vet, name="Kandang Rahasia")
    bird = parrot(aviary.keeper)
    with acting(aviary.admin):
        update(bird, {"cage": hidden.pk})
    fields = told(bird, aviary.keeper)[0][2]
    assert fields["cage"] == (None, hidden.number)
    assert told(bird, aviary.admin)[0][2]["cage"] == (None, "Kandang Rahasia")


def test_a_reference_that_is_gone_for_good_still_shows_as_something(aviary):
    gone = cage(aviary.keeper, name="Lenyap")
    bird = parrot(aviary.keeper, cage=gone.pk)
    with acting(aviary.keeper):
        update(bird, {"cage": None})
        trash(Cage, [gone.pk])
    with acting(SYSTEM, via="system"):
        assert purge(registry.of(Cage), [gone.pk]) == 1
    before, after = told(bird, aviary.keeper)[0][2]["cage"]
    assert before == f"#{gone.pk}" and after is None


def test_a_limit_never_cuts_an_act_in_two(aviary):
    bird = parrot(aviary.keeper, nickname="0")
    with acting(aviary.keeper):
        for n in range(1, 6):
            update(bird, {"nickname": str(n)})
    assert told(bird, aviary.keeper, limit=3)[0][2] == {"nickname": ("0", "5")}


def test_history_costs_the_same_however_long_it_is(aviary):
    from django.test.utils import CaptureQueriesContext

    bird = parrot(aviary.keeper)
    counts = []
    for rounds in (2, 10):
        for n in range(rounds):
            with acting(aviary.keeper):
                update(bird, {"nickname": f"{rounds}-{n}", "cage": cage(aviary.keeper).pk})
        with acting(aviary.keeper), CaptureQueriesContext(connection) as queries:
            history_of(bird, aviary.keeper)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("via", ["ui", "import", "api", "workflow", "system"])
def test_the_way_something_came_is_kept(aviary, via):
    with acting(aviary.keeper, via=via, reason="Karena"):
        bird = create(Parrot, {"name": "Beo"})
    with acting(aviary.keeper):
        (entry,) = history_of(bird, aviary.keeper)
    assert (entry.change_set.via, entry.change_set.reason, bird.source) == (via, "Karena", via)


def test_who_looks_through_anothers_eyes_is_named(aviary):
    with acting(aviary.keeper, impersonator=aviary.admin):
        bird = create(Parrot, {"name": "Beo"})
    with acting(aviary.keeper):
        (entry,) = history_of(bird, aviary.keeper)
    assert (entry.change_set.user_id, entry.change_set.impersonator_id) == (aviary.keeper.pk, aviary.admin.pk)
