"""Text that a spreadsheet would calculate stays text, and comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.fields.safe_text import guarded, unguarded


@pytest.mark.parametrize(
    "text",
    [
        "=1+2",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1+2",
        "＝1+2",
        "＠x",
        "-1a",
    ],
)
def test_a_formula_is_written_as_text(text):
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "text", ["-500", "+62 812-3456-7890", "(021) 555", "-1.234,56", "Budi", "", "a=1", "'kutip'", "-3/4"]
)
def test_numbers_phones_and_words_stay_as_they_are(text):
    assert guarded(text) == text
    assert unguarded(text) == text


@given(st.text(st.sampled_from("'=+-@\t a1＝"), max_size=8))
def test_nothing_is_lost_or_added_on_the_way(text):
    assert unguarded(guarded(text)) == text
