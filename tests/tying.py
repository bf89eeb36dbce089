"""Tying: what must be true of every figure in the database, whatever happened: no check finds anything."""

from __future__ import annotations

from typing import Any

from relasi.engine.records.tying import all_checks
from relasi.features.tie_out.running import failing


def differences() -> dict[str, list[Any]]:
    """Key of a check -> the figures that differ, of those that find any."""
    return {check.key: found for check in all_checks() if (found := failing(check)[0])}


def everything_ties_out() -> None:
    assert differences() == {}


def kept_sums_tie_out() -> None:
    """The same of kept sums alone, after each step of a play."""
    kept = [check for check in all_checks() if check.topic.key == "kept"]
    assert len(kept) == 2
    assert {check.key: found for check in kept if (found := failing(check)[0])} == {}
