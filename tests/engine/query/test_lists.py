"""Lists: conditions of every kind, also over related records; order, pages and totals that agree with each other."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.query.condition import matches, read, why_not
from relasi.engine.query.listing import Listing
from relasi.engine.query.viewed import Viewed, forget_old_views, note_viewed
from relasi.engine.records.write import trash
from tests.engine.aviary import cage, feeding, parrot
from tests.fakes.models import Feeding, Parrot

PARROT, FEEDING = registry.of(Parrot), registry.of(Feeding)


def found(user, condition, module=PARROT, **how):
    with acting(user):
        return {row.pk for row in Listing(module, user, condition, ["name"], **how).page(100).rows}


def both(user, condition, records, module=PARROT):
    """What the database finds, after proving that memory finds the same."""
    with acting(user):
        seen = found(user, condition, module) & {record.pk for record in records}
        told = {r.pk for r in module.model.objects.filter(pk__in=[one.pk for one in records])
                if matches(condition, r, module, user)}  # fmt: skip
    assert seen == told
    return seen


# The operators of the specification, by kind.
PROMISED = {
    "name": {"is", "is_not", "contains", "not_contains", "starts", "ends", "empty", "not_empty"},
    "price": {"is", "is_not", "lt", "lte", "gt", "gte", "between"},
    "age_years": {"is", "is_not", "lt", "lte", "gt", "gte", "between"},
    "hatched": {
        "on", "before", "after", "between", "today", "yesterday", "tomorrow", "last_n_days", "next_n_days",
        "older_than_days", "empty",
        *(f"{w}_{s}" for w in ("this", "last", "next") for s in ("week", "month", "quarter", "year")),
    },
    "mood": {"in", "not_in"},
    "colours": {"any", "all", "none"},
    "owner": {"me", "my_team", "in", "inactive"},
    "tame": {"is"},
    "cage": {"is", "empty"},
}  # fmt: skip


@pytest.mark.parametrize("name", PROMISED)
def test_every_kind_has_the_operators_it_promises(name):
    assert PROMISED[name] <= set(kind_of(PARROT.fields[name]).operators)


def test_groups_of_all_and_any_are_nested(aviary):
    keeper = aviary.keeper
    calm = parrot(keeper, mood="calm", age_years=3)
    loud = parrot(keeper, mood="loud", age_years=3)
    old = parrot(keeper, mood="calm", age_years=40)
    tree = {"all": [
        {"field": "age_years", "op": "lt", "value": 10},
        {"any": [{"field": "mood", "op": "is", "value": "loud"}, {"field": "name", "op": "is", "value": calm.name}]},
    ]}  # fmt: skip
    assert both(keeper, tree, [calm, loud, old]) == {calm.pk, loud.pk}


def test_a_list_asks_one_step_further_and_into_an_address(aviary):
    keeper = aviary.keeper
    bandung = cage(keeper, capacity=9, place={"city": "Bandung"})
    medan = cage(keeper, capacity=2, place={"city": "Medan"})
    birds = [parrot(keeper, cage=home) for home in (bandung.pk, medan.pk, None)]
    city = {"field": "cage.place.city", "op": "is", "value": "bandung"}
    assert both(keeper, city, birds) == {birds[0].pk}
    assert both(keeper, {"field": "cage.capacity", "op": "lt", "value": 5}, birds) == {birds[1].pk}
    assert both(keeper, {"field": "cage.capacity", "op": "empty"}, birds) == {birds[2].pk}
    with acting(keeper):
        listing = Listing(
            PARROT, keeper, city, ["name", "cage.place.city", "cage.capacity"], ["cage.place.city"]
        )
        row = listing.page().rows[0]
        assert [path.value_of(row) for path in listing.paths[1:]] == ["Bandung", 9]


@pytest.mark.parametrize(
    "name", ["cage.cage.name", "cage.nothing", "cage.place.planet", "mood.x", "password.x"]
)
def test_what_leads_nowhere_is_no_field(aviary, name):
    with acting(aviary.keeper), pytest.raises(Invalid):
        read({"field": name, "op": "is", "value": "x"}, PARROT, aviary.keeper)


def test_a_filter_over_hidden_records_tells_nothing(aviary):
    """The vet's cage is not the keeper's to see: no condition on it finds the keeper's bird, nor its opposite."""
    hidden = cage(aviary.vet, capacity=7)
    bird = parrot(aviary.vet, cage=hidden.pk, owner=aviary.vet.pk)
    from tests.people import change

    change(bird, owner=aviary.keeper.pk)
    for op, value in [("is", 7), ("is_not", 7), ("gt", 1), ("lt", 1), ("empty", None), ("not_empty", None)]:
        leaf = {"field": "cage.capacity", "op": op, "value": value}
        assert both(aviary.keeper, leaf, [bird]) == set()
    with acting(aviary.keeper):
        said = why_not({"field": "cage.capacity", "op": "is", "value": 7}, bird, PARROT, aviary.keeper)
        assert "7" in said and bird.cage.name not in said


