"""Virtual account: the number under which a bank knows one customer, or one invoice, of ours."""

from __future__ import annotations

import re

LONGEST = 20  # digits of the whole number
PREFIX = re.compile(r"[0-9]{3,12}")


def number_for(prefix: str, digits: int, source: str) -> str | None:
    """The prefix of the bank and the digits of `source` ("ACC-00012", "INV/2026/00012"), zeros before them.

    None where they do not fit: a number cut short would be that of somebody else.
    """
    own = re.sub(r"[^0-9]", "", source)
    if not own or len(own) > digits:
        return None
    return prefix + own.zfill(digits)


def in_groups(number: str) -> str:
    """For the eye: four digits at a time."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
