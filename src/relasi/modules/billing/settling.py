"""Settling: payments and credit notes against invoices. Every balance is worked out from what stands, never moved by hand.

A *payer* is a payment or a credit note; its parts say which invoices it pays.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import may, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, create, trash, write
from relasi.kits.pipeline.days import today
from relasi.kits.trade.figures import ZERO
from relasi.modules.billing.closed_period import check_open_period

SETTLED = "balances follow payments and credits"
OWED = ("issued", "partly_paid", "paid")


def _model(name: str) -> Any:
    return registry.module(f"billing.{name}").model


def _part_of(payer: Any) -> tuple[Any, str]:
    """The class of its parts and their reference to it."""
    if isinstance(payer, _model("Payment")):
        return _model("PaymentPart"), "payment"
    return _model("CreditPart"), "credit_note"


def _left(payer: Any) -> Decimal:
    return payer.unallocated if hasattr(payer, "unallocated") else payer.available


def _refuse(field: str, code: str, message: Any) -> Refused:
    return Refused([Refusal(field, code, message)])


def open_today() -> None:
    """Raises Refused when the books are closed for today already."""
    try:
        check_open_period(today(), "")
    except Refusal as refusal:
        raise Refused([refusal]) from None


def _locked(payer: Any) -> Any:
    """The payer as it stands, held until this transaction ends. Raises Refused for who may not change it."""
    record = type(payer)._base_manager.select_for_update().get(pk=payer.pk)
    if not may(acting_user(), "edit", registry.of(record), record):
        raise _refuse("", "NO_PERMISSION", _("You may not change this record."))
    return record


def _asked_amount(raw: Any, otherwise: Decimal) -> Decimal:
    """Raises Refused."""
    field = _model("PaymentPart")._meta.get_field("amount")
    try:
        amount = kind_of(field).parse(raw, current_reader()) if raw not in (None, "") else otherwise
    except Invalid as wrong:
        raise _refuse("amount", wrong.code, wrong.message) from None
    if amount <= 0:
        raise _refuse("amount", "OUT_OF_RANGE", _("This must be more than zero."))
    return amount


def _id_of(raw: Any) -> int:
    id = str(raw.pk if isinstance(raw, models.Model) else raw or "")
    return int(id) if id.isascii() and id.isdigit() and len(id) < 19 else 0


def _asked_invoice(raw: Any, payer: Any) -> Any:
    """The invoice, locked. Raises Refused."""
    id = _id_of(raw)
    found = visible_to(acting_user(), _model("Invoice")).filter(pk=id).exists()
    invoice = _model("Invoice")._base_manager.select_for_update().get(pk=id) if found else None
    if invoice is None:
        raise _refuse("invoice", "REQUIRED", _("Choose the invoice."))
    if invoice.account_id != payer.account_id:
        raise _refuse("invoice", "BAD_REFERENCE", _("This invoice is of another customer."))
    if invoice.currency != payer.currency:
        raise _refuse("invoice", "BAD_REFERENCE", _("This invoice is in another currency."))
    if invoice.status not in OWED:
        raise _refuse("invoice", "INVALID_TRANSITION", _("Only an issued invoice can be paid."))
    return invoice


def allocate(payer: Any, invoice: Any, amount: Any = None) -> Any:
    """So much of the payer pays the invoice; as much as both allow without an amount. Raises Refused."""
    with transaction.atomic():
        payer = _locked(payer)
        open_today()
        invoice = _asked_invoice(invoice, payer)
        given = _given_by_code(payer, invoice) if amount in (None, "") else ZERO
        wanted = _asked_amount(amount, min(_left(payer) + given, invoice.balance))
        if wanted > _left(payer) + given:
            raise _refuse("amount", "OVER_ALLOCATED", _("That is more than what is left."))
        if wanted > invoice.balance:
            raise _refuse("amount", "OVER_ALLOCATED", _("That is more than what is still to be paid."))
        _add_parts(payer, [(invoice.pk, wanted, given)])
    payer.refresh_from_db()
    return payer


def _given_by_code(payer: Any, invoice: Any) -> Decimal:
    """What a payment of the very amount that was told may lack: the transfer code that took some rupiah off."""
    is_told = hasattr(payer, "unallocated") and payer.unallocated == invoice.balance + invoice.code_now
    return Decimal(-invoice.code_now) if is_told and invoice.code_now < 0 else ZERO


def _add_parts(payer: Any, amounts: list[tuple[int, Decimal, Decimal]]) -> None:
    """amounts: (invoice, how much of it is paid, how much of that the transfer code took off)."""
    model, by = _part_of(payer)
    drafts = [
        Draft({by: payer.pk, "invoice": id, "amount": amount, **({"given": given} if given else {})})
        for id, amount, given in amounts
    ]
    write(registry.of(model), drafts, authorised="paying invoices")


def spread(payer: Any) -> Any:
    """What is left pays the open invoices of the customer, the oldest first. Raises Refused when there is none."""
    with transaction.atomic():
        payer = _locked(payer)
        open_today()
        left, amounts = _left(payer), list[tuple[int, Decimal, Decimal]]()
        rows = visible_to(acting_user(), _model("Invoice")).filter(
            account=payer.account_id, currency=payer.currency, status__in=OWED, balance__gt=0
        )
        ids = list(rows.values_list("pk", flat=True))
        held = {
            one.pk: one
            for one in _model("Invoice")._base_manager.select_for_update().filter(pk__in=ids).order_by("pk")
        }
        first = getattr(payer, "invoice_id", None)  # a credit note begins with the invoice it came from
        in_order = sorted(held.values(), key=lambda one: (one.pk != first, one.due_date, one.pk))
        # An amount that was told to one invoice's customer is meant for it, however old the others are.
        in_order.sort(key=lambda one: not one.transfer_code or left != one.transfer_amount)
        for invoice in in_order:
            given = ZERO if amounts else _given_by_code(payer, invoice)
            part = min(left + given, invoice.balance)
            if part > 0:
                amounts.append((invoice.pk, part, given))
                left -= part - given
        if not amounts:
            raise _refuse("", "INVALID_TRANSITION", _("This customer has no open invoice in this currency."))
        _add_parts(payer, amounts)
    payer.refresh_from_db()
    return payer


def release(payer: Any, invoice: Any) -> Any:
    """What the payer paid of this invoice is free again. Raises Refused."""
    with transaction.atomic():
        payer = _locked(payer)
        open_today()
        model, by = _part_of(payer)
        parts = model._base_manager.filter(**{by: payer.pk}, invoice=_id_of(invoice), trashed_at=None)
        ids = list(parts.values_list("pk", flat=True))
        if not ids:
            raise _refuse("invoice", "BAD_REFERENCE", _("It pays nothing of this invoice."))
        trash(model, ids, authorised="taking a payment off an invoice")
    payer.refresh_from_db()
    return payer


def receive(invoice: Any, values: dict[str, Any]) -> Any:
    """A payment of this invoice's customer that pays it; what is more stays with the payment. Raises Refused."""
    with transaction.atomic():
        invoice = _model("Invoice")._base_manager.select_for_update().get(pk=invoice.pk)
        given = {name: value for name, value in values.items() if value not in (None, "")}
        amount = _asked_amount(given.get("amount"), invoice.balance)
        given |= {
            "amount": amount,
            "account": invoice.account_id,
            "currency": invoice.currency,
            "rate": invoice.rate,
        }
        payment = create(_model("Payment"), {"date": today(), **given})
        return allocate(payment, invoice)


