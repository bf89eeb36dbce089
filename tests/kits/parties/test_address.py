"""Addresses: parts, one line, cities that are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.kits.parties.address import (
    PARTS,
    Address,
    InvalidAddress,
    city_key,
    normalize_postal_code,
    normalize_rt_rw,
    same_city,
    split_city,
    street_key,
)

FULL = Address(
    street="Jl. Merdeka No. 1\nLantai 2",
    rt_rw="003/005",
    kelurahan="Gambir",
    kecamatan="Kec. Gambir",
    city="Kota Jakarta Pusat",
    province="DKI Jakarta",
    postal_code="10110",
    country="Indonesia",
)


def test_an_indonesian_address_on_one_line() -> None:
    assert FULL.one_line == (
        "Jl. Merdeka No. 1, Lantai 2, RT/RW 003/005, Kel. Gambir, Kec. Gambir, "
        "Kota Jakarta Pusat 10110, DKI Jakarta"
    )


def test_a_foreign_address_names_its_country() -> None:
    address = Address(street="1 Orchard Road", city="Singapore", postal_code="238823", country="Singapore")
    assert address.one_line == "1 Orchard Road, Singapore 238823, Singapore"
    assert Address(po_box="123", city="Medan").lines == ["PO Box 123", "Medan"]


def test_an_address_is_taken_out_of_prefixed_fields() -> None:
    values = {"billing_street": " Jl. Merdeka 1 ", "billing_city": "Medan", "shipping_city": "Solo"}
    assert Address.from_fields(values, "billing_") == Address(street="Jl. Merdeka 1", city="Medan")
    assert not Address.from_fields(values, "other_")
    assert tuple(Address.__dataclass_fields__) == PARTS


@pytest.mark.parametrize(
    ("written", "country", "expected"),
    [
        ("17530", "", "17530"),
        (" 17 530 ", "Indonesia", "17530"),
        ("17530.0", "ID", "17530"),
        ("g1v 2m2", "Canada", "G1V 2M2"),
        ("238823", "SG", "238823"),
    ],
)
def test_a_postal_code_is_cleaned(written: str, country: str, expected: str) -> None:
    assert normalize_postal_code(written, country) == expected


@pytest.mark.parametrize(
    ("written", "country"),
    [
        ("1753", ""),
        ("175300", "ID"),
        ("ABCDE", "Indonesia"),
        ("01753", ""),
        ("", ""),
        ("?", "SG"),
        ("", "SG"),
    ],
)
def test_an_impossible_postal_code_is_refused(written: str, country: str) -> None:
    with pytest.raises(InvalidAddress):
        normalize_postal_code(written, country)


@pytest.mark.parametrize(
    "written", ["3/5", "003/005", "RT 3 / RW 5", "RT.003 RW.005", "RT03/RW05", "rt 3, rw 5", "RT: 3 RW: 5"]
)
def test_neighbourhood_numbers_have_one_form(written: str) -> None:
    assert normalize_rt_rw(written) == "003/005"


@pytest.mark.parametrize("written", ["", "3", "RT 3", "a/b", "1234/5", " " * 1000])
def test_impossible_neighbourhood_numbers_are_refused(written: str) -> None:
    with pytest.raises(InvalidAddress):
        normalize_rt_rw(written)


@pytest.mark.parametrize(
    ("written", "formal", "key"),
    [
        ("Kab. Bekasi", "Kab. Bekasi", "bekasi"),
        ("Kabupaten Bekasi", "Kab. Bekasi", "bekasi"),
        ("Kab.Bekasi", "Kab. Bekasi", "bekasi"),
        ("KOTA BEKASI", "Kota BEKASI", "bekasi"),
        ("Kota Bekasi", "Kota Bekasi", "bekasi"),
        ("Bekasi", "Bekasi", "bekasi"),
        ("Kota Administrasi Jakarta Selatan", "Kota Jakarta Selatan", "jakarta selatan"),
        ("Kota Adm. Jakarta Selatan", "Kota Jakarta Selatan", "jakarta selatan"),
        ("Jaksel", "Jaksel", "jakarta selatan"),
        ("South Jakarta", "South Jakarta", "jakarta selatan"),
        ("Djakarta", "Djakarta", "jakarta"),
        ("Jogja", "Jogja", "yogyakarta"),
        ("Kota Yogyakarta", "Kota Yogyakarta", "yogyakarta"),
        ("Jogjakarta", "Jogjakarta", "yogyakarta"),
        ("Solo", "Solo", "surakarta"),
        ("Makassar", "Makassar", "makasar"),
        ("Ujung Pandang", "Ujung Pandang", "makasar"),
        ("Surabaya City", "Surabaya City", "surabaya"),
        ("Kota Baru", "Kota Baru", "kota baru"),
        ("Kota", "Kota", "kota"),
        ("", "", ""),
    ],
)
def test_a_city_is_shown_with_its_kind_and_compared_without(written: str, formal: str, key: str) -> None:
    assert split_city(written).formal == formal
    assert city_key(written) == key


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Kab. Bekasi", "Kabupaten Bekasi", True),
        ("Bekasi", "BEKASI", True),
        ("Kab. Bekasi", "Kota Bekasi", False),
        ("Kab. Bekasi", "Bekasi", None),
        ("Bekasi", "Depok", False),
        ("", "Depok", None),
    ],
)
def test_city_and_regency_of_one_name_are_different_places(one: str, other: str, same: bool | None) -> None:
    assert same_city(one, other) is same
    assert same_city(other, one) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jln. Jend. Sudirman No.5", "Jalan Jendral Soedirman 5"),
        ("Jl Merdeka Blok A Kav. 3", "JALAN MERDEKA, BLOK A KAVLING 3"),
        ("Gg. Mawar No 2", "Gang Mawar 2"),
    ],
)
def test_short_forms_in_a_street_do_not_count(one: str, other: str) -> None:
    assert street_key(one) == street_key(other) != ""


@given(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(["Kab. Kota Adm. Bekasi", "Kota Kota", "jkt", "Kota DKI Jakarta"]),
    )
)
def test_keys_of_keys_stay(text: str) -> None:
    assert city_key(city_key(text)) == city_key(text)
    assert street_key(street_key(text)) == street_key(text)
