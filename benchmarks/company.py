"""The company the benchmarks measure: 200 people in a role tree of four levels, and as many records as asked for.

A seed of records goes through the write door like anybody's; the rest are copies of them made by the database, with
other owners, names and dates. Copies have their history and their place in the search index as well.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from benchmarks.copies import copy_lines, multiply
from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.profile import Profile
from relasi.engine.access.role import Role
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, create, write
from relasi.kits.paying.gathering import gather_all
from relasi.modules.billing.customer_sum import KEPT
from relasi.modules.sales.pipeline import all_stages
from relasi.users.user import User

SEED_ROWS = 2000
SEED_INVOICES = 300
INVOICE_LINES = 10
# How many people stand at each level of the tree: director, managers, supervisors, sales people.
LEVELS = (1, 3, 16, 180)

FIRST = """Budi Siti Agus Dewi Andi Rina Joko Sri Hendra Putri Made Wayan Fajar Ratna Bambang Lestari Dimas Citra""".split()
LAST = """Santoso Wijaya Pratama Hidayat Nugroho Kusuma Halim Siregar Lubis Saputra Wibowo Hartono Gunawan Susanto""".split()
WORDS = """Maju Jaya Sinar Abadi Cahaya Timur Mitra Usaha Bumi Makmur Graha Indah Karya Utama Sentosa Prima""".split()


@dataclass
class People:
    director: User
    manager: User
    sales: User
    everyone: list[User]


def people() -> People:
    """The role tree with its people, made where it is not there. The manager measured stands above a third of them."""
    with acting(SYSTEM, via="system", reason="benchmark"):
        there = {one.username: one for one in User.objects.filter(username__startswith="bench-")}
        levels = [[there.get(_name(level, n)) for n in range(count)] for level, count in enumerate(LEVELS)]
        if not there:
            levels = _make_people()
    everyone = [person for level in levels for person in level]
    return People(levels[0][0], levels[1][0], levels[3][0], everyone)


def _make_people() -> list[list[User]]:
    sales_profile = Profile._base_manager.get(system="sales")
    above = [Role._base_manager.get(parent=None, trashed_at=None)]
    found = [[_person(0, 0, above[0])]]
    for level, count in enumerate(LEVELS[1:], start=1):
        values = [
            {"name": f"Level {level}.{n}", "parent": above[n % len(above)].pk, "profiles": [sales_profile.pk]}
            for n in range(count)
        ]
        above = write(registry.of(Role), [Draft(one) for one in values]).records
        found.append([_person(level, n, role) for n, role in enumerate(above)])
    return found


def _name(level: int, n: int) -> str:
    return f"bench-{level}-{n}"


def _person(level: int, n: int, role: Role) -> User:
    name = _name(level, n)
    values = {
        "username": name,
        "first_name": f"Orang {level}.{n}",
        "email": f"{name}@contoh.id",
        "role": role.pk,
    }
    values |= {"type": "standard" if level else "admin", "status": "active"}
    return create(User, values, authorised="benchmark")


def fill(rows: int, people: People) -> None:
    """`rows` accounts, contacts and deals, as far as they are not there; in the state in which a night leaves them."""
    if registry.module("sales.Deal").model._base_manager.count() < rows:
        _make(rows, people)
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('record_index_words')")
        cursor.execute("VACUUM ANALYZE")


def _make(rows: int, people: People) -> None:
    owners = [person.pk for person in people.everyone]
    with acting(SYSTEM, via="import", reason="benchmark"):
        for label, make in (
            ("customers.Account", _account),
            ("customers.Contact", _contact),
            ("sales.Deal", _deal),
        ):
            module = registry.module(label)
            if not module.model._base_manager.exists():
                seed = random.Random(label)
                some = min(SEED_ROWS, rows)
                write(module, [Draft(make(seed, n) | {"owner": seed.choice(owners)}) for n in range(some)])
            multiply(module, rows, owners, SEED_ROWS)


def fill_invoices(rows: int, people: People) -> None:
    """`rows` issued invoices of those accounts with ten lines each, due on days around today."""
    module = registry.module("billing.Invoice")
    if module.model._base_manager.count() < rows:
        _make_invoices(module, rows, people)
    gather_all(KEPT)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _make_invoices(module: Any, rows: int, people: People) -> None:
    owners = [person.pk for person in people.everyone]
    with acting(SYSTEM, via="import", reason="benchmark"):
        if not module.model._base_manager.exists():
            seed = random.Random("invoices")
            drafts = [
                Draft(_invoice(seed, n) | {"owner": seed.choice(owners)}, lines=_lines(seed))
                for n in range(SEED_INVOICES)
            ]
            made = write(module, drafts).records
            write(module, [Draft({"status": "issued"}, id=one.pk) for one in made])
        multiply(module, rows, owners, SEED_INVOICES)
        copy_lines(module)


def _lines(seed: random.Random) -> list[dict[str, Any]]:
    return [
        {"name": f"Panel {n}", "price": seed.randrange(1, 900) * 10_005, "quantity": seed.randrange(1, 9),
         "discount_percent": seed.choice([None, 5])}
        for n in range(INVOICE_LINES)
    ]  # fmt: skip


def _invoice(seed: random.Random, n: int) -> dict[str, Any]:
    accounts = _ids("customers_account")
    day = date.today() - timedelta(days=seed.randrange(150))
    return {
        "subject": f"PLTS {n}",
        "account": accounts[n % len(accounts)],
        "date": day,
        "due_date": day + timedelta(days=30),
    }


def _account(seed: random.Random, n: int) -> dict[str, Any]:
    name = f"{seed.choice(['PT', 'CV', 'UD'])} {seed.choice(WORDS)} {seed.choice(WORDS)} {n}"
    return {
        "kind": "company",
        "name": name,
        "billing_address": {"city": seed.choice(["Bandung", "Medan", "Solo"])},
    }


def _contact(seed: random.Random, n: int) -> dict[str, Any]:
    first, last = seed.choice(FIRST), seed.choice(LAST)
    accounts = _ids("customers_account")
    return {
        "first_name": first,
        "last_name": f"{last} {n}",
        "email": f"{first}.{last}{n}@contoh.co.id".lower(),
        "mobile": f"0812{seed.randrange(10**7, 10**8)}",
        "account": accounts[n % len(accounts)],
        "title": seed.choice(["Direktur", "Manajer", "Staf"]),
    }


def _deal(seed: random.Random, n: int) -> dict[str, Any]:
    accounts = _ids("customers_account")
    return {
        "name": f"Peluang {seed.choice(WORDS)} {seed.choice(WORDS)} {n}",
        "account": accounts[n % len(accounts)],
        "amount": seed.randrange(10, 5000) * 1_000_000,
        "expected_close": f"2026-{seed.randrange(1, 13):02}-{seed.randrange(1, 28):02}",
        "stage": seed.choice(_stages()),
        "type": seed.choice(["new", "existing", "renewal"]),
        "next_step": seed.choice(["Telepon lagi", "Kirim penawaran", "Atur demo", None]),
    }


def _stages() -> list[int]:
    return [stage.pk for stage in all_stages().values() if stage.is_open]


_known: dict[str, list[int]] = {}


def _ids(table: str) -> list[int]:
    if table not in _known:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {table} ORDER BY id LIMIT {SEED_ROWS}")
            _known[table] = [row[0] for row in cursor.fetchall()]
    return _known[table]
