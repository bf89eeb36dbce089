"""Tags: private and shared words on records of any module."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.tag import Tag, delete, find_or_make, merge, tags_for, usage
from relasi.engine.activity.tagging import MOST, Tagging, put, tags_on, take_off
from relasi.engine.declare.registry import registry
from relasi.engine.query.condition import matches, why_not
from relasi.engine.query.listing import Listing
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.recycle_bin import purge
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, restore, trash, update
from tests.engine.activity.telling import as_
from tests.engine.aviary import again, cage, parrot
from tests.fakes.models import Parrot
from tests.fingerprint import unchanged
from tests.people import set_mode


def private(user, name):
    with as_(user):
        return find_or_make(name)


def shared(user, name, **values):
    with as_(user):
        return create(Tag, {"name": name, "visibility": "shared", **values})


def tagged(user, tag, *records):
    with as_(user):
        written = put(tag, [record.pk for record in records])
    assert not written.refusals
    return written


def names(user, record):
    with acting(user):
        return [tag.name for tag in tags_on(user, [record.pk]).get(record.pk, [])]


def found(user, tree):
    module = registry.of(Parrot)
    with acting(user):
        rows = set(Listing(module, user, condition=tree, columns=["name"]).rows())
        everything = Listing(module, user, columns=["name"]).rows()
        assert {bird for bird in everything if matches(tree, bird, module, user)} == rows
        return rows


def test_a_name_in_another_case_and_with_spaces_is_the_same_tag(aviary):
    one = private(aviary.keeper, "VIP ")
    assert private(aviary.keeper, " vip") == one
    assert private(aviary.vet, "vip") != one


def test_a_typed_name_means_the_shared_tag_before_a_new_private_one(aviary):
    tag = shared(aviary.admin, "Pameran")
    assert private(aviary.keeper, "pameran") == tag


def test_nobody_else_sees_a_private_tag_anywhere(aviary):
    set_mode("fakes.parrot", "public_edit")
    bird = parrot(aviary.keeper)
    tag = private(aviary.keeper, "telepon lagi")
    tagged(aviary.keeper, tag, bird)
    assert names(aviary.keeper, bird) == ["telepon lagi"]
    for user in (aviary.vet, aviary.manager, aviary.admin):
        assert names(user, bird) == []
        assert found(user, {"field": "tags", "op": "any", "value": [tag.pk]}) == set()
        assert found(user, {"field": "tags", "op": "empty"}) == {bird}
        with acting(user):
            assert not tags_for(user).exists()
            rows = Listing(registry.of(Parrot), user, columns=["name", "tags"]).page().rows
            assert "telepon" not in str(rows[0].__dict__)


def test_all_any_and_none_find_the_records_they_say(aviary):
    vip, java = shared(aviary.admin, "VIP"), shared(aviary.admin, "Jawa")
    birds = [parrot(aviary.keeper) for _ in range(17)]
    tagged(aviary.keeper, vip, *birds[:10])
    tagged(aviary.keeper, java, *birds[7:15])
    both = [vip.pk, java.pk]
    assert found(aviary.keeper, {"field": "tags", "op": "all", "value": both}) == set(birds[7:10])
    assert found(aviary.keeper, {"field": "tags", "op": "any", "value": both}) == set(birds[:15])
    assert found(aviary.keeper, {"field": "tags", "op": "none", "value": both}) == set(birds[15:])
    assert found(aviary.keeper, {"field": "tags", "op": "not_empty"}) == set(birds[:15])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    worn=st.lists(st.sets(st.integers(0, 3)), min_size=3, max_size=3),
    op=st.sampled_from(["any", "all", "none", "empty", "not_empty"]),
    asked=st.lists(st.integers(0, 4), min_size=1, max_size=4, unique=True),
)
def test_the_database_and_memory_say_the_same_of_tags(tag_world, worn, op, asked):
    """The third tag is another person's own, the fifth is deleted."""
    from django.db import transaction

    user, birds, tags = tag_world
    try:
        with transaction.atomic():
            for bird, some in zip(birds, worn, strict=True):
                for number in some:
                    with acting(SYSTEM, via="system"):
                        create(Tagging, {"record": bird.pk, "tag": tags[number].pk}, authorised="a test")
            value = None if op in ("empty", "not_empty") else [tags[number].pk for number in asked]
            found(user, {"field": "tags", "op": op, "value": value})
            raise Back
    except Back:
        pass


