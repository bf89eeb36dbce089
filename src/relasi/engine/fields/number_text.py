"""Numbers as people write them: separators of both languages, "1,5jt", "(250)"; and back again."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import Reader

MINUS = "−"

# Spaces and apostrophes only group digits; the several signs for minus are one.
_GROUPING = {ord(mark): None for mark in " \t\u00a0\u2007\u2009\u202f'’"} | {0x2212: "-", 0x2013: "-"}

_THOUSAND, _MILLION, _BILLION, _TRILLION = (10**power for power in (3, 6, 9, 12))
_MULTIPLES = {
    "rb": _THOUSAND, "ribu": _THOUSAND, "k": _THOUSAND,
    "jt": _MILLION, "juta": _MILLION, "mn": _MILLION, "mio": _MILLION, "million": _MILLION,
    "miliar": _BILLION, "milyar": _BILLION, "mlr": _BILLION, "bn": _BILLION, "billion": _BILLION,
    "triliun": _TRILLION, "trilyun": _TRILLION, "tn": _TRILLION, "trillion": _TRILLION,
}  # fmt: skip
# One letter means miliar or triliun to an Indonesian reader, million to others: no guess is stored.
_INDONESIAN_MULTIPLES = _MULTIPLES | {"m": _BILLION, "t": _TRILLION}

# The usual forms, which leave no doubt: whole (1), grouped without decimals (2: none) or with one or two.
_PLAIN = re.compile(r"\d+|([1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d{0,2}(?:,\d{3})+)|(\d+)[.,](\d{1,2})", re.ASCII)
_NUMBER = re.compile(r"([+-]?)([\d.,]*\d[\d.,]*)([a-z]*)\.?", re.ASCII)


def read_number(text: str, reader: Reader, places: int, given: str = "") -> Decimal:
    """The number written. places: digits after the decimal mark that can be kept; more are refused.
    given: what the refusal quotes, where text is only a part of it.

    A mark that could both group and divide ("1.250") follows the reader, except where three decimals cannot
    be kept: there it groups. Raises Invalid.
    """
    quick = _PLAIN.fullmatch(text)
    if quick and (quick[1] is None or places < 3) and (quick[2] is None or len(quick[3]) <= places):
        if quick[2] is None:
            return Decimal(text.replace(".", "").replace(",", ""))
        return Decimal(text.replace(",", "."))
    bare = text.translate(_GROUPING).lower()
    negative = bare.startswith("(") and bare.endswith(")")
    if negative:
        bare = bare[1:-1]
    if bare.endswith((",-", ".-")):
        bare = bare[:-2]
    found = _NUMBER.fullmatch(bare)
    text = given or text
    if not found:
        raise _no_number(text)
    sign, digits, word = found.groups()
    factor = _factor(word, text, reader) if word else 1
    number = _digits_to_number(digits, reader, places if factor == 1 else 3, text) * factor
    number = _kept(number, places)
    return -number if negative or sign == "-" else number


def _no_number(text: str) -> Invalid:
    return Invalid(_("“%(value)s” is not a number.") % {"value": text[:40]})


def _factor(word: str, text: str, reader: Reader) -> int:
    words = _INDONESIAN_MULTIPLES if reader.language == "id" else _MULTIPLES
    if word in words:
        return words[word]
    if word in _INDONESIAN_MULTIPLES:
        message = _("“%(value)s” has two meanings. Write mn for million, bn for billion or tn for trillion.")
        raise Invalid(message % {"value": text[:40]})
    raise _no_number(text)


def _digits_to_number(digits: str, reader: Reader, places: int, text: str) -> Decimal:
    dots, commas = digits.count("."), digits.count(",")
    if not dots and not commas:
        return Decimal(digits)
    if dots and commas:
        mark, group = (".", ",") if digits.rfind(".") > digits.rfind(",") else (",", ".")
    else:
        only = "." if dots else ","
        mark, group = ("", only) if _groups(digits, only, reader, places) else (only, "")
    whole, _mark, rest = digits.rpartition(mark) if mark else (digits, "", "")
    if mark and (mark in whole or (group and group in rest)):
        raise _no_number(text)
    if group:
        first, *others = whole.split(group)
        if not 1 <= len(first) <= 3 or any(len(part) != 3 for part in others):
            raise _no_number(text)
        whole = whole.replace(group, "")
    return Decimal(f"{whole or '0'}.{rest}" if rest else whole)


def _groups(digits: str, mark: str, reader: Reader, places: int) -> bool:
    """Whether the only kind of mark in the digits groups thousands."""
    first, *others = digits.split(mark)
    if len(others) > 1:
        return True
    could = len(others[0]) == 3 and 1 <= len(first) <= 3 and first[0] != "0"
    return could and (places < 3 or mark == reader.group)


def _kept(number: Decimal, places: int) -> Decimal:
    rounded = rounded_to(number, places)
    if rounded != number and not places:
        raise Invalid(_("This must be a whole number."))
    if rounded != number:
        raise Invalid(
            _("At most %(places)s digits after the decimal mark fit.") % {"places": places}, "OUT_OF_RANGE"
        )
    return rounded if places else rounded.to_integral_value()


@lru_cache(maxsize=16)
def step(places: int) -> Decimal:
    """The smallest difference with so many places: 0.01 for two."""
    return Decimal(1).scaleb(-places)


def rounded_to(number: Decimal, places: int) -> Decimal:
    """Half away from zero. Numbers beyond all limits come back as they are, to be refused by their limit."""
    if number.adjusted() > 20:
        return number
    return number.quantize(step(places), ROUND_HALF_UP)


_SWAP = str.maketrans(",.", ".,")


def write_number(
    number: Decimal | int | float, reader: Reader, places: int = 0, *, shortest: bool = False
) -> str:
    """The number in the reader's separators. shortest: without zeros at the end of the decimals."""
    text = f"{number:,.{places}f}"
    if shortest and places and "." in text:
        text = text.rstrip("0").rstrip(".")
    if text[0] == "-":
        text = MINUS + text[1:] if text.strip("-0.,") else text[1:]
    if reader.decimal == ".":
        return text
    return text.translate(_SWAP) if places else text.replace(",", ".")