def refund(note: Any, values: dict[str, Any]) -> Any:
    """Money back to the customer for what is left of the note. Raises Refused."""
    with transaction.atomic():
        note = _locked(note)
        if not may(acting_user(), "create", registry.module("billing.Payment")):
            raise _refuse("", "NO_PERMISSION", _("You may not create this."))
        given = {name: value for name, value in values.items() if value not in (None, "")}
        amount = _asked_amount(given.get("amount"), note.available)
        if amount > note.available:
            raise _refuse("amount", "OVER_ALLOCATED", _("That is more than what is left."))
        given |= {"amount": amount, "account": note.account_id, "currency": note.currency, "rate": note.rate,
                  "direction": "out", "credit_note": note.pk}  # fmt: skip
        payment = create(
            _model("Payment"), {"date": today(), **given}, authorised="paying back a credit note"
        )
    note.refresh_from_db()
    return payment


# What follows from payments, credits and their parts, whoever wrote, trashed, restored or undid them.
def settle_invoices(ids: Iterable[int]) -> None:
    """Received, credited and the state of these invoices, from the parts that stand."""
    ids = sorted(set(ids))
    paid = _sums(
        _model("PaymentPart"), "invoice", ids, Q(payment__trashed_at=None, payment__status="recorded")
    )
    credit = _sums(
        _model("CreditPart"), "invoice", ids, Q(credit_note__trashed_at=None) & ~Q(credit_note__status="void")
    )
    drafts = []
    for invoice in _model("Invoice")._base_manager.filter(pk__in=ids, status__in=OWED, trashed_at=None):
        received, credited = paid.get(invoice.pk, ZERO), credit.get(invoice.pk, ZERO)
        left = invoice.payable - received - credited
        status = "issued" if not received + credited else "partly_paid" if left else "paid"
        drafts.append(Draft({"received": received, "credited": credited, "status": status}, id=invoice.pk))
    if drafts:
        write(registry.module("billing.Invoice"), drafts, authorised=SETTLED)


def settle_payments(ids: Iterable[int]) -> None:
    """How much of these payments is allocated."""
    ids = sorted(set(ids))
    sums = _sums(_model("PaymentPart"), "payment", ids, Q())
    given = _sums(_model("PaymentPart"), "payment", ids, Q(given__gt=0), "given")
    rows = _model("Payment")._base_manager.filter(
        pk__in=ids, trashed_at=None, status="recorded", direction="in"
    )
    drafts = [
        Draft({"allocated": sums.get(id, ZERO), "given": given.get(id, ZERO)}, id=id)
        for id in rows.values_list("pk", flat=True)
    ]
    if drafts:
        write(registry.module("billing.Payment"), drafts, authorised=SETTLED)


def settle_notes(ids: Iterable[int]) -> None:
    """Applied, paid back and the state of these credit notes."""
    ids = sorted(set(ids))
    applied = _sums(_model("CreditPart"), "credit_note", ids, Q())
    refunded = _sums(_model("Payment"), "credit_note", ids, Q(status="recorded"))
    drafts = []
    for note in _model("CreditNote")._base_manager.filter(pk__in=ids, trashed_at=None).exclude(status="void"):
        used, back = applied.get(note.pk, ZERO), refunded.get(note.pk, ZERO)
        status = "open" if not used + back else "partly" if note.payable - used - back else "fully"
        drafts.append(Draft({"applied": used, "refunded": back, "status": status}, id=note.pk))
    if drafts:
        write(registry.module("billing.CreditNote"), drafts, authorised=SETTLED)


def _sums(model: Any, by: str, ids: list[int], standing: Q, what: str = "amount") -> dict[int, Decimal]:
    rows = model._base_manager.filter(standing, trashed_at=None, **{f"{by}__in": ids})
    return dict(rows.values_list(f"{by}_id").annotate(Sum(what)))
