"""Terbilang: amounts in words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.kits.trade.terbilang import terbilang

INDONESIAN = {
    0: "nol rupiah",
    1: "satu rupiah",
    10: "sepuluh rupiah",
    11: "sebelas rupiah",
    12: "dua belas rupiah",
    20: "dua puluh rupiah",
    21: "dua puluh satu rupiah",
    100: "seratus rupiah",
    101: "seratus satu rupiah",
    111: "seratus sebelas rupiah",
    200: "dua ratus rupiah",
    1000: "seribu rupiah",
    1100: "seribu seratus rupiah",
    2000: "dua ribu rupiah",
    11_000: "sebelas ribu rupiah",
    100_000: "seratus ribu rupiah",
    1_000_000: "satu juta rupiah",
    1_001_000: "satu juta seribu rupiah",
    11_100_000: "sebelas juta seratus ribu rupiah",
    1_000_000_000: "satu miliar rupiah",
    3_166_107_390: "tiga miliar seratus enam puluh enam juta seratus tujuh ribu tiga ratus sembilan puluh rupiah",
    10**12: "satu triliun rupiah",
    -5: "minus lima rupiah",
}
ENGLISH = {
    0: "zero rupiah",
    13: "thirteen rupiah",
    42: "forty-two rupiah",
    100: "one hundred rupiah",
    1999: "one thousand nine hundred ninety-nine rupiah",
    11_100_000: "eleven million one hundred thousand rupiah",
}


@pytest.mark.parametrize(("amount", "words"), INDONESIAN.items())
def test_in_indonesian(amount: int, words: str) -> None:
    assert terbilang(amount) == words


@pytest.mark.parametrize(("amount", "words"), ENGLISH.items())
def test_in_english(amount: int, words: str) -> None:
    assert terbilang(amount, language="en") == words


def test_cents_are_said() -> None:
    assert terbilang(Decimal("12.50"), "USD") == "dua belas dolar Amerika Serikat lima puluh sen"
    assert terbilang(Decimal("12.05"), "USD", "en") == "twelve US dollars and five cents"


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_different_amounts_have_different_words(one: int, other: int) -> None:
    for language in ("id", "en"):
        assert (terbilang(one, language=language) == terbilang(other, language=language)) == (one == other)
