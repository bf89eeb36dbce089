"""Doubles scan: a look at all records of a module for pairs that are probably the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection
from psycopg import sql

from relasi.engine.declare.module import Module
from relasi.kits.parties.doubles import PartyKey, Resemblance, company_party, find_doubles, person_party
from relasi.kits.parties.identity import tax_key

# Up to here every record is compared by the words of its name; above, only those that share a key.
ALL_UP_TO = 20_000
# A key that more records share than this tells nothing: the line of an office, a shared mailbox.
SHARED_BY = 50


def pairs(module: Module) -> Iterator[tuple[int, int, Resemblance]]:
    """Ids of two living records, and how alike they are. module: one of parties (companies, people, leads)."""
    rows = module.model._base_manager.filter(trashed_at=None)
    if rows.count() > ALL_UP_TO:
        rows = rows.filter(pk__in=_sharing_a_key(module))
    if "account" in module.fields:
        rows = rows.select_related("account")
    yield from find_doubles({record.pk: party_of(record) for record in rows.iterator(chunk_size=5000)})


def party_of(record: Any) -> PartyKey:
    """What is compared of a stored record."""
    values = record.__dict__
    _names, emails, phones = record.key_sources
    email = next((values[name] for name in emails if values[name]), "")
    numbers = [values[name] for name in phones if values[name]]
    city = _city(record)
    if record.is_company:
        tax = tax_key(values.get("npwp") or "")
        website = values.get("website") or ""
        return company_party(
            record.party_name(), email=email, website=website, phones=numbers, city_key=city, tax_key=tax
        )
    account = getattr(record, "account", None)
    company = (
        (account.name if account is not None and account.is_company else "") or values.get("company") or ""
    )
    return person_party(record.party_name(), email=email, phones=numbers, company=company, city_key=city)


def _city(record: Any) -> str:
    """The city of the first address that has one."""
    for name in ("billing_address", "mailing_address", "address"):
        address = record.__dict__.get(name)
        if address and address.get("city"):
            return str(address["city"]).casefold()
    return ""


def _sharing_a_key(module: Module) -> list[int]:
    """Ids of the records that have a name, e-mail, phone or tax number in common with a few others."""
    found: set[int] = set()
    keys = [n for n in ("name_key", "email_key", "phone_key", "npwp") if n in module.fields]
    statement = (
        "SELECT array_agg(id) FROM {} WHERE trashed_at IS NULL AND {} IS NOT NULL GROUP BY {} HAVING {}"
    )
    with connection.cursor() as cursor:
        for key in keys:
            column = sql.Identifier(str(module.fields[key].column))
            few = sql.SQL("count(*) BETWEEN 2 AND {}").format(SHARED_BY)
            cursor.execute(sql.SQL(statement).format(sql.Identifier(module.table), column, column, few))
            for (ids,) in cursor.fetchall():
                found.update(ids)
    return sorted(found)
