"""Person names: titles off, parts found, one key for all spellings."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from relasi.kits.parties.person_name import (
    PersonName,
    canonical_person_name,
    initials,
    person_key,
    split_person_columns,
    split_person_name,
)
from relasi.kits.parties.person_titles import SALUTATION_OF, SALUTATIONS

# written: salutation, titles, first name, last name, degrees
SPLIT = {
    "Bapak Made Lubis": ("Bapak", "", "Made", "Lubis", ""),
    "Bpk. Hendra Pratama": ("Bapak", "", "Hendra", "Pratama", ""),
    "Pak Budi": ("Bapak", "", "", "Budi", ""),
    "Ibu Sri Wahyuni": ("Ibu", "", "Sri", "Wahyuni", ""),
    "Bu Ani": ("Ibu", "", "", "Ani", ""),
    "Sdr. Agus Salim": ("Sdr.", "", "Agus", "Salim", ""),
    "Tn. Robert Tan": ("Bapak", "", "Robert", "Tan", ""),
    "Ny Fatimah": ("Ibu", "", "", "Fatimah", ""),
    "Mr. John Doe": ("Mr.", "", "John", "Doe", ""),
    "Mrs Jane Doe": ("Mrs.", "", "Jane", "Doe", ""),
    "Ms. Lee": ("Ms.", "", "", "Lee", ""),
    "Prof. Dr. Ir. Bambang Hidayat": ("Prof.", "Dr. Ir.", "Bambang", "Hidayat", ""),
    "Dr. Putri Hidayat": ("Dr.", "", "Putri", "Hidayat", ""),
    "dr. Ratna Dewi, Sp.A": ("", "dr.", "Ratna", "Dewi", "Sp.A"),
    "Drs. Bambang Rahman": ("", "Drs.", "Bambang", "Rahman", ""),
    "Dra. Siti Nurhaliza, M.Pd.": ("", "Dra.", "Siti", "Nurhaliza", "M.Pd."),
    "Ir. Soekarno": ("", "Ir.", "", "Soekarno", ""),
    "H. Abdul Rahman": ("", "H.", "Abdul", "Rahman", ""),
    "Hj. Fitri Sihombing": ("", "Hj.", "Fitri", "Sihombing", ""),
    "K.H. Ahmad Dahlan": ("", "K.H.", "Ahmad", "Dahlan", ""),
    "Bapak Dr. Ir. H. Budi Santoso, S.T., M.M.": ("Bapak", "Dr. Ir. H.", "Budi", "Santoso", "S.T., M.M."),
    "Dr.Ir.Budi Santoso": ("Dr.", "Ir.", "Budi", "Santoso", ""),
    "Bpk/Ibu Budi": ("", "Bpk/Ibu", "", "Budi", ""),
    "Budi Santoso S.Kom., MM": ("", "", "Budi", "Santoso", "S.Kom., MM"),
    "Budi Santoso SE MM": ("", "", "Budi", "Santoso", "SE, MM"),
    "BUDI SANTOSO ST": ("", "", "BUDI", "SANTOSO", "ST"),
    "Lubis, Made": ("", "", "Made", "Lubis", ""),
    "Santoso, Budi, S.H.": ("", "", "Budi", "Santoso", "S.H."),
    "Suharto": ("", "", "", "Suharto", ""),
    "I Made Lubis": ("", "", "I Made", "Lubis", ""),
    "I Made": ("", "", "", "I Made", ""),
    "Siti binti Ahmad": ("", "", "Siti", "binti Ahmad", ""),
    "Ludwig van der Rohe": ("", "", "Ludwig", "van der Rohe", ""),
    "Yo-Yo Ma": ("", "", "Yo-Yo", "Ma", ""),
    "JACK MA": ("", "", "JACK", "MA", ""),
    "B.J. Habibie": ("", "", "B.J.", "Habibie", ""),
    "Budi H. Santoso": ("", "", "Budi H.", "Santoso", ""),
    "Pak": ("", "", "", "Pak", ""),
    "  Ayu \u00a0 Lestari\u200b ": ("", "", "Ayu", "Lestari", ""),
    "": ("", "", "", "", ""),
    " , ": ("", "", "", "", ""),
}


@pytest.mark.parametrize("written", SPLIT)
def test_a_written_name_is_taken_apart(written: str) -> None:
    salutation, titles, first, last, degrees = SPLIT[written]
    assert split_person_name(written) == PersonName(salutation, first, last, titles, degrees)


@pytest.mark.parametrize("written", SPLIT)
def test_the_formal_name_means_the_same_person(written: str) -> None:
    name = split_person_name(written)
    assert split_person_name(name.formal) == name


def test_every_salutation_is_one_of_the_picklist() -> None:
    assert set(SALUTATION_OF.values()) == set(SALUTATIONS)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Bapak Made", "Lubis", ("Bapak", "Made", "Lubis")),
        ("Drs. Bambang", "Wijaya", ("", "Drs. Bambang", "Wijaya")),
        ("Drs. Yuni", "", ("", "", "Drs. Yuni")),
        ("Ibu Sulastri", "", ("Ibu", "", "Sulastri")),
        ("", "Suharto", ("", "", "Suharto")),
        ("", "Ibu Ani Lestari", ("Ibu", "Ani", "Lestari")),
        ("Budi", "Santoso, S.T.", ("", "Budi", "Santoso, S.T.")),
        ("Bpk.", "Rahman", ("Bapak", "", "Rahman")),
        ("Maria Anna", "van Dijk", ("", "Maria Anna", "van Dijk")),
        ("", "", ("", "", "")),
    ],
)
def test_two_columns_keep_their_border_and_lose_nothing(
    first: str, last: str, expected: tuple[str, str, str]
) -> None:
    assert split_person_columns(first, last).for_contact == expected


SAME_PERSON = [
    ("Bapak Made Lubis", "LUBIS, MADE", "made lubis", "Made  Lubis (Keuangan)", "I Made Lubis"),
    (
        "Budi Santoso",
        "Bpk. Dr. Budi Santoso, S.T., M.M.",
        "BUDI SANTOSO ST",
        "Boedi Santoso",
        "Budhi Santoso",
    ),
    ("Suharto", "Soeharto", "Bapak H. SOEHARTO"),
    ("Wijaya Kusuma", "Widjaja Koesoema", "Kusuma, Wijaya"),
    ("Cahyono", "Tjahjono", "Pak Tjahyono"),
    ("Joko Susilo", "Djoko Soesilo"),
    ("Muhammad Yusuf", "Moh. Joesoef", "Mochamad Yusuf", "Mohammad Jusuf"),
    ("Ahmad Syarif", "Achmad Sjarif", "Akhmad Syarif"),
    ("Nurul Rizky", "Noeroel Rizki", "Nurul Rizqi"),
    ("Chandra Wijaya", "Tjandra Widjaja"),
    ("Nyoman Sujana", "Njoman Soedjana"),
    ("Ma'ruf Amin", "Maruf Amin", "Ma’ruf Amin"),
    ("José Ñandú", "Jose Nandu"),
]


@pytest.mark.parametrize("spellings", SAME_PERSON, ids=lambda spellings: spellings[0])
def test_all_spellings_of_a_name_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len({person_key(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Joko Susilo", "Yoko Susilo"),
        ("Jani", "Yani"),
        ("Budi Santoso", "Budi Susanto"),
        ("Joe Taslim", "Ju Taslim"),
        ("Made Lubis", "Made"),
        ("Ahmad B. Lubis", "Ahmad S. Lubis"),
        ("Banjar", "Banyar"),
    ],
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert person_key(one) != person_key(other)


@pytest.mark.parametrize("nothing", ["", "  ", ",", "( )", "…", "-"])
def test_no_name_has_no_key(nothing: str) -> None:
    assert person_key(nothing) == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Bapak Made Lubis", "ML"),
        ("Suharto", "S"),
        ("siti nur aisyah", "SA"),
        ("Ñandú", "Ñ"),
        ("", ""),
        ("123", ""),
    ],
)
def test_initials(name: str, expected: str) -> None:
    assert initials(name) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("BUDI SIREGAR", "Budi Siregar"),
        ("bpk. siti binti ahmad", "Siti binti Ahmad"),
        ("Rudy HARTONO", "Rudy HARTONO"),
        ("drs. H. AYU LESTARI, M.SI", "Ayu Lestari"),
        ("JEAN-PAUL II", "Jean-Paul II"),
        ("Lubis, Made", "Made Lubis"),
    ],
)
def test_a_canonical_name_has_no_titles(written: str, expected: str) -> None:
    assert canonical_person_name(written) == expected


WRITTEN = """
    Bapak Bpk. Pak Ibu Dr. dr. Drs. Ir. H. Hj. Prof. K.H. Dr.Ir. Made Lubis Budi SANTOSO Widjaja
    Muhammad M. S.T. S.T., ST, MM, S.Kom Sp.A MA binti I Ni Soeharto , (alm) Lubis, B.J. JR Yo-Yo H
    ST
