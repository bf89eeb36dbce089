"""Order line: what is ordered, and what of it is delivered, invoiced and ordered from vendors."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Section
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.fields.reference import ReferenceField
from relasi.kits.trade.flow import line_triggers
from relasi.kits.trade.line import TradeLine, line_checks
from relasi.kits.trade.list_price import Listed
from relasi.kits.trade.taking import counted_checks, taking_triggers
from relasi.modules.sales.order_flow import COUNTED, DEMAND, FLOW, TABLE, TAKINGS


class OrderLine(Listed, TradeLine):
    order = ReferenceField(
        "sales.SalesOrder", models.CASCADE, verbose_name=_("Sales order"), related_name="lines", required=True,
        editable=False,
    )  # fmt: skip
    quote_line = ReferenceField(
        "sales.QuoteLine", models.PROTECT, verbose_name=_("Quote line"), related_name="+", editable=False
    )
    invoiced = DecimalField(_("Invoiced"), default=0, required=True, editable=False)
    noted = DecimalField(_("On delivery notes"), default=0, required=True, editable=False)
    delivered = DecimalField(_("Delivered"), default=0, required=True, editable=False)
    issued = DecimalField(_("Taken from stock"), default=0, required=True, editable=False)
    purchased = DecimalField(_("Ordered from vendors"), default=0, required=True, editable=False)

    takes = {"quote_line": "taken"}
    counted = ("invoiced", "noted")
    left_words = {"invoiced": _("%(left)s to invoice"), "noted": _("%(left)s to deliver")}
    violations = FLOW.violations(TABLE)

    class Meta(TradeLine.Meta):
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            *line_checks("order_line"),
            *counted_checks("order_line", "invoiced"),
            *counted_checks("order_line", "noted"),
            *counted_checks("order_line", "delivered"),
            *counted_checks("order_line", "issued"),
            *counted_checks("order_line", "purchased"),
        ]
        triggers = [
            *history_triggers(*COUNTED),
            *line_triggers(TABLE, "order_id", FLOW.frozen, COUNTED),
            *taking_triggers(TABLE, "order_id", FLOW.idle, TAKINGS),
            *DEMAND.line_triggers(),
        ]

    class Module(Declaration):
        slug = "order-lines"
        icon = "list"
        part_of = "order"
        title = "name"
        verbs = ("view",)
        columns = [
            "name",
            "order",
            "quantity",
            "delivered",
            "invoiced",
            "unit",
            "price",
            "net",
            "base",
            "tax",
        ]
        sort = ["position"]
        form = [Section(_("Order line"), "kind name description quantity unit price discount_percent")]
