"""Following: who follows a record hears what others do with it, as far as they may see it."""

from datetime import timedelta

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.activity.follow import Follow, follow, followed_among, unfollow
from relasi.engine.activity.notification import News, Notification
from relasi.engine.declare.registry import registry
from relasi.engine.query.condition import compile_q, matches
from relasi.engine.query.listing import Listing
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.recycle_bin import purge
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, trash, write
from tests.engine.activity.telling import as_, change, everything_told, news_of, sentences, shown_changes
from tests.engine.aviary import cage, parrot
from tests.fakes.models import Parrot
from tests.people import change as as_relasi
from tests.people import set_mode


@pytest.fixture(autouse=True)
def open_to_all(aviary):
    set_mode("fakes.parrot", "public_edit")


def following(user, *records):
    with as_(user):
        follow([record.pk for record in records])


def test_the_other_follower_is_told_old_and_new_and_the_actor_is_not(aviary):
    bird = parrot(aviary.keeper, age_years=10)
    following(aviary.keeper, bird)
    following(aviary.peer, bird)
    change(aviary.keeper, bird, age_years=12)
    assert sentences(aviary.keeper) == []
    (one,) = news_of(aviary.peer)
    assert one.plain == f"Komang changed this: {bird.name}"
    assert shown_changes(one) == {"age_years": (10, 12)}


def test_who_may_not_see_a_record_any_more_hears_nothing_and_follows_it_no_more(aviary):
    bird = parrot(aviary.keeper)
    following(aviary.peer, bird)
    set_mode("fakes.parrot", "private")
    change(aviary.keeper, bird, mood="loud")
    assert everything_told(aviary.peer) == []
    assert not Follow._base_manager.filter(user=aviary.peer, trashed_at=None).exists()


def test_a_notification_says_nothing_once_its_record_is_hidden(aviary):
    bird = parrot(aviary.keeper)
    following(aviary.peer, bird)
    change(aviary.keeper, bird, mood="loud")
    assert len(news_of(aviary.peer)) == 1
    set_mode("fakes.parrot", "private")
    assert news_of(aviary.peer) == []


def test_a_change_of_a_hidden_field_alone_is_not_told(aviary):
    bird = parrot(aviary.keeper, price="10", age_years=1)
    following(aviary.shy, bird)
    change(aviary.keeper, bird, price="12")
    assert everything_told(aviary.shy) == []
    change(aviary.keeper, bird, price="14", age_years=2)
    (one,) = news_of(aviary.shy)
    assert shown_changes(one) == {"age_years": (1, 2)}


def test_saves_within_minutes_are_one_notification_of_the_net_change(aviary):
    bird = parrot(aviary.keeper, age_years=10, mood="calm")
    following(aviary.peer, bird)
    for age in (12, 13, 14, 15, 11):
        change(aviary.keeper, bird, age_years=age)
        everything_told(aviary.peer)
    (one,) = news_of(aviary.peer)
    assert one.plain == f"5 changes: {bird.name}"
    assert shown_changes(one) == {"age_years": (10, 11)}


def test_what_was_changed_and_changed_back_is_not_told(aviary):
    bird = parrot(aviary.keeper, age_years=10)
    following(aviary.peer, bird)
    change(aviary.keeper, bird, age_years=12)
    everything_told(aviary.peer)
    change(aviary.keeper, bird, age_years=10)
    assert everything_told(aviary.peer) == []


def test_six_edits_by_two_people_are_one_item(aviary):
    bird = parrot(aviary.keeper, age_years=1)
    following(aviary.peer, bird)
    for number, user in enumerate([aviary.keeper, aviary.vet] * 3):
        change(user, bird, age_years=number + 2)
        everything_told(aviary.peer)
    (one,) = news_of(aviary.peer)
    assert one.plain == f"6 changes: {bird.name}"


def test_a_later_change_is_a_notification_of_its_own(aviary):
    bird = parrot(aviary.keeper, age_years=1)
    following(aviary.peer, bird)
    change(aviary.keeper, bird, age_years=2)
    (first,) = everything_told(aviary.peer)
    Notification.objects.update(created_at=first.created_at - timedelta(minutes=11))
    change(aviary.keeper, bird, age_years=3)
    assert len(news_of(aviary.peer)) == 2


def test_many_followed_records_changed_at_once_are_one_summary(aviary):
    birds = [parrot(aviary.keeper) for _ in range(30)]
    following(aviary.peer, *birds)
    with as_(aviary.keeper):
        write(registry.of(Parrot), [Draft({"mood": "loud"}, id=bird.pk) for bird in birds])
    assert News.objects.filter(user=aviary.peer).count() == 30
    assert sentences(aviary.peer) == ["Komang changed 30 records you follow"]


