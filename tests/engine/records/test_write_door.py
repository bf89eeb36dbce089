"""The write door: what is taken, what is refused and why, and that a refusal leaves everything as it was."""

from decimal import Decimal

import pytest

from relasi.engine.access.acting import SYSTEM, NobodyActing, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.write import Draft, create, restore, trash, update, write
from tests.engine.aviary import again, cage, feeding, parrot
from tests.engine.records.refused import refused
from tests.fakes.models import Cage, Feeding, Parrot
from tests.fingerprint import unchanged


def test_a_new_record_gets_id_number_owner_version_and_stamps(aviary):
    with acting(aviary.keeper):
        made = create(Parrot, {"name": " Si  Hijau ", "price": "1.250.000,50", "mood": "Ribut"})
    stored = again(made)
    assert (stored.name, stored.price, stored.mood) == ("Si  Hijau", Decimal("1250000.50"), "loud")
    assert stored.number.startswith("PAR-") and stored.version == 1
    assert stored.owner_id == stored.created_by_id == stored.changed_by_id == aviary.keeper.pk
    assert stored.created_at == stored.changed_at


def test_what_the_door_gives_back_is_what_is_stored(aviary):
    with acting(aviary.admin):
        made = create(Parrot, {"name": "Beo", "hatched": "17/08/2020", "colours": ["red", "green"]})
        made = update(made, {"age_years": "6", "home": {"city": "Denpasar"}})
    stored = again(made)
    for field in Parrot._meta.concrete_fields:
        assert getattr(made, field.attname) == getattr(stored, field.attname), field.name


def test_an_update_writes_only_what_is_given(aviary):
    bird = parrot(aviary.keeper, nickname="Jo", age_years=3)
    with acting(aviary.keeper):
        update(bird, {"nickname": "Joni"})
    stored = again(bird)
    assert (stored.nickname, stored.age_years, stored.version) == ("Joni", 3, 2)


def test_a_value_can_be_emptied(aviary):
    bird = parrot(aviary.keeper, nickname="Jo", price=5, home={"city": "Ubud"}, colours=["red"])
    with acting(aviary.keeper):
        update(bird, {"nickname": "  ", "price": "", "home": None, "colours": []})
    stored = again(bird)
    assert (stored.nickname, stored.price, stored.home, stored.colours) == (None, None, None, None)


def test_saving_what_stands_there_already_writes_nothing(aviary):
    bird = parrot(aviary.keeper, nickname="Jo")
    with unchanged(), acting(aviary.keeper):
        update(bird, {"nickname": "Jo", "name": bird.name})


def test_one_stretch_of_acting_is_one_change_set(aviary):
    with acting(aviary.keeper, reason="Panen") as stretch:
        first = create(Parrot, {"name": "Satu"})
        create(Cage, {"name": "Dua"})
        update(first, {"nickname": "Ji"})
    change_set = ChangeSet.objects.get(pk=stretch.change_set)
    assert (change_set.user_id, change_set.reason, change_set.via) == (aviary.keeper.pk, "Panen", "ui")
    assert [row.kind for row in change_set.rows.all()] == ["c", "c", "u"]


