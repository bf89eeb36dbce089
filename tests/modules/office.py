"""Office: people who do whatever comes to their mind with everything that is sold, bought, moved and paid."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import Undone, revert
from relasi.engine.records.write import create, restore, trash, update
from relasi.kits.paying.gathering import gather_all
from relasi.kits.pipeline.days import today
from relasi.kits.trade.conversion import convert
from relasi.kits.trade.taking import ways_from
from relasi.modules.billing.credit_note import CreditNote, CreditPart
from relasi.modules.billing.customer_sum import KEPT as CUSTOMERS
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.payment import Payment, PaymentPart
from relasi.modules.inventory.delivery_note import DeliveryNote
from relasi.modules.inventory.stock_adjustment import StockAdjustment
from relasi.modules.purchasing.bill import Bill
from relasi.modules.purchasing.purchase_order import PurchaseOrder
from relasi.modules.purchasing.receipt_note import ReceiptNote
from relasi.modules.purchasing.vendor_payment import VendorPayment, VendorPaymentPart
from relasi.modules.purchasing.vendor_sum import KEPT as VENDORS
from relasi.modules.sales.quote import Quote
from relasi.modules.sales.sales_order import SalesOrder
from tests.make import again, make
from tests.modules import buying, stocking, trading
from tests.modules.trading import document, thing
from tests.tying import everything_ties_out

DOCUMENTS = (Quote, SalesOrder, DeliveryNote, Invoice, CreditNote, PurchaseOrder, ReceiptNote, Bill)
SOURCES = (Quote, SalesOrder, PurchaseOrder, DeliveryNote, Invoice)
PAYING = ((Payment, Invoice), (VendorPayment, Bill), (CreditNote, Invoice))
RELEASED = ((PaymentPart, "payment"), (VendorPaymentPart, "payment"), (CreditPart, "credit_note"))
TRIED = 6  # records, for one that is in a state for the act
MONEY = (Payment, VendorPayment)
KINDS = (*DOCUMENTS, *MONEY, StockAdjustment)
# What moves on the way to the money comes first and twice, so that stories get there.
FORWARD = [
    (Quote, "send"), (Quote, "accept"), (SalesOrder, "approve"), (DeliveryNote, "deliver"), (Invoice, "issue"),
    (PurchaseOrder, "approve"), (ReceiptNote, "receive"), (Bill, "approve"), (Payment, "spread"),
    (VendorPayment, "spread"), (CreditNote, "spread"),
]  # fmt: skip
SIDEWAYS = [
    (Quote, "reject"), (Quote, "withdraw"), (Quote, "revise"), (SalesOrder, "close"), (SalesOrder, "cancel"),
    (SalesOrder, "invoice"), (SalesOrder, "deliver"), (DeliveryNote, "dispatch"), (DeliveryNote, "reopen"),
    (DeliveryNote, "cancel"), (DeliveryNote, "invoice"), (Invoice, "cancel"), (Invoice, "credit"),
    (CreditNote, "void"), (Payment, "reverse"), (PurchaseOrder, "send"), (PurchaseOrder, "amend"),
    (PurchaseOrder, "close"), (PurchaseOrder, "close_short"), (PurchaseOrder, "cancel"), (ReceiptNote, "inspect"),
    (ReceiptNote, "reopen"), (ReceiptNote, "cancel"), (Bill, "cancel"), (Bill, "accept_variance"),
    (VendorPayment, "reverse"), (CreditNote, "take_in"), (CreditNote, "take_in"),
]  # fmt: skip
REASONED = {"reject", "cancel", "void", "reverse", "close_short", "accept_variance"}
# Besides an act itself: sold or bought anew, converted twice as often as anything else, money moved.
ACTS = (
    "sell", "buy", "convert", "convert", "forward", "forward", "forward", "sideways", "pay", "pay", "allocate",
    "release", "refund", "count", "edit", "trash", "restore", "undo", "undo", "gather",
)  # fmt: skip


class Office:
    """people: whoever acts. acts: the change sets left behind, undos among them."""

    def __init__(self, people: list[Any]) -> None:
        self.people = people
        with acting(people[0]):
            self.account = make("customers.Account")
            self.vendor = buying.approved_vendor()
            self.products = [stocking.goods(20), stocking.goods(7)]
        close_change_set()
        self.acts: list[int] = []

    def do(self, who: int, what: str, which: int, n: int) -> None:
        """One act of one person, whole or not at all."""
        with acting(self.people[who % len(self.people)]) as stretch:
            try:
                with transaction.atomic():
                    found = getattr(self, f"do_{what}")(which, n)
            except Refused:
                return
            made = found.change_set if isinstance(found, Undone) else stretch.change_set
        if made and ChangeSet.objects.filter(pk=made).exists():
            self.acts.append(made)

    def pick(self, model: Any, which: int, **fits: Any) -> Any:
        rows = list(model._base_manager.filter(**fits).order_by("pk"))
        return rows[-1 - which % len(rows)] if rows else None

    def first_that_may(self, models: Iterable[Any], which: int, call: Callable[[Any], Any]) -> bool:
        """Does it to the first record that is in a state for it, beginning anywhere. Whether there was one."""
        rows = [
            row for model in models for row in model._base_manager.filter(trashed_at=None).order_by("-pk")
        ]
        for place in range(min(len(rows), TRIED)):
            with suppress(Refused), transaction.atomic():
                call(rows[(which + place) % len(rows)])
                return True
        return False

    def lines(self, n: int) -> list[dict[str, Any]]:
        taxes: dict[str, Any] = {"taxes": ["PPN"]} if n % 5 == 0 else {}
        found = [
            stocking.of(self.products[0], 1 + n % 7, **taxes),
            stocking.of(self.products[1], 1 + n % 4, **taxes),
            thing(333, 3, discount_amount=100),
        ]
        return found[: 1 + n % 3]

    def terms(self, n: int) -> dict[str, Any]:
        return {"shipping": 55 * (n % 2), **([{}, {"discount_amount": 7}, {"discount_percent": 10}][n % 3])}

    def do_gather(self, which: int, n: int) -> None:
        """What a job does now and then, on this day or another."""
        for kept in (CUSTOMERS, VENDORS):
            gather_all(kept, today() - timedelta(days=n - 30))

    def do_sell(self, which: int, n: int) -> None:
        model = Invoice if which % 5 == 0 else SalesOrder if which % 2 else Quote
        document(model, *self.lines(n), account=self.account, **self.terms(which))

    def do_buy(self, which: int, n: int) -> None:
        if which % 4:
            buying.purchase(*self.lines(n), vendor=self.vendor, **self.terms(which))
        else:
            buying.bill(*self.lines(n), vendor=self.vendor)

    def do_convert(self, which: int, n: int) -> None:
        """The whole, or a part of each line."""
        at = n % len(SOURCES)
        self.first_that_may(
            (*SOURCES[at:], *SOURCES[:at]), which, lambda source: _convert(source, which, whole=n % 3 == 0)
        )

    def _step(self, model: Any, verb: str, which: int) -> bool:
        more = ["x"] if verb in REASONED else []
        return self.first_that_may([model], which, lambda record: getattr(record, verb)(*more))

    def do_forward(self, which: int, n: int) -> None:
        """The first step that can be made, beginning anywhere."""
        at = n % len(FORWARD)
        any(self._step(*step, which) for step in (*FORWARD[at:], *FORWARD[:at]))

    def do_sideways(self, which: int, n: int) -> None:
        self._step(*SIDEWAYS[n % len(SIDEWAYS)], which)

    def do_pay(self, which: int, n: int) -> None:
        if n % 5:
            self.first_that_may(
                [(Invoice, Bill)[n % 2]],
                which,
                lambda debt: debt.pay(None, debt.balance if n % 3 else 50 * n + 1),
            )
        elif n % 2:
            trading.paid(self.account, 100 * n + 1)
        else:
            create(VendorPayment, {"vendor": self.vendor.pk, "amount": 100 * n + 1, "date": "2026-10-05"})

    def do_allocate(self, which: int, n: int) -> None:
        model, target = PAYING[n % 3]
        debts = list(target._base_manager.filter(trashed_at=None, balance__gt=0).order_by("pk"))
        if debts:
            debt = debts[n % len(debts)].pk
            verb = "apply" if model is CreditNote else "allocate"
            self.first_that_may([model], which, lambda payer: getattr(payer, verb)(debt, 30 * n + 1))

    def do_release(self, which: int, n: int) -> None:
        model, name = RELEASED[n % 3]
        part = self.pick(model, which, trashed_at=None)
        if part is not None:
            getattr(part, name).release(part.bill_id if model is VendorPaymentPart else part.invoice_id)

    def do_refund(self, which: int, n: int) -> None:
        self.first_that_may([CreditNote], which, lambda note: note.refund(None, 30 * n + 1))

    def do_count(self, which: int, n: int) -> None:
        stocking.counted(self.products[which % 2], n)

    def do_edit(self, which: int, n: int) -> None:
        """Another quantity on the first line; sometimes the others go, or the terms change."""

        def edit(record: Any) -> None:
            first, *others = record.lines_in_order()
            terms = self.terms(n) if which % 2 and hasattr(record, "shipping") else {}
            rest = [{"id": one.pk} for one in others] if which % 4 else []
            update(record, terms, lines=[{"id": first.pk, "quantity": 1 + which % 9}, *rest])

        self.first_that_may([DOCUMENTS[n % len(DOCUMENTS)]], which, edit)

    def do_trash(self, which: int, n: int) -> None:
        self.first_that_may([KINDS[n % len(KINDS)]], which, lambda one: trash(type(one), [one.pk]))

    def do_restore(self, which: int, n: int) -> None:
        """With number and lines as they were."""
        found = [m for m in KINDS if m._base_manager.filter(trashed_at__isnull=False).exists()]
        record = self.pick(found[n % len(found)], which, trashed_at__isnull=False) if found else None
        if record is not None:
            before = _lines(record)
            restore(type(record), [record.pk])
            assert (again(record).number, _lines(record)) == (record.number, before)

    def do_undo(self, which: int, n: int) -> Undone | None:
        if self.acts:
            return revert(ChangeSet.objects.get(pk=self.acts[-1 - which % len(self.acts)]))
        return None


def _convert(source: Any, which: int, *, whole: bool) -> Any:
    ways = [way for way in ways_from(source) if way.document.model in DOCUMENTS]
    target = ways[which % len(ways)].document.model
    more = {"vendor_invoice_number": f"F-{Bill._base_manager.count()}"} if target is Bill else {}
    items = [line for line in source.lines_in_order() if line.is_item]
    part = {line.pk: Decimal((which + place) % 4) for place, line in enumerate(items)}
    return convert(source, target, None if whole else part, **more)


def _lines(record: Any) -> list[Any]:
    return (
        [(one.pk, one.quantity) for one in record.lines_in_order()]
        if registry.of(record).lines_module
        else []
    )


CHECKS: tuple[Callable[[], None], ...] = (
    everything_ties_out, trading.is_sound, buying.is_sound, stocking.stock_is_sound,
)  # fmt: skip


def all_is_sound() -> None:
    for check in CHECKS:
        check()
