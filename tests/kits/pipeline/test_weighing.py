"""Weighing: weighted amounts and scores, as tables."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.kits.pipeline.weighing import completeness_score, mean_score, stage_age_score, weighted

MONEY = st.decimals(min_value=0, max_value=10**15, places=2)
PERCENT = st.decimals(min_value=0, max_value=100, places=2)


@pytest.mark.parametrize(
    ("amount", "probability", "currency", "worth"),
    [
        (100_000_000, 10, "IDR", "10000000"),
        (333, 50, "IDR", "167"),  # half away from zero
        (Decimal("333.33"), 50, "USD", "166.67"),
        (1, 0, "IDR", "0"),
        (None, 50, "IDR", None),
        (5, None, "IDR", None),
    ],
)
def test_a_weighted_amount_is_rounded_in_its_currency(amount, probability, currency, worth):
    found = weighted(amount, probability, currency)
    assert found == (worth if worth is None else Decimal(worth))


@given(MONEY, PERCENT)
def test_a_weighted_amount_lies_between_nothing_and_the_amount(amount, probability):
    assert 0 <= weighted(amount, probability, "USD") <= amount
    assert weighted(amount, Decimal(100), "USD") == amount


@pytest.mark.parametrize(
    ("days", "limit", "score"),
    [(0, 14, 100), (7, 14, 75), (14, 14, 50), (28, 14, 0), (99, 14, 0), (99, None, 100)],
)
def test_a_deal_loses_half_its_points_by_the_limit_of_its_stage(days, limit, score):
    assert stage_age_score(days, limit) == score


def test_completeness_is_the_share_of_what_is_known():
    assert completeness_score([True, True, False, False]) == 50
    assert completeness_score([]) == 100


def test_the_mean_goes_by_weight():
    assert mean_score([(30, 100), (20, 40), (10, 0)]) == 63
    assert mean_score([]) is None
