"""Fields that an admin added behave like those of the code: written, kept in history, undone, filtered and guarded."""

from __future__ import annotations

from decimal import Decimal

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.access.door import fields_for
from relasi.engine.customize.custom_field import CustomField
from relasi.engine.customize.custom_value import CustomValue
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.query.condition import compile_q, matches
from relasi.engine.query.listing import Listing
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.history import history_of
from relasi.engine.records.merge import merge
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, Refused, create, trash, update, write
from tests.engine.aviary import again, cage, parrot
from tests.engine.customize.adding import TYPED, add_all, add_field
from tests.fakes.models import Parrot


@pytest.fixture
def module():
    return registry.of(Parrot)


def undo(user, change_set):
    with acting(user):
        return revert(ChangeSet.objects.get(pk=change_set))


def test_a_value_of_every_kind_is_stored_shown_in_history_and_undone(aviary, module):
    names = add_all(aviary)
    columns = [module.fields[name].attname for name in names.values()]
    with acting(aviary.keeper):
        bird = create(
            Parrot, {"name": "Kakak", **{names[kind]: typed for kind, (typed, _o) in TYPED.items()}}
        )
    first = [getattr(again(bird), column) for column in columns]
    assert None not in first
    with acting(aviary.keeper) as stretch:
        update(bird, {names[kind]: other for kind, (_t, other) in TYPED.items()})
    second = [getattr(again(bird), column) for column in columns]
    assert all(one != other for one, other in zip(first, second, strict=True))
    with acting(aviary.keeper):
        entry = history_of(again(bird), aviary.keeper)[0]
    told = {change.kind.key: (change.before, change.after) for change in entry.fields}
    assert set(told) == set(names.values())
    assert told[names["integer"]] == (12, 7)
    assert told[names["reference"]] == TYPED["reference"]
    undo(aviary.keeper, stretch.change_set)
    assert [getattr(again(bird), column) for column in columns] == first


def test_a_condition_means_the_same_in_sql_and_in_memory(aviary, module):
    names = add_all(aviary)
    with acting(aviary.keeper):
        for place in (0, 1):
            create(Parrot, {"name": f"B{place}", **{names[k]: typed[place] for k, typed in TYPED.items()}})
        create(Parrot, {"name": "Kosong"})
        birds = list(Parrot._base_manager.filter(trashed_at=None).order_by("pk"))
        for kind, name in names.items():
            face = kind_of(module.fields[name])
            raw = str(getattr(birds[0], f"{name}_id")) if kind in ("reference", "user") else TYPED[kind][0]
            for operator in face.operators:
                try:
                    operand = face.operand(operator, raw)
                except ValueError:
                    continue
                tree = {"field": name, "op": operator, "value": operand}
                found = set(
                    Parrot._base_manager.filter(compile_q(tree, module, aviary.keeper)).values_list(
                        "pk", flat=True
                    )
                )
                assert found == {b.pk for b in birds if matches(tree, b, module, aviary.keeper)}, (
                    name,
                    operator,
                )


def test_a_list_shows_and_sorts_by_it(aviary, module):
    count = add_field(aviary, "integer").key
    with acting(aviary.keeper):
        for n in (9, 10, None):
            create(Parrot, {"name": f"B{n}", count: n})
        listing = Listing(module, aviary.keeper, columns=["name", count], sort=[f"-{count}"])
        page = listing.page(2)
        assert [getattr(row, count) for row in page.rows] == [10, 9]
        rest = Listing(module, aviary.keeper, columns=["name", count], sort=[f"-{count}"]).page(
            2, after=page.after
        )
        assert [getattr(row, count) for row in rest.rows][:1] == [None]


