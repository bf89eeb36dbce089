"""The recycle bin: what is deleted waits thirty days, comes back as it was, and leaves a stub when it is gone."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.door import visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeRow, ChangeSet, close_change_set, open_change_set
from relasi.engine.records.record import CoOwner, RecordIndex
from relasi.engine.records.recycle_bin import bin_of, purge, purge_at, purge_due
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Refused, restore, trash, update
from tests.engine.aviary import again, cage, feeding, parrot
from tests.fakes.models import Cage, Feeding, Parrot
from tests.fingerprint import fingerprint, unchanged
from tests.people import change, signed_in


def to_bin(user, *records):
    with acting(user) as stretch:
        for record in records:
            trash(type(record), [record.pk])
    close_change_set()
    return stretch.change_set


def test_a_deleted_record_is_seen_nowhere_but_in_the_bin(aviary):
    bird = parrot(aviary.keeper)
    to_bin(aviary.keeper, bird)
    with acting(aviary.keeper):
        assert bird not in visible_to(aviary.keeper, Parrot)
        assert bird in visible_to(aviary.keeper, Parrot, trashed=True)
        assert not Parrot.objects.filter(pk=bird.pk).exists()
        assert bin_of(aviary.keeper).filter(pk=bird.pk).exists()


def test_a_record_comes_back_with_id_number_owner_and_relations(aviary):
    home = cage(aviary.keeper)
    bird = parrot(aviary.keeper, cage=home.pk, friends=[parrot(aviary.keeper).pk], nickname="Jo")
    meal = feeding(aviary.keeper, bird)
    before = {f.attname: getattr(again(bird), f.attname) for f in Parrot._meta.concrete_fields}
    to_bin(aviary.keeper, bird)
    with acting(aviary.keeper):
        restore(Parrot, [bird.pk])
    after = {f.attname: getattr(again(bird), f.attname) for f in Parrot._meta.concrete_fields}
    assert {name for name in before if before[name] != after[name]} <= {
        "version",
        "changed_at",
        "changed_by_id",
    }
    assert again(meal).parrot_id == bird.pk


def test_who_looks_into_the_bin_sees_what_they_deleted_an_admin_everything(aviary):
    mine, other = parrot(aviary.keeper), parrot(aviary.keeper)
    to_bin(aviary.keeper, mine)
    to_bin(aviary.manager, other)
    for user, expected in [
        (aviary.keeper, {mine.pk}), (aviary.manager, {other.pk}), (aviary.peer, set()),
        (aviary.stranger, set()), (aviary.suspended, set()), (aviary.admin, {mine.pk, other.pk}),
    ]:  # fmt: skip
        with acting(user):
            assert set(bin_of(user).values_list("pk", flat=True)) == expected


def test_nothing_is_gone_before_its_thirty_days_are_over(aviary):
    bird = parrot(aviary.keeper)
    to_bin(aviary.keeper, bird)
    due = purge_at(again(bird).trashed_at)
    with acting(SYSTEM, via="system"):
        with unchanged():
            assert purge_due(due - timedelta(seconds=1)) == 0
        assert purge_due(due) == 1
        assert purge_due(due) == 0
    assert not Parrot._base_manager.filter(pk=bird.pk).exists()
    assert not RecordIndex.objects.filter(pk=bird.pk).exists()


def test_what_is_gone_leaves_a_stub_and_none_of_its_values(aviary):
    bird = parrot(aviary.keeper, name="Rahasia Dagang", nickname="Rahasia")
    with acting(aviary.keeper):
        update(bird, {"nickname": "Sandi"})
    to_bin(aviary.keeper, bird)
    CoOwner.objects.create(record_id=bird.pk, user=aviary.vet)
    with acting(SYSTEM, via="system"):
        assert purge(registry.of(Parrot), [bird.pk]) == 1
    rows = list(ChangeRow.objects.filter(record_id=bird.pk))
    assert rows[-1].kind == "d"
    assert rows[-1].before == {"number": bird.number, "trashed_by_id": aviary.keeper.pk}
    assert all(row.before is None and row.after is None for row in rows[:-1])
    assert not CoOwner.objects.filter(record_id=bird.pk).exists()


def test_a_record_others_point_to_stays_until_they_are_gone(aviary):
    home = cage(aviary.keeper)
    bird = parrot(aviary.keeper, cage=home.pk)
    to_bin(aviary.keeper, home)
    late = timezone.now() + timedelta(days=31)
    with acting(SYSTEM, via="system"), unchanged():
        assert purge_due(late) == 0
    to_bin(aviary.keeper, bird)
    with acting(SYSTEM, via="system"):
        assert purge_due(late) + purge_due(late) == 2
    assert not Cage._base_manager.filter(pk=home.pk).exists()


def test_a_living_record_is_never_purged(aviary):
    bird = parrot(aviary.keeper)
    with acting(SYSTEM), unchanged():
        assert purge(registry.of(Parrot), [bird.pk]) == 0


def test_a_change_set_of_something_gone_for_good_can_still_be_undone_for_the_rest(aviary):
    one, other = parrot(aviary.keeper, nickname="a"), parrot(aviary.keeper, nickname="b")
    with acting(aviary.keeper) as stretch:
        update(one, {"nickname": "x"})
        update(other, {"nickname": "x"})
    to_bin(aviary.keeper, one)
    with acting(SYSTEM, via="system"):
        purge(registry.of(Parrot), [one.pk])
    with acting(aviary.keeper):
        assert revert(ChangeSet.objects.get(pk=stretch.change_set)).count == 1
    assert again(other).nickname == "b"


def test_restoring_what_clashes_now_is_refused(aviary):
    """A number is unique for ever, so only a declared uniqueness among living records can clash."""
    from relasi.engine.access.group import Group
    from relasi.engine.records.write import create
    from tests.engine.records.refused import refused
    from tests.people import make_group

    group = make_group("Pagi", aviary.keeper)
    with acting(SYSTEM):
        trash(Group, [group.pk])
        create(Group, {"name": "pagi", "members": [{"kind": "user", "id": aviary.vet.pk}]})
        assert refused(restore, Group, [group.pk]) == [("name", "NOT_UNIQUE")]


@pytest.mark.parametrize("who", ["peer", "vet", "stranger", "suspended"])
def test_nobody_restores_what_they_may_not_delete(aviary, who):
    from tests.engine.records.refused import refused

    bird = parrot(aviary.keeper)
    to_bin(aviary.keeper, bird)
    with acting(getattr(aviary, who)):
        assert refused(restore, Parrot, [bird.pk]) == [("", "NOT_FOUND")]


def test_trash_and_restore_of_many_is_all_or_nothing_unless_partial(aviary):
    from relasi.engine.records.write import Refused

    mine, other = parrot(aviary.keeper), parrot(aviary.vet)
    with acting(aviary.keeper):
        with unchanged(), pytest.raises(Refused):
            trash(Parrot, [mine.pk, other.pk])
        written = trash(Parrot, [mine.pk, other.pk], partial=True)
        assert [record.pk for record in written.records] == [mine.pk]
    assert again(other).trashed_at is None


def test_a_trashed_and_restored_record_stands_in_the_index_again(aviary):
    bird = parrot(aviary.keeper)
    before = fingerprint()["records_record_index"]
    to_bin(aviary.keeper, bird)
    assert RecordIndex.objects.get(pk=bird.pk).trashed_at == again(bird).trashed_at
    with acting(aviary.keeper):
        restore(Parrot, [bird.pk])
    assert fingerprint()["records_record_index"] == before


def test_meals_of_a_deleted_bird_stay_and_show_its_number(aviary):
    bird = parrot(aviary.keeper)
    meal = feeding(aviary.keeper, bird)
    to_bin(aviary.keeper, bird)
    with acting(aviary.keeper):
        assert Feeding.objects.get(pk=meal.pk).parrot.number == bird.number


def test_the_worker_empties_the_bin(aviary):
    from relasi.project.upkeep import empty_the_bin

    bird = parrot(aviary.keeper)
    to_bin(aviary.keeper, bird)
    assert empty_the_bin.func(0) == 0
    with acting(SYSTEM), real_time_passes(bird):
        assert empty_the_bin.func(0) == 1


@contextmanager
def real_time_passes(bird):
    """As if it had been deleted thirty-one days ago."""
    long_ago = timezone.now() - timedelta(days=31)
    open_change_set()
    Parrot._base_manager.filter(pk=bird.pk).update(trashed_at=long_ago)
    RecordIndex.objects.filter(pk=bird.pk).update(trashed_at=long_ago)
    close_change_set()
    yield


def test_who_refers_to_a_deleted_record_says_so_without_a_query_more(aviary, django_assert_num_queries):
    change(aviary.admin, language="en")
    client = signed_in(aviary.admin)
    home = cage(aviary.keeper, name="Sangkar Emas")
    for _number in range(3):
        bird = parrot(aviary.keeper, cage=home.pk)
    pages = ["/parrots/", f"/parrots/{bird.pk}/"]
    for path in pages:
        client.get(path)  # what is read once, is read
    with CaptureQueriesContext(connection) as before:
        for path in pages:
            assert "(deleted)" not in client.get(path).content.decode()
    count = len(before)
    to_bin(aviary.keeper, home)
    client.get(pages[0])
    with django_assert_num_queries(count):
        answers = [client.get(path).content.decode() for path in pages]
    assert answers[0].count("Sangkar Emas (deleted)</a>") == 3
    assert "Sangkar Emas (deleted)" in answers[1]


def test_a_confirmation_answers_warnings_and_lifts_no_refusal(aviary, monkeypatch):
    def keeps_the_blue(cls, changes):
        for one in changes:
            if one.record.name == "Biru":
                one.refuse("", "LOCKED", "This one stays.")
            else:
                one.refuse("", "LOCKED", "Sure?", confirm="trash")

    blue, green = parrot(aviary.keeper, name="Biru"), parrot(aviary.keeper, name="Hijau")
    monkeypatch.setattr(Parrot, "before_trash_all", classmethod(keeps_the_blue))
    with acting(aviary.keeper):
        for confirmed in ([], ["trash"], ["trash", "", "None"]):
            with pytest.raises(Refused):
                trash(Parrot, [blue.pk], confirmed=confirmed)
        with pytest.raises(Refused):
            trash(Parrot, [green.pk])
        trash(Parrot, [green.pk], confirmed=["trash"])
    assert Parrot._base_manager.get(pk=blue.pk).trashed_at is None
    assert Parrot._base_manager.get(pk=green.pk).trashed_at is not None
