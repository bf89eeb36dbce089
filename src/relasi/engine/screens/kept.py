"""Kept: parts of pages that look the same until something they are made of changes, made once for each look.

A key names all a part is made of. What a person may do, how they read and how the company is set up is in the epoch of
their rights (access.directory): whatever changes those begins a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Made = TypeVar("Made")

MOST = 2000  # parts in one process, at some kilobytes each

_kept: dict[Hashable, Any] = {}


def kept(key: Hashable, make: Callable[[], Made]) -> Made:
    """What was made for this key before, or what `make` gives now. Nobody may change it afterwards."""
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= MOST:
            _kept.clear()
        found = _kept[key] = make()
    return found
