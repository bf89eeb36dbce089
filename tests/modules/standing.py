"""Standing: of every module with a table of states a record in each state, however long the way there would be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create
from relasi.kits.trade.conversion import convert
from relasi.kits.trade.flow import Flow
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.recurring_invoice import RecurringInvoice
from relasi.modules.inventory.delivery_note import DeliveryNote
from relasi.modules.purchasing.purchase_return import PurchaseReturn
from relasi.modules.purchasing.receipt_note import ReceiptNote
from relasi.modules.sales.quote import Quote
from relasi.modules.sales.sales_order import SalesOrder
from relasi.modules.subscribing.transaction import Transaction
from tests.make import make
from tests.modules import buying, subscribing
from tests.modules.stocking import goods, of
from tests.modules.trading import approved, document, issued, line_of


def flow_of(module: Module) -> Flow | None:
    """The table its database insists on, which stands on the model or beside it."""
    if f"{module.table}_transition" not in getattr(module.model, "violations", {}):
        return getattr(module.model, "flow", None)
    return getattr(module.model, "flow", None) or sys.modules[module.model.__module__].FLOW


FLOWS: dict[str, Flow] = {module.key: flow for module in registry if (flow := flow_of(module)) is not None}


def states_of(key: str) -> list[str]:
    return [str(option.key) for option in registry.module(key).fields["status"].options]


@dataclass
class World:
    """records: module key -> state -> the record that stands in it."""

    admin: Any
    records: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account = make("customers.Account")
        self.contact = make("customers.Contact", account=self.account, email="budi@maju.example")
        self.vendor = buying.approved_vendor()
        self.product = goods(50)
        self.order = approved(of(self.product, 40), account=self.account)
        self.invoice = issued(of(self.product, 20), account=self.account)
        self.purchase = buying.ordered(of(self.product, 40), vendor=self.vendor)
        self.receipt = part(self.purchase, ReceiptNote, 20).receive()
        self.subscription = subscribing.subscription(account=self.account, contact=self.contact)
        for key in FLOWS:
            if key in MAKERS:
                self.records[key] = {state: self.standing(key, state) for state in states_of(key)}

    def standing(self, key: str, state: str) -> Any:
        """A record in that state, however long the way there is."""
        record = MAKERS[key](self)
        more = "".join(f", {column} = {sql}" for column, sql in ASKED_FOR.get(key, {}).get(state, {}).items())
        with past_triggers() as cursor:
            cursor.execute(
                f"UPDATE {record._meta.db_table} SET status = %s{more} WHERE id = %s", [state, record.pk]
            )
        return type(record)._base_manager.get(pk=record.pk)


@contextmanager
def past_triggers() -> Iterator[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def part(source: Any, target: Any, quantity: int = 1, **values: Any) -> Any:
    return convert(source, target, {line_of(source).pk: Decimal(quantity)}, **values)


def recurring(world: World) -> Any:
    order = approved(account=world.account)
    return create(RecurringInvoice, {"subject": "Sewa", "sales_order": order.pk, "start": "2030-01-31"})


MAKERS: dict[str, Callable[[World], Any]] = {
    "sales.quote": lambda w: document(Quote, account=w.account),
    "sales.salesorder": lambda w: document(SalesOrder, account=w.account),
    "billing.invoice": lambda w: document(Invoice, account=w.account),
    "billing.creditnote": lambda w: part(w.invoice, CreditNote),
    "billing.recurringinvoice": recurring,
    "inventory.deliverynote": lambda w: part(w.order, DeliveryNote),
    "purchasing.vendor": lambda w: make("purchasing.Vendor"),
    "purchasing.purchaseorder": lambda w: buying.purchase(vendor=w.vendor),
    "purchasing.receiptnote": lambda w: part(w.purchase, ReceiptNote),
    "purchasing.purchasereturn": lambda w: part(w.receipt, PurchaseReturn, reason="wrong"),
    "purchasing.bill": lambda w: buying.bill(vendor=w.vendor),
    "subscribing.subscription": lambda w: subscribing.subscription(account=w.account, contact=w.contact),
    "subscribing.transaction": lambda w: create(
        Transaction, {"subscription": w.subscription.pk, "amount": 1_000_000}, authorised="a test needs it"
    ),
}
# What the database asks of a document in that state: column -> SQL.
OWES = {"balance": "payable"}
ASKED_FOR: dict[str, dict[str, dict[str, str]]] = {
    "billing.invoice": {
        "issued": OWES,
        "partly_paid": {"received": "1", "balance": "payable - 1"},
        "paid": {"received": "payable"},
    },
    "purchasing.bill": {
        "approved": OWES,
        "partly_paid": {"paid": "1", "balance": "payable - 1"},
        "paid": {"paid": "payable"},
    },
    "billing.creditnote": {
        "partly": {"applied": "1", "available": "payable - 1"},
        "fully": {"applied": "payable", "available": "0"},
        "void": {"available": "0"},
    },
}
