"""Sides: what customers owe us, and what we owe vendors: one ageing for both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.door import visible_to
from relasi.kits.paying.kept import Kept
from relasi.kits.pipeline.days import today
from relasi.modules.billing.credit_note import CreditNote, CreditPart
from relasi.modules.billing.customer_sum import KEPT as CUSTOMERS
from relasi.modules.billing.invoice import OWED as INVOICED
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.payment import Payment, PaymentPart
from relasi.modules.customers.account import Account
from relasi.modules.purchasing.bill import OWED as BILLED
from relasi.modules.purchasing.bill import UNPAID, Bill
from relasi.modules.purchasing.vendor import Vendor
from relasi.modules.purchasing.vendor_payment import VendorPayment, VendorPaymentPart
from relasi.modules.purchasing.vendor_sum import KEPT as VENDORS

ZERO = Decimal(0)
Credits = dict[tuple[int | None, str], Decimal]


@dataclass(frozen=True)
class Side:
    """debts: what is owed. party, parties: who owes it or is owed it. owed: its states once it is binding; unpaid: those
    in which something is still open. balance_on: the balance as it was on a past day. payers: (rows a person sees, the
    field that says what is left of them) of what paid no debt by the end of a day. home: the address of its pages; area:
    its crumb. kept: the sums of today.
    """

    debts: Any
    party: str
    parties: Any
    owed: tuple[str, ...]
    unpaid: tuple[str, ...]
    balance_on: Callable[[date], Any]
    payers: Callable[[Any, date], list[tuple[Any, str]]]
    home: str
    file_name: str
    area: Any
    title: Any
    party_title: Any
    debt_title: Any
    nobody: tuple[Any, Any]
    nothing: Any
    kept: Kept


def _sum_of(parts: Any, debt: str, which: Q, name: str = "amount") -> Any:
    rows = parts._base_manager.filter(which, trashed_at=None, **{debt: OuterRef("pk")})
    return Coalesce(Subquery(rows.order_by().values(debt).annotate(n=Sum(name)).values("n")), ZERO)


def _paid_since(parts: Any, debt: str, on: date) -> Any:
    """What was paid after that day, less what was paid by then and has been reversed since."""
    standing = Q(payment__trashed_at=None)
    since = Q(payment__status="recorded", payment__date__gt=on)
    undone = Q(payment__status="reversed", payment__date__lte=on, payment__reversed_on__gt=on)
    return _sum_of(parts, debt, since & standing) - _sum_of(parts, debt, undone & standing)


def _invoice_balance(on: date) -> Any:
    credited = Q(credit_note__date__gt=on, credit_note__trashed_at=None) & ~Q(credit_note__status="void")
    since = _paid_since(PaymentPart, "invoice", on) + _sum_of(CreditPart, "invoice", credited)
    moved = _moved(PaymentPart, "invoice", on) | _of(CreditPart, "invoice", Q(credit_note__date__gt=on))
    return _only_of(moved, since)


def _bill_balance(on: date) -> Any:
    return _only_of(_moved(VendorPaymentPart, "bill", on), _paid_since(VendorPaymentPart, "bill", on))


def _only_of(moved: Q, since: Any) -> Any:
    """The balance, and what happened since where anything did: few documents, so for the others nothing is added up."""
    return Case(When(moved, then=F("balance") + since), default=F("balance"), output_field=DecimalField())


def _moved(parts: Any, debt: str, on: date) -> Q:
    return _of(parts, debt, Q(payment__date__gt=on) | Q(payment__reversed_on__gt=on))


def _of(parts: Any, debt: str, which: Q) -> Q:
    """What these parts pay."""
    return Q(pk__in=parts._base_manager.filter(which, trashed_at=None).order_by().values(debt))


def _paid_by_customers(user: Any, on: date) -> list[tuple[Any, str]]:
    payments, notes = visible_to(user, Payment).filter(direction="in"), visible_to(user, CreditNote)
    if on >= today():
        notes = notes.exclude(status="void").filter(available__gt=0)
        return [(_standing(payments), "unallocated"), (notes, "available")]
    paid = _sum_of(PaymentPart, "payment", Q()) - _sum_of(PaymentPart, "payment", Q(), "given")
    returned = Q(status="recorded", date__gt=on)
    noted = notes.exclude(status="void").filter(date__lte=on)
    noted = noted.annotate(left_then=F("available") + _sum_of(Payment, "credit_note", returned))
    return [(_standing_on(payments, on, paid), "left_then"), (noted.filter(left_then__gt=0), "left_then")]


def _paid_to_vendors(user: Any, on: date) -> list[tuple[Any, str]]:
    rows = visible_to(user, VendorPayment)
    if on >= today():
        return [(_standing(rows), "unallocated")]
    return [(_standing_on(rows, on, _sum_of(VendorPaymentPart, "payment", Q())), "left_then")]


def _standing(payments: Any) -> Any:
    return payments.filter(status="recorded", unallocated__gt=0)


def _standing_on(payments: Any, on: date, paid: Any) -> Any:
    """Payments that stood at the end of a past day, with what they paid no debt with. What one pays later counts from
    its own day, as it does in the balances; one that was reversed since left nothing behind but its parts."""
    stood = Q(status="recorded") | Q(status="reversed", reversed_on__gt=on)
    return payments.filter(stood, date__lte=on).annotate(left_then=F("amount") - paid).filter(left_then__gt=0)


RECEIVABLES = Side(
    Invoice, "account", Account, tuple(sorted(INVOICED)), ("issued", "partly_paid"), _invoice_balance, _paid_by_customers,
    "/receivables/", "umur-piutang", _("Billing"), _("Receivables"), _("Account"), _("Invoice"),
    (_("Nobody owes anything"), _("Issued invoices that are not paid in full stand here, by how late they are.")),
    _("No invoices"), CUSTOMERS,
)  # fmt: skip
PAYABLES = Side(
    Bill, "vendor", Vendor, tuple(sorted(BILLED)), tuple(UNPAID), _bill_balance, _paid_to_vendors,
    "/payables/", "umur-utang", _("Purchasing"), _("Payables"), _("Vendor"), _("Bill"),
    (_("Nothing is owed to vendors"), _("Approved bills that are not paid in full stand here, by how late they are.")),
    _("No bills"), VENDORS,
)  # fmt: skip
