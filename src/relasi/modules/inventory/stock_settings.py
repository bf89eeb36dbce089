"""Stock settings: which documents move stock, whether it may fall below zero, and what an order may promise. One row."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.one_row import OneRow, one_living
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices


class MovedBy(Choices):
    GOODS = "goods", _("Delivery and receipt notes"), "biru"
    SIMPLE = "simple", _("Invoices and receipt notes"), "toska"


class BelowZero(Choices):
    REFUSE = "refuse", _("Refuse"), "merah"
    WARN = "warn", _("Warn"), "kuning"
    ALLOW = "allow", _("Allow"), "hijau"


class ShortOrders(Choices):
    BACKORDER = "backorder", _("Approve and order the rest"), "hijau"
    REFUSE = "refuse", _("Refuse"), "merah"


class InvoiceBy(Choices):
    ORDERED = "ordered", _("What was ordered"), "biru"
    DELIVERED = "delivered", _("What was delivered"), "toska"


class StockSettings(OneRow):
    """One row. Everybody reads it by kits.stock.policy."""

    moved_by = ChoiceField(
        MovedBy, _("Stock is moved by"), default=MovedBy.GOODS, required=True,
        help_text=_("Only these documents move stock, the others do not, so nothing is counted twice."),
    )  # fmt: skip
    below_zero = ChoiceField(
        BelowZero, _("More goes out than there is"), default=BelowZero.REFUSE, required=True
    )
    short_orders = ChoiceField(
        ShortOrders, _("An order of more than is available"), default=ShortOrders.BACKORDER, required=True
    )
    invoice_by = ChoiceField(InvoiceBy, _("Invoices ask for"), default=InvoiceBy.ORDERED, required=True)
    direct_notes = BooleanField(_("Delivery notes without an order are allowed"), default=True)
    prices_on_notes = BooleanField(_("Delivery notes show prices"))

    class Meta(OneRow.Meta):
        verbose_name = _("stock settings")
        verbose_name_plural = _("stock settings")
        constraints = one_living("stock_settings_one")

    class Module(Declaration):
        slug = "stock-settings"
        area = "settings"
        icon = "warehouse"
        title = "moved_by"
        columns = ["moved_by", "below_zero", "short_orders", "invoice_by"]
        sort = ["moved_by"]
        form = [
            Section(_("Stock"), "moved_by below_zero"),
            Section(_("Orders and invoices"), "short_orders invoice_by direct_notes"),
            Section(_("Paper"), "prices_on_notes"),
        ]
        words = "stok gudang minus persediaan stock"
