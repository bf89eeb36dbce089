"""QRIS: the text behind the QR code of a merchant (EMVCo, merchant presented), and one of it for a single amount.

The text is a row of fields: two digits of tag, two of length, then the value. Tag 63 is a checksum over all before it.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

FORM, HOW_OFTEN, CATEGORY, CURRENCY, AMOUNT, COUNTRY, NAME, CITY, CHECKSUM = (
    "00", "01", "52", "53", "54", "58", "59", "60", "63",
)  # fmt: skip
ONCE = "12"  # of HOW_OFTEN: a code for one payment
RUPIAH = "360"
MERCHANT = range(26, 52)  # tags that name the merchant to its payment service
# What one payment by QRIS may come to, in rupiah, by the rule of Bank Indonesia; apps refuse more.
MOST = Decimal(10_000_000)
LONGEST = 512  # characters the standard allows

Fields = dict[str, str]


class BadCode(ValueError):
    """A sentence for the reader says what is wrong."""


def fields_of(text: str) -> Fields:
    """Tag -> value, in the order they stand. Raises BadCode for what is no QRIS code of a merchant in Indonesia."""
    text = text.strip()
    if not text.isascii() or not text.startswith("000201") or len(text) > LONGEST:
        raise BadCode(_("This is not the text of a QRIS code. It begins with 000201."))
    if text[-8:-4] != CHECKSUM + "04" or checksum(text[:-4]) != text[-4:].upper():
        raise BadCode(_("The checksum at the end does not fit. Copy the whole text of the code once more."))
    found: Fields = {}
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        value = text[at + 4 : at + 4 + int(length)] if length.isdigit() else ""
        if not tag.isdigit() or not value or len(value) != int(length) or tag in found:
            raise BadCode(_("The text of the code is damaged. Copy it once more."))
        found[tag] = value
        at += 4 + len(value)
    return found


def check_static(text: str) -> None:
    """Raises BadCode for what cannot be the base of codes for single amounts."""
    found = fields_of(text)
    if found.get(CURRENCY) != RUPIAH or found.get(COUNTRY) != "ID":
        raise BadCode(_("This code is not of a merchant in Indonesia, paid in rupiah."))
    if not any(int(tag) in MERCHANT for tag in found) or not found.keys() >= {CATEGORY, NAME, CITY}:
        raise BadCode(_("The code does not name its merchant."))
    if AMOUNT in found:
        raise BadCode(_("This code holds an amount. Use the code that stands at your counter."))


def for_amount(text: str, amount: Decimal) -> str:
    """The same merchant's code for one payment of this many rupiah. Raises BadCode, also for an amount nobody can pay."""
    if not 0 < amount <= MOST:
        raise BadCode(_("QRIS takes up to ten million rupiah."))
    found = fields_of(text)
    del found[CHECKSUM]
    found |= {HOW_OFTEN: ONCE, AMOUNT: plain(amount)}
    # By tag, as the standard wants the two at the beginning; readers expect the amount behind the currency.
    body = "".join(f"{tag}{len(value):02}{value}" for tag, value in sorted(found.items())) + CHECKSUM + "04"
    return body + checksum(body)


def plain(amount: Decimal) -> str:
    """Digits, with a point where there are sen."""
    return str(int(amount)) if amount == int(amount) else f"{amount:.2f}"


def checksum(text: str) -> str:
    """CRC-16/CCITT-FALSE, as four hexadecimal digits."""
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _bit in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return f"{crc:04X}"