def test_a_summary_counts_what_its_reader_sees(aviary):
    birds = [parrot(aviary.keeper, price="1") for _ in range(5)] + [parrot(aviary.keeper, price="1")]
    following(aviary.shy, *birds)
    with as_(aviary.keeper):
        drafts = [Draft({"mood": "loud"}, id=bird.pk) for bird in birds[:5]]
        write(registry.of(Parrot), [*drafts, Draft({"price": "2"}, id=birds[5].pk)])
    assert sentences(aviary.shy) == ["Komang changed 5 records you follow"]


def test_the_end_of_a_record_is_told_and_the_follow_stays_for_its_return(aviary):
    bird = parrot(aviary.keeper)
    following(aviary.peer, bird)
    with as_(aviary.keeper):
        trash(Parrot, [bird.pk])
    (one,) = news_of(aviary.peer)
    assert one.entry.what == "trashed"
    assert Follow._base_manager.filter(user=aviary.peer, trashed_at=None).exists()


def test_following_twice_is_following_once_and_can_be_undone(aviary):
    bird = parrot(aviary.keeper)
    with as_(aviary.peer) as first:
        follow([bird.pk, bird.pk])
    following(aviary.peer, bird)
    assert Follow._base_manager.filter(user=aviary.peer, trashed_at=None).count() == 1
    with as_(aviary.peer):
        revert(ChangeSet.objects.get(pk=first.change_set))
        assert followed_among(aviary.peer, [bird.pk]) == set()
    following(aviary.peer, bird)
    with as_(aviary.peer):
        unfollow([bird.pk])
        assert followed_among(aviary.peer, [bird.pk]) == set()


def test_nobody_follows_what_they_may_not_see(aviary):
    home = cage(aviary.vet)
    with as_(aviary.keeper):
        written = follow([home.pk])
    assert [refusal.code for refusal in written.refusals] == ["NOT_FOUND"]
    assert not Follow._base_manager.exists()


def test_the_list_of_what_one_follows_and_memory_agree(aviary):
    followed, other = parrot(aviary.keeper), parrot(aviary.keeper)
    following(aviary.peer, followed)
    module = registry.of(Parrot)
    with acting(aviary.peer):
        for value in (True, False):
            tree = {"field": "followed", "op": "is", "value": value}
            found = set(Parrot._base_manager.filter(compile_q(tree, module, aviary.peer)))
            assert found == {followed if value else other}
            assert {bird for bird in (followed, other) if matches(tree, bird, module, aviary.peer)} == found


def test_the_column_of_what_one_follows_costs_one_query(aviary, django_assert_num_queries):
    for _ in range(3):
        following(aviary.peer, parrot(aviary.keeper))
    module = registry.of(Parrot)
    with acting(aviary.peer):
        Listing(module, aviary.peer, columns=["name"]).page()
        with django_assert_num_queries(2):
            rows = Listing(module, aviary.peer, columns=["name", "followed"]).page().rows
    assert len(rows) == 3


def test_the_new_owner_is_told_unless_they_took_it_themselves(aviary):
    bird = parrot(aviary.keeper)
    change(aviary.keeper, bird, owner=aviary.peer.pk)
    assert sentences(aviary.peer) == [f"Komang made you the owner: {bird.name}"]
    change(aviary.vet, bird, owner=aviary.vet.pk)
    assert sentences(aviary.vet) == []


def test_many_records_given_at_once_are_one_notification(aviary):
    birds = [parrot(aviary.keeper) for _ in range(6)]
    for some in (birds[:3], birds[3:]):
        with as_(aviary.keeper) as stretch:
            stretch.change_set = None
            write(registry.of(Parrot), [Draft({"owner": aviary.peer.pk}, id=b.pk) for b in some])
    assert sentences(aviary.peer) == ["Komang made you the owner of 3 parrots"] * 2


def test_the_suspended_are_told_nothing(aviary):
    bird = parrot(aviary.keeper, owner=aviary.peer.pk)
    change(aviary.keeper, bird, owner=aviary.vet.pk)
    as_relasi(aviary.vet, status="suspended")
    assert everything_told(aviary.vet) == []


def test_a_purged_record_takes_its_follows_and_notifications_along(aviary):
    bird = parrot(aviary.keeper)
    following(aviary.peer, bird)
    change(aviary.keeper, bird, mood="loud")
    assert len(everything_told(aviary.peer)) == 1
    with as_(aviary.keeper):
        trash(Parrot, [bird.pk])
    with as_(aviary.admin):
        assert purge(registry.of(Parrot), [bird.pk]) == 1
    assert (
        not Follow._base_manager.exists() and not Notification.objects.exists() and not News.objects.exists()
    )


def test_a_refused_write_tells_nobody(aviary):
    from relasi.engine.records.refusal import Refused

    bird = parrot(aviary.keeper)
    following(aviary.peer, bird)
    with pytest.raises(Refused):
        change(aviary.keeper, bird, age_years=9000)
    assert not News.objects.exists()
