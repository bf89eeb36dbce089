"""Edits of a document, taken back in any order, in the recycle bin or out of it: its figures always come from what it says."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import current_acting
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import Undone, revert
from relasi.engine.records.write import restore, trash, update
from relasi.modules.catalog.defaults import ensure_defaults
from relasi.modules.sales.sales_order import SalesOrder
from tests.make import again
from tests.modules.trading import adds_up, document, thing


@pytest.fixture(autouse=True)
def taxes(as_admin: Any) -> None:
    ensure_defaults()


HEADER = st.one_of(
    st.fixed_dictionaries({"includes_tax": st.booleans()}),
    st.fixed_dictionaries({"tax_mode": st.sampled_from(["individual", "group"])}),
    st.fixed_dictionaries({"discount_percent": st.sampled_from([None, 10, 100])}),
    st.fixed_dictionaries({"discount_amount": st.sampled_from([None, 77])}),
    st.fixed_dictionaries({"shipping": st.sampled_from([None, 0, 500])}),
    st.fixed_dictionaries({"notes": st.sampled_from([None, "x"])}),
)
LINE = st.fixed_dictionaries(
    {},
    optional={
        "quantity": st.integers(0, 3),
        "price": st.sampled_from([0, 100, 333]),
        "discount_percent": st.sampled_from([None, 50]),
        "optional": st.booleans(),
        "taxes": st.sampled_from([[], ["PPN"]]),
    },
)
EDIT = st.tuples(st.just("edit"), HEADER | st.just({}), LINE, LINE)
ACT = st.one_of(
    EDIT, EDIT, st.tuples(st.sampled_from(["trash", "restore", "undo", "undo"]), st.integers(0, 9))
)


def act(call: Any, *args: Any) -> int | None:
    """The change set it left; None when it was refused, or nothing changed."""
    close_change_set()
    current_acting().change_set = None
    try:
        with transaction.atomic():
            found = call(*args)
    except Refused:
        return None
    return found.change_set if isinstance(found, Undone) else current_acting().change_set


@given(st.lists(ACT, min_size=3, max_size=10))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_edits_taken_back_in_any_order_leave_figures_that_add_up(acts: list[Any]) -> None:
    order = document(SalesOrder, thing(100, 2), thing(0, 1, taxes=["PPN"]))
    done: list[int] = []
    for what, *how in acts:
        order = again(order)
        if what == "edit":
            lines = [
                {"id": line.pk, **values}
                for line, values in zip(order.lines_in_order(), how[1:], strict=True)
            ]
            made = act(lambda order=order, how=how, lines=lines: update(order, how[0], lines=lines))
        elif what == "undo" and done:
            made = act(revert, ChangeSet.objects.get(pk=done[-1 - how[0] % len(done)]))
        elif what in ("trash", "restore"):
            made = act({"trash": trash, "restore": restore}[what], SalesOrder, [order.pk])
        else:
            continue
        done += [made] if made else []
        adds_up(again(order))


def undone_in_the_bin(order: SalesOrder, first: Any, then: Any) -> SalesOrder:
    """The order in the bin after two edits of it, the first of which was taken back."""
    made = act(lambda: update(order, **first))
    act(lambda: update(again(order), **then))
    act(trash, SalesOrder, [order.pk])
    assert made and act(revert, ChangeSet.objects.get(pk=made))
    return again(order)


def test_a_line_taken_back_in_the_bin_is_added_up_again() -> None:
    order = document(SalesOrder, thing(0, 2), thing(100))
    first, second = [{"id": line.pk} for line in order.lines_in_order()]
    found = undone_in_the_bin(
        order,
        {"values": {}, "lines": [{**first, "quantity": 3}, second]},
        {"values": {}, "lines": [{**first, "price": 100}, second]},
    )
    assert found.grand_total == 300
    adds_up(found)
    restore(SalesOrder, [found.pk])
    adds_up(again(found))


def test_a_way_of_taxing_taken_back_in_the_bin_is_added_up_again() -> None:
    order = document(SalesOrder, thing(100, 2))
    [line] = order.lines_in_order()
    found = undone_in_the_bin(
        order,
        {"values": {"tax_mode": "group"}},
        {"values": {}, "lines": [{"id": line.pk, "taxes": ["PPN"]}]},
    )
    assert found.tax_mode == "individual"
    adds_up(found)
