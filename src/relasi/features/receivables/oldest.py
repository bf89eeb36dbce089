"""Oldest: who owes, whoever waits longest first: as quick of a hundred thousand invoices as of ten."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from relasi.features.receivables.ageing import Row, unpaid
from relasi.features.receivables.parties import Key, Parties
from relasi.features.receivables.sides import Side
from relasi.kits.pipeline.days import today

# Where a page begins once all who owe are shown: among those who only have a credit.
CREDIT = "credit"


def oldest(user: Any, side: Side, after: str, most: int) -> tuple[list[Row], str]:
    """As of today: up to `most` rows and where the next page begins, "" at the end. after: what the page before gave."""
    parties = Parties(user, today(), side)
    stage, _colon, place = after.partition(":")
    keys: list[Key] = []
    if stage != CREDIT:
        found = list(_firsts(user, side, after)[: most + 1])
        keys = [(party, currency) for party, currency, _due, _pk in found[:most]]
        if len(found) > most:
            _party, _currency, due, pk = found[most - 1]
            return parties.rows(keys), f"{due.isoformat()}:{pk}"
    first = int(place) if stage == CREDIT and place.isdigit() else 0
    room = most - len(keys)
    keys += parties.only_credit[first : first + room]
    left = len(parties.only_credit) - first - room
    return parties.rows(keys), f"{CREDIT}:{first + room}" if left > 0 else ""


def _firsts(user: Any, side: Side, after: str) -> QuerySet[Any, Any]:
    """(party, currency, due, id) of what each has left unpaid longest."""
    rows = unpaid(user, today(), side)
    before = rows.filter(
        Q(due__lt=OuterRef("due")) | Q(due=OuterRef("due"), pk__lt=OuterRef("pk")),
        **{side.party: OuterRef(side.party), "currency": OuterRef("currency")},
    )
    firsts = rows.filter(~Exists(before)).order_by("due", "pk")
    since = _read(after)
    if since is not None:
        due, pk = since
        firsts = firsts.filter(Q(due__gt=due) | Q(due=due, pk__gt=pk), due__gte=due)
    return firsts.values_list(side.party, "currency", "due", "pk")


def _read(after: str) -> tuple[date, int] | None:
    """None for the first page, and for what is no place."""
    day, _colon, pk = after.partition(":")
    try:
        return date.fromisoformat(day), int(pk)
    except ValueError:
        return None
