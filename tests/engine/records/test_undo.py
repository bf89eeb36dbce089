"""Undo: a whole act is taken back, and nothing that somebody did since is written over."""

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, Refused, create, restore, trash, update, write
from tests.engine.aviary import again, cage, parrot
from tests.fakes.models import Cage, Parrot
from tests.fingerprint import unchanged


def undo(user, change_set):
    with acting(user):
        return revert(ChangeSet.objects.get(pk=change_set))


def did(user, call, *args, **how):
    """The change set of one act."""
    with acting(user) as stretch:
        call(*args, **how)
    return stretch.change_set


def test_a_change_of_many_records_is_taken_back_whole(aviary):
    birds = [parrot(aviary.keeper, nickname=f"n{n}", age_years=n) for n in range(5)]
    drafts = [Draft({"nickname": "same", "age_years": 9}, id=bird.pk) for bird in birds]
    act = did(aviary.keeper, write, registry.of(Parrot), drafts)
    undone = undo(aviary.keeper, act)
    assert (undone.count, undone.conflicts) == (5, [])
    assert [(again(b).nickname, again(b).age_years) for b in birds] == [(f"n{n}", n) for n in range(5)]


def test_an_act_over_several_modules_is_taken_back_whole(aviary):
    bird = parrot(aviary.keeper, nickname="a")
    with acting(aviary.keeper) as stretch:
        home = create(Cage, {"name": "Baru"})
        young = create(Parrot, {"name": "Anak", "cage": home.pk})
        update(bird, {"cage": home.pk, "nickname": "b"})
    undone = undo(aviary.keeper, stretch.change_set)
    assert (undone.count, undone.conflicts) == (3, [])
    assert again(bird).cage_id is None and again(bird).nickname == "a"
    assert again(home).trashed_at and again(young).trashed_at


def test_what_was_made_goes_to_the_bin_and_what_was_deleted_comes_back(aviary):
    made = did(aviary.keeper, create, Parrot, {"name": "Baru"})
    bird = Parrot._base_manager.get(name="Baru")
    undo(aviary.keeper, made)
    assert again(bird).trashed_at
    other = parrot(aviary.keeper)
    undo(aviary.keeper, did(aviary.keeper, trash, Parrot, [other.pk]))
    assert again(other).trashed_at is None
    gone = did(aviary.keeper, trash, Parrot, [other.pk])
    back = did(aviary.keeper, restore, Parrot, [other.pk])
    undo(aviary.keeper, back)
    assert again(other).trashed_at and gone != back


def test_what_somebody_changed_since_is_told_and_left_as_it_is(aviary):
    bird, calm = parrot(aviary.keeper, nickname="a", age_years=1), parrot(aviary.keeper, nickname="a")
    drafts = [Draft({"nickname": "b", "age_years": 2}, id=bird.pk), Draft({"nickname": "b"}, id=calm.pk)]
    act = did(aviary.keeper, write, registry.of(Parrot), drafts)
    did(aviary.manager, update, bird, {"nickname": "c"})
    undone = undo(aviary.keeper, act)
    assert undone.conflicts == [(registry.of(Parrot), bird.pk, "nickname")]
    assert (again(bird).nickname, again(bird).age_years, again(calm).nickname) == ("c", 1, "a")


def test_what_was_made_and_changed_since_stays(aviary):
    act = did(aviary.keeper, create, Parrot, {"name": "Baru"})
    bird = Parrot._base_manager.get(name="Baru")
    did(aviary.manager, update, bird, {"nickname": "c"})
    undone = undo(aviary.keeper, act)
    assert (undone.count, undone.conflicts) == (0, [(registry.of(Parrot), bird.pk, "nickname")])
    assert again(bird).trashed_at is None


def test_changed_and_changed_back_since_is_no_conflict(aviary):
    bird = parrot(aviary.keeper, nickname="a")
    act = did(aviary.keeper, update, bird, {"nickname": "b"})
    did(aviary.manager, update, bird, {"nickname": "c"})
    did(aviary.manager, update, bird, {"nickname": "b"})
    assert undo(aviary.keeper, act).conflicts == []
    assert again(bird).nickname == "a"


def test_a_second_undo_is_refused(aviary):
    bird = parrot(aviary.keeper, nickname="a")
    act = did(aviary.keeper, update, bird, {"nickname": "b"})
    undo(aviary.keeper, act)
    with unchanged(), pytest.raises(Refused):
        undo(aviary.keeper, act)


def test_an_undo_can_be_undone_and_that_again(aviary):
    bird = parrot(aviary.keeper, nickname="a")
    act = did(aviary.keeper, update, bird, {"nickname": "b"})
    for expected in ("a", "b", "a", "b"):
        act = undo(aviary.keeper, act).change_set
        assert again(bird).nickname == expected


