"""Leads: what marketing brought in over two years, how far each came, and those that became customers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.write import Draft
from relasi.project.demo.clock import Clock
from relasi.project.demo.companies import Customer, address, customers
from relasi.project.demo.names import JOBS, PersonName, domain, mobile
from relasi.project.demo.past import Past
from relasi.project.demo.staff import LEFT, MARKETERS, SELLERS, Staff

# How far leads came -> how many of them.
FATES = {"converted": 40, "sql": 48, "mql": 70, "rejected": 24, "disqualified": 48, "lost": 30, "lead": 140}
SOURCES = ["website", "trade_show", "social_media", "whatsapp", "advertisement", "word_of_mouth", "partner",
           "conference", "marketplace"]  # fmt: skip
NEEDS = [
    "Tagihan listrik pabrik naik 18% tahun ini, ingin memasang PLTS atap.",
    "Cadangan listrik untuk ruang dingin saat padam.",
    "Target bauran energi terbarukan 30% dari kantor pusat.",
    "Mengganti genset di lokasi yang belum terjangkau PLN.",
    "Pompa air tenaga surya untuk lahan sawah.",
]
REASONS = ["wrong_details", "not_yet", "budget", "competitor", "no_reply", "out_of_area"]
PROMOTED = {"stage": "mql", "stage_note": "Mengunduh brosur dan meminta penawaran."}


@dataclass
class Story:
    """One lead: who it is, what becomes of it, who takes it over, when it came."""

    customer: Customer
    name: PersonName
    fate: str
    marketer: str
    seller: str
    came: datetime
    id: int = 0


@dataclass
class Converted:
    """A deal that began as a lead."""

    deal: int
    seller: str
    since: datetime
    amount: int


def make_leads(clock: Clock, staff: Staff, past: Past, names: Iterator[PersonName]) -> list[Converted]:
    stories = _stories(clock, names)
    _write(staff, past, stories, "marketer", lambda s: (_arrival(clock, s), s.came), new=True)
    went = [s for s in stories if s.fate in ("converted", "sql", "mql", "rejected")]
    _write(staff, past, went, "marketer", lambda s: (dict(PROMOTED), clock.after(s.came, 1, 9)))
    rejected = [s for s in stories if s.fate == "rejected"]
    _write(staff, past, rejected, "seller", lambda s: (_given_back(clock), clock.after(s.came, 10, 16)))
    gone = [s for s in stories if s.fate == "disqualified"]
    _write(staff, past, gone, "marketer", lambda s: (_given_up(clock), clock.after(s.came, 3, 30)))
    accepted = [s for s in stories if s.fate in ("converted", "sql")]
    _write(
        staff, past, accepted, "seller", lambda s: (_answers(clock, staff, s), clock.after(s.came, 10, 15))
    )
    _finish_tasks(clock, staff, past, went)
    return [_convert(clock, staff, past, s) for s in accepted if s.fate == "converted"]


def _finish_tasks(clock: Clock, staff: Staff, past: Past, stories: list[Story]) -> None:
    """What these leads asked for has been done long ago, but for those that came last."""
    came = {story.id: story.came for story in stories if story.came < clock.now - timedelta(days=12)}
    owners = {user.pk: user for user in staff.users.values()}
    tasks = registry.module("agenda.Task").model._base_manager.filter(lead__in=came).exclude(status="done")
    by_owner: dict[int, list[Any]] = defaultdict(list)
    for task in tasks.order_by("pk"):
        by_owner[task.owner_id].append(task)
    for owner, some in by_owner.items():
        moments = [clock.after(came[task.lead_id], 10, 11) for task in some]
        past.write_as(
            owners[owner], "agenda.Task", [Draft({"status": "done"}, id=task.pk) for task in some], moments
        )


def _given_back(clock: Clock) -> dict[str, Any]:
    again = clock.now + timedelta(days=clock.random.randint(-20, 90))
    note = "Baru ada anggaran tahun depan."
    return {"stage": "lead", "rejection_reason": "not_yet", "stage_note": note, "recycle_on": again.date()}


def _given_up(clock: Clock) -> dict[str, Any]:
    return {"stage": "disqualified", "rejection_reason": clock.random.choice(REASONS)}


def _stories(clock: Clock, names: Iterator[PersonName]) -> list[Story]:
    random, found, companies = clock.random, [], customers(clock.random)
    for fate, count in FATES.items():
        for _each in range(count):
            customer = next(companies)
            seller = random.choice([name for name in SELLERS[customer.city.office] if name != LEFT])
            old = fate in ("converted", "disqualified", "lost")
            came = clock.ago(
                700 if old else 170, 40 if fate in ("converted", "rejected") else 20 if old else 0
            )
            if fate in ("sql", "rejected"):
                came = clock.ago(150, 20)
            found.append(Story(customer, next(names), fate, random.choice(MARKETERS), seller, came))
    return found


def _write(staff: Staff, past: Past, stories: list[Story], who: str, told: Any, *, new: bool = False) -> None:
    """One batch for each person. who: "marketer" or "seller". told: a story -> its values and their moment."""
    by_person: dict[str, list[Story]] = defaultdict(list)
    for story in stories:
        by_person[getattr(story, who)].append(story)
    for username, some in by_person.items():
        rows = [told(story) for story in some]
        drafts = [
            Draft(values, id=None if new else s.id) for s, (values, _at) in zip(some, rows, strict=True)
        ]
        records = past.write_as(staff.users[username], "customers.Lead", drafts, [at for _values, at in rows])
        for story, record in zip(some, records, strict=True):
            story.id = record.pk


def _arrival(clock: Clock, story: Story) -> dict[str, Any]:
    random, name = clock.random, story.name
    status = {
        "lead": random.choice(("new", "new", "new", "contacted", "attempted", "later", "warm", "cold")),
        "mql": random.choice(("warm", "hot", "contacted")), "sql": "qualified", "converted": "qualified",
        "lost": random.choice(("lost", "junk")), "rejected": "later", "disqualified": "cold",
    }[story.fate]  # fmt: skip
    values = {
        "salutation": name.salutation, "first_name": name.first or None, "last_name": name.last,
        "company": story.customer.name, "title": random.choice(JOBS)[0], "industry": story.customer.industry,
        "email": f"{name.short}@{domain(story.customer.name)}", "mobile": mobile(random), "status": status,
        "lead_source": random.choice(SOURCES), "address": address(random, story.customer.city),
        "need": random.choice(NEEDS), "expected_value": random.randint(4, 180) * 10_000_000,
    }  # fmt: skip
    if story.fate == "lost":
        values["lost_reason"] = random.choice(("no_interest", "no_budget", "competitor", "no_reply", "spam"))
    return values


def _answers(clock: Clock, staff: Staff, story: Story) -> dict[str, Any]:
    return {
        "stage": "sql",
        "owner": staff.users[story.seller].pk,
        "sales_owner": staff.users[story.seller].pk,
        "budget": "Anggaran tahun berjalan, disetujui direktur keuangan.",
        "authority": f"{clock.random.choice(JOBS)[0]} memutuskan bersama direksi.",
        "need": clock.random.choice(NEEDS),
        "timing": clock.random.choice(
            ("Sebelum akhir kuartal.", "Sebelum musim kemarau.", "Tahun anggaran ini.")
        ),
        "meeting_held": True,
        "next_step": clock.random.choice(
            ("Survei lokasi", "Kirim simulasi hemat energi", "Rapat dengan direksi")
        ),
    }


def _convert(clock: Clock, staff: Staff, past: Past, story: Story) -> Converted:
    """As its seller; the conversion opens a change set of its own."""
    at = clock.after(story.came, 17, 38)
    amount = clock.random.randint(8, 220) * 10_000_000
    with acting(staff.users[story.seller]):
        lead = registry.module("customers.Lead").model._base_manager.get(pk=story.id)
        deal = lead.convert(
            amount=amount, expected_close=(at + timedelta(days=90)).date(), confirmed=("past_close",),
            deal_name=f"PLTS Atap {max(10, amount // 12_000_000)} kWp {story.customer.name}",
        )  # fmt: skip
    change_set = ChangeSet.objects.order_by("-id").values_list("pk", flat=True)[0]
    past.moments[change_set, story.id] = at
    return Converted(deal.pk, story.seller, at, amount)
