"""A prepared list says what a list worded anew says, for everybody, wherever the page begins."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.access.door import visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.query.listing import Listing
from relasi.engine.query.one import find_one
from relasi.engine.query.paging import Place
from relasi.engine.records.record import CoOwner
from relasi.engine.records.write import trash, update
from relasi.users.user import User
from tests.engine.aviary import Aviary, feeding, parrot
from tests.fakes.models import Feeding, Parrot

SORTS = [[], ["-changed_at"], ["name"], ["-price", "name"], ["owner"]]


@pytest.fixture
def flock(aviary: Aviary) -> list[Parrot]:
    """Parrots of three people, one of them shared with somebody of another branch, one in the bin."""
    owners = [aviary.keeper, aviary.peer, aviary.vet]
    made = [parrot(owner=owners[n % 3].pk, price=str(n % 4) if n % 5 else None) for n in range(12)]
    CoOwner.objects.create(record_id=made[0].pk, user=aviary.vet)
    with acting(SYSTEM):
        trash(Parrot, [made[3].pk])
    return made


def pages(listing: Listing, size: int = 3) -> list[list[int]]:
    """The ids of every page, forwards and then back again."""
    found, after, page = [], "", None
    while page is None or page.after:
        page = listing.page(size, after=after)
        found.append([row.pk for row in page.rows])
        after = page.after or ""
    while page.before:
        page = listing.page(size, before=page.before)
        found.append([row.pk for row in page.rows])
    return found


@pytest.mark.parametrize("sort", SORTS)
def test_prepared_and_worded_lists_are_the_same(aviary: Aviary, flock: list[Parrot], sort: list[str],
                                                monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    # Some see no list at all, and from one the prices are hidden.
    blind = {aviary.stranger, aviary.suspended} | ({aviary.shy} if "-price" in sort else set())
    for person in {aviary.admin, *aviary.people} - blind:
        with acting(person):
            listing = Listing(registry.of(Parrot), person, columns=["name", "owner"], sort=sort)
            prepared = pages(listing)
            with monkeypatch.context() as worded:
                worded.setattr(Listing, "_is_plain", lambda self, place: False)
                assert prepared == pages(listing), person
            seen = set(visible_to(person, Parrot).values_list("pk", flat=True))
            assert {id for page in prepared for id in page} == seen


def test_one_query_serves_people_who_see_different_records(aviary: Aviary, flock: list[Parrot]) -> None:
    with acting(aviary.keeper):
        theirs = {
            row.pk for row in Listing(registry.of(Parrot), aviary.keeper, columns=["name"]).page(100).rows
        }
    with acting(aviary.peer):
        others = {
            row.pk for row in Listing(registry.of(Parrot), aviary.peer, columns=["name"]).page(100).rows
        }
    assert theirs and others and not theirs & others


def test_parts_follow_their_whole(aviary: Aviary, flock: list[Parrot]) -> None:
    part = feeding(aviary.keeper, flock[0])
    for person, sees in ((aviary.keeper, True), (aviary.peer, False)):
        with acting(person):
            rows = Listing(
                registry.of(Feeding), person, columns=["name"], fixed={"parrot_id": flock[0].pk}
            ).page(5)
            assert [row.pk for row in rows.rows] == ([part.pk] if sees else [])


def test_what_depends_on_more_than_the_person_is_worded_anew(aviary: Aviary) -> None:
    with acting(aviary.keeper):
        filtered = Listing(registry.of(Parrot), aviary.keeper, {"all": [{"field": "owner", "op": "me"}]})
        assert not filtered._is_plain(Place())
        assert not Listing(registry.of(Parrot), aviary.keeper, sort=["-viewed_at"])._is_plain(Place())
        computed = next(n for n, c in registry.of(Parrot).computed.items() if c.sorts_by is not None)
        assert not Listing(registry.of(Parrot), aviary.keeper, sort=[computed])._is_plain(Place())


def test_find_one_gives_what_may_be_seen_and_nothing_else(aviary: Aviary, flock: list[Parrot]) -> None:
    module = registry.of(Parrot)
    for person in [aviary.admin, *aviary.people]:
        with acting(person):
            seen = set(visible_to(person, Parrot).values_list("pk", flat=True))
            for one in flock:
                assert (find_one(person, module, one.pk) is not None) == (one.pk in seen)
    with acting(aviary.admin):
        assert find_one(aviary.admin, module, flock[3].pk) is None
        assert find_one(aviary.admin, module, flock[3].pk, trashed=True).pk == flock[3].pk
        assert find_one(aviary.admin, module, flock[0].pk, fixed={"name": "Somebody else"}) is None


def test_a_record_moves_out_of_sight_at_once(aviary: Aviary, flock: list[Parrot]) -> None:
    module, id = registry.of(Parrot), flock[1].pk
    with acting(aviary.peer):
        assert find_one(aviary.peer, module, id) is not None
    with acting(SYSTEM):
        update(Parrot._base_manager.get(pk=id), {"owner": aviary.vet.pk})
    with acting(aviary.peer):
        assert find_one(aviary.peer, module, id) is None


def test_the_directory_hears_every_change_of_a_user(aviary: Aviary) -> None:
    keeper: Any = directory().account(aviary.keeper.pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE users_user SET password = 'x' WHERE id = %s", [keeper.pk])
    assert keeper.password != "x" and directory().account(keeper.pk).password == "x"  # type: ignore[union-attr]
    with acting(SYSTEM):
        update(keeper, {"theme": "dark"})
    assert directory().account(keeper.pk).theme == "dark"  # type: ignore[union-attr]


def test_everybody_gets_a_user_of_their_own(aviary: Aviary) -> None:
    one, other = (directory().account(aviary.keeper.pk) for _ in range(2))
    assert one == other and one is not other
    one.first_name = "Changed"
    assert other.first_name != "Changed" and isinstance(other, User)
    assert directory().account(-1) is None
