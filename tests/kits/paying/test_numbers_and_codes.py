"""QRIS texts, virtual accounts and transfer codes, as tables."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.kits.paying.qris import BadCode, check_static, checksum, fields_of, for_amount
from relasi.kits.paying.transfer_code import MOST, free_code
from relasi.kits.paying.virtual_account import in_groups, number_for

# A printed code as it is published in many places, its checksum made by its payment service.
STATIC = (
    "00020101021126570011ID.DANA.WWW011893600915302259148102090225914810303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200176114730303UMI5204581253033605802ID5922Warung Sayur Bu Sugeng6010Kab. Demak610559567630458C7"
)


def remade(text: str, **changed: str | None) -> str:
    """The text with other fields (t54="5000"), its checksum made anew."""
    found = fields_of(text)
    del found["63"]
    for tag, value in changed.items():
        if value is None:
            del found[tag[1:]]
        else:
            found[tag[1:]] = value
    body = "".join(f"{tag}{len(value):02}{value}" for tag, value in found.items()) + "6304"
    return body + checksum(body)


@pytest.mark.parametrize(("text", "crc"), [("123456789", "29B1"), ("", "FFFF"), (STATIC[:-4], "58C7")])
def test_the_checksum_is_that_of_the_standard(text: str, crc: str) -> None:
    assert checksum(text) == crc


def test_a_code_for_an_amount_differs_in_what_it_must() -> None:
    before, after = fields_of(STATIC), fields_of(for_amount(STATIC, Decimal(1_000_123)))
    assert (after.pop("01"), after.pop("54")) == ("12", "1000123")
    assert before.pop("01") == "11"
    assert {**before, "63": ""} == {**after, "63": ""}
    assert for_amount(STATIC, Decimal(1_000_123)).startswith("000201010212")
    assert "5303360" + "5407" + "1000123" + "5802ID" in for_amount(STATIC, Decimal(1_000_123))


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("1", "1"), ("10000000", "10000000"), ("1500.50", "1500.50"), ("250000.00", "250000")],
)
def test_amounts_are_digits_with_a_point(amount: str, shown: str) -> None:
    assert fields_of(for_amount(STATIC, Decimal(amount)))["54"] == shown


@pytest.mark.parametrize("amount", ["0", "-5", "10000000.01", "99000000"])
def test_an_amount_nobody_can_pay_has_no_code(amount: str) -> None:
    with pytest.raises(BadCode):
        for_amount(STATIC, Decimal(amount))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "halo",
        STATIC[:-1] + "8",
        STATIC.replace("Sugeng", "Suteng"),
        STATIC[:40],
        STATIC + "0",
        "000201" + "6304" + checksum("0002016304") + "x",
        STATIC.replace("5303360", "5303840"),
        STATIC[:-8] + "9999ab6304" + checksum(STATIC[:-8] + "9999ab6304"),
        STATIC[:-8] + "é" + STATIC[-8:],
        remade(STATIC, t53="840"),
        remade(STATIC, t58="SG"),
        remade(STATIC, t54="5000"),
        remade(STATIC, t59=None),
        remade(STATIC, t26=None, t51=None),
    ],
)
def test_what_is_no_printed_code_is_refused(text: str) -> None:
    with pytest.raises(BadCode):
        check_static(text)


def test_a_printed_code_is_taken_with_spaces_around_it() -> None:
    check_static(f" {STATIC}\n")


@given(st.text(max_size=80))
def test_any_other_text_is_refused_and_nothing_breaks(text: str) -> None:
    with pytest.raises(BadCode):
        fields_of("000201" + text)


@pytest.mark.parametrize(
    ("prefix", "digits", "source", "number"),
    [
        ("88908", 10, "ACC-00012", "889080000000012"),
        ("88908", 5, "ACC-00012", "8890800012"),
        ("88908", 4, "ACC-00012", None),
        ("7001", 9, "INV/2026/00012", "7001202600012"),
        ("7001", 9, "INV/2026/100012", None),
        ("7001", 9, "tanpa angka", None),
    ],
)
def test_a_virtual_account_is_never_cut_short(
    prefix: str, digits: int, source: str, number: str | None
) -> None:
    assert number_for(prefix, digits, source) == number


def test_a_long_number_is_read_in_groups() -> None:
    assert in_groups("8890800012") == "8890 8000 12"


@pytest.mark.parametrize(
    ("payable", "sign", "taken", "amounts", "last", "code"),
    [
        (1_000_000, 1, set(), set(), 0, 1),
        (1_000_000, -1, set(), set(), 0, -1),
        (1_000_000, 1, {8, 9}, set(), 7, 10),
        (1_000_000, 1, {1}, set(), 999, 2),
        (1_000_000, 1, set(), set(), -5, 6),
        # Another invoice of 1,000,001 with the code 2 is paid with 1,000,003 too.
        (1_000_000, 1, {2}, {1_000_003}, 2, 4),
        (9_999, 1, set(), set(), 0, None),
        (1_000_000, 1, set(range(1, 1000)), set(), 0, None),
        (1_000_000, -1, set(range(1, 999)), set(), 5, -999),
    ],
)
def test_the_next_free_code_is_given(payable, sign, taken, amounts, last, code) -> None:
    assert free_code(Decimal(payable), sign, taken, {Decimal(one) for one in amounts}, last) == code


@given(st.sets(st.integers(1, MOST), max_size=MOST), st.sampled_from([1, -1]), st.integers(-MOST, MOST))
def test_a_code_is_never_given_twice(taken: set[int], sign: int, last: int) -> None:
    code = free_code(Decimal(50_000), sign, taken, set(), last)
    assert (code is None) == (len(taken) == MOST)
    assert code is None or (abs(code) not in taken and 1 <= code * sign <= MOST)
