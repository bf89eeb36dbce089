"""company(): whose workspace this is, from the snapshot that is read anyway."""

from __future__ import annotations

from relasi.engine.access.acting import NobodyActing, current_acting
from relasi.engine.access.directory import directory
from relasi.users.company import Company


def company() -> Company:
    """The company; before the first run one that is called Relasi and is not stored. Do not change what it gives."""
    try:
        memo = current_acting().memo
    except NobodyActing:
        return directory().company
    if "company" not in memo:
        memo["company"] = directory().company
    return memo["company"]
