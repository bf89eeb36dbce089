"""Pairing: what names an invoice is certain, an amount alone never is, and money that is booked is not booked again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.kits.paying.pairing import Booked, Moved, Owed, Pair, Pairing, Sure, Why

DAY = date(2026, 11, 10)


def owed(id: int, balance: Any = 1_110_000, **values: Any) -> Owed:
    given = {"number": f"INV/2026/{id:05}", "party": 1, "name": "PT Maju Jaya", "currency": "IDR", "due": DAY}
    return Owed(id=id, balance=Decimal(balance), **{**given, **values})


def moved(text: str = "", amount: Any = 1_110_000, **values: Any) -> Moved:
    return Moved(**{"day": DAY, "amount": Decimal(amount), "currency": "IDR", "texts": (text,), **values})


def booked(id: int, amount: Any = 1_110_000, **values: Any) -> Booked:
    given = {"party": 1, "name": "PT Maju Jaya", "currency": "IDR", "day": DAY, "reference": ""}
    return Booked(id=id, amount=Decimal(amount), **{**given, **values})


CERTAIN = [
    ("TRSF INV/2026/00012 MAKASIH", Why.NUMBER, 12),
    ("trsf inv202600012", Why.NUMBER, 12),
    ("BYR INV 2026-00012", Why.NUMBER, 12),
    ("VA 8808000000000012 PT X", Why.VIRTUAL_ACCOUNT, 12),
]


@pytest.mark.parametrize(("text", "why", "id"), CERTAIN)
def test_what_names_an_invoice_is_certain(text: str, why: Why, id: int) -> None:
    pairing = Pairing([owed(11), owed(12, virtual_account="8808000000000012"), owed(13)])
    assert pairing.best(moved(text, 5)) == Pair("invoice", id, why, Sure.CERTAIN)


@pytest.mark.parametrize(
    "text", ["INV/2026/000121", "XINV/2026/00012", "INV/2027/00012", "2026 00012", "88080000000000121"]
)
def test_a_longer_or_another_number_is_not_it(text: str) -> None:
    pairing = Pairing([owed(12, virtual_account="8808000000000012")])
    assert pairing.best(moved(text, 5)) is None


def test_two_numbers_leave_a_doubt() -> None:
    pairing = Pairing([owed(11, 600_000), owed(12, 510_000)])
    found = pairing.best(moved("INV/2026/00011 DAN INV/2026/00012", 510_000))
    assert found == Pair("invoice", 12, Why.NUMBER, Sure.LIKELY)


def test_a_virtual_account_of_a_customer_pays_the_invoice_of_that_amount_else_the_oldest() -> None:
    own = "8808000000000077"
    rows = [owed(3, 700, virtual_account=own, due=DAY + timedelta(9)), owed(4, 900, virtual_account=own)]
    assert Pairing(rows).best(moved(own, 700)) == Pair("invoice", 3, Why.VIRTUAL_ACCOUNT, Sure.CERTAIN)
    assert Pairing(rows).best(moved(own, 500)) == Pair("invoice", 4, Why.VIRTUAL_ACCOUNT, Sure.CERTAIN)


def test_late_money_of_a_virtual_account_is_credit_of_its_customer() -> None:
    pairing = Pairing([], parties={"8808000000000077": 9})
    assert pairing.best(moved(virtual_account="8808000000000077")) == Pair(
        "account", 9, Why.LATE, Sure.LIKELY
    )


def test_an_amount_with_its_transfer_code_is_certain_while_it_is_the_only_one() -> None:
    rows = [owed(1, 1_000_000, asked=Decimal(1_000_123))]
    assert Pairing(rows).best(moved("TRSF", 1_000_123)) == Pair("invoice", 1, Why.CODE, Sure.CERTAIN)
    assert Pairing([*rows, owed(2, 1, asked=Decimal(1_000_123))]).best(moved("TRSF", 1_000_123)) is None


def test_an_amount_with_a_name_is_likely_and_alone_possible() -> None:
    pairing = Pairing([owed(1, 500), owed(2, 700, name="CV Sinar")])
    assert pairing.best(moved("TRSF DARI MAJU JAYA PT", 500)) == Pair("invoice", 1, Why.NAME, Sure.LIKELY)
    assert pairing.best(moved("TRSF", 700)) == Pair("invoice", 2, Why.AMOUNT, Sure.POSSIBLE)
    assert Pairing([owed(1, 500), owed(2, 500)]).best(moved("TRSF", 500)) is None


def test_a_payment_that_is_booked_comes_before_an_invoice() -> None:
    pairing = Pairing([owed(12)], [booked(5)])
    assert pairing.best(moved("INV/2026/00012")) == Pair("payment", 5, Why.SAME_CUSTOMER, Sure.LIKELY)
    by_reference = Pairing([owed(12)], [booked(5, reference="TRF 9981"), booked(6)])
    assert by_reference.best(moved("BI-FAST TRF9981")) == Pair("payment", 5, Why.REFERENCE, Sure.CERTAIN)


def test_a_payment_of_another_day_amount_or_customer_is_not_it() -> None:
    for other in (
        booked(5, day=DAY - timedelta(6)),
        booked(5, 7),
        booked(5, party=2),
        booked(5, currency="USD"),
    ):
        found = Pairing([owed(12)], [other]).best(moved("INV/2026/00012"))
        assert found == Pair("invoice", 12, Why.NUMBER, Sure.CERTAIN)


def test_what_the_service_kept_is_no_other_payment() -> None:
    pairing = Pairing([], [booked(5, 1_110_000, reference="INV-2026-00012-ab12")])
    net = moved("INV-2026-00012-ab12", 1_105_560, fee=Decimal(4_440))
    assert pairing.best(net) == Pair("payment", 5, Why.REFERENCE, Sure.CERTAIN)


def test_money_in_another_currency_pays_nothing() -> None:
    assert Pairing([owed(12)], [booked(5)]).best(moved("INV/2026/00012", currency="USD")) is None


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 3)), max_size=6),
    st.text(st.sampled_from("INV/2026 0123PTMAJU"), max_size=24),
    st.integers(1, 4),
)
def test_nothing_is_certain_that_the_text_or_a_code_does_not_name(
    rows: list[tuple[int, int, int]], text: str, amount: int
) -> None:
    pairing = Pairing([owed(n, balance, party=party) for n, (balance, party, _x) in enumerate(rows, 1)])
    found = pairing.best(moved(text, amount))
    if found is not None and found.is_certain:
        assert found.why is Why.NUMBER
