"""Customers: accounts and their contacts, half from a file at the beginning, half added since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from relasi.engine.records.write import Draft
from relasi.project.demo.clock import Clock
from relasi.project.demo.companies import CITIES, Customer, address, customers, landline_of, npwp
from relasi.project.demo.names import JOBS, PersonName, domain, mobile
from relasi.project.demo.past import Past
from relasi.project.demo.staff import LEFT, SELLERS, TENDER, Staff

IMPORTED = "Daftar pelanggan lama.xlsx"
# The customers everybody knows, with the person to talk to.
WELL_KNOWN = [
    (Customer("PT Samudra Pangan Lestari", CITIES[3], "food_beverage"), PersonName("ibu", "Ratna", "Kusumawardani")),
    (Customer("RS Harapan Sehat", CITIES[0], "healthcare"), PersonName("bapak", "Bambang", "Sutrisno")),
    (Customer("PT Graha Properti Sejahtera", CITIES[1], "real_estate"), PersonName("ibu", "Lina", "Halim")),
    (Customer("Hotel Puri Saraswati", CITIES[18], "hospitality"), PersonName("bapak", "Made", "Wirawan")),
    (Customer("Koperasi Tani Makmur", CITIES[14], "agriculture"), PersonName("bapak", "", "Suparman")),
    (Customer("PT Kopi Lereng Wilis", CITIES[11], "food_beverage"), PersonName("bapak", "Galih", "Prakoso")),
    (Customer("PT Bahari Beku Nusantara", CITIES[1], "food_beverage"), PersonName("ibu", "Intan", "Siregar")),
    (Customer("PT Canting Emas Batik", CITIES[16], "apparel"), PersonName("ibu", "Endah", "Rahayu")),
    (Customer("Universitas Cakrawala", CITIES[5], "education"), PersonName("bapak", "Arif", "Hidayat")),
]  # fmt: skip


@dataclass
class Known:
    """A customer as it stands. contacts: id and since when."""

    id: int
    customer: Customer
    seller: str
    since: datetime
    imported: bool
    contacts: list[tuple[int, datetime]] = field(default_factory=list)


def left_at(clock: Clock) -> datetime:
    """When the seller who left was last at work."""
    return clock.now - timedelta(days=45)


def make_accounts(clock: Clock, staff: Staff, past: Past, count: int) -> list[Known]:
    random = clock.random
    chosen = [known for known, _person in WELL_KNOWN]
    chosen += islice(customers(random), count - len(chosen))
    groups: dict[tuple[str, bool], list[tuple[Customer, datetime]]] = defaultdict(list)
    for place, customer in enumerate(chosen):
        imported = place % 2 == 0
        seller = random.choice(("bagus", "fajar") if customer.public else SELLERS[customer.city.office])
        since = clock.beginning if imported else clock.ago(700, 60)
        if seller == LEFT:
            since = min(since, left_at(clock))
        groups[seller, imported].append((customer, since))
    found = []
    for (seller, imported), rows in groups.items():
        drafts = [Draft(_account(clock, staff, customer)) for customer, _since in rows]
        records = _write(
            past, staff.users[seller], "customers.Account", drafts, [at for _c, at in rows], imported
        )
        for record, (customer, since) in zip(records, rows, strict=True):
            found.append(Known(record.pk, customer, seller, since, imported))
    return found


def _write(
    past: Past, user: Any, module: str, drafts: list[Draft], moments: list[datetime], imported: bool
) -> Any:
    if imported:
        return past.write_whole(user, module, drafts, moments[0], via="import", reason=IMPORTED)
    return past.write_as(user, module, drafts, moments)


def _account(clock: Clock, staff: Staff, customer: Customer) -> dict[str, Any]:
    random = clock.random
    revenue = random.choice((None, 2, 5, 12, 30, 75, 180, 400))
    values: dict[str, Any] = {
        "name": customer.name,
        "kind": "company",
        "industry": customer.industry,
        "type": "prospect",
        "phone": landline_of(random, customer.city),
        "email": f"info@{domain(customer.name)}",
        "website": f"https://www.{domain(customer.name)}",
        "billing_address": address(random, customer.city),
        "npwp": npwp(random),
        "is_pkp": random.random() < 0.7,
        "payment_terms_days": random.choice((14, 30, 30, 45, 60)),
        "employees": random.choice((12, 35, 60, 120, 260, 420, 900, 2400)),
    }
    if revenue:
        values |= {"annual_revenue": revenue * 10**9, "credit_limit": revenue * 10**8 // 2}
    if customer.public:
        values["owner"] = staff.groups[TENDER]
    return values


def make_contacts(
    clock: Clock, staff: Staff, past: Past, known: list[Known], names: Iterator[PersonName], count: int
) -> None:
    """Two to six people for each account; `count` in all."""
    random = clock.random
    first = {customer.name: person for customer, person in WELL_KNOWN}
    places = [account for account in known for _two in range(2)]
    places += random.choices(known, k=count - len(places))
    groups: dict[tuple[str, bool], list[tuple[Known, dict[str, Any], datetime]]] = defaultdict(list)
    for account in places:
        name = first.pop(account.customer.name, None) or next(names)
        since = account.since if account.imported else clock.after(account.since, 0, 20)
        if not account.imported or random.random() < 0.3:
            since = clock.after(account.since, 1, 90)
        if account.seller == LEFT:
            since = min(since, left_at(clock))
        groups[account.seller, since == account.since].append(
            (account, _contact(clock, account, name), since)
        )
    for (seller, imported), rows in groups.items():
        drafts = [Draft(values) for _account, values, _since in rows]
        records = _write(
            past, staff.users[seller], "customers.Contact", drafts, [at for *_, at in rows], imported
        )
        for record, (account, _values, since) in zip(records, rows, strict=True):
            account.contacts.append((record.pk, since))


def _contact(clock: Clock, account: Known, name: PersonName) -> dict[str, Any]:
    random = clock.random
    title, department = random.choice(JOBS)
    values = {
        "salutation": name.salutation, "first_name": name.first or None, "last_name": name.last,
        "account": account.id, "title": title, "department": department,
        "email": f"{name.short}@{domain(account.customer.name)}",
        "mailing_address": {"city": account.customer.city.name, "province": account.customer.city.province,
                            "country": "ID"},
        "lead_source": random.choice(("trade_show", "website", "word_of_mouth", "cold_call", "partner", "whatsapp")),
        "email_opt_in": random.choice(("none", "single_webform", "double", "double")),
    }  # fmt: skip
    if random.random() < 0.85:
        values["mobile"] = mobile(random)
    if random.random() < 0.3:
        values["whatsapp"] = values.get("mobile") or mobile(random)
    return values
