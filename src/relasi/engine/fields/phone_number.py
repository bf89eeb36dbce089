"""Stands in until the functions on phone numbers come here."""

from relasi.kits.parties.phone import InvalidPhone, display_phone, normalize_phone

__all__ = ["InvalidPhone", "display_phone", "normalize_phone"]
