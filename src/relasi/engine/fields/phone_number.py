"""Phone: numbers as people write them turned into E.164, shown in the reader's way, and their search key."""

import re
from functools import lru_cache

import phonenumbers
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from relasi.engine.fields.invalid_text import InvalidText, shortened


class InvalidPhone(InvalidText):
    """A phone number that cannot be called as written."""


EMPTY = _("Enter a phone number.")
LETTERS = _("“%(text)s” contains letters. A phone number has digits only, such as 0812-3456-7890.")
MARKS = _(
    "“%(text)s” contains a sign that no phone number has. Use digits, spaces, dots, dashes and brackets."
)
EXCEL = _(
    "“%(text)s” was shortened by the spreadsheet and its last digits are lost. "
    "Format the column as text and save the file again."
)
TOO_SHORT = _("“%(text)s” has too few digits for a phone number.")
TOO_LONG = _("“%(text)s” has too many digits for a phone number.")
MOBILE_LENGTH = _("“%(text)s” is not an Indonesian mobile number: 9 to 13 digits must follow 0 or +62.")
SEVERAL = _("“%(text)s” contains more than one phone number. Enter one number in each field.")
NO_AREA = _(
    "“%(text)s” has no area code. Start with 0 and the area code, such as 021, or with + and the country."
)
NO_COUNTRY = _("“%(text)s” starts with a country code that does not exist.")

LONGEST = 200  # characters worth reading; a cell of a file can hold a whole book

# The common case, decided without the phonenumbers library: an Indonesian mobile number in any usual form.
_FILLERS = str.maketrans("", "", " -.()\t\u00a0")
_MOBILE = re.compile(r"(?:\+?620?|0)?(8[1-9]\d{7,11})", re.ASCII)
_MOBILE_ABROAD = re.compile(r"\+620?(8[1-9]\d{7,11})", re.ASCII)
_MOBILE_SHAPE = re.compile(r"(?:\+?620?|0)8[1-9]\d*", re.ASCII)

_LINK = re.compile(r"(?i)^(?:tel:|callto:|(?:https?://)?(?:wa\.me/|api\.whatsapp\.com/send/?\?phone=))")
_LABEL = re.compile(
    r"(?i)^(?:no\.?\s*)?(?:handphone|hp|telepon|telp|tlp|tel|phone|mobile|whatsapp|wa|fax|no)\b[.\s]*:?\s*(?=[+(\d])"
)
_QUOTED = re.compile(r"^(?:=\"(.*)\"|'(.*))$")
_DECIMAL = re.compile(r"^(\+?\d{7,})[.,]0+$")
_SCIENTIFIC = re.compile(r"^[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+$")
_EXTENSION = re.compile(
    r"(?i)[\s,;]*(?:\b(?:extension|ekstensi|ext|eks|pes|pesawat)\b\.?|\bx)\s*[:=.]?\s*(\d{1,6})$"
)
_SEPARATORS = re.compile(r"(?i)[/;,|\n]|\b(?:atau|or|dan|and)\b")
_LETTER = re.compile(r"[^\W\d_]")
_PHONE_MARKS = re.compile(r"[\d\s+().\-‐-―/]+")
_NOT_DIGIT = re.compile(r"\D", re.ASCII)


def normalize_phone(text: str, region: str = "ID") -> str:
    """Return the number in E.164, "+6281234567890"; an extension follows as in RFC 3966, ";ext=12".

    `region` is the country (ISO code) of a number written without its country code. Raises InvalidPhone.
    """
    digits = text.translate(_FILLERS)
    found = (_MOBILE if region == "ID" else _MOBILE_ABROAD).fullmatch(digits)
    if found and (not text.isascii() or "." not in text or not _DECIMAL.match(text.strip())):
        return "+62" + found[1]
    return _normalize_rare(text, region)


def _normalize_rare(text: str, region: str) -> str:
    if len(text) > LONGEST:
        raise InvalidPhone("too_long", TOO_LONG, text=shortened(text))
    written = _unwrapped(text)
    if not written:
        raise InvalidPhone("empty", EMPTY)
    if _SCIENTIFIC.match(written):
        raise InvalidPhone("excel", EXCEL, text=shortened(text))
    number, extension = split_extension(written)
    if _LETTER.search(_SEPARATORS.sub("", number)):
        raise InvalidPhone("letters", LETTERS, text=shortened(text))
    if _is_several(number, region):
        raise InvalidPhone("several", SEVERAL, text=shortened(text))
    e164 = _parsed(number, region, text)
    return f"{e164};ext={extension}" if extension else e164


def _unwrapped(text: str) -> str:
    """Strip what spreadsheets, links and labels put around a number."""
    lines = text.translate(_OTHER_DIGITS).strip().splitlines()
    written = "/".join(" ".join(line.split()) for line in lines)
    quoted = _QUOTED.match(written)
    if quoted:
        written = (quoted[1] or quoted[2] or "").strip()
    written = _LABEL.sub("", _LINK.sub("", written)).strip()
    decimal = _DECIMAL.match(written)
    return decimal[1] if decimal else written


_OTHER_DIGITS = {ord("０") + n: str(n) for n in range(10)}
_OTHER_DIGITS |= {ord("٠") + n: str(n) for n in range(10)}
_OTHER_DIGITS |= {ord(mark): "" for mark in "\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u202d\u2060\ufeff"}
_OTHER_DIGITS[ord("＋")] = "+"


