"""Statement of account: what a customer was invoiced, credited and paid in a period, and what that leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.access.door import visible_to
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.billing.invoice import OWED, Invoice
from relasi.modules.billing.payment import Payment

ZERO = Decimal(0)


@dataclass
class Movement:
    """amount: what the customer owes more (or less) by it. balance: after it."""

    day: date
    what: str
    number: str
    url: str
    about: str
    amount: Decimal
    balance: Decimal = ZERO

    @property
    def charged(self) -> Decimal | None:
        return self.amount if self.amount > 0 else None

    @property
    def settled(self) -> Decimal | None:
        return -self.amount if self.amount <= 0 else None


@dataclass
class Statement:
    """Of one customer in one currency, from the first day to the last, both in it."""

    first: date
    last: date
    currency: str
    opening: Decimal
    movements: list[Movement]

    @property
    def closing(self) -> Decimal:
        return self.movements[-1].balance if self.movements else self.opening

    @property
    def charged(self) -> Decimal:
        return sum((one.amount for one in self.movements if one.amount > 0), ZERO)

    @property
    def settled(self) -> Decimal:
        return -sum((one.amount for one in self.movements if one.amount <= 0), ZERO)


def statement(user: Any, account: Any, first: date, last: date, currency: str) -> Statement:
    """Of what this person may see."""
    found = sorted(
        _movements(user, account, last, currency), key=lambda one: (one.day, one.amount < 0, one.number)
    )
    opening = sum((one.amount for one in found if one.day < first), ZERO)
    inside = [one for one in found if one.day >= first]
    balance = opening
    for one in inside:
        balance += one.amount
        one.balance = balance
    return Statement(first, last, currency, opening, inside)


def _movements(user: Any, account: Any, last: date, currency: str) -> Iterator[Movement]:
    mine = Q(account=account, currency=currency)
    up_to = mine & Q(date__lte=last)
    for one in visible_to(user, Invoice).filter(up_to, status__in=OWED):
        about = one.subject if not one.customer_po else f"{one.subject} · PO {one.customer_po}"
        yield Movement(one.date, _("Invoice"), one.number, f"/invoices/{one.pk}/", about, one.payable)
    for one in visible_to(user, CreditNote).filter(up_to).exclude(status="void"):
        yield Movement(
            one.date, _("Credit note"), one.number, f"/credit-notes/{one.pk}/", one.subject, -one.payable
        )
    for one in visible_to(user, Payment).filter(mine & (Q(date__lte=last) | Q(reversed_on__lte=last))):
        yield from _of_payment(one, last)


def _of_payment(one: Any, last: date) -> Iterator[Movement]:
    """The payment, and its reversal on the day it was reversed."""
    url, about = f"/payments/{one.pk}/", one.reference or ""
    is_refund = one.direction == "out"
    amount = one.amount if is_refund else -(one.amount + one.given)
    what = _("Refund") if is_refund else _("Payment")
    if one.date <= last:
        yield Movement(one.date, what, one.number, url, about, amount)
    if one.status == "reversed":
        day = max(one.reversed_on or one.date, one.date)
        if day <= last:
            yield Movement(day, _("Payment reversed"), one.number, url, one.reversal_reason or about, -amount)


def currencies_of(user: Any, account: Any) -> list[str]:
    """Those this customer was ever invoiced or paid in, the company's own first."""
    home = company().currency
    found: set[str] = set()
    for model in (Invoice, Payment, CreditNote):
        rows: Any = visible_to(user, model).filter(account=account)
        found |= set(rows.order_by().values_list("currency", flat=True).distinct())
    return sorted(found - {None}, key=lambda code: (code != home, code)) or [home]
