"""Arranged: how the fields of a module stand on forms and pages for one person: as declared, or as an admin laid them out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from relasi.engine.declare.module import Module
from relasi.engine.declare.words import Section

Arranging = Callable[[Any, Module], list[Section] | None]
Locking = Callable[[Module, Any], set[str]]

_arranging: Arranging | None = None
_locking: Locking | None = None


def register_arranging(arranging: Arranging, locking: Locking) -> None:
    """arranging(user, module) -> the sections of this person's form, None for those declared. locking(module, record) ->
    names of the fields that nobody may change as the record stands."""
    global _arranging, _locking
    _arranging, _locking = arranging, locking


def sections_for(user: Any, module: Module) -> list[Section]:
    found = _arranging(user, module) if _arranging is not None else None
    return module.sections if found is None else found


def facts_for(user: Any, module: Module, base: list[Section]) -> list[Section]:
    """The sections of the left pane of the page. base: what stands below those of the form where none are declared."""
    found = _arranging(user, module) if _arranging is not None else None
    if found is not None:
        return [*found, *base]
    return list(module.facts) or [*module.sections, *base]


def locked(module: Module, record: Any) -> set[str]:
    return _locking(module, record) if _locking is not None else set()
