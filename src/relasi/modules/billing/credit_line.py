"""Credit line: how many of one thing are credited, of which line of an invoice, and how many lie in the stock again."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Section
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField
from relasi.engine.records.refusal import Change
from relasi.kits.stock.numbered import Numbered
from relasi.kits.trade.flow import line_triggers
from relasi.kits.trade.line import TradeLine, line_checks
from relasi.kits.trade.taking import taking_triggers
from relasi.modules.billing.credit_flow import COMING_BACK, COUNTED, FLOW, TABLE, TAKINGS


class CreditLine(Numbered, TradeLine):
    credit_note = ReferenceField(
        "billing.CreditNote", models.CASCADE, verbose_name=_("Credit note"), related_name="lines", required=True,
        editable=False,
    )  # fmt: skip
    invoice_line = ReferenceField(
        "billing.InvoiceLine",
        models.PROTECT,
        verbose_name=_("Invoice line"),
        related_name="+",
        editable=False,
    )

    serials = LongTextField(_("Serial numbers"), aliases="Nomor Seri|Serial Number")
    moved = DecimalField(_("Back in the stock"), default=0, required=True, editable=False)

    takes = {"invoice_line": "credited"}
    extra = ("serials",)
    violations = FLOW.violations(TABLE)

    class Meta(TradeLine.Meta):
        verbose_name = _("credit note line")
        verbose_name_plural = _("credit note lines")
        constraints = [
            *line_checks("credit_line"),
            models.CheckConstraint(condition=Q(moved__gte=0), name="credit_line_moved"),
        ]
        triggers = [
            *history_triggers(*COUNTED),
            *line_triggers(TABLE, "credit_note_id", FLOW.frozen, COUNTED),
            *taking_triggers(TABLE, "credit_note_id", FLOW.idle, TAKINGS),
            *COMING_BACK.line_triggers(),
        ]

    class Module(Declaration):
        slug = "credit-note-lines"
        icon = "list"
        part_of = "credit_note"
        title = "name"
        verbs = ("view",)
        columns = ["name", "credit_note", "quantity", "moved", "unit", "price", "net", "base", "tax"]
        sort = ["position"]
        form = [
            Section(
                _("Credit note line"), "kind name description quantity unit price discount_percent serials"
            )
        ]

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        self.tidy_serials()

    def clean(self, change: Any = None) -> None:
        super().clean(change)
        self.check_serials_once()