def test_two_who_change_different_custom_fields_do_not_stand_in_each_others_way(aviary):
    one, two = add_field(aviary, "text", name="Satu").key, add_field(aviary, "text", name="Dua").key
    bird = parrot(aviary.keeper, **{one: "a", two: "b"})
    with acting(aviary.keeper):
        update(bird, {one: "A"}, version=1, merge=True)
        update(bird, {two: "B"}, version=1, merge=True)
        with pytest.raises(Refused) as refused:
            update(bird, {one: "C"}, version=1, merge=True)
    assert refused.value.codes == {"STALE_VERSION"}
    assert (getattr(again(bird), one), getattr(again(bird), two)) == ("A", "B")


def test_an_undo_takes_back_one_custom_field_and_leaves_the_other(aviary):
    one, two = add_field(aviary, "text", name="Satu").key, add_field(aviary, "text", name="Dua").key
    bird = parrot(aviary.keeper, **{one: "a", two: "b"})
    with acting(aviary.keeper) as stretch:
        update(bird, {one: "A", two: "B"})
    with acting(aviary.keeper):
        update(again(bird), {two: "later"})
    undone = undo(aviary.keeper, stretch.change_set)
    assert (getattr(again(bird), one), getattr(again(bird), two)) == ("a", "later")
    assert [(id, column) for _m, id, column in undone.conflicts] == [(bird.pk, two)]


def test_a_required_field_is_asked_of_new_records_and_holds_up_no_old_one(aviary):
    bird = parrot(aviary.keeper)
    key = add_field(aviary, "text", required=True).key
    with acting(aviary.keeper):
        with pytest.raises(Refused) as refused:
            create(Parrot, {"name": "Baru"})
        assert refused.value.by_field().keys() == {key}
        update(bird, {"nickname": "Tua"})
        with pytest.raises(Refused):
            update(again(bird), {key: ""})
        assert create(Parrot, {"name": "Baru", key: "ada"}).pk


def test_a_unique_field_takes_no_value_twice(aviary):
    key = add_field(aviary, "text", unique=True).key
    with acting(aviary.keeper):
        create(Parrot, {"name": "A", key: "satu"})
        other = create(Parrot, {"name": "B", key: "dua"})
        with pytest.raises(Refused) as refused:
            update(other, {key: "satu"})
        assert refused.value.codes == {"NOT_UNIQUE"}
        with pytest.raises(Refused):
            write(registry.of(Parrot), [Draft({"name": n, key: "tiga"}) for n in "CD"])


def test_it_cannot_become_unique_while_two_records_share_a_value(aviary):
    field = add_field(aviary, "text")
    parrot(aviary.keeper, **{field.key: "sama"})
    parrot(aviary.keeper, **{field.key: "sama"})
    with acting(aviary.admin), pytest.raises(Refused) as refused:
        update(field, {"unique": True})
    assert refused.value.by_field().keys() == {"unique"}


def test_new_records_get_its_default(aviary):
    number = add_field(aviary, "decimal", default="1,5").key
    day = add_field(aviary, "date", default="17/08/2026").key
    bird = parrot(aviary.keeper)
    assert getattr(again(bird), number) == Decimal("1.5")
    assert getattr(again(bird), day).isoformat() == "2026-08-17"


def test_limits_of_a_number_hold(aviary):
    key = add_field(aviary, "integer", least="1", most="5").key
    with acting(aviary.keeper), pytest.raises(Refused) as refused:
        create(Parrot, {"name": "A", key: "6"})
    assert refused.value.codes == {"OUT_OF_RANGE"}


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"kind": "integer", "default": "abc"}, "default"),
        ({"kind": "integer", "least": "5", "most": "1"}, "most"),
        ({"kind": "text", "least": "5"}, "least"),
        ({"kind": "long_text", "unique": True}, "unique"),
        ({"kind": "text", "name": ""}, "name"),
        ({"kind": "nothing"}, "kind"),
        ({"kind": "text", "module": "fakes.nothing"}, "module"),
    ],
)
def test_what_makes_no_field_is_refused_by_the_field_it_is_about(aviary, values, wrong):
    before = CustomField._base_manager.count()
    with acting(aviary.admin), pytest.raises(Refused) as refused:
        create(CustomField, {"module": "fakes.parrot", "name": "Bidang", **values})
    assert refused.value.by_field().keys() == {wrong}
    assert CustomField._base_manager.count() == before