def test_recently_viewed_is_ones_own_and_in_the_order_of_looking(aviary):
    keeper, peer = aviary.keeper, aviary.peer
    birds = [parrot(keeper) for _n in range(3)]
    with acting(keeper):
        for place in (1, 0):
            note_viewed(keeper, birds[place])
            Viewed.objects.filter(record_id=birds[place].pk).update(
                at=timezone.now() - timedelta(minutes=place + 1)
            )
        viewed = {"all": [{"field": "viewed_at", "op": "last_n_days", "value": 30}]}
        rows = Listing(PARROT, keeper, viewed, ["name"], ["-viewed_at"]).page().rows
        assert [row.pk for row in rows] == [birds[0].pk, birds[1].pk]
        assert both(keeper, viewed, birds) == {birds[0].pk, birds[1].pk}
    assert found(peer, viewed) == set()


def test_looking_again_within_a_minute_writes_nothing_and_old_views_are_forgotten(aviary):
    bird = parrot(aviary.keeper)
    note_viewed(aviary.keeper, bird)
    first = Viewed.objects.get()
    note_viewed(aviary.keeper, bird)
    assert Viewed.objects.get().at == first.at
    assert forget_old_views() == 0
    Viewed.objects.update(at=timezone.now() - timedelta(days=91))
    assert forget_old_views() == 1


def walked(user, size, condition=None, sort=(), columns=("name",)):
    """Every page of a list, forwards."""
    pages, after = [], ""
    while True:
        page = Listing(PARROT, user, condition, list(columns), list(sort)).page(size, after=after)
        pages.append(page.rows)
        if not page.after:
            return pages
        after = page.after


@pytest.mark.parametrize(
    "sort", [["price"], ["-price"], ["-mood", "price", "-name"], ["cage.name", "-age_years"]]
)
def test_empty_values_stand_last_and_pages_repeat_and_lose_nothing(aviary, sort):
    keeper = aviary.keeper
    homes = [cage(keeper).pk, cage(keeper).pk, None]
    for n in range(13):
        parrot(keeper, price=[None, 5, 5, 7][n % 4], mood=["calm", "loud", None][n % 3], cage=homes[n % 3],
               age_years=[3, None][n % 2])  # fmt: skip
    with acting(keeper):
        everything = [row.pk for row in Listing(PARROT, keeper, None, ["name"], sort).page(100).rows]
        pages = walked(keeper, 4, sort=sort)
        assert [row.pk for rows in pages for row in rows] == everything
        assert len(everything) == len(set(everything)) == 13
        if sort[0] in ("price", "-price"):
            prices = [
                row.price for row in Listing(PARROT, keeper, None, ["name", "price"], sort).page(100).rows
            ]
            filled = [price for price in prices if price is not None]
            assert prices == sorted(filled, reverse=sort[0] == "-price") + [None] * (13 - len(filled))


def test_page_two_of_fifty_holds_rows_51_to_100(aviary):
    for _n in range(103):
        parrot(aviary.keeper)
    with acting(aviary.keeper):
        listing = Listing(PARROT, aviary.keeper, None, ["name"], ["name"])
        first = listing.page(50)
        second = listing.page(50, after=first.after)
        back = listing.page(50, before=second.before)
    assert (second.start, len(second.rows)) == (51, 50)
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}
    assert [row.pk for row in back.rows] == [row.pk for row in first.rows]


