"""acting: who does what follows, from where and why. Nothing is read or written without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


class NobodyActing(RuntimeError):
    """A record was read or written while no one was named as acting."""


class System:
    """Relasi itself: sees and may do everything, and history says so."""

    id = None
    is_admin = True
    is_active = True
    full_name = "Relasi"

    def __repr__(self) -> str:
        return "SYSTEM"


SYSTEM = System()


@dataclass
class Acting:
    """One stretch of work by one person. change_set: opened by the first write, shared by all that follow.

    via: ui, import, api, workflow, system. memo: answers worth keeping while this lasts. confirmed: codes of warnings
    the person has seen before asking for all this.
    """

    user: Any
    via: str = "ui"
    reason: str = ""
    impersonator: Any = None
    change_set: int | None = None
    reverts: int | None = None
    memo: dict[Any, Any] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()


_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)


def current_acting() -> Acting:
    found = _acting.get()
    if found is None:
        raise NobodyActing("no acting user: wrap this in `with acting(user):`")
    return found


def acting_user() -> Any:
    return current_acting().user


@contextmanager
def acting(user: Any, **how: Any) -> Iterator[Acting]:
    """Names who acts: `with acting(user, via="import", reason="…")`. Use SYSTEM for the product itself."""
    stretch = Acting(user, **how)
    token = _acting.set(stretch)
    try:
        yield stretch
    finally:
        _acting.reset(token)
