"""company(): whose workspace this is, from the snapshot that is read anyway."""

from __future__ import annotations

from relasi.engine.access.acting import SYSTEM, NobodyActing, acting_user
from relasi.engine.access.directory import directory
from relasi.engine.access.door import rights_of
from relasi.users.company import Company


def company() -> Company:
    """The company; before the first run one called Relasi that is not stored. For reading only."""
    try:
        user = acting_user()
    except NobodyActing:
        user = None
    return directory().company if user is None or user is SYSTEM else rights_of(user).directory.company
