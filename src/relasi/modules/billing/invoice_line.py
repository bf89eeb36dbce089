"""Invoice line: one row of an invoice, and which lines of other documents it invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Section
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.kits.stock.policy import policy
from relasi.kits.trade.figures import ZERO
from relasi.kits.trade.flow import line_triggers
from relasi.kits.trade.line import TradeLine, line_checks
from relasi.kits.trade.list_price import Listed
from relasi.kits.trade.shelf import Offer
from relasi.kits.trade.taking import counted_checks, taking_triggers
from relasi.modules.billing.invoice_flow import COUNTED, FLOW, TABLE, TAKINGS


class InvoiceLine(Listed, TradeLine):
    invoice = ReferenceField(
        "billing.Invoice", models.CASCADE, verbose_name=_("Invoice"), related_name="lines", required=True,
        editable=False,
    )  # fmt: skip
    quote_line = ReferenceField(
        "sales.QuoteLine", models.PROTECT, verbose_name=_("Quote line"), related_name="+", editable=False
    )
    order_line = ReferenceField(
        "sales.OrderLine", models.PROTECT, verbose_name=_("Order line"), related_name="+", editable=False
    )
    delivery_line = ReferenceField(
        "inventory.DeliveryLine",
        models.PROTECT,
        verbose_name=_("Delivery line"),
        related_name="+",
        editable=False,
    )
    credited = DecimalField(_("Credited"), default=0, required=True, editable=False)
    moved = DecimalField(_("Taken from stock"), default=0, required=True, editable=False)
    goods_code = TextField(_("Goods code (Faktur Pajak)"), max_length=20, editable=False)

    takes = {"quote_line": "taken", "order_line": "invoiced", "delivery_line": "invoiced"}
    counted = ("credited",)
    violations = FLOW.violations(TABLE)

    class Meta(TradeLine.Meta):
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        constraints = [
            *line_checks("invoice_line"),
            *counted_checks("invoice_line", "credited"),
            *counted_checks("invoice_line", "moved"),
        ]
        triggers = [
            *history_triggers(*COUNTED),
            *line_triggers(TABLE, "invoice_id", FLOW.frozen, (*COUNTED, "goods_code")),
            *taking_triggers(TABLE, "invoice_id", FLOW.idle, TAKINGS),
        ]

    def offered(self, offer: Offer) -> None:
        """What was agreed keeps the list it was agreed by."""
        if not (self.quote_line_id or self.order_line_id):
            super().offered(offer)

    @classmethod
    def open_to(cls, source: Any, left: Decimal) -> Decimal:
        """What was delivered, where the company invoices by that; of a delivery note what its order has left."""
        if hasattr(source, "issued") and not source.service_id and policy().invoice_by == "delivered":
            return max(ZERO, source.delivered - source.invoiced)
        if hasattr(source, "moved") and source.order_line_id:
            return max(ZERO, source.order_line.quantity - source.order_line.invoiced)
        return left

    class Module(Declaration):
        slug = "invoice-lines"
        icon = "list"
        part_of = "invoice"
        title = "name"
        verbs = ("view",)
        columns = ["name", "invoice", "quantity", "credited", "unit", "price", "net", "base", "tax"]
        sort = ["position"]
        form = [Section(_("Invoice line"), "kind name description quantity unit price discount_percent")]
