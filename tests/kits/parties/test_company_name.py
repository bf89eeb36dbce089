"""Company names: the legal form found anywhere, one key for all spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.kits.parties.company_name import (
    LEGAL_FORMS,
    CompanyName,
    company_key,
    legal_form,
    split_company_name,
)

# written: legal form, bare name
SPLIT = {
    "PT Maju Jaya": ("pt", "Maju Jaya"),
    "PT. Maju Jaya": ("pt", "Maju Jaya"),
    "P.T. Maju Jaya": ("pt", "Maju Jaya"),
    "PT.Maju Jaya": ("pt", "Maju Jaya"),
    "pt maju jaya": ("pt", "maju jaya"),
    "Maju Jaya PT": ("pt", "Maju Jaya"),
    "Maju Jaya, PT": ("pt", "Maju Jaya"),
    "Maju Jaya , PT": ("pt", "Maju Jaya"),
    "Maju Jaya, PT.": ("pt", "Maju Jaya"),
    "Maju Jaya (PT)": ("pt", "Maju Jaya"),
    "Perseroan Terbatas Maju Jaya": ("pt", "Maju Jaya"),
    "PT Perorangan Kopi Senja": ("pt_perorangan", "Kopi Senja"),
    "CV. SUMBER REJEKI": ("cv", "SUMBER REJEKI"),
    "C.V. Sumber Rejeki": ("cv", "Sumber Rejeki"),
    "UD Mitra Usaha": ("ud", "Mitra Usaha"),
    "Usaha Dagang Makmur": ("ud", "Makmur"),
    "PD. Pasar Jaya": ("pd", "Pasar Jaya"),
    "Pd. Indah Residence": ("", "Pd. Indah Residence"),
    "Firma Lim & Anak": ("firma", "Lim & Anak"),
    "Fa. Lim": ("firma", "Lim"),
    "Koperasi Karyawan Maju": ("koperasi", "Karyawan Maju"),
    "Kop. Unit Desa": ("koperasi", "Unit Desa"),
    "Yayasan Bina Insani": ("yayasan", "Bina Insani"),
    "Perum Bulog": ("perum", "Bulog"),
    "Perumahan Indah": ("", "Perumahan Indah"),
    "Perumda Air Minum": ("perumda", "Air Minum"),
    "Acme Ltd": ("ltd", "Acme"),
    "Acme Co., Ltd.": ("co_ltd", "Acme"),
    "Acme Pte. Ltd.": ("pte_ltd", "Acme"),
    "Acme Sdn. Bhd.": ("sdn_bhd", "Acme"),
    "Acme, Inc.": ("inc", "Acme"),
    "Miller & Co.": ("co", "Miller"),
    "Ford Motor Company": ("co", "Ford Motor"),
    "Siemens AG": ("ag", "Siemens"),
    "Bosch GmbH & Co. KG": ("gmbh_co_kg", "Bosch"),
    "PTC": ("", "PTC"),
    "Cvetko": ("", "Cvetko"),
    "A&P": ("", "A&P"),
    "PT": ("", "PT"),
    "CV PT": ("cv", "PT"),
    "Tbk": ("", "Tbk"),
    "": ("", ""),
}


@pytest.mark.parametrize("written", SPLIT)
def test_the_legal_form_is_found_wherever_it_stands(written: str) -> None:
    found = split_company_name(written)
    assert (found.legal_form, found.name) == SPLIT[written]
    assert legal_form(written) == SPLIT[written][0]


@pytest.mark.parametrize(
    ("written", "listed", "state_owned", "formal"),
    [
        ("PT. Maju Jaya, Tbk", True, False, "PT Maju Jaya Tbk"),
        ("Maju Jaya Tbk.", True, False, "PT Maju Jaya Tbk"),
        ("PT Bank Rakyat Indonesia (Persero) Tbk", True, True, "PT Bank Rakyat Indonesia (Persero) Tbk"),
        ("Bank Mandiri (Persero), PT", False, True, "PT Bank Mandiri (Persero)"),
        ("CV. Maju", False, False, "CV Maju"),
        ("Acme Co., Ltd.", False, False, "Acme Co., Ltd"),
        ("Toko Makmur", False, False, "Toko Makmur"),
    ],
)
def test_listed_and_state_owned_companies_are_told(
    written: str, listed: bool, state_owned: bool, formal: str
) -> None:
    found = split_company_name(written)
    assert (found.listed, found.state_owned, found.formal) == (listed, state_owned, formal)


@pytest.mark.parametrize(
    "spellings",
    [
        (
            "PT. Maju Jaya Tbk",
            "Maju Jaya, PT",
            "MAJU JAYA",
            "P.T. Madjoe Djaja",
            "PT.Maju Jaya",
            "CV Maju Jaya",
        ),
        ("PT Bank Mandiri (Persero) Tbk", "Bank Mandiri", "Bank Mandiri (Persero), PT"),
        ("Djarum", "PT. Jarum"),
        ("Cahaya Timur , PT", "PT. Cahaya Timur", "PT Tjahaja Timoer"),
        ("Miller & Sons Ltd.", "Miller and Sons, Limited", "Miller dan Sons"),
        ("PT Perorangan Kopi Senja", "Kopi Senja"),
        ("Acme Co., Ltd.", "ACME", "Acme Corporation"),
        ("Siemens AG", "Siemens"),
        ("Usaha Dagang Makmur", "UD Makmur"),
    ],
    ids=lambda spellings: spellings[0],
)
def test_all_spellings_of_a_company_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len({company_key(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Maju Jaya", "Jaya Maju"), ("Maju Jaya", "Maju Jaya Abadi"), ("PT", ""), ("Siemens ag", "Siemens")],
)
def test_different_companies_have_different_keys(one: str, other: str) -> None:
    assert company_key(one) != company_key(other)


WRITTEN = """
    PT PT. P.T. CV CV. UD PD Pd. Fa. Firma Kop. Koperasi Yayasan Tbk Tbk, (Persero) Perum Ltd. Co.
    Co., & Inc. AG GmbH Perorangan Usaha Dagang Maju Jaya Sumber , - (PT) dan SA Pte
"""
WORDS = st.sampled_from(WRITTEN.split())
NAMES = st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=7).map(" ".join))


@given(NAMES)
def test_the_key_of_a_key_is_that_key(name: str) -> None:
    key = company_key(name)
    assert company_key(key) == key


@given(NAMES)
def test_the_formal_name_means_the_same_company(name: str) -> None:
    once = split_company_name(name)
    if once.legal_form != "koperasi":  # "Koperasi Karyawan PT X" keeps the second form in its name
        again = split_company_name(once.formal)
        assert split_company_name(again.formal) == again


@given(NAMES)
def test_something_written_never_becomes_an_empty_name(name: str) -> None:
    if any(mark.isalnum() for mark in name):
        assert split_company_name(name).name


def test_every_form_in_the_table_can_be_read_back() -> None:
    for form, printed in LEGAL_FORMS.items():
        assert legal_form(CompanyName(form, "Maju Jaya").formal) == form, printed


def test_a_whole_book_in_a_cell_is_left_alone_quickly() -> None:
    book = "PT " * 200_000
    assert split_company_name(book).legal_form == ""
    assert company_key(book) == "pt"
