"""Doubles: scores that can be explained, and keys quick enough for a million rows."""

import time
from itertools import permutations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from relasi.kits.parties.doubles import (
    CERTAINTIES,
    POINTS,
    REASONS,
    PartyKey,
    account_keys,
    company_party,
    contact_keys,
    find_doubles,
    person_party,
    resemblance,
)


def person(name: str, phone: str = "", **facts: str) -> PartyKey:
    return person_party(name, phones=[phone] if phone else [], **facts)


BUDI = person(
    "Budi Santoso", "+6281234567890", email="budi@maju.co.id", company="PT Maju Jaya", city_key="bekasi"
)

PERSONS = {
    "the same in every column": (
        person("Bpk. Boedi Santoso", "+6281234567890", email="BUDI@maju.co.id", company="Maju Jaya, PT"),
        "certain",
        ["email_same", "mobile_same", "name_same", "company_same"],
    ),
    "mobile and name": (person("Santoso, Budi", "+6281234567890"), "certain", ["mobile_same", "name_same"]),
    "e-mail alone": (person("", email="budi@maju.co.id"), "likely", ["email_same"]),
    "e-mail and another name": (
        person("Rina Wati", email="budi@maju.co.id"),
        "possible",
        ["email_same", "name_differs"],
    ),
    "name and company": (
        person("Budi Santoso", company="Maju Jaya"),
        "likely",
        ["name_same", "company_same"],
    ),
    "similar name and company": (
        person("Budi Santosa", company="Maju Jaya"),
        "possible",
        ["name_similar", "company_same"],
    ),
    "name and city": (person("Budi Santoso", city_key="bekasi"), "possible", ["name_same", "city_same"]),
    "initial, mobile": (person("B. Santoso", "+6281234567890"), "likely", ["mobile_same", "name_initials"]),
    "name alone": (person("Budi Santoso"), "", ["name_same"]),
    "name in another company and city": (
        person("Budi Santoso", company="Sinar Abadi", city_key="medan"),
        "",
        ["name_same", "company_differs", "city_differs"],
    ),
    "a colleague": (
        person("Rina Wati", email="rina@maju.co.id", company="PT Maju Jaya", city_key="bekasi"),
        "",
        ["name_differs", "company_same", "city_same"],
    ),
    "a stranger": (person("Rina Wati", "+6281111111111", email="rina@x.id"), "", ["name_differs"]),
    "a company": (company_party("Budi Santoso", email="budi@maju.co.id"), "", []),
}


@pytest.mark.parametrize("case", PERSONS)
def test_how_sure_and_why_for_persons(case: str) -> None:
    other, certainty, reasons = PERSONS[case]
    found = resemblance(BUDI, other)
    assert (found.certainty, found.reasons) == (certainty, reasons), found


MAJU = company_party(
    "PT. Maju Jaya Tbk",
    email="info@maju.co.id",
    phones=["+62215551234"],
    city_key="bekasi",
    tax_key="0012345678901000",
)

COMPANIES = {
    "another order of the words": (company_party("Maju Jaya, PT"), "likely", ["company_name_same"]),
    "the tax number": (
        company_party("Maju Jaya Abadi", tax_key="0012345678901000"),
        "certain",
        ["tax_same"],
    ),
    "another tax number": (
        company_party("Maju Jaya", tax_key="0098765432101000"),
        "",
        ["company_name_same", "tax_differs"],
    ),
    "another legal form": (
        company_party("CV Maju Jaya"),
        "possible",
        ["company_name_same", "legal_form_differs"],
    ),
    "similar name and domain": (
        company_party("Madju Jayaa", email="sales@maju.co.id"),
        "likely",
        ["company_name_same", "domain_same"],
    ),
    "a slip of the pen": (company_party("PT Maju Jata"), "possible", ["company_name_similar"]),
    "office phone and similar name": (
        company_party("Maju Jya", phones=["+62215551234"]),
        "likely",
        ["company_name_similar", "phone_same"],
    ),
    "a public mailbox says nothing": (
        company_party("Sinar Abadi", email="maju@gmail.com"),
        "",
        ["name_differs"],
    ),
}


