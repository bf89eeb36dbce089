"""Settling of invoices: by payments and credit notes. How both pay stands in kits/paying/settling.py."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import may, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, create, write
from relasi.kits.paying.settling import SETTLED, Settling, refused, sums_of
from relasi.kits.pipeline.days import today
from relasi.kits.trade.figures import ZERO


class InvoiceSettling(Settling):
    debt, name, party, payment = "billing.Invoice", "invoice", "account", "billing.Payment"
    states = ("issued", "partly_paid", "paid")
    payers = {
        "billing.Payment": ("billing.PaymentPart", "payment", "unallocated"),
        "billing.CreditNote": ("billing.CreditPart", "credit_note", "available"),
    }
    choose_one = _("Choose the invoice.")
    of_another = _("This invoice is of another customer.")
    in_another_currency = _("This invoice is in another currency.")
    not_owed = _("Only an issued invoice can be paid.")
    none_open = _("This customer has no open invoice in this currency.")
    pays_nothing = _("It pays nothing of this invoice.")

    def given(self, payer: Any, debt: Any) -> Decimal:
        """What a payment of the very amount that was told may lack: the transfer code that took some rupiah off."""
        is_told = hasattr(payer, "unallocated") and payer.unallocated == debt.balance + debt.code_now
        return Decimal(-debt.code_now) if is_told and debt.code_now < 0 else ZERO

    def in_order(self, payer: Any, debts: Iterable[Any]) -> list[Any]:
        first = getattr(payer, "invoice_id", None)  # a credit note begins with the invoice it came from
        found = sorted(debts, key=lambda one: (one.pk != first, one.due_date, one.pk))
        # An amount that was told to one invoice's customer is meant for it, however old the others are.
        left = self.left(payer)
        found.sort(key=lambda one: not one.transfer_code or left != one.transfer_amount)
        return found


SIDE = InvoiceSettling()
OWED = SIDE.states
allocate, spread, release, receive = SIDE.allocate, SIDE.spread, SIDE.release, SIDE.pay


def _model(name: str) -> Any:
    return registry.module(f"billing.{name}").model


def hold(account: int, currency: str, values: dict[str, Any]) -> Any:
    """A payment of this customer that pays nothing yet. Raises Refused."""
    found = visible_to(acting_user(), registry.module("customers.Account").model).filter(pk=account).exists()
    if not found:
        raise refused("account", "REQUIRED", _("Choose the customer."))
    return create(_model("Payment"), {"account": account, "currency": currency, **values})


def refund(note: Any, values: dict[str, Any]) -> Any:
    """Money back to the customer for what is left of the note. Raises Refused."""
    with transaction.atomic():
        note = SIDE.locked(note)
        if not may(acting_user(), "create", registry.module("billing.Payment")):
            raise refused("", "NO_PERMISSION", _("You may not create this."))
        given = {name: value for name, value in values.items() if value not in (None, "")}
        amount = SIDE.asked_amount(given.get("amount"), note.available)
        if amount > note.available:
            raise refused("amount", "OVER_ALLOCATED", _("That is more than what is left."))
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
    paid = Q(payment__trashed_at=None, payment__status="recorded")
    credit = Q(credit_note__trashed_at=None) & ~Q(credit_note__status="void")
    SIDE.settle(ids, {
        "received": sums_of(_model("PaymentPart"), "invoice", ids, paid),
        "credited": sums_of(_model("CreditPart"), "invoice", ids, credit),
    })  # fmt: skip


def settle_payments(ids: Iterable[int]) -> None:
    """How much of these payments is allocated."""
    ids = sorted(set(ids))
    sums = sums_of(_model("PaymentPart"), "payment", ids, Q())
    given = sums_of(_model("PaymentPart"), "payment", ids, Q(given__gt=0), "given")
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
    applied = sums_of(_model("CreditPart"), "credit_note", ids, Q())
    refunded = sums_of(_model("Payment"), "credit_note", ids, Q(status="recorded"))
    drafts = []
    for note in _model("CreditNote")._base_manager.filter(pk__in=ids, trashed_at=None).exclude(status="void"):
        used, back = applied.get(note.pk, ZERO), refunded.get(note.pk, ZERO)
        status = "open" if not used + back else "partly" if note.payable - used - back else "fully"
        drafts.append(Draft({"applied": used, "refunded": back, "status": status}, id=note.pk))
    if drafts:
        write(registry.module("billing.CreditNote"), drafts, authorised=SETTLED)
