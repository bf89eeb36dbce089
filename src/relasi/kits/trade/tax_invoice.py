"""Tax invoice: the Faktur Pajak of a document: its transaction codes, and its number, which the tax office gives."""

from __future__ import annotations

import re
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices
from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.invalid_text import shortened
from relasi.engine.fields.kind import shows_as
from relasi.kits.parties.fields import IdentityKind
from relasi.kits.parties.identity import InvalidIdentity, digits_of


class TransactionCode(Choices):
    """To whom and how it was sold, as the tax office counts it."""

    ORDINARY = "01", _("01 Ordinary buyers, full base")
    TREASURER = "02", _("02 Government treasurers who collect PPN")
    COLLECTOR = "03", _("03 Other collectors of PPN")
    OTHER_BASE = "04", _("04 Other value as base (DPP nilai lain)")
    FIXED_PART = "05", _("05 A fixed part of the turnover")
    TOURIST = "06", _("06 Holders of foreign passports")
    NOT_COLLECTED = "07", _("07 PPN not collected")
    EXEMPT = "08", _("08 Exempt from PPN")
    ASSETS = "09", _("09 Assets not meant for sale")
    OTHER = "10", _("10 Other deliveries")


# PPN that is not collected, or that nobody owes: the law is named by the number of a facility.
FACILITY_CODES = frozenset({TransactionCode.NOT_COLLECTED.value, TransactionCode.EXEMPT.value})

NUMBER_LENGTH = _(
    "A tax invoice number has 17 digits (16 before Coretax), but “%(text)s” has %(digits)s."
)  # fmt: skip
NUMBER_CODE = _("“%(text)s” is not a tax invoice number: it must begin with a transaction code, 01 to 10.")
NUMBER_ZEROS = _("“%(text)s” is not a tax invoice number: its serial number consists of zeros.")
FACILITY = _("“%(text)s” is no facility of the list of Coretax, such as TD.00501.")

_FACILITY = re.compile(r"(?:TD\.?005)?([0-9]{1,2})", re.IGNORECASE)
OLD_LENGTH, LENGTH = 16, 17


def normalize_tax_invoice_number(text: str) -> str:
    """The digits of a number: 17 of Coretax, or 16 of before ("010.001-24.12345678"). Raises InvalidIdentity."""
    digits = digits_of(text)
    quoted = shortened(text)
    if len(digits) not in (OLD_LENGTH, LENGTH):
        raise InvalidIdentity("length", NUMBER_LENGTH, text=quoted, digits=len(digits))
    if digits[:2] not in set(TransactionCode):
        raise InvalidIdentity("code", NUMBER_CODE, text=quoted)
    if not digits[-8:].strip("0"):
        raise InvalidIdentity("zeros", NUMBER_ZEROS, text=quoted)
    return digits


def format_tax_invoice_number(digits: str) -> str:
    """As it is printed: the old one with its points and dash, the one of Coretax as it is."""
    if len(digits) != OLD_LENGTH:
        return digits
    return f"{digits[:3]}.{digits[3:6]}-{digits[6:8]}.{digits[8:]}"


def normalize_facility(text: str) -> str:
    """The code of a facility: "TD.00501" from itself or from "1". Raises InvalidIdentity."""
    found = _FACILITY.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise InvalidIdentity("facility", FACILITY, text=shortened(text))
    return f"TD.005{int(found[1]):02}"


class TaxInvoiceNumberField(DeclaredField, models.CharField):
    """The number of a Faktur Pajak, as digits."""

    def __init__(self, *args: Any, max_length: int = LENGTH, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)


@shows_as(TaxInvoiceNumberField)
class TaxInvoiceNumberKind(IdentityKind):
    name = "tax_invoice_number"
    normalize = staticmethod(normalize_tax_invoice_number)
    written = staticmethod(format_tax_invoice_number)


class FacilityField(DeclaredField, models.CharField):
    """The law by which PPN is not collected or not owed, by its number in the list of Coretax."""

    def __init__(self, *args: Any, max_length: int = 8, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)


@shows_as(FacilityField)
class FacilityKind(IdentityKind):
    name = "facility"
    width = "7rem"
    normalize = staticmethod(normalize_facility)
    written = staticmethod(str)
