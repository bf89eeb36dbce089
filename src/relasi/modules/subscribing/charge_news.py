"""Charge news: what a payment gateway told of a charge of a subscription, shown in its transactions."""

from __future__ import annotations

from typing import Any

from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create, update
from relasi.kits.paying.charge_heard import on_charge_told
from relasi.kits.paying.gateway import State, Told
from relasi.modules.subscribing.charging import NO_ANSWER, fail
from relasi.modules.subscribing.confirming import keep_details
from relasi.modules.subscribing.following import FOLLOWS, OWED, subscription_of
from relasi.modules.subscribing.transaction import OPEN, S, Transaction


@on_charge_told
def heard(charge: Any, state: State) -> None:
    subscription = subscription_of(charge.invoice_id)
    if subscription is None:
        return
    if charge.state == "paid" and state.told is Told.PAID:
        _match_late(charge, subscription)
        _note_gateway(charge, state)
        if state.token:
            keep_details(subscription.pk, state.token, state.card)
        return
    tried = _transaction(charge)
    if tried is not None and tried.status in OPEN and charge.state == "ended":
        fail(tried, state.failure or NO_ANSWER, state.raw)


def _transaction(charge: Any) -> Any:
    rows = Transaction._base_manager.select_for_update(of=("self",)).filter(trashed_at=None)
    return rows.filter(gateway_reference=charge.order).first()


def _match_late(charge: Any, subscription: Any) -> None:
    """Money for an invoice that needs none any more pays the oldest of the subscription that does, or waits to be matched."""
    payment = registry.module("billing.Payment").model._base_manager.get(pk=charge.payment_id)
    if payment.allocated or Transaction._base_manager.filter(payment=payment.pk, trashed_at=None).exists():
        return
    model: Any = registry.module("billing.Invoice").model
    oldest = model._base_manager.filter(
        subscription_periods__subscription=subscription.pk, subscription_periods__trashed_at=None, trashed_at=None,
        status__in=OWED, balance__gt=0, currency=payment.currency, account=payment.account_id,
    ).order_by("due_date", "pk").first()  # fmt: skip
    if oldest is not None:
        payment.allocate(oldest.pk)
        return
    values = {"subscription": subscription.pk, "payment": payment.pk, "kind": "payment", "status": S.SUCCEEDED,
              "amount": payment.amount, "paid_on": payment.date, "owner": subscription.owner_id}  # fmt: skip
    create(Transaction, values, authorised=FOLLOWS)


def _note_gateway(charge: Any, state: State) -> None:
    rows = Transaction._base_manager.filter(payment=charge.payment_id, trashed_at=None).order_by("pk")
    found = rows.first()
    if found is None:
        return
    method = (
        found.method
        if found.method == "autodebit"
        else state.method
        if state.method in ("va", "qris", "card")
        else "other"
    )
    values = {
        "gateway": charge.gateway.kind, "gateway_reference": charge.order, "method": method,
        "va_number": state.raw.get("va_number"), "raw": dict(state.raw) or None,
    }  # fmt: skip
    update(found, values, authorised=FOLLOWS)
