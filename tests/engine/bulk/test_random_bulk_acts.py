"""Random acts on many records, taken back in any order that touches nothing done since, leave every living row as it was."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import acting
from relasi.engine.access.door import visible_to
from relasi.engine.activity.follow import Follow
from relasi.engine.activity.tag import Tag
from relasi.engine.activity.tagging import Tagging
from relasi.engine.bulk.job import Act, BulkJob
from relasi.engine.bulk.run import check, run
from relasi.engine.bulk.take_back import begin_undo
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeRow, ChangeSet, close_change_set
from relasi.engine.records.merge import merge
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import plans
from relasi.engine.records.write import create
from tests.engine.aviary import cage, parrot
from tests.fakes.models import Parrot

PEOPLE = ("admin", "manager", "keeper", "vet")
BIRDS = 6
# Undoing leaves its mark in the stamps, and what was made waits in the bin.
MARKS = "- '{version,changed_at,changed_by_id}'::text[]"
LIVING = {
    "fakes_parrot": f"SELECT (to_jsonb(t) {MARKS})::text FROM fakes_parrot t WHERE trashed_at IS NULL",
    "index": "SELECT t::text FROM records_record_index t WHERE trashed_at IS NULL",
    "tags": "SELECT record_id || ' ' || tag_id FROM activity_tagging WHERE trashed_at IS NULL",
    "follows": "SELECT record_id || ' ' || user_id FROM activity_follow WHERE trashed_at IS NULL",
}

some = st.lists(st.integers(0, BIRDS - 1), min_size=1, max_size=BIRDS, unique=True)
values = st.fixed_dictionaries(
    {},
    optional={
        "nickname": st.sampled_from([None, "a", "b", "É 🦜"]),
        "age_years": st.none() | st.integers(0, 3),
        "mood": st.sampled_from([None, "calm", "loud"]),
        "colours": st.sampled_from([[], ["green"], ["red", "blue"]]),
        "home": st.none() | st.fixed_dictionaries({"city": st.sampled_from(["Ubud", "Kuta"])}),
        "cage": st.none() | st.integers(0, 1),
    },
).filter(bool)
acts = st.one_of(
    st.tuples(st.just(Act.EDIT), some, values),
    st.tuples(st.just(Act.EDIT), some, st.fixed_dictionaries({"owner": st.sampled_from(PEOPLE)})),
    st.tuples(st.sampled_from([Act.TAG, Act.UNTAG, Act.FOLLOW, Act.UNFOLLOW, Act.DELETE]), some, st.just({})),
    st.tuples(st.just("merge"), some.filter(lambda ids: len(ids) > 1), st.just({})),
)
stories = st.lists(st.tuples(st.sampled_from(PEOPLE), acts), min_size=1, max_size=6)


def living() -> dict[str, set[str]]:
    found = {}
    with connection.cursor() as cursor:
        for name, statement in LIVING.items():
            cursor.execute(statement)
            found[name] = {row[0] for row in cursor.fetchall()}
    return found


class Zoo:
    def __init__(self, people: Any):
        self.people = people
        self.cages = [cage(people.keeper), cage(people.vet)]
        owners = [people.keeper, people.vet, people.peer]
        self.birds = [parrot(owners[n % 3], nickname=f"n{n}") for n in range(BIRDS)]
        with acting(people.admin):
            self.tag = create(Tag, {"name": "Pameran", "visibility": "shared"})
        close_change_set()

    def do(self, who: str, what: Any, places: list[int], values: dict[str, Any]) -> int | None:
        """The change set of the act; None when nothing came of it."""
        ids = [self.birds[place].pk for place in places]
        user = getattr(self.people, who)
        if what == "merge":
            with suppress(Refused), transaction.atomic(), acting(user):
                return merge(registry.of(Parrot), ids[0], ids[1:], {})[1]
            return None
        job = BulkJob(
            user=user, act=what, module="fakes.parrot", slug="parrots", values=self.real(what, values)
        )
        BulkJob.objects.bulk_create([job])
        job.freeze(ids)
        check(job)
        foreseen = job.checked["counts"]
        run(job)
        counts = {
            "changed": job.count("done"),
            "unchanged": job.count("unchanged"),
            "failed": job.count("failed"),
        }
        assert counts == foreseen
        return job.change_set

    def real(self, what: Any, values: dict[str, Any]) -> dict[str, Any]:
        if what in (Act.TAG, Act.UNTAG):
            return {"tag": self.tag.pk}
        found = dict(values)
        if "owner" in found:
            found["owner"] = getattr(self.people, found["owner"]).pk
        if found.get("cage") is not None:
            found["cage"] = self.cages[found["cage"]].pk
        return found


def sees_all(user: Any, ids: list[int]) -> bool:
    with acting(user):
        return visible_to(user, Parrot).filter(pk__in=ids).count() == len(set(ids))


def stands(change_set: ChangeSet) -> bool:
    """Whether nothing it made was binned since: that is gone already, and comes back with whoever takes the binning
    back."""
    made = ChangeRow.objects.filter(change_set=change_set, kind="c").order_by()
    return not any(
        model._base_manager.filter(pk__in=made.values("record_id"), trashed_at__isnull=False).exists()
        for model in (Tagging, Follow)
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(story=stories, order=st.randoms(use_true_random=False))
def test_acts_taken_back_in_any_order_that_is_allowed_leave_every_living_row_as_it_was(aviary, story, order):
    with suppress(_Back), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("relasi.engine.bulk.job.SLICE", 2)
        zoo = Zoo(aviary)
        before = living()
        done, out_of_turn = [], False
        for who, (what, places, given_) in story:
            change_set = zoo.do(who, what, places, given_)
            close_change_set()
            if change_set and ChangeSet.objects.filter(pk=change_set).exists():
                # A follow is its person's own, so nobody else takes it back, and they while they see what they followed.
                undoer = getattr(aviary, who) if what in (Act.FOLLOW, Act.UNFOLLOW) else aviary.admin
                done.append((ChangeSet.objects.get(pk=change_set), undoer, [zoo.birds[n].pk for n in places]))
        while done:
            with acting(aviary.admin):
                free = [one for one in done if not any(plan.conflicts for plan in plans(one[0]))]
            free = [one for one in free if one is done[-1] or (sees_all(one[1], one[2]) and stands(one[0]))]
            if not free:
                # What was changed away and back is no obstacle to an undo of what came before, but is stuck behind it.
                assert out_of_turn
                raise _Back
            chosen = order.choice(free)
            out_of_turn |= chosen is not done[-1]
            done.remove(chosen)
            undo = begin_undo(chosen[1], chosen[0])
            run(undo)
            close_change_set()
            assert (undo.count("failed"), undo.count("left")) == (0, 0), list(undo.faults.values())
        assert living() == before
        raise _Back


class _Back(Exception):
    """Takes back what one example wrote."""
