"""Adding: custom fields for tests, one of every kind, with values as people type them."""

from __future__ import annotations

from typing import Any

from relasi.engine.access.acting import acting
from relasi.engine.access.directory import directory
from relasi.engine.customize.custom_field import CustomField
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import create
from tests.engine.aviary import Aviary, cage

# Kind -> what somebody types, and what is another value of it.
TYPED: dict[str, tuple[str, str]] = {
    "text": ("Batu kecil", "Kayu"),
    "long_text": ("Baris satu\nBaris dua", "Lain"),
    "integer": ("12", "7"),
    "decimal": ("12,5", "3"),
    "money": ("1.250.000", "900"),
    "percent": ("20", "5"),
    "date": ("17/08/2026", "01/01/2026"),
    "datetime": ("17/08/2026 09:30", "01/01/2026 08:00"),
    "boolean": ("1", "0"),
    "email": ("ratna@contoh.id", "budi@contoh.id"),
    "phone": ("0812-3456-7810", "0812-3456-7811"),
    "url": ("www.contoh.id/a", "www.contoh.id/b"),
    "choice": ("Merah", "Biru"),
    "multi_choice": ("Merah;Biru", "Biru"),
    "reference": ("Kandang A", "Kandang B"),
    "user": ("Putu", "Vina"),
}


def add_field(aviary: Aviary, kind: str, *, name: str = "", values: str = "", **more: Any) -> CustomField:
    """A custom field of parrots, laid over already. values: of a choice, one in each line."""
    with acting(aviary.admin):
        given = {"module": "fakes.parrot", "kind": kind, "name": name or f"Bidang {kind}", **more}
        field = create(CustomField, given)
        if values:
            field.add_values(values)
    close_change_set()
    directory()
    return field


def add_all(aviary: Aviary) -> dict[str, str]:
    """One of every kind. Kind -> its name on records."""
    for name in TYPED["reference"]:
        cage(aviary.keeper, name=name)
    more: dict[str, dict[str, str]] = {
        "choice": {"values": "Merah\nBiru\nHijau"},
        "multi_choice": {"values": "Merah\nBiru\nHijau"},
        "reference": {"target": "fakes.cage"},
    }
    return {kind: add_field(aviary, kind, **more.get(kind, {})).key for kind in TYPED}
