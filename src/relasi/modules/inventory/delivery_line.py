"""Delivery line: how many of one thing a delivery note brings, and which ones, by their serial numbers."""

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
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.stock.numbered import Numbered
from relasi.kits.trade.flow import line_triggers
from relasi.kits.trade.line import TradeLine, line_checks
from relasi.kits.trade.taking import counted_checks, taking_triggers
from relasi.modules.inventory.delivery_flow import FLOW, NOTED, TABLE

ZERO = Decimal(0)
COUNTED = ("invoiced", "moved")
SAME = {"product_id", "service_id", "bundle_id", "kind"}


class DeliveryLine(Numbered, TradeLine):
    note = ReferenceField(
        "inventory.DeliveryNote", models.CASCADE, verbose_name=_("Delivery note"), related_name="lines",
        required=True, editable=False,
    )  # fmt: skip
    order_line = ReferenceField(
        "sales.OrderLine", models.PROTECT, verbose_name=_("Order line"), related_name="+", editable=False
    )
    batch = TextField(_("Batch"), max_length=50, aliases="Nomor Batch|Lot")
    serials = LongTextField(_("Serial numbers"), aliases="Nomor Seri|Serial Number")
    invoiced = DecimalField(_("Invoiced"), default=0, required=True, editable=False)
    moved = DecimalField(_("Taken from stock"), default=0, required=True, editable=False)

    takes = {"order_line": "noted"}
    counted = ("invoiced",)
    left_words = {"invoiced": _("%(left)s to invoice")}
    passes = ("order_line",)
    extra = ("batch", "serials")
    violations = FLOW.violations(TABLE)

    class Meta(TradeLine.Meta):
        verbose_name = _("delivery line")
        verbose_name_plural = _("delivery lines")
        constraints = [
            *line_checks("delivery_line"),
            *counted_checks("delivery_line", "invoiced"),
            *counted_checks("delivery_line", "moved"),
        ]
        triggers = [
            *history_triggers(*COUNTED),
            *line_triggers(TABLE, "note_id", FLOW.frozen, COUNTED),
            *taking_triggers(TABLE, "note_id", FLOW.idle, NOTED),
        ]

    class Module(Declaration):
        slug = "delivery-lines"
        icon = "list"
        part_of = "note"
        title = "name"
        verbs = ("view",)
        columns = ["name", "note", "quantity", "unit", "batch", "serials", "invoiced"]
        sort = ["position"]
        form = [Section(_("Delivery line"), "kind name description quantity unit batch serials")]

    @classmethod
    def open_to(cls, source: Any, left: Decimal) -> Decimal:
        """Services are not delivered."""
        return ZERO if source.service_id else left

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        if self.is_item and self.price is None and not self.ref:
            self.price = ZERO
        self.tidy_serials()

    def clean(self, change: Any = None) -> None:
        super().clean(change)
        if self.service_id:
            raise Refusal("name", "INVALID_VALUE", _("Services are not delivered."))
        if not change.is_new and self.order_line_id and SAME & set(change.columns()):
            raise Refusal(
                "name", "CLOSED_RECORD", _("This line comes from an order: only its quantity can change.")
            )
        self.check_serials_once()
