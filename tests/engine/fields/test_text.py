"""Text: cleaned, limited, never an empty string, compared without letter case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.fields import LongTextField, TextField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid
from relasi.engine.fields.text import excerpt
from tests.engine.fields.conftest import bound

LINE = bound(TextField())
LINES = bound(LongTextField())


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        (None, None),
        ("", None),
        ("  \t ", None),
        (" Beo ", "Beo"),
        (42, "42"),
        ("a\r\nb\tc", "a b c"),
        ("nul\x00 here", "nul  here"),
        ("\ud800", None),
        ("Cafe\u0301", "Café"),
        ("\u2028x", "x"),
    ],
)
def test_a_line_is_cleaned(raw, stored):
    assert LINE.parse(raw) == stored


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("a \r\nb\r", "a\nb"),
        ("\n\n x\n\ny ", "x\n\ny"),
        ("tab\tstays", "tab\tstays"),
        ("\x00", None),
        (" ", None),
    ],
)
def test_lines_keep_their_breaks(raw, stored):
    assert LINES.parse(raw) == stored


def test_a_text_longer_than_its_field_is_refused_and_says_by_how_much():
    assert LINE.parse("x" * 255)
    with pytest.raises(Invalid) as refused:
        LINE.parse("x" * 256)
    assert refused.value.code == "OUT_OF_RANGE"
    assert "256" in str(refused.value.message)
    assert "255" in str(refused.value.message)
    with pytest.raises(Invalid):
        LINES.parse("x" * 32_001)


@given(st.text(max_size=60))
def test_what_is_stored_is_what_is_typed_again(raw):
    for kind in (LINE, LINES):
        value = kind.parse(raw)
        assert kind.parse(kind.typed(value)) == value
        assert value is None or value.encode()


def test_a_cell_is_escaped_and_empty_is_a_dash():
    assert LINE.cell("<b>&") == "&lt;b&gt;&amp;"
    assert LINE.cell(None) == EMPTY_CELL
    assert LINE.fact(None) == ""
    assert LINES.fact("a<\nb") == "a&lt;<br>b"


def test_an_excerpt_ends_at_a_word():
    assert excerpt("satu dua\n tiga", 120) == "satu dua tiga"
    assert excerpt("satu dua tiga", 10) == "satu dua…"
    assert excerpt("x" * 50, 10) == "x" * 10 + "…"


def test_a_list_of_texts_is_typed_with_commas_or_on_lines():
    assert LINE.operand("in", "Bogor, Depok") == ["Bogor", "Depok"]
    assert LINE.operand("in", "PT A, Tbk\nPT B") == ["PT A, Tbk", "PT B"]
    with pytest.raises(Invalid):
        LINE.operand("in", " , ")
    with pytest.raises(Invalid):
        LINE.operand("contains", "")


def test_a_missing_text_is_the_same_as_an_empty_one_only(kind):
    text = kind(TextField("Text", null=True))
    assert text.same(None, "")
    assert not text.same(None, "x")
