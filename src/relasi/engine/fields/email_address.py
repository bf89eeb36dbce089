"""Stands in until the functions on e-mail addresses come here."""

from relasi.kits.parties.email import InvalidEmail, normalize_email

__all__ = ["InvalidEmail", "normalize_email"]
