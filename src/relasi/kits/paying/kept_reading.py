"""What kept sums come to, for one person: of the documents they may see, and so nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.db import connection

from relasi.engine.access.acting import acting_user
from relasi.engine.access.company import company
from relasi.engine.access.door import co_owned, scope_of
from relasi.engine.access.rights import Scope
from relasi.engine.declare.registry import registry
from relasi.engine.fields.money import decimals_of
from relasi.kits.paying.kept import JOINED, NOBODY, Kept, Source

Asked = tuple[str, list[Any]]  # SQL and its values
ROW = "source, party, currency, first_day, last_day, dated, amount, home, documents"


def sums_seen(kept: Kept, names: Collection[str], user: Any) -> Asked | None:
    """The rows of these sources; None for who sees none of them."""
    found: list[Asked] = []
    scopes: dict[Scope, list[Source]] = {}
    for one in kept.named(names):
        scope = scope_of(user, "view", registry.module(one.module))
        if not scope.nothing:
            scopes.setdefault(scope, []).append(one)
    for scope, sources in scopes.items():
        found.append(_kept_rows(kept, sources, scope))
        beside = [] if scope.everyone else sorted(co_owned(user))
        if beside:
            only_beside = " AND r.id = ANY (%s) AND NOT r.owner_id = ANY (%s::bigint[])"
            found += [_documents(one, only_beside, [beside, scope.array]) for one in sources]
    return joined(found) if found else None


def _kept_rows(kept: Kept, sources: list[Source], scope: Scope) -> Asked:
    names = ", ".join(f"'{one.name}'" for one in sources)
    rows = f"\n        SELECT {ROW} FROM {kept.table} WHERE source IN ({names})"
    return (rows, []) if scope.everyone else (f"{rows} AND owner = ANY (%s::bigint[])", [scope.array])


def joined(parts: Iterable[Asked]) -> Asked:
    parts = list(parts)
    return JOINED.join(sql for sql, _values in parts), [value for _sql, values in parts for value in values]


def _documents(source: Source, more: str, values: list[Any]) -> Asked:
    return f"\n        SELECT {ROW} FROM ({source.rows(source.table, more=more)}) r", values


def documents_seen(kept: Kept, name: str, user: Any, parties: str) -> Asked | None:
    """The same rows, but one for each document. parties: SQL of rows with a column `party`, of whose documents."""
    [source] = kept.named([name])
    scope = scope_of(user, "view", registry.module(source.module))
    if scope.nothing:
        return None
    seen, values = "", list[Any]()
    if not scope.everyone:
        seen = " AND (r.owner_id = ANY (%s::bigint[]) OR r.id = ANY (%s))"
        values = [scope.array, sorted(co_owned(user))]
    found: list[Asked] = []
    for of_one in (f"r.{source.party} = a.party", f"a.party = {NOBODY} AND r.{source.party} IS NULL"):
        # By itself for each party: it would be dear to look through all documents for a few parties.
        each = source.rows(source.table, more=f" AND {of_one}{seen}")
        columns = ", ".join(f"d.{column}" for column in ROW.split(", "))
        found.append(
            (f"\n        SELECT {columns} FROM ({parties}) a CROSS JOIN LATERAL ({each} OFFSET 0) d", values)
        )
    return joined(found)


def home_sql(seen: str, signs: dict[str, int], party: str) -> str:
    """SQL: what the rows of one party come to in the currency of the company. signs: of each source."""
    cases = " ".join(f"WHEN '{name}' THEN {sign} * s.home" for name, sign in signs.items())
    places = decimals_of(company().currency)
    return (
        f"(SELECT round(coalesce(sum(CASE s.source {cases} END), 0), {places}) FROM ({seen}) s "
        f"WHERE s.party = {party})"
    )


def home_of(
    kept: Kept, signs: dict[str, int], parties: Collection[int], user: Any = None
) -> dict[int, Decimal] | None:
    """Party -> what it comes to in the currency of the company; None for who sees none of the sources."""
    asked = sums_seen(kept, signs, user or acting_user())
    if asked is None:
        return None
    seen, values = asked
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p, {home_sql(seen, signs, 'p')} FROM unnest(%s::bigint[]) p", [*values, sorted(parties)]
        )
        return dict(cursor.fetchall())
