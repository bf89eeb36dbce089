"""Identity numbers: NPWP (tax number), NIK (resident number) and NITKU (tax number of a business place)."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.invalid_text import InvalidText, shortened


class InvalidIdentity(InvalidText):
    """An identity number that nobody can have been given."""


NOT_DIGITS = _(
    "“%(text)s” contains something other than digits. Write the number with digits, dots and dashes only."
)
EXCEL = _(
    "“%(text)s” was shortened by the spreadsheet and its last digits are lost. "
    "Format the column as text and save the file again."
)
NPWP_LENGTH = _("An NPWP has 15 or 16 digits, but “%(text)s” has %(digits)s.")
NPWP_ZEROS = _("“%(text)s” is not an NPWP: it consists of zeros.")
NIK_LENGTH = _("A NIK has 16 digits, but “%(text)s” has %(digits)s.")
NIK_REGION = _("“%(text)s” is not a NIK: its first six digits name no region.")
NIK_BIRTH = _("“%(text)s” is not a NIK: digits 7 to 12 must be a date of birth (day + 40 for women).")
NIK_SERIAL = _("“%(text)s” is not a NIK: its last four digits cannot be 0000.")
NITKU_LENGTH = _("A NITKU has 22 digits (NPWP of 16 digits and 6 more), but “%(text)s” has %(digits)s.")

_FILLERS = str.maketrans("", "", " .-–—/\t\u00a0\u200b\u200e\u200f\ufeff'")
_ASCII_DIGITS = re.compile(r"[0-9]+")
_SCIENTIFIC = re.compile(r"\s*\d+(?:[.,]\d+)?[eE]\+?\d+\s*")


def digits_of(text: str) -> str:
    """Return the digits of a number written with the usual fillers. Raises InvalidIdentity."""
    if _SCIENTIFIC.fullmatch(text):
        raise InvalidIdentity("excel", EXCEL, text=shortened(text))
    digits = text.translate(_FILLERS)
    if digits and not _ASCII_DIGITS.fullmatch(digits):
        raise InvalidIdentity("not_digits", NOT_DIGITS, text=shortened(text))
    return digits


def normalize_npwp(text: str) -> str:
    """Return the 15 or 16 digits of a tax number: "01.234.567.8-901.000" gives "012345678901000"."""
    digits = digits_of(text)
    if len(digits) not in (15, 16):
        raise InvalidIdentity("npwp_length", NPWP_LENGTH, text=shortened(text), digits=len(digits))
    if not digits.strip("0"):
        raise InvalidIdentity("npwp_zeros", NPWP_ZEROS, text=shortened(text))
    return digits


def npwp16(npwp: str) -> str:
    """Return the 16-digit tax number of an organization: the old one of 15 digits behind a zero."""
    digits = normalize_npwp(npwp)
    return digits.zfill(16)


def format_npwp(npwp: str) -> str:
    """Return a tax number as printed: "01.234.567.8-901.000", the 16-digit one in groups of four."""
    if len(npwp) == 15:
        return f"{npwp[:2]}.{npwp[2:5]}.{npwp[5:8]}.{npwp[8]}-{npwp[9:12]}.{npwp[12:]}"
    return _in_fours(npwp)


def normalize_nik(text: str) -> str:
    """Return the 16 digits of a resident number whose region, date of birth and serial can exist."""
    digits = digits_of(text)
    quoted = shortened(text)
    if len(digits) != 16:
        raise InvalidIdentity("nik_length", NIK_LENGTH, text=quoted, digits=len(digits))
    # The lowest province is 11 (Aceh); regencies and districts are counted from 01.
    if digits[:2] < "11" or "00" in (digits[2:4], digits[4:6]):
        raise InvalidIdentity("nik_region", NIK_REGION, text=quoted)
    if not _birth_day_exists(int(digits[6:8]), int(digits[8:10]), int(digits[10:12])):
        raise InvalidIdentity("nik_birth", NIK_BIRTH, text=quoted)
    if digits.endswith("0000"):
        raise InvalidIdentity("nik_serial", NIK_SERIAL, text=quoted)
    return digits


def _birth_day_exists(day: int, month: int, year: int) -> bool:
    try:
        # Of 1900 and 2000 only the second was a leap year: the century is not in the number.
        date(2000 + year, month, day - 40 if day > 40 else day)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Resident:
    """What a NIK tells about its holder."""

    birthdate: date
    female: bool


def resident(nik: str, on: date) -> Resident:
    """Return date of birth and sex that a valid NIK holds; `on` is today, to tell the century."""
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    female = day > 40
    day -= 40 if female else 0
    century = 2000
    if (2000 + year, month, day) > (on.year, on.month, on.day):
        century = 1900
    return Resident(date(century + year, month, day), female)


def format_nik(nik: str) -> str:
    """Return a resident number in groups of four."""
    return _in_fours(nik)


def mask_nik(nik: str) -> str:
    """Return a resident number with everything personal hidden: "3174••••••••0001"."""
    return f"{nik[:4]}{'•' * max(len(nik) - 8, 0)}{nik[-4:]}" if len(nik) > 8 else "•" * len(nik)


def normalize_nitku(text: str) -> str:
    """Return the 22 digits of a place of business: a 16-digit NPWP and a branch of six digits."""
    digits = digits_of(text)
    if len(digits) != 22:
        raise InvalidIdentity("nitku_length", NITKU_LENGTH, text=shortened(text), digits=len(digits))
    if not digits[:16].strip("0"):
        raise InvalidIdentity("npwp_zeros", NPWP_ZEROS, text=shortened(text))
    return digits


def nitku_belongs_to(nitku: str, npwp: str) -> bool:
    """Tell whether a place of business is one of the holder of the tax number (15 or 16 digits)."""
    return nitku[:16] == npwp.zfill(16)


def format_nitku(nitku: str) -> str:
    """Return the number as NPWP in groups of four and the branch behind it."""
    return f"{_in_fours(nitku[:16])} {nitku[16:]}"


def _in_fours(digits: str) -> str:
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def tax_key(npwp: str) -> str:
    """Return the key by which the old and the new form of one stored tax number meet; empty for none."""
    return npwp.zfill(16) if npwp else ""
