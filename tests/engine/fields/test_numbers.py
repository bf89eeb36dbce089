"""Numbers: both languages' separators, short forms, limits; nothing that was typed is guessed silently."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.fields import DecimalField, IntegerField, MoneyField, PercentField
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import ENGLISH, INDONESIAN, reading_as
from tests.engine.fields.conftest import bound

INTEGER = bound(IntegerField(min=-5))
DECIMAL = bound(DecimalField())
PERCENT = bound(PercentField(bar=True))
MONEY = bound(MoneyField())

# Text, to an Indonesian reader, to an English one; "" means it is refused.
DECIMALS = [
    ("1250000", "1250000", "1250000"),
    ("1.250.000", "1250000", "1250000"),
    ("1,250,000", "1250000", "1250000"),
    ("1.250", "1250", "1.25"),
    ("1,250", "1.25", "1250"),
    ("0.250", "0.25", "0.25"),
    ("1250.000", "1250", "1250"),
    ("1,5", "1.5", "1.5"),
    ("1.5", "1.5", "1.5"),
    ("1.234,5", "1234.5", "1234.5"),
    ("1,234.5", "1234.5", "1234.5"),
    ("1 250 000", "1250000", "1250000"),
    ("1\u00a0250", "1250", "1250"),
    ("-3,5", "-3.5", "-3.5"),
    ("−3,5", "-3.5", "-3.5"),
    ("(3,5)", "-3.5", "-3.5"),
    ("1,5rb", "1500", "1500"),
    ("2 juta", "2000000", "2000000"),
    ("2 M", "2000000000", ""),
    ("2 T", "2000000000000", ""),
    ("2 bn", "2000000000", "2000000000"),
    (",5", "0.5", "0.5"),
    ("1,23456", "", ""),
    ("1.2.3", "", ""),
    ("12.34.567", "", ""),
    ("1,2,3.4", "", ""),
    ("1.2,3.4", "", ""),
    ("abc", "", ""),
    ("1e5", "", ""),
    ("--5", "", ""),
    ("٣", "", ""),
    ("1_000", "", ""),
    ("0x10", "", ""),
    (",", "", ""),
    ("NaN", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "indonesian", "english"), DECIMALS)
def test_a_decimal_is_read_as_its_reader_means_it(text, indonesian, english):
    for reader, expected in ((INDONESIAN, indonesian), (ENGLISH, english)):
        if expected:
            assert DECIMAL.parse(text, reader) == Decimal(expected)
        else:
            with pytest.raises(Invalid):
                DECIMAL.parse(text, reader)


@pytest.mark.parametrize("text", ["12.345", "12,345"])
def test_three_digits_after_the_mark_group_where_three_decimals_cannot_be_kept(text):
    for reader in (INDONESIAN, ENGLISH):
        assert MONEY.parse(text, reader) == 12345
        assert INTEGER.parse(text, reader) == 12345


@pytest.mark.parametrize(
    ("raw", "stored"), [("42", 42), (" 1.250 ", 1250), (7, 7), (7.0, 7), (Decimal("7"), 7), ("", None)]
)
def test_a_whole_number(raw, stored):
    found = INTEGER.parse(raw, INDONESIAN)
    assert found == stored
    assert found is None or isinstance(found, int)


@pytest.mark.parametrize(
    "raw", ["1,5", 1.5, True, "12345678901234567890123", "-6", 3_000_000_000, "x", float("nan")]
)
def test_what_is_no_whole_number_in_its_limits_is_refused(raw):
    with pytest.raises(Invalid):
        INTEGER.parse(raw, INDONESIAN)


def test_noise_behind_the_mark_of_a_computed_number_is_rounded_half_away_from_zero():
    assert DECIMAL.parse(0.1 + 0.2) == Decimal("0.3")
    assert MONEY.parse(2.345) == Decimal("2.35")
    assert MONEY.parse(-2.345) == Decimal("-2.35")
    with pytest.raises(Invalid):
        DECIMAL.parse(float("inf"))


@pytest.mark.parametrize("raw", ["9" * 17, "1" + "0" * 400, 10**16])
def test_a_number_too_large_for_its_column_is_refused(raw):
    with pytest.raises(Invalid) as refused:
        MONEY.parse(raw, INDONESIAN)
    assert refused.value.code == "OUT_OF_RANGE"


def test_a_percentage_lies_between_its_limits():
    assert PERCENT.parse("12,5 %", INDONESIAN) == Decimal("12.5")
    assert PERCENT.show(Decimal("12.50"), INDONESIAN) == "12,5%"
    assert PERCENT.show(Decimal("12.50"), ENGLISH) == "12.5%"
    for raw in ("100,01", "-1"):
        with pytest.raises(Invalid):
            PERCENT.parse(raw, INDONESIAN)
    assert 'value="45"' in PERCENT.cell(Decimal(45), None, INDONESIAN)


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=3), st.sampled_from([INDONESIAN, ENGLISH]))
def test_a_decimal_is_typed_as_it_is_read(value, reader):
    assert DECIMAL.parse(DECIMAL.typed(value, reader), reader) == value
    assert DECIMAL.from_json(DECIMAL.to_json(value)) == value


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2), st.sampled_from([INDONESIAN, ENGLISH]))
def test_an_amount_is_typed_and_shown_as_it_is_read(value, reader):
    assert MONEY.parse(MONEY.typed(value, reader), reader) == value
    with reading_as(reader):
        assert MONEY.parse(MONEY.show(value, reader), reader) == value


@given(st.integers(-5, 2**31 - 1), st.sampled_from([INDONESIAN, ENGLISH]))
def test_a_whole_number_is_typed_as_it_is_read(value, reader):
    assert INTEGER.parse(INTEGER.typed(value, reader), reader) == value


def test_minus_zero_is_zero():
    assert write_number(Decimal("-0.001"), INDONESIAN, 2) == "0,00"


def test_a_year_is_not_grouped_and_an_id_neither():
    from tests.fakes.models import Parrot

    assert bound(IntegerField(grouped=False)).show(1998, INDONESIAN) == "1998"
    assert kind_of(Parrot._meta.pk).show(4711, INDONESIAN) == "4711"


def test_both_ends_of_a_range_are_needed():
    assert DECIMAL.operand("between", ["1,5", "2"], INDONESIAN) == [1.5, 2]
    assert DECIMAL.operand("between", "1..2", INDONESIAN) == [1, 2]
    for raw in ("1", ["1"], ["1", ""], None):
        with pytest.raises(Invalid):
            DECIMAL.operand("between", raw, INDONESIAN)
