"""Wrong: why a call is not done, in the codes programs of this interface know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from relasi.engine.declare.refusal import Refusal
from relasi.engine.records.refusal import Refused


class Wrong(Exception):
    """code: one of the interface's own, spelled as programs expect it. message: in English, for the program's log.

    used: how often the key was used, where that is known (metering.Used)."""

    used: Any = None

    def __init__(self, code: str | int, message: str):
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


SAID = 5  # reasons of one refusal
DENIED = "Permission to perform the operation is denied"


def denied(about: str = "") -> Wrong:
    return Wrong("ACCESS_DENIED", f"{DENIED}{' ' + about if about else ''}")


def no_value(name: str) -> Wrong:
    return Wrong("MANDATORY_FIELDS_MISSING", f"{name} does not have a value")


def wrong_id(name: str = "Id") -> Wrong:
    return Wrong("INVALID_ID_ATTRIBUTE", f"{name} specified is incorrect")


def wrong_reference(name: str) -> Wrong:
    return Wrong("REFERENCE_INVALID", f"Invalid reference specified for {name}")


def of_refused(refused: Refused, name_of: Callable[[str], str], otherwise: str) -> Wrong:
    """A write that was not taken. name_of: field of ours -> field of the program. otherwise: the code of what
    has none of its own."""
    first = refused.refusals[0]
    name = name_of(first.field) if first.field else ""
    if first.code == "REQUIRED" and name:
        return no_value(name)
    if first.code in ("NO_PERMISSION", "NOT_FOUND"):
        return denied(f"for {name}: {first.message}" if name else f": {first.message}")
    if first.code == "BAD_REFERENCE" and name:
        return wrong_reference(name)
    if first.code == "NOT_UNIQUE":
        return Wrong(0, f"Duplicate(s) detected! {_told(first, name)}")
    told = [_told(one, name_of(one.field) if one.field else "") for one in refused.refusals[:SAID]]
    return Wrong(otherwise, "; ".join(told))


def _told(refusal: Refusal, name: str) -> str:
    return f"{name}: {refusal.message}" if name else str(refusal.message)
