"""Scorecards of vendors: what they are worked out from, and how the figures weigh together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import update
from relasi.modules.purchasing.purchase_settings import PurchaseSettings
from relasi.modules.purchasing.scorecard import Tally, spent, tally_of, under_way
from tests.make import again
from tests.modules.buying import approved_vendor, bill, come, ordered, take_bill
from tests.modules.trading import line_of, thing
from tests.people import signed_in

WEIGHTS = {"on_time": 40, "filled": 30, "quality": 20, "price": 10}


def test_ten_receipts_eight_of_them_in_time() -> None:
    assert Tally(receipts=10, on_time=8).on_time_percent == 80


def test_two_hundred_delivered_six_of_them_rejected() -> None:
    assert Tally(delivered=Decimal(200), rejected=Decimal(6)).reject_percent == 3


def test_the_usual_weights_are_those_of_the_specification() -> None:
    assert PurchaseSettings().weights == WEIGHTS
    tally = Tally(10, 8, Decimal(100), Decimal(90), Decimal(200), Decimal(6), Decimal(1000), Decimal(50))
    # 40 × 80 + 30 × 90 + 20 × 97 + 10 × 95, over 100
    assert tally.score(WEIGHTS) == Decimal("87.9")


def test_what_is_not_known_does_not_weigh() -> None:
    assert Tally().score(WEIGHTS) is None
    assert Tally(receipts=10, on_time=8).score(WEIGHTS) == 80
    assert Tally(receipts=10, on_time=8).score({**WEIGHTS, "on_time": 0}) is None


@given(
    receipts=st.integers(0, 50), share=st.integers(0, 50), ordered=st.integers(0, 10**6), accepted=st.integers(0, 10**6),
    rejected=st.integers(0, 10**6), worth=st.integers(0, 10**9), dearer=st.integers(-(10**9), 10**9),
    weights=st.tuples(*[st.integers(0, 100)] * 4),
)  # fmt: skip
def test_a_score_lies_between_nothing_and_a_hundred_and_between_its_figures(
    receipts: int,
    share: int,
    ordered: int,
    accepted: int,
    rejected: int,
    worth: int,
    dearer: int,
    weights: Any,
) -> None:
    tally = Tally(
        receipts, min(share, receipts), Decimal(ordered), Decimal(min(accepted, ordered)),
        Decimal(accepted + rejected), Decimal(rejected), Decimal(worth), Decimal(dearer),
    )  # fmt: skip
    score = tally.score(dict(zip(WEIGHTS, weights, strict=True)))
    known = [value for value in tally.figures.values() if value is not None]
    assert all(0 <= value <= 100 for value in known)
    if score is not None:
        assert min(known) - Decimal("0.05") <= score <= max(known) + Decimal("0.05")


@pytest.mark.usefixtures("as_admin")
def test_the_figures_come_from_orders_and_bills(company: Any) -> None:
    vendor = approved_vendor(name="PT Sumber Panel")
    done = come(ordered(thing(1000, 10), vendor=vendor), 10)
    come(ordered(thing(1000, 10), vendor=vendor), 6).close_short("Habis")
    come(ordered(thing(1000, 10), vendor=vendor, date="2026-01-01", due_date="2026-01-02"), 3)
    ordered(thing(7, 7), vendor=approved_vendor())
    found = take_bill(done, 10)
    update(found, {}, lines=[{"id": line_of(found).pk, "price": 1050}])
    again(found).approve()
    bill(thing(500), vendor=vendor).approve()
    tally = tally_of(vendor.pk)
    assert (tally.ordered, tally.accepted, tally.fill_percent) == (20, 16, 80)
    assert (tally.worth, tally.dearer, tally.price_percent) == (10_000, 500, 95)
    assert (spent(vendor.pk), under_way(vendor.pk)) == (11_000, (1, 1))
    close_change_set()
    page = signed_in(company.admin).get(f"/vendors/{vendor.pk}/").content.decode()
    assert "80%" in page and "11.000" in page and f"/payables/rows/?vendor={vendor.pk}" in page
