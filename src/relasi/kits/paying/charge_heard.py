"""Charge heard: who else wants to know what a payment gateway told of a charge, in the transaction that books it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from relasi.kits.paying.gateway import State

_listeners: list[Callable[[Any, State], None]] = []


def on_charge_told(function: Callable[[Any, State], None]) -> Callable[[Any, State], None]:
    """Decorator: called with the charge as it stands after what was told, and with what was told."""
    _listeners.append(function)
    return function


def charge_told(charge: Any, state: State) -> None:
    for function in _listeners:
        function(charge, state)
