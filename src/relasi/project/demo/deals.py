"""Deals: two years of selling, each deal moved from stage to stage by its seller until it was won, lost, or today."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft
from relasi.project.demo.clock import Clock
from relasi.project.demo.customers import Known, left_at
from relasi.project.demo.leads import Converted
from relasi.project.demo.past import Past
from relasi.project.demo.staff import LEFT, TENDER, Staff

WON_SHARE = 0.46
# Name with the size in it, price of one unit in rupiah, smallest and largest size.
OFFERS = [
    ("PLTS Atap {n} kWp {place}", 12_400_000, 10, 320),
    ("PLTS Atap {n} kWp {place}", 12_100_000, 30, 120),
    ("PLTS Hybrid {n} kWp dengan baterai", 19_500_000, 15, 150),
    ("Baterai {n} kWh {place}", 5_600_000, 40, 420),
    ("Pompa air tenaga surya {n} titik", 26_500_000, 4, 24),
    ("Penerangan jalan surya {n} tiang", 11_300_000, 20, 140),
    ("Retrofit inverter {n} unit", 48_500_000, 2, 16),
    ("Kontrak O&M tahunan {n} kWp", 410_000, 80, 1400),
    ("Penggantian panel {n} unit", 2_520_000, 40, 420),
    ("Monitoring IoT {n} lokasi", 14_300_000, 2, 14),
    ("Audit energi dan PLTS {n} kWp", 11_900_000, 10, 60),
]
PLACES = [
    "Gudang",
    "Pabrik",
    "Kantor Pusat",
    "Cold Storage",
    "Ruko",
    "Gedung B",
    "Lini Packing",
    "Kampus",
    "Tahap 2",
]
STEPS = ["Kirim revisi penawaran", "Survei lokasi", "Telepon sebelum Kamis", "Presentasi ke direksi",
         "Tunggu persetujuan anggaran", "Tinjau kontrak", "Kunjungan acuan", "Kirim simulasi hemat energi"]  # fmt: skip
LOST = [
    "price",
    "price",
    "competitor",
    "no_budget",
    "no_decision",
    "no_decision",
    "timing",
    "missing_feature",
]
RIVALS = ["Matahari Teknik", "SolarKita", "Energi Hijau Mandiri", "Sun Persada"]
PARTS = [
    "Pengambil keputusan",
    "Penyetuju anggaran",
    "Pemberi pengaruh teknis",
    "Pengguna",
    "Pemberi pengaruh bisnis",
]
STANCES = ["supporter", "supporter", "neutral", "opponent", "unknown"]


@dataclass
class Course:
    """The way of one deal. moves: stage and moment, oldest first."""

    seller: str
    values: dict[str, Any]
    since: datetime
    contacts: list[int] = field(default_factory=list)
    moves: list[tuple[Any, datetime]] = field(default_factory=list)
    deal: int = 0


@dataclass
class Stages:
    """Of the usual pipeline. open: in order."""

    open: list[Any]
    won: Any
    lost: Any


def usual_stages() -> Stages:
    stages = list(
        registry.module("sales.Stage").model._base_manager.filter(trashed_at=None).order_by("position")
    )
    by_outcome = {stage.outcome: stage for stage in stages}
    return Stages([s for s in stages if s.outcome == "open"], by_outcome["won"], by_outcome["lost"])


def make_deals(
    clock: Clock, staff: Staff, past: Past, known: list[Known], converted: list[Converted], count: int
) -> None:
    stages = usual_stages()
    courses = [_course(clock, staff, stages, known) for _each in range(count)]
    by_seller: dict[str, list[Course]] = defaultdict(list)
    for course in courses:
        by_seller[course.seller].append(course)
    for seller, some in by_seller.items():
        drafts = [Draft(course.values) for course in some]
        records = past.write_as(staff.users[seller], "sales.Deal", drafts, [c.since for c in some])
        for course, record in zip(some, records, strict=True):
            course.deal = record.pk
        _name_the_committee(clock, staff, past, seller, some)
    for one in converted:
        course = Course(one.seller, {"amount": one.amount}, one.since, deal=one.deal)
        course.moves = _moves(clock, stages, one.since, one.seller)
        by_seller[one.seller].append(course)
    _move(clock, staff, past, stages, by_seller)


def _course(clock: Clock, staff: Staff, stages: Stages, known: list[Known]) -> Course:
    random = clock.random
    account = random.choice(known)
    name, price, least, most = random.choice(OFFERS)
    size = random.randint(least, most)
    size = size // 5 * 5 if size > 20 else size
    # A young company sells more every month: the square root leans towards today.
    earliest = (clock.now - account.since).total_seconds() / 86400 - 5
    last = 47 if account.seller == LEFT else 0
    since = clock.ago(max(last + 1, earliest * (1 - random.random() ** 0.9)), last)
    people = [id for id, at in account.contacts if at <= since] or [account.contacts[0][0]]
    course = Course(account.seller, {}, max(since, account.since), random.sample(people, min(len(people), 3)))
    course.moves = _moves(clock, stages, course.since, course.seller)
    course.values = {
        "name": name.format(n=f"{size:,}".replace(",", "."), place=random.choice(PLACES)),
        "account": account.id, "contact": course.contacts[0], "amount": size * price // 100_000 * 100_000,
        "expected_close": _expected_close(clock, stages, course).date(),
        "type": random.choice(("new", "new", "existing", "renewal")),
        "lead_source": random.choice(("word_of_mouth", "trade_show", "website", "existing_customer", "cold_call")),
        "next_step": random.choice(STEPS),
    }  # fmt: skip
    if account.customer.public:
        course.values["owner"] = staff.groups[TENDER]
    return course


def _moves(clock: Clock, stages: Stages, since: datetime, seller: str) -> list[tuple[Any, datetime]]:
    """Three to twenty days in each stage, and an end for most; what would lie in the future has not happened."""
    random, found, at = clock.random, [], since
    way = stages.open[1:]
    wins = random.random() < WON_SHARE
    ends_after = len(way) if wins else random.randint(0, len(way))
    slow = random.choice((1, 1, 1.5, 3))
    for stage in [*way[:ends_after], stages.won if wins else stages.lost]:
        at = clock.after(at, 3 * slow, 20 * slow)
        found.append((stage, at))
    limit = left_at(clock) if seller == LEFT else clock.now - timedelta(minutes=30)
    return [(stage, moment) for stage, moment in found if moment < limit]


def _expected_close(clock: Clock, stages: Stages, course: Course) -> datetime:
    last, at = course.moves[-1] if course.moves else (None, course.since)
    if last in (stages.won, stages.lost):
        return at + timedelta(days=clock.random.randint(-12, 9))
    # Most open deals close within the next four months; some are late.
    return clock.now + timedelta(days=clock.random.choice((-16, -7, 3, 9, 14, 20, 30, 45, 60, 75, 90, 120)))


def _name_the_committee(clock: Clock, staff: Staff, past: Past, seller: str, courses: list[Course]) -> None:
    """Further contacts of larger deals, and what part the first one plays."""
    roles = dict(registry.module("sales.BuyingRole").model._base_manager.values_list("name", "pk"))
    rows = registry.module("sales.ContactRole").model._base_manager.filter(deal__in=[c.deal for c in courses])
    first = dict(rows.values_list("deal_id", "pk"))
    drafts, moments = [], []
    for course in courses:
        parts = clock.random.sample(PARTS, 3)
        for place, (contact, part) in enumerate(zip(course.contacts, parts, strict=False)):
            values = {"role": roles[part], "influence": clock.random.randint(1, 5),
                      "stance": clock.random.choice(STANCES)}  # fmt: skip
            id = first.get(course.deal) if place == 0 else None
            drafts.append(Draft(values if id else values | {"deal": course.deal, "contact": contact}, id=id))
            moments.append(min(clock.after(course.since, 0, 2), clock.now))
    past.write_as(staff.users[seller], "sales.ContactRole", drafts, moments)


def _move(clock: Clock, staff: Staff, past: Past, stages: Stages, by_seller: dict[str, list[Course]]) -> None:
    """Round by round: the first moves of all deals of a seller in one batch, then the second ones, …"""
    for seller, courses in by_seller.items():
        for turn in range(len(stages.open) + 1):
            some = [course for course in courses if len(course.moves) > turn]
            drafts = [Draft(_step(clock, stages, c.moves[turn][0]), id=c.deal) for c in some]
            past.write_as(staff.users[seller], "sales.Deal", drafts, [c.moves[turn][1] for c in some])


def _step(clock: Clock, stages: Stages, stage: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"stage": stage.pk}
    if stage == stages.lost:
        values["lost_reason"] = clock.random.choice(LOST)
        if values["lost_reason"] == "competitor":
            values["competitor"] = clock.random.choice(RIVALS)
    elif stage != stages.won:
        values["next_step"] = clock.random.choice(STEPS)
    return values
