"""Sales order: what a customer has ordered and we have confirmed; it is invoiced whole or in parts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Related, Section, Timeline, View
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal
from relasi.engine.records.write import update
from relasi.kits.pipeline.days import today
from relasi.kits.stock.promising import check_promise
from relasi.kits.trade.approving import approval_actions
from relasi.kits.trade.cancelling import Cancellable, cancel_action
from relasi.kits.trade.conversion import convert
from relasi.kits.trade.credit import check_credit
from relasi.kits.trade.declared import ADDRESSES, BODY, FROM_CUSTOMER, LINES_EDITOR, TERMS_OF_SALE, TEXTS
from relasi.kits.trade.document import TradeDocument, document_checks
from relasi.kits.trade.line import WHAT, refuse_agreed
from relasi.kits.trade.shipped import Shipped
from relasi.kits.trade.taking import (
    giving_back_triggers,
    over_taken,
    under_taken,
)
from relasi.kits.trade.tax_change import OutlivesRates
from relasi.modules.sales.approval import OrderNeedsApproval
from relasi.modules.sales.order_flow import (
    DEMAND,
    FLOW,
    LINES,
    OPEN_COLUMNS,
    TABLE,
    TAKINGS,
    Invoiced,
    OrderStatus,
    S,
    Shipping,
)
from relasi.modules.sales.order_line import OrderLine

__all__ = ["FLOW", "OrderLine", "OrderStatus", "SalesOrder"]


class SalesOrder(Cancellable, Shipped, OrderNeedsApproval, OutlivesRates, TradeDocument):
    status = ChoiceField(OrderStatus, _("Status"), default=S.DRAFT, required=True)
    invoiced = ChoiceField(Invoiced, _("Invoiced"), default=Invoiced.NONE, required=True, editable=False)
    shipping_state = ChoiceField(
        Shipping, _("Delivered"), default=Shipping.NONE, required=True, editable=False
    )
    deal = ReferenceField(
        "sales.Deal",
        models.PROTECT,
        verbose_name=_("Deal"),
        related_name="orders",
        aliases="Peluang|Potential Name",
    )
    quote = ReferenceField(
        "sales.Quote", models.PROTECT, verbose_name=_("Quote"), related_name="orders", editable=False
    )
    customer_po = TextField(
        _("Customer's PO"), max_length=50, aliases="No. PO Pelanggan|Purchase Order|Customer No"
    )
    delivery_date = DateField(_("Delivery date"), aliases="Tanggal Kirim|Due Date")
    payment_days = IntegerField(_("Payment terms (days)"), min=0, max=365, aliases="Termin|Terms of Payment")

    flow = FLOW
    tells_stock = True
    paper_title = _("Order confirmation")
    violations = (
        FLOW.violations(TABLE)
        | over_taken("quote_line", "taken")
        | under_taken("order_line", "invoiced")
        | under_taken("order_line", "noted")
        | under_taken("order_line", "delivered")
        | under_taken("order_line", "issued")
        | under_taken("order_line", "purchased")
    )

    class Meta(Record.Meta):
        verbose_name = _("sales order")
        verbose_name_plural = _("sales orders")
        indexes = record_indexes("sales_order")
        constraints = document_checks("sales_order")
        triggers = [
            *history_triggers(),
            *FLOW.triggers(TABLE, OPEN_COLUMNS),
            *giving_back_triggers(LINES, "order_id", FLOW.idle, TAKINGS),
            *DEMAND.header_triggers(),
        ]

    class Module(Record.Module):
        slug = "sales-orders"
        area = "sales"
        icon = "clipboard-list"
        number = "SO-{n:05}"
        title = "subject"
        subtitle = "account"
        lines = "sales.OrderLine"
        editor = LINES_EDITOR
        columns = [
            "number",
            "subject",
            "account",
            "status",
            "shipping_state",
            "invoiced",
            "grand_total",
            "date",
            "delivery_date",
            "owner",
        ]
        filters = [
            "status",
            "shipping_state",
            "invoiced",
            "owner",
            "account",
            "date",
            "delivery_date",
            "grand_total",
            "deal",
        ]
        search = {"number": "A", "subject": "A", "customer_po": "A", "notes": "D"}
        form = [
            Section(
                _("Sales order"),
                "subject account contact deal date delivery_date customer_po payment_days carrier shipping_term owner",
            ),
            TERMS_OF_SALE,
            ADDRESSES,
            TEXTS,
        ]
        facts = [
            Section(
                _("Sales order"),
                "status shipping_state invoiced account contact deal quote date delivery_date customer_po"
                " payment_days carrier shipping_term owner",
            ),
            Section(
                _("Total"),
                "grand_total subtotal discount_total effective_discount tax_total withheld_total payable"
                " margin_percent",
            ),
            Section(
                _("Approval"),
                "approval_asked_by approval_note approvers approved_by approved_at not_approved_because",
            ),
            ADDRESSES,
            Section(_("Texts"), "terms notes cancel_reason"),
            Section(_("Record"), "number currency rate price_book tax_rates created_at changed_at"),
        ]
        quick = "subject account contact deal delivery_date owner"
        headline = "status shipping_state invoiced grand_total"
        fill = FROM_CUSTOMER
        page = [
            BODY,
            Timeline(),
            Related("billing.RecurringInvoice", by="sales_order", columns=["status", "next_date"]),
        ]
        actions = [
            *approval_actions(),
            Action("deliver", _("Make a delivery note"), icon="truck", page="convert/delivery-notes/",
                   when=lambda order: order.status == S.APPROVED and order.shipping_state != Shipping.FULLY),
            Action("invoice", _("Make an invoice"), icon="receipt", ask=("tax_rates",), page="convert/invoices/",
                   when=lambda order: order.status == S.APPROVED
                   and order.invoiced not in (Invoiced.FULLY, Invoiced.RECURRING)),
            Action("recur", _("Invoice it regularly"), icon="repeat", form="blank_recurring", quiet=True,
                   ask=("frequency", "every", "start", "anchor_day", "end_date", "occurrences", "payment_days", "makes"),
                   when=lambda order: order.status == S.APPROVED
                   and order.invoiced not in (Invoiced.FULLY, Invoiced.RECURRING)),
            Action("buy", _("Order from vendors"), icon="shopping-cart", quiet=True,
                   when=lambda order: order.status == S.APPROVED),
            Action("close", _("Close"), icon="archive", quiet=True, when=lambda order: order.status == S.APPROVED),
            cancel_action(_("Cancel order")),
        ]  # fmt: skip
        views = [
            View("open", _("To be invoiced"), {"all": [{"field": "status", "op": "is", "value": "approved"},
                 {"field": "invoiced", "op": "not_in", "value": ["fully", "recurring"]}]}, "receipt", ("delivery_date",)),
            View("undelivered", _("To be delivered"), {"all": [{"field": "status", "op": "is", "value": "approved"},
                 {"field": "shipping_state", "op": "is_not", "value": "fully"}]}, "truck", ("delivery_date",)),
            View("drafts", _("Drafts"), {"field": "status", "op": "is", "value": "draft"}, "file-pen"),
            View("waiting", _("Waiting for approval"), {"field": "status", "op": "is", "value": "pending"},
                 "badge-check"),
        ]  # fmt: skip
        closed = models.Q(status__in=["closed", "cancelled"])
        words = "pesanan penjualan so order pesan"

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        self.follow_approval(change)

    def clean(self, change: Change) -> None:
        super().clean(change)
        self.check_approval(change)
        if self.delivery_date and self.date and self.delivery_date < self.date:
            raise Refusal("delivery_date", "OUT_OF_RANGE", _("It cannot be delivered before it was ordered."))
        if not change.has("status") or change.is_new:
            refuse_agreed(change, ("invoiced",))
            refuse_agreed(change, ("noted",), WHAT)
            return
        if self.status == S.CANCELLED and any(one.record.invoiced for one in change.lines):
            message = _("Part of it is invoiced already. Close it instead.")
            raise Refusal("status", "INVALID_TRANSITION", message)
        if self.status == S.CANCELLED and any(one.record.delivered for one in change.lines):
            message = _("Part of it is delivered already. Close it instead.")
            raise Refusal("status", "INVALID_TRANSITION", message)
        if self.status == S.CANCELLED and any(one.record.noted for one in change.lines):
            message = _("There is a delivery note of it. Cancel that first.")
            raise Refusal("status", "INVALID_TRANSITION", message)
        if self.status == S.APPROVED:
            check_promise(change)
            check_credit(change)

    # The verbs.
    def invoice(self, tax_rates: Any = None) -> Any:
        return convert(self, registry.module("billing.Invoice").model, tax_rates=tax_rates)

    def deliver(self) -> Any:
        return convert(self, registry.module("inventory.DeliveryNote").model)

    def gives_to(self, target: Any) -> Collection[str]:
        """While it is invoiced regularly, nobody invoices it once more by hand."""
        by_schedule = self.invoiced == Invoiced.RECURRING and target._meta.label == "billing.Invoice"
        return frozenset() if by_schedule else self.flow.gives

    def blank_recurring(self) -> Any:
        return registry.module("billing.RecurringInvoice").model(
            sales_order=self, start=max(today(), self.date), payment_days=self.payment_days
        )

    def recur(self, **asked: Any) -> Any:
        """The schedule by which it is invoiced; it stands still until somebody starts it."""
        return registry.module("billing.RecurringInvoice").model.for_order(self, asked)

    def buy(self) -> Any:
        """Drafts of purchase orders for what it needs and nobody has ordered yet; the first of them."""
        return registry.module("purchasing.PurchaseOrder").model.for_sales(self)

    def close(self) -> SalesOrder:
        return update(self, {"status": S.CLOSED})
