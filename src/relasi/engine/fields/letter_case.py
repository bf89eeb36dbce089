"""Letter case as the database folds it: UPPER(), one letter for one letter, so that memory and SQL agree."""

from __future__ import annotations

# Pairs of the Unicode editions after the one Python may know, which PostgreSQL has already.
_NEWER = {0x019B: 0xA7DC, 0x0264: 0xA7CB, 0x1C8A: 0x1C89, 0xA7CD: 0xA7CC, 0xA7DB: 0xA7DA}
_NEWER |= {0x10D70 + letter: 0x10D50 + letter for letter in range(22)}


def upper(text: str) -> str:
    """What UPPER(text) gives in PostgreSQL: "straße" -> "STRAßE", never "STRASSE"."""
    if text.isascii():
        return text.upper()
    raised = text.upper()
    if len(raised) != len(text):
        raised = "".join(map(_upper_letter, text))
    return raised.translate(_NEWER)


def _upper_letter(letter: str) -> str:
    for form in (letter.upper(), letter.title()):
        if len(form) == 1:
            return form
    return letter
