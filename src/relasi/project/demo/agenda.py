"""Agenda: what the people of the demo have to do around today: sellers about their open deals, leaders with their teams."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft
from relasi.project.demo.clock import Clock
from relasi.project.demo.past import Past
from relasi.project.demo.staff import LEFT, SELLERS, Staff

TASKS_EACH, EVENTS_EACH = 14, 9
TASKS = [
    ("Kirim revisi penawaran ke {who}", "high"), ("Telepon {who} soal jadwal survei", "normal"),
    ("Siapkan simulasi hemat energi", "normal"), ("Minta data tagihan PLN enam bulan", "low"),
    ("Tanyakan keputusan anggaran {who}", "urgent"), ("Kirim foto proyek acuan", "normal"),
    ("Lengkapi dokumen tender", "high"), ("Tinjau kontrak bersama bagian hukum", "normal"),
]  # fmt: skip
EVENTS = [
    ("Telepon tindak lanjut", "call", 30, ""), ("Presentasi ke direksi", "meeting", 90, "Kantor pelanggan"),
    ("Survei lokasi atap", "visit", 120, "Lokasi proyek"), ("Rapat teknis daring", "meeting", 60, ""),
    ("Kunjungan ke proyek acuan", "visit", 150, "Kawasan industri Cikarang"),
]  # fmt: skip
LEADERS = ("hendra", "maya", "dewi", "agus", "rudi", "indah", "lukman", "nanda")
# (days from today, half hours from eight, subject, minutes, where)
MEETINGS = [
    (0, 2, "Rapat mingguan tim", 60, "Ruang rapat lantai 2"), (0, 14, "Tinjau prakiraan bulan ini", 45, ""),
    (1, 4, "Obrolan berdua dengan anggota tim", 30, ""), (2, 12, "Rapat direksi", 90, "Ruang direksi"),
    (3, 3, "Bahas target triwulan depan", 60, "Ruang rapat lantai 2"),
]  # fmt: skip
TO_DO = [
    (0, "Periksa permintaan diskon", "high"), (0, "Siapkan bahan rapat direksi", "normal"),
    (1, "Tinjau laporan mingguan", "normal"), (4, "Susun jadwal cuti tim", "low"),
]  # fmt: skip
# Half hours from eight in the morning.
SLOTS = [1, 3, 5, 8, 11, 13, 15]
OUTCOMES = [
    "Tertarik, minta penawaran resmi.",
    "Perlu dibahas dengan bagian keuangan.",
    "Setuju lanjut ke survei.",
]


def make_agenda(clock: Clock, staff: Staff, past: Past) -> None:
    for sellers in SELLERS.values():
        for seller in sellers:
            if seller != LEFT:
                _of_one(clock, staff.users[seller], past)
    for leader in LEADERS:
        _of_leader(clock, staff.users[leader], past)


def _of_leader(clock: Clock, user: Any, past: Past) -> None:
    day = clock.now.replace(hour=8, minute=0, second=0, microsecond=0)
    tasks = [
        {"subject": subject, "priority": priority, "due_on": (day + timedelta(days=days)).date()}
        for days, subject, priority in TO_DO
    ]
    events: list[dict[str, Any]] = []
    for days, place, subject, minutes, where in MEETINGS:
        start = day + timedelta(days=days, minutes=30 * place)
        ends = start + timedelta(minutes=minutes)
        events.append(
            {"subject": subject, "type": "meeting", "starts_at": start, "ends_at": ends, "location": where}
        )
    for key, rows in (("agenda.Task", tasks), ("agenda.Event", events)):
        past.write_as(user, key, [Draft(values) for values in rows], [clock.ago(9, 7) for _each in rows])


def _of_one(clock: Clock, user: Any, past: Past) -> None:
    deals = registry.module("sales.Deal").model._base_manager.filter(owner_id=user.pk, status="open")
    some = list(deals.select_related("contact").order_by("-amount")[:TASKS_EACH])
    if not some:
        return
    tasks = [_task(clock.random, clock.now, some[n % len(some)], n) for n in range(TASKS_EACH)]
    made = [clock.ago(9, 7) for _each in tasks]
    past.write_as(user, "agenda.Task", [Draft(values) for values in tasks], made)
    events = [_event(clock.random, clock.now, some[n % len(some)], n) for n in range(EVENTS_EACH)]
    past.write_as(
        user, "agenda.Event", [Draft(values) for values in events], [clock.ago(9, 7) for _each in events]
    )


def _about(deal: Any) -> dict[str, Any]:
    return {"deal": deal.pk, "account": deal.account_id, "contact": deal.contact_id}


def _task(random: Random, now: datetime, deal: Any, place: int) -> dict[str, Any]:
    """The first ones lie behind and are mostly done, then some of today, then the days to come."""
    subject, priority = random.choice(TASKS)
    days = place - 5 if place < 5 else 0 if place < 8 else place - 6
    who = str(deal.contact) if deal.contact is not None else "pelanggan"
    done = days < -1
    return {
        "subject": subject.format(who=who), "priority": priority, "due_on": (now + timedelta(days=days)).date(),
        "status": "done" if done else random.choice(("not_started", "not_started", "running")), **_about(deal),
    }  # fmt: skip


def _event(random: Random, now: datetime, deal: Any, place: int) -> dict[str, Any]:
    """Three behind, two today, the others in the days to come."""
    subject, kind, minutes, where = random.choice(EVENTS)
    days = place - 3 if place < 3 else 0 if place < 5 else place - 4
    day = (now + timedelta(days=days)).replace(hour=8, minute=0, second=0, microsecond=0)
    start = day + timedelta(minutes=30 * SLOTS[(place * 2 + random.randint(0, 1)) % len(SLOTS)])
    values = {
        "subject": subject, "type": kind, "starts_at": start, "ends_at": start + timedelta(minutes=minutes),
        "location": where, **_about(deal),
    }  # fmt: skip
    if days < 0:
        values |= {
            "status": "held",
            "outcome": random.choice(OUTCOMES),
            "sentiment": random.choice(("2", "1", "0")),
        }
    return values
