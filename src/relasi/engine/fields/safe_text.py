"""Safe text: what a spreadsheet would run as a formula is written so that it stays text, and read back unchanged."""

from __future__ import annotations

import re

# A cell that begins so is calculated by some spreadsheet program; the wide forms too.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Numbers and phone numbers do no harm, and programs read them: -500, +62 812-3456-7890, (021) 555.
_HARMLESS = re.compile(r"[+-]?[\d\s().,/-]*\d[\d\s().,/-]*", re.ASCII)


def guarded(text: str) -> str:
    """The text with an apostrophe in front where it could be taken for a formula."""
    if not _begins_a_formula(text):
        return text
    return text if text[0] in "+-" and _HARMLESS.fullmatch(text) else f"'{text}"


def unguarded(text: str) -> str:
    """The text without the apostrophe that `guarded` put in front."""
    return text[1:] if text[:1] == "'" and _begins_a_formula(text) else text


def _begins_a_formula(text: str) -> bool:
    """With apostrophes in front too: one of the text's own must not be taken for ours."""
    return text.lstrip("' ")[:1] in _STARTS
