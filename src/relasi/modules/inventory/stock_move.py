"""Stock move: one row of the ledger of a product: what was there, what came or went, what is there then, and why."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.numbers import DecimalField, IntegerField
from relasi.engine.fields.reader import current_reader
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.part import Part
from relasi.kits.stock.ledger import ledger_checks, ledger_triggers, one_document

TABLE = "inventory_stockmove"
DOCUMENTS = ("delivery_note", "receipt_note", "purchase_return", "invoice", "credit_note", "adjustment")


class StockMove(Part):
    """Written by the triggers of the documents alone (kits/stock/posting.py). line: the id of the document's line.
    takes_back: it is the opposite of an earlier one."""

    product = ReferenceField(
        "catalog.Product", models.PROTECT, verbose_name=_("Product"), related_name="stock_moves",
        required=True,
    )  # fmt: skip
    step = IntegerField(_("No."), editable=False, required=True, foot="")
    opening = DecimalField(_("Opening"), editable=False, required=True, foot="")
    issued = DecimalField(_("Went out"), editable=False, default=0, required=True)
    received = DecimalField(_("Came in"), editable=False, default=0, required=True)
    closing = DecimalField(_("Closing"), editable=False, required=True, foot="")
    unit_cost = MoneyField(_("Unit cost"), editable=False, foot="average")
    takes_back = BooleanField(_("Taken back"), editable=False)
    adjustment = ReferenceField(
        "inventory.StockAdjustment", models.PROTECT, verbose_name=_("Stock adjustment"), related_name="moves",
        editable=False,
    )  # fmt: skip
    delivery_note = ReferenceField(
        "inventory.DeliveryNote", models.PROTECT, verbose_name=_("Delivery note"), related_name="moves",
        editable=False,
    )  # fmt: skip
    receipt_note = ReferenceField(
        "purchasing.ReceiptNote", models.PROTECT, verbose_name=_("Receipt note"), related_name="moves",
        editable=False,
    )  # fmt: skip
    purchase_return = ReferenceField(
        "purchasing.PurchaseReturn", models.PROTECT, verbose_name=_("Purchase return"), related_name="moves",
        editable=False,
    )  # fmt: skip
    invoice = ReferenceField(
        "billing.Invoice", models.PROTECT, verbose_name=_("Invoice"), related_name="moves", editable=False
    )
    credit_note = ReferenceField(
        "billing.CreditNote",
        models.PROTECT,
        verbose_name=_("Credit note"),
        related_name="moves",
        editable=False,
    )
    line = models.BigIntegerField(_("Line"), null=True, editable=False)

    class Meta(Part.Meta):
        verbose_name = _("stock move")
        verbose_name_plural = _("stock ledger")
        constraints = [
            *ledger_checks("stock_move"),
            one_document("stock_move_one_document", DOCUMENTS),
        ]
        triggers = [*history_triggers(), *ledger_triggers(TABLE)]

    class Module(Declaration):
        slug = "stock-moves"
        icon = "history"
        part_of = "product"
        title = "step"
        verbs = ("view",)
        columns = ["created_at", "document", "opening", "issued", "received", "closing", "created_by"]
        sort = ["-step"]
        facts = [
            Section(
                _("Stock move"),
                "product step opening issued received closing unit_cost takes_back delivery_note receipt_note "
                "purchase_return invoice credit_note adjustment created_at created_by",
            )
        ]

    def __str__(self) -> str:
        return f"{self.step}"

    @computed(_("Movement"), needs="issued received closing")
    def change(self) -> str:
        """What came or went, and what was there then."""
        reader = current_reader()
        sign, amount = ("+", self.received) if self.received else ("−", self.issued)
        return " → ".join([
            sign + write_number(amount, reader, 3, shortest=True), write_number(self.closing, reader, 3, shortest=True),
        ])  # fmt: skip

    @computed(_("Document"), needs=" ".join(DOCUMENTS))
    def document(self) -> str:
        return self.titled(*DOCUMENTS)
