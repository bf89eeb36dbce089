"""Kept: parts of pages that look the same until something they are made of changes, made once for each look.

A key names all a part is made of. What a person may do, how they read and how the company is set up is in the epoch of
their rights (access.directory): whatever changes those begins a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")


class Shelf(Generic[Made]):
    """What was made, by what it was made of. most: how many; when there are more, all of them begin anew."""

    def __init__(self, most: int):
        self._most, self._made = most, dict[Hashable, Made]()

    def find(self, key: Hashable) -> Made | None:
        """None for what was not made yet, and for a key that holds what cannot be compared, such as a list."""
        try:
            return self._made.get(key)
        except TypeError:
            return None

    def put(self, key: Hashable, made: Made) -> Made:
        """Keeps what was made, if it can be found again. Nobody may change it afterwards."""
        if len(self._made) >= self._most:
            self._made.clear()
        with suppress(TypeError):
            self._made[key] = made
        return made


# In one process, at some kilobytes each.
_parts: Shelf[Any] = Shelf(2000)
drawn_rows: Shelf[Any] = Shelf(5000)


def kept(key: Hashable, make: Callable[[], Made]) -> Made:
    """What was made for this key before, or what `make` gives now."""
    found: Made | None = _parts.find(key)
    return _parts.put(key, make()) if found is None else found
