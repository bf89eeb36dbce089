"""An office file as it is really kept: everything in it is understood but the cells that are truly wrong."""

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from relasi.engine.fields.email_address import normalize_email
from relasi.engine.fields.invalid_text import InvalidText
from relasi.engine.fields.phone_number import normalize_phone
from relasi.kits.parties.company_name import split_company_name
from relasi.kits.parties.person_name import split_person_columns

with (Path(__file__).parent / "people" / "messy-contacts-id.csv").open(encoding="cp1252", newline="") as file:
    ROWS = list(csv.DictReader(file, delimiter=";"))


@pytest.mark.parametrize(
    ("column", "normalize", "refused"),
    [("No. HP", normalize_phone, {"abc": 5}), ("Email", normalize_email, {"bukan-email": 5})],
)
def test_only_the_spoilt_cells_are_refused(
    column: str, normalize: Callable[[str], str], refused: dict[str, int]
) -> None:
    found: Counter[str] = Counter()
    for row in ROWS:
        try:
            normalize(row[column])
        except InvalidText:
            found[row[column]] += 1
    assert found == refused


def test_all_1310_named_people_get_a_last_name_and_no_known_title_stays_in_it() -> None:
    names = [split_person_columns(row["Nama Depan"], row["Nama Belakang"]) for row in ROWS]
    assert sum(bool(name.last_name) for name in names) == 1310
    assert not any("." in name.full for name in names)
    assert Counter(name.salutation for name in names).keys() == {"", "Bapak", "Ibu", "Dr."}
    assert Counter(name.titles for name in names).keys() == {"", "Drs.", "Hj."}


def test_forty_nine_spellings_of_companies_are_thirteen_names_in_three_forms() -> None:
    companies = [split_company_name(row["Perusahaan"]) for row in ROWS]
    assert {company.legal_form for company in companies} == {"pt", "cv", "ud"}
    assert len({company.name.lower() for company in companies}) == 12
