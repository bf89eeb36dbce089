"""Reactions: what one area does when a record of another changes. @on names the change, never the model class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from relasi.engine.records.refusal import Change

CREATED, CHANGED, TRASHED, RESTORED = "created", "changed", "trashed", "restored"

# Instead of a module: every module there is. For what hangs on any record.
EVERY = "*"


@dataclass(frozen=True)
class Reaction:
    """field, to: only when this field gets another value (this one, when `to` is given)."""

    what: str
    module: str
    function: Callable[[list[Change]], None]
    field: str = ""
    to: Any = None

    def wants(self, change: Change) -> bool:
        if not self.field:
            return True
        return change.has(self.field) and (self.to is None or getattr(change.record, self.field) == self.to)


_reactions: dict[tuple[str, str], list[Reaction]] = {}


def on(what: str, module: str, *, field: str = "", to: Any = None) -> Callable[..., Any]:
    """Decorator: the function is called with the list of changes, in the same transaction, set-based."""

    def register(function: Callable[[list[Change]], None]) -> Callable[[list[Change]], None]:
        reaction = Reaction(what, module.lower(), function, field, to)
        _reactions.setdefault((what, reaction.module), []).append(reaction)
        return function

    return register


def reactions_to(what: str, module: str) -> list[Reaction]:
    return [*_reactions.get((what, module), ()), *_reactions.get((what, EVERY), ())]


def all_reactions() -> Iterator[Reaction]:
    for found in _reactions.values():
        yield from found