def test_nobody_acting_is_nobody_writing(aviary):
    with unchanged(), pytest.raises(NobodyActing):
        create(Parrot, {"name": "Beo"})
    with pytest.raises(NobodyActing):
        Parrot.objects.count()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, ("name", "REQUIRED")),
        ({"name": "   "}, ("name", "REQUIRED")),
        ({"name": "x" * 256}, ("name", "OUT_OF_RANGE")),
        ({"name": "B", "age_years": "-1"}, ("age_years", "OUT_OF_RANGE")),
        ({"name": "B", "age_years": "seven"}, ("age_years", "INVALID_VALUE")),
        ({"name": "B", "price": "1e400"}, ("price", "INVALID_VALUE")),
        ({"name": "B", "mood": "hungry"}, ("mood", "INVALID_VALUE")),
        ({"name": "B", "colours": ["red", "gold"]}, ("colours", "INVALID_VALUE")),
        ({"name": "B", "hatched": "31/02/2026"}, ("hatched", "INVALID_VALUE")),
        ({"name": "B", "email": "not an address"}, ("email", "INVALID_VALUE")),
        ({"name": "B", "website": "javascript:alert(1)"}, ("website", "INVALID_VALUE")),
        ({"name": "B", "cage": "999999999"}, ("cage", "BAD_REFERENCE")),
        ({"name": "B", "cage": "No such cage"}, ("cage", "BAD_REFERENCE")),
        ({"name": "B", "owner": "999999999"}, ("owner", "BAD_REFERENCE")),
        ({"name": "B", "owner": None}, ("owner", "REQUIRED")),
        ({"name": "B", "wings": 2}, ("wings", "INVALID_VALUE")),
        ({"name": "B", "id": 7}, ("id", "NO_PERMISSION")),
        ({"name": "B", "version": 7}, ("version", "NO_PERMISSION")),
        ({"name": "B", "number": "PAR-9"}, ("number", "NO_PERMISSION")),
        ({"name": "B", "created_by": 1}, ("created_by", "NO_PERMISSION")),
        ({"name": "B", "trashed_at": "2026-01-01"}, ("trashed_at", "NO_PERMISSION")),
        ({"name": "B", "days": 3}, ("days", "NO_PERMISSION")),
        ({"name": "B", "custom": {}}, ("custom", "NO_PERMISSION")),
        ({"name": "B", "password; drop table fakes_parrot": 1}, ("password; drop table fakes_parrot", "INVALID_VALUE")),
    ],
)  # fmt: skip
def test_a_wrong_value_names_its_field_and_changes_nothing(aviary, values, expected):
    with acting(aviary.admin):
        assert expected in refused(create, Parrot, values)
    bird = parrot(aviary.admin)
    if expected != ("name", "REQUIRED") or values:
        with acting(aviary.admin):
            assert expected in refused(update, bird, {"nickname": "ok", **values})


def test_every_wrong_field_is_named_at_once(aviary):
    with acting(aviary.admin):
        found = refused(create, Parrot, {"name": "B", "age_years": "x", "price": "y", "mood": "z"})
    assert {name for name, _code in found} == {"age_years", "price", "mood"}


def test_one_refused_record_refuses_all(aviary):
    drafts = [Draft({"name": "Baik"}), Draft({"name": ""}), Draft({"name": "Baik juga"})]
    with acting(aviary.admin):
        assert refused(write, registry.of(Parrot), drafts) == [("name", "REQUIRED")]


def test_a_partial_write_takes_what_it_can_and_tells_the_rest(aviary):
    good = [Draft({"name": "Baik"}, row=1), Draft({"name": "Baik juga"}, row=3)]
    bad = Draft({"name": ""}, row=2)
    with acting(aviary.admin):
        written = write(registry.of(Parrot), [good[0], bad, good[1]], partial=True)
    assert [draft.row for draft in written.drafts] == [1, 3]
    assert [(r.field, r.code) for r in written.refusals] == [("name", "REQUIRED")]
    assert bad.record.pk is None
    assert Parrot._base_manager.filter(name__startswith="Baik").count() == 2


def test_a_partial_write_of_nothing_but_refusals_changes_nothing(aviary):
    with acting(aviary.admin), unchanged():
        assert write(registry.of(Parrot), [Draft({"name": ""})], partial=True).drafts == []


def test_a_hundred_records_are_one_statement_each_step(aviary, django_assert_max_num_queries):
    with acting(aviary.admin), django_assert_max_num_queries(16):
        written = write(registry.of(Parrot), [Draft({"name": f"Burung {n}"}) for n in range(100)])
    assert len({bird.number for bird in written.records}) == 100
    with acting(aviary.admin), django_assert_max_num_queries(16):
        write(
            registry.of(Parrot),
            [Draft({"nickname": f"J{n}"}, id=b.pk) for n, b in enumerate(written.records)],
        )
    assert Parrot._base_manager.filter(nickname__isnull=False).count() == 100


