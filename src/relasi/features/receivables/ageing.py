"""Ageing: how long past their due date invoices are unpaid, as of a day. One query, however many invoices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.door import visible_to
from relasi.engine.records.find import titles_for_acting
from relasi.kits.pipeline.days import today
from relasi.modules.billing.credit_note import CreditNote, CreditPart
from relasi.modules.billing.invoice import OWED, Invoice
from relasi.modules.billing.payment import Payment, PaymentPart
from relasi.modules.customers.account import Account

ZERO = Decimal(0)
# Band -> its label and how many days late an invoice is at most.
BANDS: dict[str, tuple[Any, int | None]] = {
    "not_due": (_("Not due yet"), 0),
    "d30": (_("1–30 days"), 30),
    "d60": (_("31–60 days"), 60),
    "d90": (_("61–90 days"), 90),
    "over": (_("Over 90 days"), None),
}
ANY = "all"


@dataclass
class Row:
    """What one customer owes in one currency. bands: band -> (sum, how many invoices). credit: not used yet."""

    account: int | None
    currency: str
    title: str = ""
    bands: dict[str, tuple[Decimal, int]] = field(default_factory=dict)
    credit: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return sum((amount for amount, _n in self.bands.values()), ZERO)

    @property
    def late(self) -> Decimal:
        return self.total - self.bands.get("not_due", (ZERO, 0))[0]


def owed_invoices(user: Any, on: date) -> QuerySet[Any]:
    """The invoices this person may see that were unpaid at the end of a day: with `left`, `due` and `band`.

    On a day that is past, what was paid or credited since counts as not yet paid.
    """
    rows: Any = visible_to(user, Invoice).filter(date__lte=on)
    if on >= today():
        rows = rows.filter(status__in=["issued", "partly_paid"], balance__gt=0).annotate(left=F("balance"))
    else:
        rows = rows.filter(status__in=OWED).annotate(left=_balance_on(on)).filter(left__gt=0)
    late = [(key, on - timedelta(days=most)) for key, (_label, most) in BANDS.items() if most is not None]
    rows = rows.annotate(due=Coalesce("due_date", "date"))
    return rows.annotate(
        band=Case(*(When(due__gte=since, then=Value(key)) for key, since in late), default=Value("over"))
    )


def _balance_on(on: date) -> Any:
    paid_since = Q(payment__status="recorded", payment__date__gt=on)
    reversed_since = Q(payment__status="reversed", payment__date__lte=on, payment__reversed_on__gt=on)
    credited_since = ~Q(credit_note__status="void") & Q(credit_note__date__gt=on)
    return (
        F("balance")
        + _sum_of(PaymentPart, paid_since & Q(payment__trashed_at=None))
        - _sum_of(PaymentPart, reversed_since & Q(payment__trashed_at=None))
        + _sum_of(CreditPart, credited_since & Q(credit_note__trashed_at=None))
    )


def _sum_of(model: Any, which: Q) -> Any:
    rows = model._base_manager.filter(which, invoice=OuterRef("pk"), trashed_at=None)
    return Coalesce(Subquery(rows.order_by().values("invoice").annotate(n=Sum("amount")).values("n")), ZERO)


def ageing(user: Any, on: date, account: int | None = None) -> list[Row]:
    """By customer and currency, who owes most first."""
    rows = owed_invoices(user, on).order_by()
    if account is not None:
        rows = rows.filter(account=account)
    found: dict[tuple[int | None, str], Row] = {}
    grouped = rows.values_list("account", "currency", "band").annotate(amount=Sum("left"), n=Count("pk"))
    for id, currency, band, amount, n in grouped:
        row = found.setdefault((id, currency), Row(id, currency))
        row.bands[band] = (amount, n)
    for (id, currency), amount in credits(user, account).items():
        found.setdefault((id, currency), Row(id, currency)).credit = amount
    if account is not None:
        return sorted(found.values(), key=lambda row: row.currency)
    titles = titles_for_acting(Account, {row.account for row in found.values() if row.account is not None})
    for row in found.values():
        row.title = titles.get(row.account or 0, "") or (f"#{row.account}" if row.account else "")
    return sorted(found.values(), key=lambda row: (row.currency, -row.total, row.title))


def credits(user: Any, account: int | None = None) -> dict[tuple[int | None, str], Decimal]:
    """What customers paid or were credited that pays no invoice yet, as it stands now."""
    found: dict[tuple[int | None, str], Decimal] = {}
    payments = visible_to(user, Payment).filter(status="recorded", direction="in", unallocated__gt=0)
    notes = visible_to(user, CreditNote).exclude(status="void").filter(available__gt=0)
    for rows, name in ((payments, "unallocated"), (notes, "available")):
        some: Any = rows if account is None else rows.filter(account=account)
        for id, currency, amount in some.order_by().values_list("account", "currency").annotate(n=Sum(name)):
            found[id, currency] = found.get((id, currency), ZERO) + amount
    return found


def totals(rows: Iterable[Row]) -> list[Row]:
    """One row for each currency."""
    found: dict[str, Row] = {}
    for row in rows:
        whole = found.setdefault(row.currency, Row(None, row.currency))
        for band, (amount, n) in row.bands.items():
            before = whole.bands.get(band, (ZERO, 0))
            whole.bands[band] = (before[0] + amount, before[1] + n)
        whole.credit += row.credit
    return list(found.values())


def rows_behind(user: Any, on: date, band: str, account: int | None, currency: str) -> QuerySet[Any]:
    """The invoices a figure is the sum of, the oldest due first."""
    rows = owed_invoices(user, on)
    if band != ANY:
        rows = rows.exclude(band="not_due") if band == "late" else rows.filter(band=band)
    if account is not None:
        rows = rows.filter(account=account)
    if currency:
        rows = rows.filter(currency=currency)
    return rows.order_by("due", "pk")
