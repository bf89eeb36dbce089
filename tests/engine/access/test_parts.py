"""Parts: who may see and change a part follows from the record it is a part of."""

from __future__ import annotations

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.access.door import can
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid
from relasi.engine.query.condition import compile_q, matches
from relasi.engine.query.listing import Listing
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.find import find_records
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, create, restore, trash, update, write
from tests.engine.aviary import again, cage
from tests.engine.records.refused import refused
from tests.fakes.models import Perch, Scratch
from tests.people import make_profile, make_role, make_rule, make_user

VERBS = ("view", "create", "edit", "delete")


@pytest.fixture
def perch(aviary):
    home = cage(aviary.keeper)
    with acting(aviary.keeper):
        return create(Perch, {"cage": home.pk, "name": "Dahan", "name_en": "Branch"})


def test_a_part_is_seen_by_whoever_sees_the_whole(aviary, perch):
    for person, seen in (
        (aviary.keeper, True),
        (aviary.manager, True),
        (aviary.peer, False),
        (aviary.vet, False),
    ):
        with acting(person):
            assert Perch.objects.exists() == seen
            assert [can(person, verb, perch) for verb in VERBS] == [
                True if verb == "create" else seen for verb in VERBS
            ]


def test_who_may_only_read_the_whole_changes_no_part(aviary, perch):
    make_rule("fakes.cage", aviary.keeper, aviary.vet, "read")
    with acting(aviary.vet):
        assert list(Perch.objects.all()) == [perch]
        assert refused(update, perch, {"level": 1}) == [("", "NO_PERMISSION")]
        assert refused(trash, Perch, [perch.pk]) == [("", "NO_PERMISSION")]
        assert ("cage", "NO_PERMISSION") in refused(create, Perch, {"cage": perch.cage_id, "name": "X"})


def test_who_may_edit_the_whole_but_not_delete_it_deletes_parts(aviary, perch):
    make_rule("fakes.cage", aviary.keeper, aviary.vet, "write")
    with acting(aviary.vet):
        trash(Perch, [perch.pk])
        assert not Perch.objects.exists()
        restore(Perch, [perch.pk])
        assert Perch.objects.exists()


def test_the_profile_of_the_whole_speaks_for_the_part(aviary, perch):
    profile = make_profile("Just cages", modules={"fakes.cage": ["view"]})
    person = make_user("tamu", make_role("Guest", profiles=[profile]))
    make_rule("fakes.cage", aviary.keeper, person, "read")
    with acting(person):
        assert list(Perch.objects.all()) == [perch]
        assert ("", "NO_PERMISSION") in refused(create, Perch, {"cage": perch.cage_id, "name": "X"})


def test_the_part_of_a_record_nobody_may_see_tells_as_little_as_one_that_is_not_there(aviary, perch):
    with acting(aviary.peer):
        hidden = refused(create, Perch, {"cage": perch.cage_id, "name": "X"})
        assert refused(create, Perch, {"cage": 999_999_999, "name": "X"}) == hidden
        assert refused(update, perch, {"level": 1}) == [("", "NOT_FOUND")]


def test_parts_of_a_deleted_record_are_out_of_sight_until_it_is_back(aviary, perch):
    with acting(aviary.keeper):
        trash(type(perch.cage), [perch.cage_id])
        assert not Perch.objects.exists()
        restore(type(perch.cage), [perch.cage_id])
        assert list(Perch.objects.all()) == [perch]


def test_a_write_of_many_parts_asks_for_their_wholes_at_once(aviary, perch, django_assert_max_num_queries):
    with acting(aviary.keeper):
        module = registry.of(Perch)
        made = write(module, [Draft({"cage": perch.cage_id, "name": f"D{n}"}) for n in range(100)]).records
        with django_assert_max_num_queries(30):
            write(module, [Draft({"level": 3}, id=one.pk) for one in made])


def test_what_only_the_product_writes_is_refused_to_everybody_by_hand(aviary):
    home = cage(aviary.keeper)
    module = registry.of(Scratch)
    for person in (aviary.keeper, aviary.admin):
        with acting(person):
            assert ("", "NO_PERMISSION") in refused(create, Scratch, {"cage": home.pk, "name": "X"})
    with acting(aviary.keeper) as stretch:
        [note] = write(module, [Draft({"cage": home.pk, "name": "Gigitan"})], authorised="test").records
        assert list(Scratch.objects.all()) == [note]
        assert refused(trash, Scratch, [note.pk]) == [("", "NO_PERMISSION")]
    with acting(aviary.admin):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert again(note).trashed_at is None


def test_a_record_is_found_by_its_title_in_the_other_language(aviary, perch):
    with acting(aviary.keeper):
        module = registry.of(Perch)
        assert find_records(module, ["dahan", "BRANCH", "Ranting"]) == {
            "dahan": [perch.pk], "BRANCH": [perch.pk], "Ranting": [],
        }  # fmt: skip


def test_a_computed_choice_filters_alike_in_sql_and_in_memory(aviary):
    with acting(aviary.keeper):
        home = cage(aviary.keeper, capacity=2)
        for level in (1, 2, 3):
            create(Perch, {"cage": home.pk, "name": f"D{level}", "level": level})
        module = registry.of(Perch)
        for key, names in (("high", ["D3"]), ("low", ["D1", "D2"])):
            condition = {"field": "height", "op": "is", "value": key}
            rows = Listing(module, aviary.keeper, condition, ["name", "height"], ["name"]).page().rows
            assert [row.name for row in rows] == names
            held = [
                one.name
                for one in Perch.objects.order_by("name")
                if matches(condition, one, module, aviary.keeper)
            ]
            assert held == names
        with pytest.raises(Invalid):
            compile_q({"field": "height", "op": "contains", "value": "h"}, module, aviary.keeper)


def test_a_list_loads_what_computed_values_need_of_other_records(aviary, django_assert_num_queries):
    with acting(aviary.keeper):
        home = cage(aviary.keeper, capacity=2)
        for level in range(5):
            create(Perch, {"cage": home.pk, "name": f"D{level}", "level": level})
        rows = Listing(registry.of(Perch), aviary.keeper, None, ["name", "height"], ["name"]).page().rows
        with django_assert_num_queries(0):
            assert [row.height for row in rows] == ["low", "low", "low", "high", "high"]


def test_a_deletion_may_be_asked_about_for_many_at_once(aviary):
    with acting(aviary.keeper):
        home = cage(aviary.keeper)
        low, high = (create(Perch, {"cage": home.pk, "name": str(n), "level": n}) for n in (1, 9))
        assert refused(trash, Perch, [low.pk, high.pk]) == [("", "LOCKED")]
        trash(Perch, [low.pk, high.pk], confirmed=["trash"])
        assert not Perch.objects.exists()
