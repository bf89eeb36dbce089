"""Trading: quotes, orders and invoices for tests, and what must be true of them whatever happened."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Sum

from relasi.engine.records.write import create, update
from relasi.kits.trade.totals import totals_of
from relasi.modules.billing.credit_line import CreditLine
from relasi.modules.billing.credit_note import CreditNote, CreditPart
from relasi.modules.billing.invoice import OWED, Invoice, InvoiceLine
from relasi.modules.billing.payment import Payment, PaymentPart
from relasi.modules.inventory.delivery_line import DeliveryLine
from relasi.modules.inventory.delivery_note import DeliveryNote
from relasi.modules.sales.quote import Quote, QuoteLine
from relasi.modules.sales.sales_order import OrderLine, SalesOrder
from relasi.modules.subscribing.subscription_line import SubscriptionLine
from tests.make import make

ZERO = Decimal(0)
DOCUMENTS = (Quote, SalesOrder, DeliveryNote, Invoice, CreditNote)


def document(model: Any, *lines: dict[str, Any], **values: Any) -> Any:
    values = {"subject": "PLTS Atap", **values}
    if "contact" not in values:
        values.setdefault("account", make("customers.Account"))
    values = {name: getattr(value, "pk", value) for name, value in values.items()}
    return create(model, values, lines=list(lines) or [thing()])


def thing(price: Any = 100_000, quantity: Any = 1, **values: Any) -> dict[str, Any]:
    return {"name": "Panel", "price": price, "quantity": quantity, "taxes": [], **values}


def accepted(*lines: dict[str, Any], **values: Any) -> Quote:
    found = document(Quote, *lines, **values)
    for status in ("sent", "accepted"):
        found = update(found, {"status": status})
    return found


def approved(*lines: dict[str, Any], **values: Any) -> SalesOrder:
    return document(SalesOrder, *lines, **values).approve()


def issued(*lines: dict[str, Any], **values: Any) -> Invoice:
    return document(Invoice, *lines, **values).issue()


def paid(account: Any, amount: Any, **values: Any) -> Payment:
    values = {"account": account.pk, "amount": amount, "date": "2026-10-05", **values}
    return create(Payment, values)


def line_of(record: Any, place: int = 0) -> Any:
    return [line for line in record.lines_in_order() if line.is_item][place]


def is_sound() -> None:
    """The invariants of the conventions, of everything that stands in the database."""
    for model in DOCUMENTS:
        for record in model._base_manager.all():
            adds_up(record)
    counts_are_true()
    for invoice in Invoice._base_manager.all():
        _balances(invoice)
    for note in CreditNote._base_manager.filter(trashed_at=None).exclude(status="void"):
        used = total(CreditPart._base_manager.filter(credit_note=note, trashed_at=None))
        back = total(Payment._base_manager.filter(credit_note=note, trashed_at=None, status="recorded"))
        assert (note.applied, note.refunded, note.available) == (used, back, note.payable - used - back)
        assert note.available >= 0
    for payment in Payment._base_manager.filter(trashed_at=None, status="recorded", direction="in"):
        used = total(PaymentPart._base_manager.filter(payment=payment, trashed_at=None))
        assert (payment.allocated, payment.unallocated) == (used, payment.amount + payment.given - used)
        assert payment.unallocated >= 0
    _numbers()


def counts_are_true() -> None:
    """Every line counts what others took of it, and no more was taken than there was."""
    _counts(
        QuoteLine,
        "taken",
        {OrderLine: "quote_line", InvoiceLine: "quote_line", SubscriptionLine: "quote_line"},
    )
    _counts(OrderLine, "invoiced", {InvoiceLine: "order_line"})
    _counts(OrderLine, "noted", {DeliveryLine: "order_line"})
    _counts(OrderLine, "delivered", {DeliveryLine: "order_line"}, idle=("open", "dispatched", "cancelled"))
    _counts(DeliveryLine, "invoiced", {InvoiceLine: "delivery_line"})
    _counts(InvoiceLine, "credited", {CreditLine: "invoice_line"})


def adds_up(record: Any) -> None:
    lines = record.lines_in_order()
    totals = totals_of(record.as_figures(lines))
    assert (record.grand_total, record.goods_total, record.tax_total, record.payable) == (
        totals.grand_total, totals.goods.net, totals.goods.tax, totals.payable,
    )  # fmt: skip
    assert [(one.base, one.tax) for one in lines] == [(one.taxed.net, one.taxed.tax) for one in totals.lines]


WHOLE = {
    OrderLine: "order",
    CreditLine: "credit_note",
    DeliveryLine: "note",
    SubscriptionLine: "subscription",
}


def _counts(model: Any, counted: str, takers: dict[Any, str], idle: Any = ("cancelled", "void")) -> None:
    for line in model._base_manager.filter(kind="item"):
        taken = ZERO
        for taker, by in takers.items():
            whole = WHOLE.get(taker, "invoice")
            rows = taker._base_manager.filter(**{by: line}, trashed_at=None, **{f"{whole}__trashed_at": None})
            rows = rows.exclude(**{f"{whole}__status__in": idle})
            taken += rows.aggregate(n=Sum("quantity"))["n"] or ZERO
        assert getattr(line, counted) == taken <= line.quantity, line


def _balances(invoice: Invoice) -> None:
    parts = PaymentPart._base_manager.filter(
        invoice=invoice, trashed_at=None, payment__status="recorded", payment__trashed_at=None
    )
    credits = CreditPart._base_manager.filter(
        invoice=invoice, trashed_at=None, credit_note__trashed_at=None
    ).exclude(credit_note__status="void")
    if invoice.status not in OWED:
        assert (invoice.received, invoice.credited, invoice.balance) == (0, 0, 0)
        return
    received, credited = total(parts), total(credits)
    assert (invoice.received, invoice.credited) == (received, credited)
    assert invoice.balance == invoice.payable - received - credited >= 0
    state = "issued" if not received + credited else "partly_paid" if invoice.balance else "paid"
    assert invoice.status == state


def _numbers() -> None:
    """Binding numbers run from one without a gap, year by year."""
    by_year: dict[str, list[int]] = {}
    for number in Invoice._base_manager.filter(number__startswith="INV/").values_list("number", flat=True):
        _series, year, n = number.split("/")
        by_year.setdefault(year, []).append(int(n))
    for found in by_year.values():
        assert sorted(found) == list(range(1, len(found) + 1))


def total(rows: Any) -> Decimal:
    return rows.aggregate(n=Sum("amount"))["n"] or ZERO
