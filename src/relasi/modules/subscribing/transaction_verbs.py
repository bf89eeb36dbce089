"""Verbs of a transaction: money is recorded, tried again, matched, or paid back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.company import company
from relasi.engine.access.door import fields_for, may, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import create, update
from relasi.kits.pipeline.days import today
from relasi.modules.subscribing.credits import credit_whole
from relasi.modules.subscribing.subscription_settings import SubscriptionSettings

BY_VERB = "a verb of the transaction"
PAYING = {"transfer": "transfer", "va": "va", "qris": "qris", "card": "card", "cash": "cash"}


def refused(field: str, code: str, sentence: Any) -> Refused:
    return Refused([Refusal(field, code, sentence)])


def check_by_hand(found: Any) -> None:
    """What a person may enter: a payment of an invoice of this subscription. Raises Refusal."""
    if found.invoice_id is None:
        raise Refusal("invoice", "REQUIRED", _("Choose the invoice."))
    if not found.amount or found.amount <= 0:
        raise Refusal("amount", "OUT_OF_RANGE", _("This must be more than zero."))
    rows = type(found.subscription)._meta.get_field("periods").related_model._base_manager
    if not rows.filter(
        subscription=found.subscription_id, invoice=found.invoice_id, trashed_at=None
    ).exists():
        raise Refusal("invoice", "BAD_REFERENCE", _("This invoice belongs to another subscription."))


def _held(found: Any) -> Any:
    """The transaction, held; its invoice before it, as everybody does who books. Raises Refused."""
    if found.invoice_id is not None:
        invoice = registry.module("billing.Invoice").model
        invoice._base_manager.select_for_update(of=("self",)).get(pk=found.invoice_id)
    record = type(found)._base_manager.select_for_update(of=("self",)).get(pk=found.pk)
    if not may(acting_user(), "edit", registry.of(record), record):
        raise refused("", "NO_PERMISSION", _("You may not change this record."))
    return record


def blank_receipt(found: Any) -> Any:
    shown = _shown(found)
    amount = found.invoice.balance if found.kind != "payment" and found.invoice_id else found.amount
    return type(found)(
        paid_on=(found.paid_on if "paid_on" in shown else None) or today(),
        amount=amount if {"amount", "invoice"} <= shown else None,
        method=_usual(found) if "method" in shown else "transfer",
        reference=found.reference if "reference" in shown else None, currency=found.currency,
    )  # fmt: skip


def _shown(record: Any) -> set[str]:
    """The fields of which this person may be told."""
    return set(fields_for(acting_user(), "view", registry.of(record)))


def _usual(found: Any) -> str:
    return "transfer" if found.method == "autodebit" else str(found.method)


def receive(
    found: Any, paid_on: Any = None, amount: Any = None, method: Any = None, reference: Any = None
) -> Any:
    """Money for its invoice came in: recorded as a payment. Raises Refused."""
    with transaction.atomic():
        record = _held(found)
        if record.payment_id is not None or record.status not in ("pending", "failed"):
            raise refused("status", "INVALID_TRANSITION", _("It is settled already."))
        money = _money(found, amount)
        _check_second_person(record, money)
        values = {
            "account": record.account_id, "currency": record.currency, "rate": record.invoice.rate, "amount": money,
            "date": paid_on or today(), "method": PAYING.get(str(method or record.method), "other"),
            "reference": reference or record.reference,
        }  # fmt: skip
        payment = create(registry.module("billing.Payment").model, values)
        if record.kind == "payment":
            given = {"payment": payment.pk, "amount": money, "status": "succeeded", "paid_on": payment.date}
            update(record, given, authorised=BY_VERB)
        payment.allocate(record.invoice_id)
    found.refresh_from_db()
    return found


def _check_second_person(record: Any, money: Decimal) -> None:
    """Above the limit of the settings whoever entered it does not confirm it as well."""
    limit = SubscriptionSettings.now().second_person_above
    if limit is None or money * (record.subscription.rate or 1) <= limit:
        return
    if record.kind != "payment" or record.created_by_id == getattr(acting_user(), "pk", None):
        sentence = _(
            "Above the limit one person enters the payment as a transaction, and another one confirms it."
        )
        raise refused("amount", "NO_PERMISSION", sentence)


def _money(found: Any, raw: Any) -> Decimal:
    field = found._meta.get_field("amount")
    try:
        amount: Any = kind_of(field).parse(raw, current_reader()) if raw not in (None, "") else None
    except Invalid as wrong:
        raise refused("amount", wrong.code, wrong.message) from None
    if amount is None or amount <= 0:
        raise refused("amount", "OUT_OF_RANGE", _("This must be more than zero."))
    return Decimal(amount)


def charge_now(found: Any) -> Any:
    """A job charges it within seconds."""
    from relasi.modules.subscribing.jobs import charge_one

    with transaction.atomic():
        record = update(_held(found), {"due": found.subscription.today()}, authorised=BY_VERB)
        charge_one.defer(transaction=record.pk)
    return record


def retry(found: Any) -> Any:
    """Another try now, beside those that are planned. Raises Refused."""
    from relasi.modules.subscribing.following import plan_try

    with transaction.atomic():
        record = _held(found)
        tries = type(record)._base_manager.filter(invoice=record.invoice_id, trashed_at=None)
        waiting = tries.filter(status="pending", kind__in=["charge", "retry"]).order_by("pk").first()
        if record.invoice.balance <= 0 or tries.filter(status="processing").exists():
            raise refused("status", "INVALID_TRANSITION", _("There is nothing to charge now."))
        last = tries.filter(kind__in=["charge", "retry"]).order_by("-attempt")[0]
        return charge_now(waiting or plan_try(last, record.invoice, record.subscription.today()))


def blank_refund(found: Any) -> Any:
    amount = found.refundable if {"amount", "refunded"} <= _shown(found) else None
    return type(found)(amount=amount, currency=found.currency)


def refund(found: Any, amount: Any = None, note: Any = None) -> Any:
    """Money back: a credit note of the invoice that is paid back, and a transaction of its own. Raises Refused."""
    with transaction.atomic():
        record = _held(found)
        money = _money(record, amount)
        if money > record.refundable:
            raise refused("amount", "OUT_OF_RANGE", _("That is more than what can be refunded."))
        _check_may_refund()
        if record.invoice_id is None:
            raise refused("invoice", "REQUIRED", _("Match it with an invoice first."))
        with translation.override(company().language):
            words = gettext("Refund of %(number)s") % {"number": record.number}
        credit = credit_whole(record.invoice, words, money)
        credit.refund(amount=money, reference=record.number)
        left = record.amount - record.refunded - money
        values = {"refunded": record.refunded + money, "status": "partly_refunded" if left else "refunded"}
        update(record, values, authorised=BY_VERB)
        given = {
            "subscription": record.subscription_id, "invoice": record.invoice_id, "kind": "refund", "amount": money,
            "status": "succeeded", "method": _usual(record), "paid_on": today(), "note": note, "owner": record.owner_id,
            "reference": credit.number,
        }  # fmt: skip
        create(type(record), given, authorised=BY_VERB)
    found.refresh_from_db()
    return found


def _check_may_refund() -> None:
    """Who refunds writes a credit note and a payment, so they must be allowed both."""
    for name in ("billing.CreditNote", "billing.Payment"):
        if not may(acting_user(), "create", registry.module(name)):
            raise refused("", "NO_PERMISSION", _("You may not create this."))


def match(found: Any, invoice: Any = None) -> Any:
    """What fits no invoice pays this one. Raises Refused."""
    model = registry.module("billing.Invoice").model
    with transaction.atomic():
        owed = visible_to(acting_user(), model).filter(pk=getattr(invoice, "pk", invoice) or 0).first()
        if owed is None:
            raise refused("invoice", "REQUIRED", _("Choose the invoice."))
        record = _held(found)
        if record.payment_id is None or record.invoice_id is not None:
            raise refused("status", "INVALID_TRANSITION", _("It is matched already."))
        update(record, {"invoice": owed.pk}, authorised=BY_VERB)
        record.payment.allocate(owed.pk)
    found.refresh_from_db()
    return found


def reconcile(found: Any) -> Any:
    return update(_held(found), {"reconciled": True}, authorised=BY_VERB)


def dispute(found: Any) -> Any:
    with transaction.atomic():
        record = update(_held(found), {"status": "disputed"}, authorised=BY_VERB)
        if record.invoice_id:
            update(record.invoice, {"disputed": True}, authorised=BY_VERB)
    return record


def win_dispute(found: Any) -> Any:
    with transaction.atomic():
        record = _held(found)
        if record.invoice_id:
            update(record.invoice, {"disputed": False}, authorised=BY_VERB)
        return update(record, {"status": "succeeded"}, authorised=BY_VERB)