def test_totals_are_the_sum_of_all_pages_each_currency_by_itself(aviary):
    keeper = aviary.keeper
    prices = [("1000.55", None), ("2000", "IDR"), ("3.33", "USD"), (None, "USD"), ("0.10", "USD")]
    for price, currency in prices:
        parrot(
            keeper,
            price=Decimal(price) if price else None,
            currency=currency,
            weight="1.5",
            age_years=4,
            chatter=50,
        )
    columns = ["name", "price", "weight", "age_years", "chatter", "cage.capacity"]
    with acting(keeper):
        totals = Listing(PARROT, keeper, None, columns).totals()
        rows = [row for page in walked(keeper, 2, columns=columns) for row in page]
    assert totals.count == len(rows) == 5
    told = {(one.path.text, one.currency): one for one in totals.columns}
    for currency in ("IDR", "USD"):
        mine = [r.price for r in rows if r.price is not None and (r.currency or "IDR") == currency]
        assert told["price", currency].sum == sum(mine)
        assert told["price", currency].values == len(mine)
    assert told["weight", ""].sum == sum(row.weight for row in rows)
    assert (told["age_years", ""].sum, told["chatter", ""].mean) == (20, 50)
    assert not any(path == "cage.capacity" for path, _currency in told)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.lists(st.decimals(-1000, 1000, places=2), max_size=6), least=st.decimals(-1000, 1000, places=2)
)
def test_the_sum_is_exact_for_any_filter(aviary, amounts, least):
    tag = timezone.now().isoformat()
    for amount in amounts:
        parrot(aviary.keeper, price=amount, nickname=tag)
    tree = {
        "all": [
            {"field": "nickname", "op": "is", "value": tag},
            {"field": "price", "op": "gte", "value": str(least)},
        ]
    }
    with acting(aviary.keeper):
        totals = Listing(PARROT, aviary.keeper, tree, ["name", "price"]).totals()
    kept = [amount for amount in amounts if amount >= least]
    assert totals.count == len(kept)
    assert sum((one.sum for one in totals.columns), Decimal(0)) == sum(kept, Decimal(0))


def test_a_count_stops_where_nobody_reads_on(aviary):
    for _n in range(5):
        parrot(aviary.keeper)
    with acting(aviary.keeper):
        listing = Listing(PARROT, aviary.keeper)
        assert (listing.count(), listing.count(3), listing.count(9)) == (5, 4, 5)


def test_neighbours_are_those_of_the_list_also_of_a_record_that_left_it(aviary):
    keeper = aviary.keeper
    birds = [parrot(keeper, name=name, mood="calm") for name in ("A", "B", "C")]
    loud = parrot(keeper, name="BB", mood="loud")
    with acting(keeper):
        listing = Listing(PARROT, keeper, {"field": "mood", "op": "is", "value": "calm"}, ["name"], ["name"])
        assert listing.neighbours(birds[1].pk) == (birds[0].pk, birds[2].pk)
        assert listing.neighbours(birds[0].pk) == (None, birds[1].pk)
        assert listing.neighbours(loud.pk) == (birds[1].pk, birds[2].pk)
        trash(Parrot, [loud.pk])
        assert listing.neighbours(loud.pk) == (None, None)
    with acting(aviary.peer):
        assert Listing(PARROT, aviary.peer, None, ["name"], ["name"]).neighbours(birds[1].pk) == (None, None)


def test_columns_of_related_records_cost_no_query_for_each_row(aviary, django_assert_num_queries):
    keeper = aviary.keeper
    for _n in range(3):
        feeding(keeper, parrot(keeper, cage=cage(keeper).pk))
    with acting(keeper):
        listing = Listing(FEEDING, keeper, None, ["name", "parrot.mood", "parrot", "owner"])
        rows = listing.page().rows
        with django_assert_num_queries(0):
            assert all([path.value_of(row) for path in listing.paths] for row in rows)