# References.


def test_a_reference_is_taken_by_id_record_number_or_title(aviary):
    home = cage(aviary.keeper, name="Kandang Utara")
    with acting(aviary.keeper):
        for written in (home.pk, str(home.pk), home, home.number, "kandang utara"):
            assert create(Parrot, {"name": "Beo", "cage": written}).cage_id == home.pk


def test_a_title_that_two_records_share_is_refused(aviary):
    cage(aviary.keeper, name="Kembar")
    cage(aviary.keeper, name="Kembar")
    with acting(aviary.keeper):
        assert refused(create, Parrot, {"name": "B", "cage": "Kembar"}) == [("cage", "BAD_REFERENCE")]


def test_a_record_one_may_not_see_cannot_be_referred_to(aviary):
    hidden = cage(aviary.vet)
    with acting(aviary.keeper):
        assert refused(create, Parrot, {"name": "B", "cage": hidden.pk}) == [("cage", "BAD_REFERENCE")]
        assert refused(create, Parrot, {"name": "B", "cage": hidden.number}) == [("cage", "BAD_REFERENCE")]


def test_a_trashed_record_cannot_be_referred_to(aviary):
    gone = cage(aviary.keeper)
    with acting(aviary.keeper):
        trash(Cage, [gone.pk])
        assert refused(create, Parrot, {"name": "B", "cage": gone.pk}) == [("cage", "BAD_REFERENCE")]


def test_a_reference_that_stands_may_stay_when_its_record_is_hidden(aviary):
    hidden = cage(aviary.vet)
    bird = parrot(aviary.admin, cage=hidden.pk, owner=aviary.keeper.pk)
    with acting(aviary.keeper):
        assert update(bird, {"nickname": "Jo", "cage": hidden.pk}).cage_id == hidden.pk


def test_a_suspended_person_cannot_be_given_a_record(aviary):
    with acting(aviary.admin):
        values = {"name": "B", "owner": aviary.suspended.pk}
        assert refused(create, Parrot, values) == [("owner", "BAD_REFERENCE")]


# Permission, of the module, the record and each field.


def test_who_may_not_create_is_refused(aviary):
    with acting(aviary.stranger):
        assert refused(create, Parrot, {"name": "B"}) == [("", "NO_PERMISSION")]


@pytest.mark.parametrize("who", ["peer", "vet", "stranger", "suspended"])
def test_a_record_one_may_not_see_is_not_there(aviary, who):
    bird = parrot(aviary.keeper)
    with acting(getattr(aviary, who)):
        assert refused(update, bird, {"nickname": "x"}) == [("", "NOT_FOUND")]
        assert refused(trash, Parrot, [bird.pk]) == [("", "NOT_FOUND")]


def test_the_manager_above_changes_and_deletes_what_those_below_own(aviary):
    bird = parrot(aviary.keeper)
    with acting(aviary.manager):
        assert update(bird, {"nickname": "x"}).changed_by_id == aviary.manager.pk
        trash(Parrot, [bird.pk])
    assert again(bird).trashed_by_id == aviary.manager.pk


def test_a_field_that_is_hidden_or_read_only_is_refused_by_name(aviary):
    bird = parrot(aviary.shy)
    with acting(aviary.shy):
        assert refused(update, bird, {"price": 5, "nickname": "x"}) == [("price", "NO_PERMISSION")]
        assert refused(update, bird, {"email": "a@b.id"}) == [("email", "NO_PERMISSION")]
        assert refused(create, Parrot, {"name": "B", "email": "a@b.id"}) == [("email", "NO_PERMISSION")]
        assert update(bird, {"nickname": "x"}).nickname == "x"


