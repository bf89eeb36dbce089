"""Credit: whether a customer may owe this much more. It warns; who has read the warning goes on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, Sum
from django.utils.translation import gettext as _

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.company import company
from relasi.engine.access.door import fields_for, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.fields.money import amount, decimals_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Change
from relasi.kits.trade.rounding import rounded

CREDIT = "credit"  # the code of the warning
ZERO = Decimal(0)


def check_credit(change: Change) -> None:
    """Holds a warning against a document with which its account would owe more than its credit limit: what is unpaid,
    less the credit it has, and what this document comes to. What the product does by itself is not asked about."""
    document = change.record
    if change.authorised or acting_user() is SYSTEM or CREDIT in change.confirmed or not document.account_id:
        return
    account = document.account
    if account.credit_limit is None:
        return
    currency = account.currency or company().currency
    more = _in(currency, document)
    if more is None:
        return
    owed = owed_by(account.pk, currency) + more
    if owed > account.credit_limit:
        change.refuse("account", "OUT_OF_RANGE", _sentence(account, currency, owed), confirm=CREDIT)


def owed_by(account: int, currency: str) -> Decimal:
    """What is unpaid less what is left of payments and credit notes: in the company's currency all of it, by the rates of
    the documents; in another one what is in that currency. Not what anybody sees but all there is."""
    home = currency == company().currency

    def total(label: str, column: str, has_rate: bool = True, **which: Any) -> Decimal:
        rows: Any = registry.module(label).model._base_manager.filter(
            account=account, trashed_at=None, **which
        )
        converted = home and has_rate
        if not converted:
            rows = rows.filter(currency=currency)
        value: Any = F(column) * F("rate") if converted else F(column)
        found = rows.aggregate(n=Sum(value, output_field=DecimalField()))["n"] or ZERO
        return rounded(found, decimals_of(currency))

    unpaid = total("billing.Invoice", "balance", status__in=("issued", "partly_paid"))
    left = total("billing.CreditNote", "available", available__gt=0)
    kept = total("billing.Payment", "unallocated", False, direction="in", status="recorded")
    return unpaid - left - kept


def _in(currency: str, document: Any) -> Decimal | None:
    """What it comes to in that currency; None where no rate is known."""
    if document.currency == currency:
        return Decimal(document.payable)
    if currency != company().currency:
        return None
    return rounded(document.payable * document.rate, decimals_of(currency))


def _sentence(account: Any, currency: str, owed: Decimal) -> str:
    """The figures are for those who may see the limit and every invoice that makes them up."""
    user = acting_user()
    invoices: Any = registry.module("billing.Invoice").model
    unpaid = {"account": account, "balance__gt": 0}
    hidden = invoices._base_manager.filter(**unpaid, trashed_at=None)
    hidden = hidden.exclude(pk__in=visible_to(user, invoices).filter(**unpaid).values("pk"))
    if "credit_limit" not in fields_for(user, "view", registry.of(account)) or hidden.exists():
        return _("With this the customer would owe more than its credit limit.")
    reader = current_reader()
    return _("With this %(name)s would owe %(owed)s; its credit limit is %(limit)s.") % {
        "name": account, "owed": amount(owed, currency, reader), "limit": amount(account.credit_limit, currency, reader),
    }  # fmt: skip
