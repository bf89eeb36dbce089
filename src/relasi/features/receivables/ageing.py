"""Ageing: how long past their due date invoices or bills are unpaid, as of a day. One query, however many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.door import visible_to
from relasi.engine.records.find import titles_for_acting
from relasi.features.receivables.sides import RECEIVABLES, Credits, Side
from relasi.kits.pipeline.days import today

ZERO = Decimal(0)
# Band -> its label and how many days late an invoice is at most.
BANDS: dict[str, tuple[Any, int | None]] = {
    "not_due": (_("Not due yet"), 0),
    "d30": (_("1–30 days"), 30),
    "d60": (_("31–60 days"), 60),
    "d90": (_("61–90 days"), 90),
    "over": (_("Over 90 days"), None),
}
ANY, LATE = "all", "late"
# What falls due within so many days of the day looked at, that day included.
SOON: dict[str, tuple[Any, int]] = {
    "week": (_("Due within 7 days"), 7),
    "month": (_("Due within 30 days"), 30),
}


@dataclass
class Row:
    """What is owed by one customer or to one vendor in one currency. bands: band -> what is in it, where something is.
    credit: paid and not used yet."""

    party: int | None
    currency: str
    title: str = ""
    bands: dict[str, Decimal] = field(default_factory=dict)
    credit: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return sum(self.bands.values(), ZERO)

    @property
    def late(self) -> Decimal:
        return self.total - self.bands.get("not_due", ZERO)


def unpaid(user: Any, on: date, side: Side = RECEIVABLES) -> QuerySet[Any]:
    """What this person may see that was unpaid at the end of a day: with `left`, `due` and `band`.

    On a day that is past, what was paid or credited since counts as not yet paid.
    """
    rows: Any = visible_to(user, side.debts).filter(date__lte=on)
    if on >= today():
        rows = rows.filter(status__in=side.unpaid, balance__gt=0).annotate(left=F("balance"))
    else:
        rows = rows.filter(status__in=side.owed).annotate(left=side.balance_on(on)).filter(left__gt=0)
    late = [(key, on - timedelta(days=most)) for key, (_label, most) in BANDS.items() if most is not None]
    rows = rows.annotate(due=Coalesce("due_date", "date"))
    return rows.annotate(
        band=Case(*(When(due__gte=since, then=Value(key)) for key, since in late), default=Value("over"))
    )


def ageing(
    user: Any, on: date, party: int | Collection[int | None] | None = None, side: Side = RECEIVABLES
) -> list[Row]:
    """By party and currency, the largest first; of one party, of some, or of all. `named` asks for their titles."""
    found = debts(user, on, party, side)
    for (id, currency), amount in credits(user, on, party, side).items():
        found.setdefault((id, currency), Row(id, currency)).credit = amount
    return sorted(found.values(), key=lambda row: (row.currency, -row.total, row.party or 0))


def debts(
    user: Any, on: date, party: int | Collection[int | None] | None, side: Side
) -> dict[tuple[int | None, str], Row]:
    """By party and currency, without their credit."""
    rows = _of(unpaid(user, on, side).order_by(), party, side)
    found: dict[tuple[int | None, str], Row] = {}
    grouped = rows.values_list(side.party, "currency", "band").annotate(amount=Sum("left"))
    for id, currency, band, amount in grouped:
        row = found.setdefault((id, currency), Row(id, currency))
        row.bands[band] = amount
    return found


def named(rows: Iterable[Row], side: Side) -> list[Row]:
    """The rows with the titles of their parties."""
    rows = list(rows)
    titles = titles_for_acting(side.parties, {row.party for row in rows if row.party is not None})
    for row in rows:
        row.title = titles.get(row.party or 0, "") or (f"#{row.party}" if row.party else "")
    return rows


def _of(rows: QuerySet[Any], party: int | Collection[int | None] | None, side: Side) -> QuerySet[Any]:
    if party is None:
        return rows
    ids = {party} if isinstance(party, int) else set(party)
    return rows.filter(
        Q(**{f"{side.party}__in": ids - {None}}) | (Q(**{side.party: None}) if None in ids else Q(pk__in=[]))
    )


def credits(
    user: Any, on: date, party: int | Collection[int | None] | None = None, side: Side = RECEIVABLES
) -> Credits:
    """What was paid or credited by the end of a day and paid nothing. What a payment is used for later counts from its
    own day, as it does in the balances."""
    found: Credits = {}
    for rows, name in side.payers(user, on):
        some = _of(rows, party, side)
        for id, currency, amount in some.order_by().values_list(side.party, "currency").annotate(n=Sum(name)):
            found[id, currency] = found.get((id, currency), ZERO) + amount
    return found


def due_soon(user: Any, on: date, side: Side) -> dict[str, dict[str, Decimal]]:
    """Currency -> key of SOON -> what falls due by then. One query."""
    sums = {key: Sum("left", filter=_soon(key, on), default=ZERO) for key in SOON}
    rows = unpaid(user, on, side).order_by().values("currency").annotate(**sums)
    return {row["currency"]: {key: row[key] for key in SOON} for row in rows.order_by("currency")}


def _soon(key: str, on: date) -> Q:
    return Q(due__gte=on, due__lte=on + timedelta(days=SOON[key][1]))


def rows_behind(
    user: Any, on: date, band: str, party: int | None, currency: str, side: Side = RECEIVABLES
) -> QuerySet[Any]:
    """What a figure is the sum of, the oldest due first."""
    rows = unpaid(user, on, side)
    if band in SOON:
        rows = rows.filter(_soon(band, on))
    elif band != ANY:
        rows = rows.exclude(band="not_due") if band == LATE else rows.filter(band=band)
    if party is not None:
        rows = rows.filter(**{side.party: party})
    if currency:
        rows = rows.filter(currency=currency)
    return rows.order_by("due", "pk")