def split_extension(text: str) -> tuple[str, str]:
    """Part "021 5551234 ext 12" into the number and "12"; the second is empty when there is none."""
    found = _EXTENSION.search(text)
    return (text[: found.start()], found[1]) if found else (text, "")


def _is_several(number: str, region: str) -> bool:
    parts = [part for part in _SEPARATORS.split(number) if part.strip()]
    if len(parts) < 2:
        return False
    return all(len(_NOT_DIGIT.sub("", part)) >= 6 for part in parts)


def _parsed(number: str, region: str, text: str) -> str:
    digits = _NOT_DIGIT.sub("", number)
    plus = number.lstrip(" (").startswith("+")
    if not _PHONE_MARKS.fullmatch(number) or "+" in number.lstrip(" (")[1:]:
        code, message = ("letters", LETTERS) if _LETTER.search(number) else ("marks", MARKS)
        raise InvalidPhone(code, message, text=shortened(text))
    if digits.startswith("00") and not plus:
        plus, digits = True, digits[2:]
    compact = f"+{digits}" if plus else digits
    if region == "ID" or plus:
        mobile = (_MOBILE if region == "ID" else _MOBILE_ABROAD).fullmatch(compact)
        if mobile:
            return "+62" + mobile[1]
        if _MOBILE_SHAPE.fullmatch(compact) and (region == "ID" or digits.startswith("62")):
            raise InvalidPhone("mobile_length", MOBILE_LENGTH, text=shortened(text))
    if region == "ID" and not plus:
        compact = _with_indonesian_prefix(digits, text)
    return _by_library(compact, region, text)


def _with_indonesian_prefix(digits: str, text: str) -> str:
    """Add the plus to 62…, accept 0…; anything else could be a number of any town or country."""
    if digits.startswith("0"):
        return digits
    if digits.startswith("62") and len(digits) >= 9:
        return f"+{digits}"
    if len(digits) < 5:
        raise InvalidPhone("too_short", TOO_SHORT, text=shortened(text))
    raise InvalidPhone("no_area", NO_AREA, text=shortened(text))


def _by_library(compact: str, region: str, text: str) -> str:
    quoted = shortened(text)
    try:
        parsed = phonenumbers.parse(compact, region)
    except NumberParseException as refusal:
        if refusal.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            raise InvalidPhone("no_country", NO_COUNTRY, text=quoted) from None
        if refusal.error_type == NumberParseException.TOO_LONG:
            raise InvalidPhone("too_long", TOO_LONG, text=quoted) from None
        raise InvalidPhone("too_short", TOO_SHORT, text=quoted) from None
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible == ValidationResult.TOO_LONG:
        raise InvalidPhone("too_long", TOO_LONG, text=quoted)
    if possible == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        raise InvalidPhone("no_area", NO_AREA, text=quoted)
    if possible == ValidationResult.INVALID_COUNTRY_CODE:
        raise InvalidPhone("no_country", NO_COUNTRY, text=quoted)
    if possible != ValidationResult.IS_POSSIBLE:
        raise InvalidPhone("too_short", TOO_SHORT, text=quoted)
    return str(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))


@lru_cache(maxsize=20_000)
def display_phone(e164: str, language: str = "id") -> str:
    """Return a stored number as readers expect it: "0812-3456-7810" in Indonesian, else "+62 812-3456-7810".

    Numbers of other countries are always international. Text that is no E.164 number comes back unchanged.
    """
    number, _semicolon, extension = e164.partition(";ext=")
    found = _MOBILE_ABROAD.fullmatch(number)
    if found:
        shown = _grouped_mobile(found[1], language)
    else:
        try:
            parsed = phonenumbers.parse(number)
        except NumberParseException:
            return e164
        at_home = parsed.country_code == 62 and language.startswith("id")
        shown = phonenumbers.format_number(
            parsed, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
        )
    return f"{shown} ext. {extension}" if extension else shown


def _grouped_mobile(national: str, language: str) -> str:
    grouped = f"{national[:3]}-{national[3:7]}-{national[7:]}"
    return f"0{grouped}" if language.startswith("id") else f"+62 {grouped}"


def digits_key(text: str) -> str:
    """Return the digits by which a number is found, however it is written: "+62 812-3456" gives "8123456".

    Works on stored numbers, on raw text and on the part of a number typed into a search box.
    """
    if not text.isascii():
        text = text.translate(_OTHER_DIGITS)
    digits = _NOT_DIGIT.sub("", split_extension(text)[0] if _LETTER.search(text) else text)
    # Without a plus, "62…" as the start of a few digits may be any part of a number.
    enough = 2 if text.lstrip(" (").startswith("+") else 7
    if digits.startswith("62") and len(digits) > enough:
        return digits[2:].lstrip("0")
    if digits.startswith("0062"):
        return digits[4:].lstrip("0")
    return digits.lstrip("0")


def phone_key(e164: str) -> str:
    """Return the key of a stored number for finding doubles: digits of E.164 without 62 and extension."""
    number = e164.partition(";")[0]
    return number[3:] if number.startswith("+62") else number[1:]


def is_mobile_key(key: str) -> bool:
    """Tell whether a phone key belongs to an Indonesian mobile number, which one person answers."""
    return key.startswith("8") and 9 <= len(key) <= 13