def test_parts_laid_over_a_value_need_the_same_right(aviary):
    home = cage(aviary.keeper, place={"city": "Ubud", "street": "Jalan Raya"})
    module = registry.of(Cage)
    with acting(aviary.keeper):
        write(module, [Draft({}, id=home.pk, over={"place": {"city": "Gianyar"}})])
        assert refused(write, module, [Draft({}, id=home.pk, over={"owner_id": {"x": 1}})])
    assert again(home).place["city"] == "Gianyar" and again(home).place["street"] == "Jalan Raya"
    with acting(aviary.vet):
        draft = Draft({}, id=home.pk, over={"place": {"city": "Kuta"}})
        assert refused(write, module, [draft]) == [("", "NOT_FOUND")]


def test_a_partial_write_of_many_leaves_out_what_is_not_ones_own(aviary):
    mine, other = parrot(aviary.keeper), parrot(aviary.vet)
    with acting(aviary.keeper):
        drafts = [Draft({"nickname": "x"}, id=bird.pk) for bird in (mine, other)]
        written = write(registry.of(Parrot), drafts, partial=True)
    assert [record.pk for record in written.records] == [mine.pk]
    assert [r.code for r in written.refusals] == ["NOT_FOUND"]
    assert again(other).nickname is None and again(other).version == 1


def test_the_same_record_twice_in_one_write_is_refused_or_written_once(aviary):
    bird = parrot(aviary.keeper)
    with acting(aviary.keeper):
        drafts = [Draft({"nickname": "a"}, id=bird.pk), Draft({"age_years": 4}, id=bird.pk)]
        write(registry.of(Parrot), drafts)
    stored = again(bird)
    assert (stored.nickname, stored.age_years) == ("a", 4)
    rows = ChangeRow.objects.filter(record_id=bird.pk, kind="u")
    assert stored.version == 1 + rows.count()


# The bin.


def test_what_is_in_the_bin_cannot_be_changed_nor_deleted_again(aviary):
    bird = parrot(aviary.keeper)
    with acting(aviary.keeper):
        trash(Parrot, [bird.pk])
        assert refused(update, bird, {"nickname": "x"}) == [("", "NOT_FOUND")]
        assert refused(trash, Parrot, [bird.pk]) == [("", "INVALID_TRANSITION")]


def test_what_is_not_in_the_bin_cannot_be_restored(aviary):
    bird = parrot(aviary.keeper)
    with acting(aviary.keeper):
        assert refused(restore, Parrot, [bird.pk]) == [("", "INVALID_TRANSITION")]


def test_whole_and_half_rights_are_told_apart(aviary):
    """Who may see a record but not change it is told so; who may not see it is told it is not there."""
    from tests.people import make_rule

    bird = parrot(aviary.keeper)
    make_rule("fakes.parrot", aviary.keeper, aviary.vet, "read")
    with acting(aviary.vet):
        assert refused(update, bird, {"nickname": "x"}) == [("", "NO_PERMISSION")]
        assert refused(trash, Parrot, [bird.pk]) == [("", "NO_PERMISSION")]


# What only the database sees.


def test_a_broken_constraint_is_told_in_words(aviary):
    bird = parrot(aviary.keeper)
    draft = Draft({"number": bird.number, "name": "B", "owner": aviary.keeper.pk})
    with acting(SYSTEM):
        found = refused(write, registry.of(Parrot), [draft], authorised="test")
    assert found == [("number", "NOT_UNIQUE")]


def test_two_of_one_number_in_one_write_are_refused_each_by_name(aviary):
    drafts = [Draft({"number": "PAR-X", "name": "B", "owner": aviary.keeper.pk}) for _ in range(2)]
    with acting(SYSTEM):
        assert refused(write, registry.of(Parrot), drafts, authorised="test") == [("number", "NOT_UNIQUE")]


def test_a_part_needs_its_whole(aviary):
    with acting(aviary.keeper):
        assert refused(create, Feeding, {"name": "Pagi"}) == [("parrot", "REQUIRED")]
    bird = parrot(aviary.keeper)
    assert feeding(aviary.keeper, bird).parrot_id == bird.pk