"""
WORDS = st.sampled_from(WRITTEN.split())
NAMES = st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=8).map(" ".join))


@given(NAMES)
def test_a_canonical_name_stays_as_it_is(name: str) -> None:
    once = canonical_person_name(name)
    assert canonical_person_name(once) == once


@given(NAMES)
def test_the_key_of_a_key_is_that_key(name: str) -> None:
    key = person_key(name)
    assert person_key(key) == key


@given(NAMES)
def test_the_key_does_not_see_titles(name: str) -> None:
    assume("(" not in name and '"' not in name)
    assert person_key(split_person_name(name).full) == person_key(name)


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_no_word_of_a_name_is_lost(words: list[str]) -> None:
    written = " ".join(words)
    name = split_person_name(written)
    assert len(_counted(name.formal)) == len(_counted(written))


def _counted(text: str) -> list[str]:
    return text.replace(",", " ").replace(".", " ").split()


@given(NAMES)
def test_the_last_name_is_never_empty_when_anything_is_written(name: str) -> None:
    if name.replace(",", "").strip(" \u200b\u200c\u200d\u200e\u200f\u2060\ufeff").strip():
        split = split_person_name(name)
        assert split.last_name or not split.full


def test_a_whole_book_in_a_cell_is_left_alone_quickly() -> None:
    book = "Bapak, " * 200_000
    assert split_person_name(book).last_name.startswith("Bapak")
    assert person_key(book)
