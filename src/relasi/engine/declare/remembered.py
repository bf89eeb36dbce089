"""Remembered: answers worked out from declarations, kept until an admin changes what a module has."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])

_forgetting: list[Callable[[], object]] = []


def remembered(function: Function) -> Function:
    """Decorator: the answers are kept, each by what was asked, until `forget_all`."""
    kept = cache(function)
    _forgetting.append(kept.cache_clear)
    return cast(Function, kept)


def forgotten_by(forget: Callable[[], object]) -> None:
    """Calls this whenever what was worked out from declarations holds no more."""
    _forgetting.append(forget)


def forget_all() -> None:
    for forget in _forgetting:
        forget()