def test_its_kind_and_module_stay(aviary):
    field = add_field(aviary, "text")
    for change in ({"kind": "integer"}, {"module": "fakes.cage"}):
        with acting(aviary.admin), pytest.raises(Refused):
            update(field, change)


def test_only_admins_add_fields(aviary):
    with acting(aviary.keeper), pytest.raises(Refused) as refused:
        create(CustomField, {"module": "fakes.parrot", "kind": "text", "name": "Bidang"})
    assert refused.value.codes == {"NO_PERMISSION"}


def test_who_may_not_see_it_sees_it_nowhere_and_cannot_write_it(aviary, module):
    key = add_field(aviary, "text").key
    bird = parrot(aviary.keeper, **{key: "rahasia"})
    with acting(SYSTEM):
        fields = {**aviary.keepers.fields, "fakes.parrot": {key: "hidden"}}
        update(aviary.keepers, {"fields": fields})
    close_change_set()
    with acting(aviary.peer):
        assert key not in fields_for(aviary.peer, "view", module)
        with pytest.raises(ValueError):
            compile_q({"field": key, "op": "is", "value": "rahasia"}, module, aviary.peer)
    with acting(aviary.keeper):
        with pytest.raises(Refused) as refused:
            update(bird, {key: "x"})
        assert refused.value.codes == {"NO_PERMISSION"}
        assert history_of(again(bird), aviary.keeper)[0].fields == []


def test_a_field_that_is_turned_off_keeps_its_values(aviary, module):
    field = add_field(aviary, "text")
    bird = parrot(aviary.keeper, **{field.key: "tetap"})
    with acting(aviary.admin):
        update(field, {"active": False})
    directory()
    assert field.key not in module.fields
    with acting(aviary.keeper):
        update(again(bird), {"nickname": "Lain"})
    with acting(aviary.admin):
        update(again(field), {"active": True})
    directory()
    assert getattr(again(bird), field.key) == "tetap"


def test_deleting_a_field_says_how_many_records_have_values_and_is_undone(aviary, module):
    field = add_field(aviary, "text")
    bird = parrot(aviary.keeper, **{field.key: "ada"})
    with acting(aviary.admin) as stretch:
        with pytest.raises(Refused) as refused:
            trash(CustomField, [field.pk])
        assert "1" in str(refused.value.refusals[0].message)
        trash(CustomField, [field.pk], confirmed=["trash"])
    directory()
    assert field.key not in module.fields
    again_named = add_field(aviary, "text", name=field.name)
    assert again_named.key != field.key
    undo(aviary.admin, stretch.change_set)
    directory()
    assert getattr(again(bird), field.key) == "ada"


def test_an_undo_puts_back_the_value_of_a_field_that_is_off_now(aviary):
    field = add_field(aviary, "text")
    bird = parrot(aviary.keeper, **{field.key: "dulu"})
    with acting(aviary.keeper) as stretch:
        update(bird, {field.key: "kini"})
    with acting(aviary.admin):
        update(field, {"active": False})
    directory()
    undo(aviary.keeper, stretch.change_set)
    assert again(bird).custom[field.key] == "dulu"


def test_a_value_of_a_choice_is_renamed_for_all_records_at_once(aviary):
    field = add_field(aviary, "choice", values="Merah\nBiru")
    bird = parrot(aviary.keeper, **{field.key: "Merah"})
    with acting(aviary.admin):
        update(
            CustomValue._base_manager.get(name="Merah"),
            {"name": "Jambon", "name_en": "Pink", "tone": "jambu"},
        )
    directory()
    kind = kind_of(registry.of(Parrot).fields[field.key])
    assert kind.show(kind.value_of(again(bird))) == "Jambon"
    assert kind.parse("pink") == kind.parse("Jambon") == "merah"
    assert 'data-tone="jambu"' in kind.cell("merah")