@pytest.mark.parametrize("case", COMPANIES)
def test_how_sure_and_why_for_companies(case: str) -> None:
    other, certainty, reasons = COMPANIES[case]
    found = resemblance(MAJU, other)
    assert (found.certainty, found.reasons) == (certainty, reasons), found


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Budi Santoso", "Budi Santoso", "name_same"),
        ("Suharto", "Soeharto", "single_name_same"),
        ("Budi Santoso", "Budi Santosso Wibowo", "name_similar"),
        ("Budi Santoso", "Budi Sntoso", "name_similar"),
        ("Suharto", "Suharta", "name_similar"),
        ("Budi Santoso", "B. Santoso", "name_initials"),
        ("Muhammad Yusuf", "M. Yusuf", "name_initials"),
        ("Budi Santoso", "B. S.", None),
        ("Budi Santoso", "Budi", None),
        ("Budi Santoso", "Rina Wati", "name_differs"),
        ("Budi Santoso", "", None),
    ],
)
def test_names_are_compared_word_by_word(one: str, other: str, reason: str | None) -> None:
    for pair in permutations((person(one), person(other))):
        assert resemblance(*pair).reasons == ([reason] if reason else [])


def test_every_reason_has_points_and_words() -> None:
    assert set(POINTS) == set(REASONS)
    assert set(CERTAINTIES) == {"certain", "likely", "possible"}
    with translation.override("en"):
        explained = resemblance(BUDI, PERSONS["mobile and name"][0]).explained()
    assert explained == [("same mobile number", 55), ("same name", 45)]


KEYS = st.builds(
    PartyKey,
    name_key=st.sampled_from(["", "budi", "budi santoso", "b santoso", "budi santosa", "rina wati"]),
    email_key=st.sampled_from(["", "a@x.id", "b@x.id"]),
    phones=st.frozensets(st.sampled_from(["81234567890", "215551234"]), max_size=2),
    company_key=st.sampled_from(["", "maju jaya", "sinar abadi"]),
    city_key=st.sampled_from(["", "medan", "bekasi"]),
    domain_key=st.sampled_from(["", "x.id"]),
    tax_key=st.sampled_from(["", "1", "2"]),
    legal_form=st.sampled_from(["", "pt", "cv"]),
    is_company=st.booleans(),
)


@given(KEYS, KEYS)
def test_a_resemblance_is_mutual_and_adds_up(one: PartyKey, other: PartyKey) -> None:
    found = resemblance(one, other)
    assert found.score == resemblance(other, one).score
    assert found.score == max(0, min(100, sum(points for _reason, points in found.explained())))
    assert sorted(found.reasons) == sorted(resemblance(other, one).reasons)


@given(st.lists(KEYS, max_size=8))
def test_the_search_among_many_finds_what_comparing_every_pair_finds(parties: list[PartyKey]) -> None:
    found = {frozenset(pair[:2]) for pair in find_doubles(dict(enumerate(parties)))}
    for first in range(len(parties)):
        for second in range(first):
            sure = resemblance(parties[first], parties[second]).certainty in ("certain", "likely")
            assert not sure or frozenset((first, second)) in found


def test_companies_of_similar_name_in_different_cities_are_compared() -> None:
    here, there = (
        company_party("PT Maju Jaya", city_key="bekasi"),
        company_party("PT Maju Jata", phones=["+622155"]),
    )
    ((_one, _other, found),) = find_doubles({1: here, 2: there})
    assert found.reasons == ["company_name_similar"]


def test_a_mailbox_shared_by_thousands_does_not_stall_the_search() -> None:
    many = {place: person(f"Nama{place} Satu{place}", email="info@x.id") for place in range(3000)}
    start = time.perf_counter()
    assert sum(1 for _pair in find_doubles(many)) == 2999
    assert time.perf_counter() - start < 5


def test_the_key_columns_of_a_record() -> None:
    assert contact_keys("Bpk. Boedi Santoso", "BUDI@x.id", "+6281234567890") == (
        "budi santoso",
        "budi@x.id",
        "81234567890",
    )
    assert account_keys("PT. Maju Jaya Tbk", "", "") == ("maju jaya", "", "")


def test_the_key_columns_of_fifty_thousand_records_take_about_a_second_at_most() -> None:
    firsts, lasts = ("Made", "Siti", "Boedi", "Ratna", "Fajar"), ("Lubis", "Santoso", "Widjaja", "Hidayat")
    rows = [(f"Bapak {firsts[n % 5]} {lasts[n % 4]}", f"N{n}@x.id", f"+62812{n:08}") for n in range(50_000)]
    start = time.perf_counter()
    for row in rows:
        contact_keys(*row)
    # About 0.15 s (2 to 3 µs a row, nearly all of it the name) on an idle machine.
    assert time.perf_counter() - start < 3