class Back(Exception):
    pass


@pytest.fixture
def tag_world(aviary):
    birds = [parrot(aviary.keeper) for _ in range(3)]
    tags = [shared(aviary.admin, f"T{n}") for n in range(2)]
    tags += [private(aviary.vet, "T2"), private(aviary.keeper, "T3"), shared(aviary.admin, "T4")]
    with as_(aviary.admin):
        delete(tags[4])
    return aviary.keeper, birds, tags


def test_a_filter_by_tags_explains_itself(aviary):
    tag = shared(aviary.admin, "VIP")
    bird = parrot(aviary.keeper)
    tree = {"field": "tags", "op": "any", "value": [tag.pk]}
    with acting(aviary.keeper):
        assert "VIP" in why_not(tree, bird, registry.of(Parrot), aviary.keeper)


def test_the_column_of_tags_costs_one_query_however_many_rows(aviary, django_assert_num_queries):
    tag = shared(aviary.admin, "VIP", tone="hijau")
    tagged(aviary.keeper, tag, *[parrot(aviary.keeper) for _ in range(5)])
    with acting(aviary.keeper):
        Listing(registry.of(Parrot), aviary.keeper, columns=["name"]).page()
        with django_assert_num_queries(2):
            listing = Listing(registry.of(Parrot), aviary.keeper, columns=["name", "tags"])
            rows = listing.page().rows
            cells = [listing.paths[1].kind.cell(listing.paths[1].value_of(row), row) for row in rows]
    assert len(cells) == 5 and all('data-tone="hijau"' in cell and "VIP" in cell for cell in cells)


def test_merging_moves_uses_without_doubling_them_and_can_be_undone(aviary):
    x, y = shared(aviary.admin, "vip lama"), shared(aviary.admin, "VIP")
    birds = [parrot(aviary.keeper) for _ in range(15)]
    tagged(aviary.keeper, x, *birds[:12])
    tagged(aviary.keeper, y, *birds[8:15])
    with as_(aviary.admin) as stretch:
        merge(x, y)
    assert usage([x.pk, y.pk]) == {y.pk: 15}
    with as_(aviary.admin):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert usage([x.pk, y.pk]) == {x.pk: 12, y.pk: 7}


def test_the_twenty_first_tag_is_refused_and_others_private_tags_do_not_count(aviary):
    bird = parrot(aviary.vet)
    set_mode("fakes.parrot", "public_edit")
    tagged(aviary.vet, private(aviary.vet, "punya vina"), bird)
    for number in range(MOST):
        tagged(aviary.keeper, private(aviary.keeper, f"T{number}"), bird)
    one_more = private(aviary.keeper, "T-lagi")
    with unchanged(), as_(aviary.keeper):
        written = put(one_more, [bird.pk])
    assert [refusal.code for refusal in written.refusals] == ["OUT_OF_RANGE"]


def test_who_may_only_read_puts_private_tags_and_no_shared_ones(aviary):
    set_mode("fakes.parrot", "public_read")
    bird = parrot(aviary.keeper)
    tag = shared(aviary.admin, "VIP")
    with unchanged(), as_(aviary.vet):
        assert [r.code for r in put(tag, [bird.pk]).refusals] == ["NO_PERMISSION"]
    tagged(aviary.keeper, tag, bird)
    with unchanged(), as_(aviary.vet):
        assert [r.code for r in take_off(tag, [bird.pk]).refusals] == ["NO_PERMISSION"]
    tagged(aviary.vet, private(aviary.vet, "lihat"), bird)


def test_a_record_one_may_not_see_gets_no_tag(aviary):
    bird = parrot(aviary.keeper)
    tag = private(aviary.vet, "x")
    with unchanged(), as_(aviary.vet):
        assert [r.code for r in put(tag, [bird.pk]).refusals] == ["NOT_FOUND"]


