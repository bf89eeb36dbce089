"""Scan: looks for probable duplicates in every module that knows how to tell them."""

from __future__ import annotations

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.records.double_pair import keep_found
from relasi.kits.parties import doubles_scan
from relasi.kits.parties.party import Party


def modules() -> list[Module]:
    """Companies, people, leads: in the order of the menu."""
    return [module for module in registry.records if issubclass(module.model, Party)]


def scan(module: Module) -> int:
    """Looks at all records of the module. Returns how many pairs wait or were settled before."""
    found = doubles_scan.pairs(module)
    return keep_found(module, ((a, b, alike.score, alike.reasons) for a, b, alike in found))
