"""Doubles measured: precision and recall on people whose doubles are known.

Figures reached (precision / recall of all pairs; "likely" and above unless said otherwise):

- the office file, all columns: 0.98 / 1.00; certain 1.00 / 1.00
- without e-mail: 0.98 / 0.99; without e-mail and phone: 0.97 / 0.82
- every person a second time as somebody else would type it (title, old spelling, order of words, slips of the
  pen, initials, other forms of company, phone and city; two of e-mail, phone and company left out):
  0.996 / 0.87; possible and above 0.90 / 0.98
"""

import csv
import random
import re
from collections import defaultdict
from contextlib import suppress
from itertools import combinations
from pathlib import Path

import pytest

from relasi.engine.fields.email_address import normalize_email
from relasi.engine.fields.phone_number import normalize_phone
from relasi.kits.parties.address import city_key
from relasi.kits.parties.doubles import CERTAIN, LIKELY, POSSIBLE, PartyKey, find_doubles, person_party

FILE = Path(__file__).parent / "people" / "messy-contacts-id.csv"
SERIAL = re.compile(r"(\d+)@")

Pairs = set[frozenset[int]]


def rows_of_the_file() -> list[dict[str, str]]:
    with FILE.open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


ROWS = rows_of_the_file()


def true_pairs() -> Pairs:
    """The number in every e-mail address tells who it is; of the rows without one the phone does."""
    serial_of_phone = {row["No. HP"]: found[1] for row in ROWS if (found := SERIAL.search(row["Email"]))}
    people: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(ROWS):
        found = SERIAL.search(row["Email"])
        people[found[1] if found else serial_of_phone[row["No. HP"]]].append(place)
    return {frozenset(pair) for same in people.values() for pair in combinations(same, 2)}


def party(row: dict[str, str], without: tuple[str, ...] = ()) -> PartyKey:
    email = phone = ""
    with suppress(ValueError):
        email = normalize_email(row["Email"]) if "Email" not in without else ""
    with suppress(ValueError):
        phone = normalize_phone(row["No. HP"]) if "No. HP" not in without else ""
    return person_party(
        f"{row['Nama Depan']} {row['Nama Belakang']}",
        email=email,
        phones=[phone],
        company=row["Perusahaan"],
        city_key=city_key(row["Kota"]),
    )


def measured(parties: list[PartyKey], truth: Pairs, least: int) -> tuple[float, float]:
    """Return precision and recall of the pairs with at least this score."""
    pairs = find_doubles(dict(enumerate(parties)))
    found = {frozenset((one, other)) for one, other, likeness in pairs if likeness.score >= least}
    right = len(found & truth)
    return right / len(found) if found else 0.0, right / len(truth)


@pytest.mark.parametrize(
    ("without", "least", "precision", "recall"),
    [
        ((), CERTAIN, 1.0, 1.0),
        ((), LIKELY, 0.97, 1.0),
        ((), POSSIBLE, 0.84, 1.0),
        (("Email",), CERTAIN, 1.0, 0.89),
        (("Email",), LIKELY, 0.97, 0.99),
        (("Email", "No. HP"), LIKELY, 0.97, 0.81),
        (("Email", "No. HP"), POSSIBLE, 0.83, 0.94),
    ],
)
def test_the_doubles_of_an_office_file_are_found(
    without: tuple[str, ...], least: int, precision: float, recall: float
) -> None:
    truth = true_pairs()
    # 90 written another way and 25 spoilt copies; a person may have several.
    assert len(truth) == 120
    found = measured([party(row, without) for row in ROWS], truth, least)
    assert found[0] >= precision and found[1] >= recall, found


def originals() -> list[dict[str, str]]:
    """Every person of the file once, as it stands first without a spoilt column."""
    once: dict[str, dict[str, str]] = {}
    for row in ROWS:
        found = SERIAL.search(row["Email"])
        if found and row["Nama Depan"] and row["No. HP"] != "abc":
            once.setdefault(found[1], row)
    return list(once.values())


OLD = (("u", "oe"), ("j", "dj"), ("c", "tj"), ("y", "j"))


def rewritten(row: dict[str, str], chance: random.Random) -> dict[str, str]:
    """The same person as somebody else would type it."""
    words = [word for word in f"{row['Nama Depan']} {row['Nama Belakang']}".split() if not word.endswith(".")]
    words = [word for word in words if word not in ("Bapak", "Ibu")]
    if chance.random() < 0.3:
        words = ["".join(dict(OLD).get(letter, letter) for letter in word.lower()).title() for word in words]
    if chance.random() < 0.2:
        place = chance.randrange(len(words))
        letter = chance.randrange(1, len(words[place]))
        words[place] = words[place][:letter] + words[place][letter + 1 :]
    elif chance.random() < 0.1 and len(words) > 1:
        words[0] = f"{words[0][0]}."
    name = " ".join(words)
    if len(words) > 1 and chance.random() < 0.2:
        name = f"{words[-1]}, {' '.join(words[:-1])}"
    name = chance.choice(("", "Bpk. ", "Ibu ", "H. ", "Dr. Ir. ")) + name
    name += chance.choice(("", "", ", S.E., M.M."))
    digits = re.sub(r"\D", "", row["No. HP"]).removeprefix("62").lstrip("0")
    bare = re.sub(r"^(PT|CV|UD)\.? | ?,? ?(PT|Tbk|TBK)$", "", row["Perusahaan"]).strip()
    hidden = chance.sample(("Email", "No. HP", "Perusahaan"), 2)
    changed = {
        "Nama Depan": name,
        "Nama Belakang": "",
        "Perusahaan": chance.choice((bare, bare.upper(), f"{row['Perusahaan']} ")),
        "Email": row["Email"].upper(),
        "No. HP": chance.choice((f"+62 ({digits[:3]}) {digits[3:]}", f"0{digits}", digits)),
        "Kota": row["Kota"].removeprefix("Kota ").removeprefix("Kab. "),
    }
    return changed | dict.fromkeys(hidden, "")


def test_people_typed_again_in_another_spelling_are_found() -> None:
    chance = random.Random(20261123)
    first = originals()
    again = [rewritten(row, chance) for row in first]
    truth = {frozenset((place, place + len(first))) for place in range(len(first))}
    parties = [party(row) for row in (*first, *again)]
    for least, precision, recall in ((LIKELY, 0.98, 0.85), (POSSIBLE, 0.88, 0.97)):
        found = measured(parties, truth, least)
        assert found[0] >= precision and found[1] >= recall, (least, found)
