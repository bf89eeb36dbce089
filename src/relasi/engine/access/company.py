"""company(): whose workspace this is, from the snapshot that is read anyway."""

from __future__ import annotations

from relasi.engine.access.acting import SYSTEM, NobodyActing, current_acting
from relasi.engine.access.directory import directory
from relasi.engine.access.door import rights_of
from relasi.users.company import Company

MEMO = "company"


def company() -> Company:
    """The company; before the first run one called Relasi that is not stored. For reading only.

    Asked once for each stretch of acting, as rights are."""
    try:
        stretch = current_acting()
    except NobodyActing:
        return directory().company
    if stretch.user is not None and stretch.user is not SYSTEM:
        return rights_of(stretch.user).directory.company
    if MEMO not in stretch.memo:
        stretch.memo[MEMO] = directory().company
    return stretch.memo[MEMO]


def forget_company() -> None:
    """What somebody has just said of the company holds for the rest of what they do."""
    current_acting().memo.pop(MEMO, None)
