"""Plan settling: how the difference of a change of plan is paid: at once, with the next invoice, or as credit."""

from __future__ import annotations

from typing import Any

from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create, update
from relasi.kits.trade.copying import AS_AGREED, HEADER
from relasi.kits.trade.line import Kind
from relasi.modules.subscribing.billing_run import BY_RUN, charged, settled
from relasi.modules.subscribing.credits import FLAT, credit_net
from relasi.modules.subscribing.plan_change import BY_CHANGE, Preview, words_of
from relasi.modules.subscribing.subscription_period import Outcome, SubscriptionPeriod
from relasi.modules.subscribing.transaction import Transaction


def settle_change(found: Any, change: Any, seen: Preview) -> None:
    """found: the subscription with its new plan."""
    found.refresh_from_db()
    if seen.settled == "next":
        update(change, {"open_amount": seen.amount}, authorised=BY_CHANGE)
    elif seen.settled == "invoice":
        update(change, {"invoice": _bill_now(found, change, seen).pk}, authorised=BY_CHANGE)
    elif seen.settled == "credit":
        invoice = _invoice_of(found)
        if invoice is not None:
            note = credit_net(invoice, words_of(change), -seen.amount, change.line, seen.effective_on)
            update(change, {"credit_note": note.pk}, authorised=BY_CHANGE)


def _bill_now(found: Any, change: Any, seen: Preview) -> Any:
    module = registry.module("billing.Invoice")
    names = [name for name in HEADER if name in module.fields and name not in FLAT]
    values = {name: getattr(found, found._meta.get_field(name).attname) for name in names} | FLAT
    values |= {"subject": words_of(change)[:255], "date": seen.effective_on, "payment_days": found.payment_days,
               "includes_tax": False}  # fmt: skip
    line = change.line
    line.refresh_from_db()
    lines = [{"kind": Kind.ITEM, "name": words_of(change)[:255], "quantity": 1, "price": seen.amount, "taxes": line.taxes,
              "tax_rules": line.tax_rules, "service": line.service_id}]  # fmt: skip
    made = create(module.model, values, lines=lines, authorised=AS_AGREED)
    invoice = update(made, {"status": "issued"}, authorised=BY_RUN)
    assert seen.period is not None
    days = seen.period.since(seen.effective_on)
    create(SubscriptionPeriod, settled(found, None, Outcome.UPGRADE, invoice, days), authorised=BY_RUN)
    create(Transaction, charged(found, invoice, None), authorised=BY_RUN)
    return invoice


def _invoice_of(found: Any) -> Any:
    """That of the period that runs."""
    rows = SubscriptionPeriod._base_manager.filter(
        subscription=found.pk, period=found.next_number - 1, trashed_at=None
    )
    row = rows.select_related("invoice").first()
    return row.invoice if row else None
