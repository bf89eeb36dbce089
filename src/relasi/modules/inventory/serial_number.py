"""Serial number: one piece of a product that is known by it: whether it lies here, or who has it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.words import Section, View
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.part import Part


class SerialState(Choices):
    HERE = "here", _("In stock"), "hijau"
    DELIVERED = "delivered", _("At the customer"), "biru"
    RETURNED = "returned", _("Back at the vendor"), "gray"


class SerialNumber(Part):
    """Follows from the documents that name it; nobody writes it by hand."""

    product = ReferenceField(
        "catalog.Product",
        models.PROTECT,
        verbose_name=_("Product"),
        related_name="serial_numbers",
        required=True,
    )
    serial = TextField(_("Serial number"), max_length=100, required=True, editable=False)
    state = ChoiceField(SerialState, _("State"), default=SerialState.HERE, required=True, editable=False)
    account = ReferenceField(
        "customers.Account",
        models.PROTECT,
        verbose_name=_("Account"),
        related_name="serial_numbers",
        editable=False,
    )
    delivery_note = ReferenceField(
        "inventory.DeliveryNote", models.PROTECT, verbose_name=_("Delivery note"), related_name="serial_numbers",
        editable=False,
    )  # fmt: skip
    receipt_note = ReferenceField(
        "purchasing.ReceiptNote", models.PROTECT, verbose_name=_("Receipt note"), related_name="serial_numbers",
        editable=False,
    )  # fmt: skip
    purchase_return = ReferenceField(
        "purchasing.PurchaseReturn", models.PROTECT, verbose_name=_("Purchase return"), related_name="serial_numbers",
        editable=False,
    )  # fmt: skip
    credit_note = ReferenceField(
        "billing.CreditNote", models.PROTECT, verbose_name=_("Came back by"), related_name="serial_numbers",
        editable=False,
    )  # fmt: skip
    batch = TextField(_("Batch"), max_length=50, editable=False)
    expires_on = DateField(_("Expires on"), editable=False)
    delivered_on = DateField(_("Delivered on"), editable=False)
    warranty_until = DateField(_("Warranty until"), editable=False)

    class Meta(Part.Meta):
        verbose_name = _("serial number")
        verbose_name_plural = _("serial numbers")
        constraints = [
            models.UniqueConstraint(
                fields=["product", "serial"], condition=models.Q(trashed_at=None), name="serial_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="here", delivery_note=None, purchase_return=None)
                | models.Q(state="delivered", delivery_note__isnull=False, purchase_return=None)
                | models.Q(state="returned", delivery_note=None, purchase_return__isnull=False),
                name="serial_number_state",
            ),
        ]

    class Module(Declaration):
        slug = "serial-numbers"
        icon = "hash"
        part_of = "product"
        title = "serial"
        verbs = ("view",)
        columns = ["serial", "product", "state", "account", "delivery_note", "delivered_on", "warranty_until"]
        filters = ["state", "account", "product"]
        sort = ["serial"]
        facts = [
            Section(
                _("Serial number"),
                "serial product state account delivery_note delivered_on warranty_until "
                "receipt_note batch expires_on credit_note purchase_return",
            )
        ]
        views = [View("here", _("In stock"), {"field": "state", "op": "is", "value": "here"}, "warehouse")]
        words = "nomor seri serial number garansi"

    def __str__(self) -> str:
        return self.serial or ""
