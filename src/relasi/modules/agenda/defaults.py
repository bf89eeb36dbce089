"""Defaults: the hours and holidays every company begins with."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_noop

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from relasi.kits.clock.stored_hours import DAYS
from relasi.modules.agenda.working_hours import Holiday, WorkingHours

OFFICE = "08:00-17:00"

# Those that fall on the same day of each year: day, name, in English.
EACH_YEAR = [
    ("2026-01-01", "Tahun Baru Masehi", "New Year's Day"),
    ("2026-05-01", "Hari Buruh Internasional", "Labour Day"),
    ("2026-06-01", "Hari Lahir Pancasila", "Pancasila Day"),
    ("2026-08-17", "Hari Kemerdekaan", "Independence Day"),
    ("2026-12-25", "Hari Raya Natal", "Christmas Day"),
]
# The others of 2026, as the ministers' joint decree (SKB) of September 2025 sets them.
NATIONAL = [
    ("2026-01-16", "Isra Mikraj Nabi Muhammad saw.", "Ascension of the Prophet"),
    ("2026-02-17", "Tahun Baru Imlek 2577", "Chinese New Year"),
    ("2026-03-19", "Hari Suci Nyepi, Tahun Baru Saka 1948", "Nyepi, Day of Silence"),
    ("2026-03-21", "Idulfitri 1447 H", "Eid al-Fitr"),
    ("2026-03-22", "Idulfitri 1447 H (hari kedua)", "Eid al-Fitr (second day)"),
    ("2026-04-03", "Wafat Yesus Kristus", "Good Friday"),
    ("2026-04-05", "Kebangkitan Yesus Kristus (Paskah)", "Easter"),
    ("2026-05-14", "Kenaikan Yesus Kristus", "Ascension Day"),
    ("2026-05-27", "Iduladha 1447 H", "Eid al-Adha"),
    ("2026-05-31", "Hari Raya Waisak 2570 BE", "Vesak"),
    ("2026-06-16", "Tahun Baru Islam 1448 H", "Islamic New Year"),
    ("2026-08-25", "Maulid Nabi Muhammad saw.", "Birthday of the Prophet"),
]
JOINT_LEAVE = [
    ("2026-02-16", "Cuti bersama Imlek", "Joint leave, Chinese New Year"),
    ("2026-03-18", "Cuti bersama Nyepi", "Joint leave, Nyepi"),
    ("2026-03-20", "Cuti bersama Idulfitri", "Joint leave, Eid al-Fitr"),
    ("2026-03-23", "Cuti bersama Idulfitri", "Joint leave, Eid al-Fitr"),
    ("2026-03-24", "Cuti bersama Idulfitri", "Joint leave, Eid al-Fitr"),
    ("2026-05-15", "Cuti bersama Kenaikan Yesus Kristus", "Joint leave, Ascension Day"),
    ("2026-05-28", "Cuti bersama Iduladha", "Joint leave, Eid al-Adha"),
    ("2026-12-24", "Cuti bersama Natal", "Joint leave, Christmas"),
]


def ensure_defaults() -> None:
    """Makes the company's hours and the holidays where there never were any. Safe to run twice, by several at once."""
    with transaction.atomic(), acting(SYSTEM, via="system", reason=gettext_noop("Defaults")):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('relasi.defaults'))")
        if not WorkingHours._base_manager.exists():
            week = dict.fromkeys(DAYS[:5], OFFICE)
            _write(WorkingHours, [{"name": "Jam kantor", "usual": True, **week}])
        if not Holiday._base_manager.exists():
            _write(Holiday, holidays())


def holidays() -> list[dict[str, Any]]:
    kinds = (
        (EACH_YEAR, "national", True),
        (NATIONAL, "national", False),
        (JOINT_LEAVE, "joint_leave", False),
    )
    return [
        {"day": date.fromisoformat(day), "name": name, "name_en": english, "kind": kind, "yearly": yearly}
        for rows, kind, yearly in kinds
        for day, name, english in rows
    ]


def _write(model: Any, rows: list[dict[str, Any]]) -> list[Any]:
    return write(registry.of(model), [Draft(row) for row in rows]).records
