"""Reconciled: a transaction is reconciled once the bank or the payment service told of its payment, as long as that stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from relasi.engine.declare.registry import registry
from relasi.engine.fields.money import decimals_of
from relasi.engine.records.write import Draft, write
from relasi.kits.trade.rounding import shares
from relasi.modules.subscribing.transaction import Transaction

BY_BANK = "a bank told of the payment"


def follow_movements(payments: Iterable[int | None]) -> None:
    """Of these payments. What a payment service kept of one stands as the fee of its transactions."""
    ids = sorted({id for id in payments if id})
    if not ids:
        return
    rows = Transaction._base_manager.select_for_update(of=("self",)).filter(payment__in=ids, trashed_at=None)
    found: dict[int, list[Any]] = defaultdict(list)
    for one in rows.exclude(kind="refund").order_by("pk"):
        found[one.payment_id].append(one)
    told = _fees(list(found)) if found else {}
    drafts = [
        Draft(values, id=one.pk)
        for payment, some in found.items()
        for one, values in zip(some, _values(some, told.get(payment)), strict=True)
        if any(getattr(one, name) != value for name, value in values.items())
    ]
    if drafts:
        write(registry.of(Transaction), drafts, authorised=BY_BANK)


def _fees(payments: list[int]) -> dict[int, Decimal]:
    """Payment -> the fee of the movement it is matched with."""
    model: Any = registry.module("billing.BankMovement").model
    rows = model._base_manager.filter(payment__in=payments, status="matched", trashed_at=None)
    return dict(rows.values_list("payment_id", "fee"))


def _values(some: list[Any], fee: Decimal | None) -> list[dict[str, Any]]:
    if fee is None:
        return [{"reconciled": False, "fee": None}] * len(some)
    parts = shares(fee, [one.amount for one in some], decimals_of(some[0].currency))
    return [{"reconciled": True, "fee": part or None} for part in parts]