def test_a_shared_tag_takes_the_tool_to_make_and_to_change(aviary):
    tag = shared(aviary.admin, "VIP")
    with unchanged(), as_(aviary.shy), pytest.raises(Refused):
        create(Tag, {"name": "Baru", "visibility": "shared"})
    with unchanged(), as_(aviary.shy), pytest.raises(Refused):
        update(tag, {"name": "Lain"})
    with as_(aviary.keeper):
        update(again(tag), {"name": "Penting"})
    assert again(tag).name == "Penting"


def test_a_shared_tag_others_use_does_not_become_private(aviary):
    tag = shared(aviary.keeper, "VIP")
    tagged(aviary.vet, tag, parrot(aviary.vet))
    with unchanged(), as_(aviary.keeper), pytest.raises(Refused):
        update(again(tag), {"visibility": "private"})
    free = shared(aviary.keeper, "Bebas")
    with as_(aviary.keeper):
        update(again(free), {"visibility": "private"})
    assert again(free).visibility == "private"


def test_a_name_taken_with_a_comma_or_empty_is_refused(aviary):
    shared(aviary.admin, "VIP")
    for name in ("vip", "a,b", "a;b", "  ", "x" * 51):
        with unchanged(), as_(aviary.admin), pytest.raises(Refused):
            create(Tag, {"name": name, "visibility": "shared"})


def test_a_tag_for_some_modules_fits_no_other(aviary):
    with as_(aviary.admin):
        tag = create(
            Tag, {"name": "Kandang", "visibility": "shared", "modules": ["fakes.cage"]}, authorised="test"
        )
    with as_(aviary.keeper):
        assert [r.code for r in put(tag, [parrot(aviary.keeper).pk]).refusals] == ["INVALID_VALUE"]
    tagged(aviary.keeper, tag, cage(aviary.keeper))


def test_deleting_a_tag_takes_its_uses_along_and_undo_brings_them_back(aviary):
    tag = shared(aviary.admin, "VIP")
    birds = [parrot(aviary.keeper) for _ in range(3)]
    tagged(aviary.keeper, tag, *birds)
    with as_(aviary.admin) as stretch:
        delete(tag)
    assert names(aviary.keeper, birds[0]) == []
    with as_(aviary.admin):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert [names(aviary.keeper, bird) for bird in birds] == [["VIP"]] * 3


def test_tags_survive_the_recycle_bin(aviary):
    tag = shared(aviary.admin, "VIP")
    bird = parrot(aviary.keeper)
    tagged(aviary.keeper, tag, bird)
    with as_(aviary.keeper):
        trash(Parrot, [bird.pk])
    assert usage([tag.pk]) == {}
    with as_(aviary.keeper):
        restore(Parrot, [bird.pk])
    assert names(aviary.keeper, bird) == ["VIP"]


def test_five_hundred_deleted_and_restored_at_once_have_their_tags(aviary):
    tag = shared(aviary.admin, "VIP")
    from relasi.engine.records.write import Draft, write

    with as_(aviary.keeper):
        birds = write(registry.of(Parrot), [Draft({"name": f"B{n}"}) for n in range(500)]).records
    tagged(aviary.keeper, tag, *birds)
    with as_(aviary.keeper) as stretch:
        trash(Parrot, [bird.pk for bird in birds])
    with as_(aviary.keeper):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert usage([tag.pk]) == {tag.pk: 500}


def test_purging_a_record_takes_its_tags_and_leaves_the_tag(aviary):
    tag = shared(aviary.admin, "VIP")
    bird = parrot(aviary.keeper)
    tagged(aviary.keeper, tag, bird)
    with as_(aviary.keeper):
        trash(Parrot, [bird.pk])
    with as_(aviary.admin):
        purge(registry.of(Parrot), [bird.pk])
    assert not Tagging._base_manager.exists() and Tag._base_manager.filter(pk=tag.pk).exists()
