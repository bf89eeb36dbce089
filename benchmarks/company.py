"""The company the benchmarks measure: 200 people in a role tree of four levels, and as many records as asked for.

A seed of records goes through the write door like anybody's; the rest are copies of them made by the database, with
other owners, names and dates. Copies have their history and their place in the search index as well.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.profile import Profile
from relasi.engine.access.role import Role
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import open_change_set
from relasi.engine.records.index_step import index_records
from relasi.engine.records.write import Draft, create, write
from relasi.users.user import User

SEED_ROWS = 2000
# How many people stand at each level of the tree: director, managers, supervisors, sales people.
LEVELS = (1, 3, 16, 180)

FIRST = [
    "Budi",
    "Siti",
    "Agus",
    "Dewi",
    "Andi",
    "Rina",
    "Joko",
    "Sri",
    "Hendra",
    "Putri",
    "Made",
    "Wayan",
    "Fajar",
    "Ratna",
    "Bambang",
    "Lestari",
    "Dimas",
    "Citra",
]
LAST = [
    "Santoso",
    "Wijaya",
    "Pratama",
    "Hidayat",
    "Nugroho",
    "Kusuma",
    "Halim",
    "Siregar",
    "Lubis",
    "Saputra",
    "Wibowo",
    "Hartono",
    "Gunawan",
    "Susanto",
]
WORDS = [
    "Maju",
    "Jaya",
    "Sinar",
    "Abadi",
    "Cahaya",
    "Timur",
    "Mitra",
    "Usaha",
    "Bumi",
    "Makmur",
    "Graha",
    "Indah",
    "Karya",
    "Utama",
    "Sentosa",
    "Prima",
]


@dataclass
class People:
    director: User
    manager: User
    sales: User
    everyone: list[User]


def make_people() -> People:
    """The role tree with its people. The manager measured stands above a third of them."""
    with acting(SYSTEM, via="system", reason="benchmark"):
        sales_profile = Profile._base_manager.get(system="sales")
        top = Role._base_manager.get(parent=None, trashed_at=None)
        roles: list[list[Any]] = [[top]]
        people: list[list[User]] = [[_person(0, 0, top)]]
        for level, count in enumerate(LEVELS[1:], start=1):
            above = roles[-1]
            parents = [above[n % len(above)] for n in range(count)]
            values = [
                {"name": f"Level {level}.{n}", "parent": parent.pk, "profiles": [sales_profile.pk]}
                for n, parent in enumerate(parents)
            ]
            made = write(registry.of(Role), [Draft(one) for one in values]).records
            roles.append(made)
            people.append([_person(level, n, role) for n, role in enumerate(made)])
    everyone = [person for level in people for person in level]
    return People(people[0][0], people[1][0], people[3][0], everyone)


def _person(level: int, n: int, role: Role) -> User:
    name = f"bench-{level}-{n}"
    values = {
        "username": name,
        "first_name": f"Orang {level}.{n}",
        "email": f"{name}@contoh.id",
        "role": role.pk,
    }
    values |= {"type": "standard" if level else "admin", "status": "active"}
    return create(User, values, authorised="benchmark")


def fill(rows: int, people: People) -> None:
    """`rows` accounts, contacts and deals."""
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
            _multiply(module, rows, owners)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


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
    }


_known: dict[str, list[int]] = {}


def _ids(table: str) -> list[int]:
    if table not in _known:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {table} ORDER BY id LIMIT {SEED_ROWS}")
            _known[table] = [row[0] for row in cursor.fetchall()]
    return _known[table]


def _multiply(module: Any, rows: int, owners: list[int]) -> None:
    """Copies until there are `rows`: other id, number, owner, time, and a title of their own."""
    table = module.table
    fields = [field.column for field in module.model._meta.concrete_fields]
    title = module.fields[module.title_fields[-1]].column
    other = {
        "id": "nextval('relasi_id')",
        "number": "split_part(t.number, '-', 1) || '-' || (1000000 + %(have)s + row_number() OVER ())::text",
        "owner_id": "(%(owners)s::bigint[])[1 + (random() * (%(count)s - 1))::int]",
        "changed_at": "now() - random() * interval '700 days'",
        "created_at": "now() - interval '700 days' - random() * interval '30 days'",
        title: f"t.\"{title}\" || ' ' || g.n",
        "email": "replace(t.email, '@', '.' || g.n || '@')",
        "mobile": "left(t.mobile, 5) || (10000000 + (random() * 89999999)::int)::text",
    }
    columns = ", ".join(f'"{name}"' for name in fields)
    values = ", ".join(other.get(name, f't."{name}"') for name in fields)
    with transaction.atomic(), connection.cursor() as cursor:
        open_change_set()
        cursor.execute(f"SELECT count(*) FROM {table}")
        have = cursor.fetchone()[0]
        if have >= rows:
            return
        times = rows // min(have, SEED_ROWS) + 1
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {values} FROM generate_series(1, %(times)s) g(n), "
            f"(SELECT * FROM {table} ORDER BY id LIMIT {SEED_ROWS}) t LIMIT %(missing)s",
            {"owners": owners, "count": len(owners), "times": times, "missing": rows - have, "have": have},
        )
        index_records(module)
