"""Random acts of random people, taken back in reverse order, leave every living row as it was."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, Refused, restore, trash, write
from tests.engine.aviary import cage, feeding, parrot
from tests.fakes.models import Cage, Feeding, Parrot

MODELS = (Parrot, Cage, Feeding)
PEOPLE = ("admin", "manager", "keeper", "peer", "vet", "shy")

texts = st.none() | st.text(max_size=8) | st.sampled_from(["a", "b", "É", "x'y\"z", "\x00", "🦜"])
VALUES: dict[type, dict[str, st.SearchStrategy[Any]]] = {
    Parrot: {
        "name": st.sampled_from(["Beo", "Nuri", "Jalak"]),
        "nickname": texts,
        "story": texts,
        "mood": st.sampled_from([None, "calm", "loud", "angry", "hungry"]),
        "colours": st.lists(st.sampled_from(["green", "red", "blue"]), max_size=3),
        "age_years": st.none() | st.integers(-1, 151),
        "price": st.none() | st.decimals(0, 10**9, places=2),
        "hatched": st.none() | st.dates().map(str),
        "tame": st.booleans(),
        "vaccinated": st.none() | st.booleans(),
        "home": st.none() | st.fixed_dictionaries({"city": st.sampled_from(["Ubud", "Kuta"])}),
        "cage": st.none() | st.integers(0, 3),  # a place in the list of cages
        "owner": st.sampled_from(PEOPLE),
    },
    Cage: {
        "name": st.sampled_from(["Utara", "Selatan"]),
        "capacity": st.none() | st.integers(-1, 501),
        "owner": st.sampled_from(PEOPLE),
    },
    Feeding: {"name": st.sampled_from(["Pagi", "Sore"]), "amount": st.none() | st.decimals(0, 99, places=3)},
}


def some_values(model: type) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=VALUES[model])


models = st.sampled_from(MODELS)
places = st.lists(st.integers(0, 7), min_size=1, max_size=4, unique=True)
steps = models.flatmap(
    lambda model: st.one_of(
        st.tuples(st.just("create"), st.just(model), st.lists(some_values(model), min_size=1, max_size=3)),
        st.tuples(st.just("update"), st.just(model), st.tuples(places, some_values(model))),
        st.tuples(st.just("trash"), st.just(model), places),
        st.tuples(st.just("restore"), st.just(model), places),
    )
)
# An act: who, what they do in it, and whether a refused record refuses the others.
acts = st.lists(st.tuples(st.sampled_from(PEOPLE), st.lists(steps, min_size=1, max_size=4), st.booleans()),
                min_size=1, max_size=8)  # fmt: skip

# Undoing leaves its mark in the stamps, and what was made waits in the bin.
MARKS = "- '{version,changed_at,changed_by_id}'::text[]"


def living() -> dict[str, set[str]]:
    """Every living row of the fake modules, and its row in the index."""
    found = {}
    with connection.cursor() as cursor:
        for model in MODELS:
            table = model._meta.db_table
            cursor.execute(f'SELECT (to_jsonb(t) {MARKS})::text FROM "{table}" t WHERE trashed_at IS NULL')
            found[table] = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT t::text FROM records_record_index t WHERE trashed_at IS NULL")
        found["index"] = {row[0] for row in cursor.fetchall()}
    return found


def index_says_what_records_say() -> None:
    with connection.cursor() as cursor:
        for model in MODELS:
            module = registry.of(model)
            cursor.execute(
                f"SELECT count(*) FROM {module.table} t FULL JOIN records_record_index i ON i.id = t.id "
                "WHERE (i.module = %s OR i.id IS NULL) AND (i.number, i.title, i.owner_id, i.trashed_at) "
                "IS DISTINCT FROM (t.number, t.name, t.owner_id, t.trashed_at)",
                [module.key],
            )
            assert cursor.fetchone()[0] == 0, module.key


class Zoo:
    """The rows that acts name by their place in a list."""

    def __init__(self, people: Any):
        self.people = people
        cages = [cage(people.keeper), cage(people.vet)]
        birds = [
            parrot(people.keeper, cage=cages[0].pk),
            parrot(people.peer),
            parrot(people.shy),
            parrot(people.vet),
        ]
        self.ids = {
            Cage: [one.pk for one in cages],
            Parrot: [one.pk for one in birds],
            Feeding: [feeding(people.keeper, birds[0]).pk],
        }

    def at(self, model: type, place: int) -> int:
        return self.ids[model][place % len(self.ids[model])]

    def real(self, values: dict[str, Any]) -> dict[str, Any]:
        found = dict(values)
        if "owner" in found:
            found["owner"] = getattr(self.people, found["owner"]).pk
        if found.get("cage") is not None:
            found["cage"] = self.at(Cage, found["cage"])
        return found

    def do(self, step: tuple[str, type, Any], partial: bool) -> None:
        what, model, given_ = step
        module = registry.of(model)
        if what == "create":
            must = {"parrot": self.at(Parrot, 0)} if model is Feeding else {}
            drafts = [Draft({"name": "Baru", **must, **self.real(values)}) for values in given_]
            made = write(module, drafts, partial=partial)
            self.ids[model] += [record.pk for record in made.records]
        elif what == "update":
            ids, values = given_
            drafts = [Draft(self.real(values), id=self.at(model, place)) for place in ids]
            write(module, drafts, partial=partial)
        else:
            ids = {self.at(model, place) for place in given_}
            (trash(model, ids, partial=partial) if what == "trash" else restore(model, ids, partial=partial))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts)
def test_acts_taken_back_in_reverse_order_leave_every_living_row_as_it_was(aviary, acts):
    with suppress(_Back), transaction.atomic():
        zoo = Zoo(aviary)
        before = living()
        done = []
        for who, what, partial in acts:
            with acting(getattr(aviary, who)) as stretch:
                for step in what:
                    with suppress(Refused), transaction.atomic():
                        zoo.do(step, partial)
            close_change_set()
            if stretch.change_set and ChangeSet.objects.filter(pk=stretch.change_set).exists():
                done.append(stretch.change_set)
        index_says_what_records_say()
        for change_set in reversed(done):
            with acting(aviary.admin):
                undone = revert(ChangeSet.objects.get(pk=change_set))
            close_change_set()
            assert undone.conflicts == []
        index_says_what_records_say()
        assert living() == before
        raise _Back


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts)
def test_an_undo_of_an_undo_brings_the_act_back(aviary, acts):
    with suppress(_Back), transaction.atomic():
        zoo = Zoo(aviary)
        _who, what, partial = acts[0]
        with acting(aviary.admin) as stretch:
            for step in what:
                with suppress(Refused), transaction.atomic():
                    zoo.do(step, partial)
        close_change_set()
        after = living()
        change_set = stretch.change_set
        if change_set and ChangeSet.objects.filter(pk=change_set).exists():
            for _ in range(2):
                with acting(aviary.admin):
                    change_set = revert(ChangeSet.objects.get(pk=change_set)).change_set or change_set
                close_change_set()
                if not ChangeSet.objects.get(pk=change_set).rows.exists():
                    break
            else:
                assert living() == after
        raise _Back


class _Back(Exception):
    """Takes back what one example wrote."""
