"""Ids: records are named `<number of the module>x<number of the record>`."""

from __future__ import annotations

import re
from typing import NamedTuple

from relasi.engine.access.acting import current_acting
from relasi.engine.access.directory import directory
from relasi.features.compat.wrong import denied

LARGEST = 2**63 - 1
_ID = re.compile(r"([1-9]\d{0,8})x([1-9]\d{0,18})", re.ASCII)

USERS, GROUPS, CURRENCY = 19, 20, 21
FIRST = "compat.first_user"


class Id(NamedTuple):
    module: int
    record: int

    def __str__(self) -> str:
        return f"{self.module}x{self.record}"


def read_id(text: str) -> Id | None:
    """None for what is no id. The id of a user is told as it is stored here."""
    found = _ID.fullmatch(text.strip())
    if found is None or int(found[2]) > LARGEST:
        return None
    id = Id(int(found[1]), int(found[2]))
    return Id(USERS, stored_user(id.record)) if id.module == USERS else id


def needed_id(text: str, name: str = "id") -> Id:
    """Raises Wrong."""
    found = read_id(text)
    if found is None:
        raise denied(f"for {name}")
    return found


def user_id(pk: int) -> str:
    return f"{USERS}x{told_user(pk)}"


# Programs know the first user of an installation as 19x1; here users share their numbers with all records.
def first_user() -> int:
    memo = current_acting().memo
    if FIRST not in memo:
        memo[FIRST] = min(directory().people, default=0)
    return int(memo[FIRST])


def told_user(pk: int) -> int:
    return 1 if pk == first_user() else pk


def stored_user(number: int) -> int:
    return first_user() if number == 1 else number
