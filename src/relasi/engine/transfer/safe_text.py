"""Safe text: what a spreadsheet would run as a formula is written so that it stays text, and read back unchanged."""

from __future__ import annotations

import re

# A cell that begins so is calculated by some spreadsheet program; the wide forms too.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Numbers and phone numbers do no harm, and programs read them: -500, +62 812-3456-7890, (021) 555.
_HARMLESS = re.compile(r"[+-]?[\d\s().,/-]*\d[\d\s().,/-]*", re.ASCII)


def guarded(text: str) -> str:
    """The text with an apostrophe in front where it could be taken for a formula."""
    start = text.lstrip(" ")[:1]
    if start in _STARTS and start:
        return text if _HARMLESS.fullmatch(text) and start in "+-" else f"'{text}"
    # An apostrophe of its own would be taken for ours when the file is read again.
    return f"'{text}" if text[:1] == "'" and text.lstrip("'").lstrip(" ")[:1] in _STARTS and text.strip("'") else text


def unguarded(text: str) -> str:
    """The text without the apostrophe that `guarded` put in front."""
    rest = text[1:]
    return rest if text[:1] == "'" and rest.lstrip("'").lstrip(" ")[:1] in _STARTS and rest.strip("'") else text
