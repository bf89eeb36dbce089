"""Identity numbers: NPWP, NIK and NITKU by their digits, printed and masked."""

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from relasi.kits.parties.identity import (
    InvalidIdentity,
    Resident,
    format_nik,
    format_nitku,
    format_npwp,
    mask_nik,
    nitku_belongs_to,
    normalize_nik,
    normalize_nitku,
    normalize_npwp,
    npwp16,
    resident,
    tax_key,
)

MAN = "3174012505900001"
WOMAN = "3174016505900002"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("01.234.567.8-901.000", "012345678901000"),
        ("012345678901000", "012345678901000"),
        (" 01 234 567 8 901 000 ", "012345678901000"),
        ("0012345678901000", "0012345678901000"),
        ("'0012345678901000", "0012345678901000"),
    ],
)
def test_a_tax_number_is_stored_as_its_digits(written: str, expected: str) -> None:
    assert normalize_npwp(written) == expected


@pytest.mark.parametrize(
    ("normalize", "written", "code"),
    [
        (normalize_npwp, "12345", "npwp_length"),
        (normalize_npwp, "", "npwp_length"),
        (normalize_npwp, "01234567890100012", "npwp_length"),
        (normalize_npwp, "0" * 16, "npwp_zeros"),
        (normalize_npwp, "1.23457E+13", "excel"),
        (normalize_npwp, "01.234.567.8-901.00A", "not_digits"),
        (normalize_npwp, "٠١٢٣٤٥٦٧٨٩٠١٠٠٠", "not_digits"),
        (normalize_nik, "317401250590001", "nik_length"),
        (normalize_nik, "0074012505900001", "nik_region"),
        (normalize_nik, "3100012505900001", "nik_region"),
        (normalize_nik, "3174013205900001", "nik_birth"),
        (normalize_nik, "3174012513900001", "nik_birth"),
        (normalize_nik, "3174010005900001", "nik_birth"),
        (normalize_nik, "3174017202900001", "nik_birth"),
        (normalize_nik, "3174012902010001", "nik_birth"),
        (normalize_nik, "3174012505900000", "nik_serial"),
        (normalize_nik, "3.17401E+15", "excel"),
        (normalize_nitku, "0012345678901000", "nitku_length"),
        (normalize_nitku, "0" * 22, "npwp_zeros"),
    ],
)
def test_a_number_nobody_can_have_is_refused_with_its_reason(normalize, written: str, code: str) -> None:
    with pytest.raises(InvalidIdentity) as refusal:
        normalize(written)
    assert refusal.value.code == code
    with translation.override("en"):
        assert "%" not in refusal.value.reason


def test_the_old_tax_number_gets_a_zero_in_front() -> None:
    assert npwp16("01.234.567.8-901.000") == "0012345678901000"
    assert npwp16("0012345678901000") == "0012345678901000"
    assert tax_key("012345678901000") == tax_key("0012345678901000")
    assert tax_key("") == ""


def test_numbers_are_printed_as_on_the_card() -> None:
    assert format_npwp("012345678901000") == "01.234.567.8-901.000"
    assert format_npwp("0012345678901000") == "0012 3456 7890 1000"
    assert format_nik(MAN) == "3174 0125 0590 0001"
    assert format_nitku("0012345678901000000001") == "0012 3456 7890 1000 000001"


def test_a_masked_resident_number_hides_the_date_of_birth() -> None:
    assert mask_nik(MAN) == "3174••••••••0001"
    assert mask_nik("1234") == "••••"
    assert mask_nik("") == ""


def test_a_leap_day_is_a_date_of_birth() -> None:
    assert normalize_nik("3174012902000001") == "3174012902000001"
    assert normalize_nik("3174016902960001") == "3174016902960001"


def test_a_resident_number_tells_birth_and_sex() -> None:
    today = date(2026, 11, 23)
    assert resident(MAN, today) == Resident(date(1990, 5, 25), female=False)
    assert resident(WOMAN, today) == Resident(date(1990, 5, 25), female=True)
    assert resident("3174012311260001", today).birthdate == date(2026, 11, 23)
    assert resident("3174012411260001", today).birthdate == date(1926, 11, 24)


def test_a_leap_day_before_1930_is_read_in_the_century_that_had_it() -> None:
    assert resident("3174012902280001", date(2026, 11, 23)).birthdate == date(1928, 2, 29)


def test_a_place_of_business_belongs_to_its_tax_number() -> None:
    nitku = normalize_nitku("0012345678901000000001")
    assert nitku_belongs_to(nitku, "012345678901000")
    assert nitku_belongs_to(nitku, "0012345678901000")
    assert not nitku_belongs_to(nitku, "0012345678901001")


@given(st.one_of(st.text(max_size=24), st.text(alphabet="0123456789.- ", min_size=15, max_size=24)))
def test_normal_numbers_stay_as_they_are(written: str) -> None:
    for normalize in (normalize_npwp, normalize_nik, normalize_nitku):
        try:
            once = normalize(written)
        except InvalidIdentity:
            continue
        assert normalize(once) == once


@given(st.from_regex(r"0[0-9]{13}[1-9]", fullmatch=True))
def test_a_printed_tax_number_can_be_typed_in_again(npwp: str) -> None:
    assert normalize_npwp(format_npwp(npwp)) == npwp
    assert normalize_npwp(format_npwp(npwp16(npwp))) == npwp16(npwp)
