"""Stock adjustment: what was counted of a product, and why it differs from what the ledger says."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Related, Section, Timeline
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.pipeline.days import today
from relasi.kits.stock.holding import held_products
from relasi.kits.stock.ledger import NOT_ENOUGH
from relasi.kits.stock.posting import adjusting_triggers

# What may still change of an adjustment; the rest is what the ledger was told.
OPEN = {"notes", "reference", "owner", "custom"}


class Reason(Choices):
    COUNT = "count", _("Stock count"), "biru", "Opname|Stok Opname"
    OPENING = "opening", _("Opening stock"), "hijau", "Saldo Awal|Stok Awal"
    DAMAGED = "damaged", _("Damaged"), "jingga", "Rusak"
    LOST = "lost", _("Gone missing"), "merah", "Hilang"
    SAMPLE = "sample", _("Sample"), "ungu", "Sampel|Contoh"
    CORRECTION = "correction", _("Correction"), "gray", "Koreksi"


class StockAdjustment(Record):
    product = ReferenceField(
        "catalog.Product", models.PROTECT, verbose_name=_("Product"), related_name="adjustments",
        required=True, aliases="Produk|Barang|Nama Barang",
    )  # fmt: skip
    counted = DecimalField(_("Counted"), min=0, required=True, aliases="Jumlah|Hasil Hitung|Stok Fisik|Qty")
    reason = ChoiceField(Reason, _("Reason"), default=Reason.COUNT, required=True, aliases="Alasan")
    date = DateField(_("Date"), aliases="Tanggal")
    unit_cost = MoneyField(
        _("Unit cost"), min=0, aliases="Harga Pokok|Nilai Satuan",
        help_text=_("What one of those that came to light is worth. It changes the average cost."), foot="average"
    )  # fmt: skip
    reference = TextField(_("Reference"), max_length=100, aliases="Referensi|No. Bukti|Berita Acara")
    expected = DecimalField(_("In the ledger before"), editable=False, default=0, required=True)
    difference = DecimalField(_("Difference"), editable=False, default=0, required=True)
    notes = LongTextField(_("Notes"), aliases="Catatan|Keterangan")

    violations = NOT_ENOUGH

    class Meta(Record.Meta):
        verbose_name = _("stock adjustment")
        verbose_name_plural = _("stock adjustments")
        indexes = record_indexes("stock_adjustment")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(counted__gte=0)
                & models.Q(difference=models.F("counted") - models.F("expected")),
                name="stock_adjustment_adds_up",
            )
        ]
        triggers = [*history_triggers(), *adjusting_triggers()]

    class Module(Record.Module):
        slug = "stock-adjustments"
        area = "inventory"
        icon = "scale"
        number = "PS-{n:05}"
        title = "number reference"
        subtitle = "product"
        columns = ["number", "product", "reason", "expected", "counted", "difference", "date", "reference"]
        filters = ["reason", "product", "date", "difference", "owner"]
        search = {"number": "A", "reference": "A", "notes": "D"}
        form = [Section(_("Stock adjustment"), "product counted reason date reference unit_cost notes owner")]
        facts = [
            Section(
                _("Stock adjustment"),
                "product reason expected counted difference unit_cost date reference owner",
            ),
            Section(_("Texts"), "notes"),
            Section(_("Record"), "number created_at changed_at"),
        ]
        headline = "reason counted difference"
        page = [
            Timeline(),
            Related("inventory.StockMove", by="adjustment", columns=["product", "change"], title=_("Stock ledger")),
        ]  # fmt: skip
        words = "penyesuaian stok opname hitung gudang stock count"

    def before_save(self, change: Change) -> None:
        if self.date is None:
            self.date = today()

    def clean(self, change: Change) -> None:
        if change.is_new:
            return
        fields = {f.name for f in self._meta.fields if f.attname in change.columns()}
        if fields - OPEN:
            sentence = _("The ledger has been told already. Count once more instead.")
            raise Refusal(min(fields - OPEN), "CLOSED_RECORD", sentence)

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        """What the ledger says now, of products nobody else moves meanwhile; a later count of the same one goes on
        from the earlier."""
        fresh = [change.record for change in changes if change.is_new]
        said: dict[int, Decimal] = {
            id: product.on_hand for id, product in held_products({one.product_id for one in fresh}).items()
        }
        for one in fresh:
            one.expected = said.get(one.product_id, Decimal(0))
            one.difference = one.counted - one.expected
            said[one.product_id] = one.counted
