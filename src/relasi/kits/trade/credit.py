"""Credit: whether a customer may owe this much more. It warns; who has read the warning goes on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Case, DecimalField, F, Sum, When
from django.utils.translation import gettext as _

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.company import company
from relasi.engine.access.door import fields_for, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.fields.money import amount, decimals_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Change
from relasi.kits.paying.kept_value import OPEN
from relasi.kits.trade.rounding import rounded

CREDIT = "credit"  # the code of the warning
ZERO = Decimal(0)


def check_credit(change: Change) -> None:
    """Holds a warning against a document with which its account would owe more than its credit limit: what is unpaid,
    less the credit it has, what is ordered and not invoiced yet, and what this document comes to. What the product does
    by itself is not asked about."""
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
    owed = owed_by(account.pk, currency) + ordered_by(account.pk, currency) + more
    if owed > account.credit_limit:
        change.refuse("account", "OUT_OF_RANGE", _sentence(account, currency, owed), confirm=CREDIT)


def owed_by(account: int, currency: str) -> Decimal:
    """What is unpaid less what is left of payments and credit notes: in the company's currency all of it, by the rates of
    the documents; in another one what is in that currency. Not what anybody sees but all there is."""
    rows = apps.get_model("billing.CustomerSum").objects.filter(party=account, source__in=OPEN)
    column = "home" if currency == company().currency else "amount"
    if column == "amount":
        rows = rows.filter(currency=currency)
    signed = Case(*(When(source=name, then=sign * F(column)) for name, sign in OPEN.items()))
    found = rows.aggregate(n=Sum(signed, output_field=DecimalField()))["n"] or ZERO
    return rounded(found, decimals_of(currency))


def ordered_by(account: int, currency: str) -> Decimal:
    """What approved orders of the account come to and no invoice has taken yet, a draft neither. What is invoiced
    regularly has no end and is left out."""
    orders: Any = registry.module("sales.SalesOrder").model
    rows = orders._base_manager.filter(account=account, status="approved", trashed_at=None)
    rows = rows.exclude(invoiced__in=("fully", "recurring"))
    return sum((_open_part(currency, order) for order in rows), ZERO)


def _open_part(currency: str, order: Any) -> Decimal:
    """What is left to be invoiced of an order: its lines by the quantity no invoice has, all of it before the first."""
    whole = _in(currency, order) or ZERO
    if order.invoiced == "none":
        return whole
    lines = [line for line in order.lines_in_order() if line.is_item and line.quantity]
    total = sum((line.base + line.tax for line in lines), ZERO)
    left = sum(((line.base + line.tax) * (1 - line.invoiced / line.quantity) for line in lines), ZERO)
    return rounded(whole * left / total, decimals_of(currency)) if total else ZERO


def _in(currency: str, document: Any) -> Decimal | None:
    """What it comes to in that currency; None where no rate is known."""
    if document.currency == currency:
        return Decimal(document.payable)
    if currency != company().currency:
        return None
    return rounded(document.payable * document.rate, decimals_of(currency))


def _sentence(account: Any, currency: str, owed: Decimal) -> str:
    """The figures are for those who may see the limit and every document that makes them up."""
    user = acting_user()
    unpaid = _hides(user, "billing.Invoice", account=account, balance__gt=0)
    if "credit_limit" not in fields_for(user, "view", registry.of(account)) or unpaid or _hides(
        user, "sales.SalesOrder", account=account, status="approved"
    ):  # fmt: skip
        return _("With this the customer would owe more than its credit limit.")
    reader = current_reader()
    return _("With this %(name)s would owe %(owed)s; its credit limit is %(limit)s.") % {
        "name": account, "owed": amount(owed, currency, reader), "limit": amount(account.credit_limit, currency, reader),
    }  # fmt: skip


def _hides(user: Any, label: str, **which: Any) -> bool:
    """Whether there are such documents that this person may not see."""
    model: Any = registry.module(label).model
    rows = model._base_manager.filter(**which, trashed_at=None)
    return bool(rows.exclude(pk__in=visible_to(user, model).filter(**which).values("pk")).exists())