@pytest.mark.parametrize(
    ("kind", "typed", "after"),
    [("choice", "Merah", "biru"), ("multi_choice", "Merah;Hijau", ["biru", "hijau"])],
)
def test_a_value_is_deleted_by_replacing_it_and_all_of_it_is_undone(aviary, kind, typed, after):
    field = add_field(aviary, kind, values="Merah\nBiru\nHijau")
    bird = parrot(aviary.keeper, **{field.key: typed})
    before = getattr(again(bird), field.key)
    red, blue = (CustomValue._base_manager.get(field=field.pk, name=n) for n in ("Merah", "Biru"))
    with acting(aviary.admin):
        with pytest.raises(Refused):
            trash(CustomValue, [red.pk])
        with pytest.raises(Refused):
            red.replace(red.pk)
    with acting(aviary.admin) as stretch:
        red.replace(blue.pk)
    directory()
    assert getattr(again(bird), field.key) == after
    undo(aviary.admin, stretch.change_set)
    directory()
    assert getattr(again(bird), field.key) == before


def test_a_value_turned_off_stays_where_it_was_chosen_and_is_offered_no_more(aviary):
    field = add_field(aviary, "choice", values="Merah\nBiru")
    with acting(aviary.admin):
        update(CustomValue._base_manager.get(name="Merah"), {"active": False})
    directory()
    kind = kind_of(registry.of(Parrot).fields[field.key])
    assert [option.key for option in kind.choosable(None)] == ["biru"]
    assert [option.key for option in kind.choosable("merah")] == ["merah", "biru"]


def test_without_custom_fields_nothing_is_laid_over(aviary, module):
    directory()
    assert not module.custom
    assert not [name for name in module.fields if name.startswith("x_")]


def test_a_reference_is_hidden_from_who_may_not_see_what_it_leads_to(aviary, module):
    key = add_field(aviary, "reference", target="fakes.cage").key
    theirs = cage(aviary.vet, name="Kandang rahasia")
    bird = parrot(SYSTEM, owner=aviary.keeper.pk, **{key: theirs.pk})
    with acting(aviary.keeper):
        row = Listing(module, aviary.keeper, columns=["name", key]).page(5).rows[0]
        assert row.pk == bird.pk
        shown = str(kind_of(module.fields[key]).cell(theirs.pk, row))
        assert "rahasia" not in shown and theirs.number in shown
        with pytest.raises(Refused) as refused:
            create(Parrot, {"name": "Lain", key: theirs.pk})
        assert refused.value.codes == {"BAD_REFERENCE"}


def test_a_list_reads_what_references_lead_to_in_one_query(aviary, module, django_assert_num_queries):
    key = add_field(aviary, "reference", target="fakes.cage").key
    for n in range(3):
        parrot(aviary.keeper, **{key: cage(aviary.keeper, name=f"Kandang {n}").pk})
    with acting(aviary.keeper):
        listing = Listing(module, aviary.keeper, columns=["name", key])
        listing.page(5)
        with django_assert_num_queries(2):
            rows = listing.page(5).rows
            assert sorted(str(getattr(row, key)) for row in rows) == ["Kandang 0", "Kandang 1", "Kandang 2"]


def test_a_merge_moves_custom_references_along(aviary):
    key = add_field(aviary, "reference", target="fakes.cage").key
    one, two = cage(aviary.keeper), cage(aviary.keeper)
    bird = parrot(aviary.keeper, **{key: two.pk})
    with acting(aviary.keeper):
        merge(registry.module("fakes.cage"), one.pk, [two.pk], {})
    assert getattr(again(bird), f"{key}_id") == one.pk


def test_a_reference_needs_the_module_it_leads_to(aviary):
    with acting(aviary.admin), pytest.raises(Refused) as refused:
        create(CustomField, {"module": "fakes.parrot", "kind": "reference", "name": "Rujukan"})
    assert refused.value.by_field().keys() == {"target"}