def test_an_undone_creation_can_be_undone(aviary):
    act = did(aviary.keeper, create, Parrot, {"name": "Baru", "price": 7})
    bird = Parrot._base_manager.get(name="Baru")
    undo(aviary.keeper, undo(aviary.keeper, act).change_set)
    assert again(bird).trashed_at is None and again(bird).price == 7


def test_an_undo_that_finds_nothing_to_do_can_be_asked_for_again(aviary):
    """Nothing was written, so nothing says that it was undone; the same answer comes twice."""
    bird = parrot(aviary.keeper, nickname="a")
    act = did(aviary.keeper, update, bird, {"nickname": "b"})
    did(aviary.manager, update, bird, {"nickname": "c"})
    with unchanged():
        first, second = undo(aviary.keeper, act), undo(aviary.keeper, act)
    assert first.count == second.count == 0 and first.conflicts == second.conflicts


@pytest.mark.parametrize("who", ["peer", "vet", "stranger", "suspended", "shy"])
def test_nobody_undoes_what_they_may_not_change(aviary, who):
    bird = parrot(aviary.keeper, nickname="a")
    act = did(aviary.keeper, update, bird, {"nickname": "b"})
    with unchanged(), pytest.raises(Refused):
        undo(getattr(aviary, who), act)


def test_an_undo_is_refused_whole_when_one_record_may_not_be_changed(aviary):
    mine, other = parrot(aviary.keeper, nickname="a"), parrot(aviary.vet, nickname="a")
    drafts = [Draft({"nickname": "b"}, id=bird.pk) for bird in (mine, other)]
    act = did(aviary.admin, write, registry.of(Parrot), drafts)
    with unchanged(), pytest.raises(Refused):
        undo(aviary.keeper, act)


def test_an_undo_cannot_write_a_field_the_person_may_not_write(aviary):
    bird = parrot(aviary.admin, email="a@b.id", price=5, owner=aviary.shy.pk)
    for values in ({"email": "c@d.id"}, {"price": 6}):
        act = did(aviary.admin, update, bird, values)
        with unchanged(), pytest.raises(Refused):
            undo(aviary.shy, act)


def test_every_kind_of_value_comes_back_exactly(aviary):
    home = cage(aviary.keeper)
    values = {
        "nickname": "É\u200dñ 🦜", "story": "satu\n\n dua", "diet": "<p><b>biji</b></p>", "mood": "loud",
        "colours": ["red", "blue"], "age_years": 7, "weight": "0.125", "chatter": "99.99", "price": "123456789012.34",
        "currency": "IDR", "upkeep": "0", "hatched": "1999-12-31", "heard_at": "2026-08-17T10:11:12.131415+07:00",
        "tame": True, "vaccinated": False, "email": "a@b.id", "phone": "0812-3456-7890", "website": "https://a.id/x",
        "home": {"city": "Ubud", "street": "Jl. A \"B\" \\ 'C'"}, "cage": home.pk, "friends": [parrot(aviary.keeper).pk],
    }  # fmt: skip
    empty = parrot(aviary.keeper)
    full = parrot(aviary.keeper, **values)
    fields = [
        f.attname
        for f in Parrot._meta.concrete_fields
        if f.name not in ("version", "changed_at", "changed_by")
    ]
    before = {bird.pk: [getattr(again(bird), name) for name in fields] for bird in (empty, full)}
    blank = dict.fromkeys(values) | {"mood": "", "tame": False}
    for bird, written in ((empty, values), (full, blank)):
        undo(aviary.keeper, did(aviary.keeper, update, bird, written))
        assert [getattr(again(bird), name) for name in fields] == before[bird.pk]


def test_an_owner_who_left_gets_the_record_back(aviary):
    from tests.people import change, make_user

    left = make_user("pergi")
    bird = parrot(SYSTEM, owner=left.pk)
    act = did(aviary.admin, update, bird, {"owner": aviary.keeper.pk})
    change(left, status="suspended")
    undo(aviary.admin, act)
    assert again(bird).owner_id == left.pk


def test_settings_are_undone_through_the_same_door(aviary):
    from relasi.engine.access.role import Role
    from tests.people import make_role

    role = make_role("Sementara")
    act = did(aviary.admin, update, role, {"name": "Selamanya"})
    undo(aviary.admin, act)
    assert Role._base_manager.get(pk=role.pk).name == "Sementara"
    act = did(aviary.admin, update, role, {"name": "Selamanya"})
    with unchanged(), pytest.raises(Refused):
        undo(aviary.manager, act)
