"""Stock adjustment: what was counted of a product, and why it differs from what the ledger says."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Body, Related, Section, Timeline, View
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.pipeline.days import today
from relasi.kits.stock.ledger import NOT_ENOUGH
from relasi.kits.stock.posting import adjusting_triggers
from relasi.kits.trade.approving import DECIDED, NeedsApproval
from relasi.kits.trade.limits import Reach, breaches
from relasi.modules.inventory import adjusting

# What may still change of an adjustment; the rest is what the ledger was told.
OPEN = {"notes", "reference", "owner", "custom", "status", "approval_note", "approval_asked_by", *DECIDED}


class AdjustmentStatus(Choices):
    DRAFT = "draft", _("Not approved"), "gray", "Tidak Disetujui"
    PENDING = "pending", _("Waiting for approval"), "kuning", "Menunggu Persetujuan"
    APPROVED = "approved", _("In the ledger"), "hijau", "Dibukukan|Disetujui"


S = AdjustmentStatus
MOVES = {(S.DRAFT, S.PENDING), (S.DRAFT, S.APPROVED), (S.PENDING, S.APPROVED), (S.PENDING, S.DRAFT)}


class Reason(Choices):
    COUNT = "count", _("Stock count"), "biru", "Opname|Stok Opname"
    OPENING = "opening", _("Opening stock"), "hijau", "Saldo Awal|Stok Awal"
    DAMAGED = "damaged", _("Damaged"), "jingga", "Rusak"
    LOST = "lost", _("Gone missing"), "merah", "Hilang"
    SAMPLE = "sample", _("Sample"), "ungu", "Sampel|Contoh"
    CORRECTION = "correction", _("Correction"), "gray", "Koreksi"


class StockAdjustment(NeedsApproval, Record):
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
    worth = MoneyField(
        _("Worth"),
        editable=False,
        help_text=_(
            "The difference at the average cost; what came to light at its unit cost if that is more."
        ),
    )
    status = ChoiceField(AdjustmentStatus, _("Status"), default=S.APPROVED, required=True)
    notes = LongTextField(_("Notes"), aliases="Catatan|Keterangan")

    limited_by = "inventory.AdjustmentLimit"
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
        columns = ["number", "product", "reason", "status", "expected", "counted", "difference", "worth",
                   "date", "reference"]  # fmt: skip
        filters = ["status", "reason", "product", "date", "difference", "worth", "owner"]
        search = {"number": "A", "reference": "A", "notes": "D"}
        form = [Section(_("Stock adjustment"), "product counted reason date reference unit_cost notes owner")]
        facts = [
            Section(
                _("Stock adjustment"),
                "product status reason expected counted difference unit_cost worth date reference owner",
            ),
            Section(
                _("Approval"),
                "approval_asked_by approval_note approvers approved_by approved_at not_approved_because",
            ),
            Section(_("Texts"), "notes"),
            Section(_("Record"), "number created_at changed_at"),
        ]
        headline = "status reason difference worth"
        page = [
            Body("trade/approval_alone.html", "relasi.modules.inventory.adjusting.body_of"),
            Timeline(),
            Related("inventory.StockMove", by="adjustment", columns=["product", "change"], title=_("Stock ledger")),
        ]  # fmt: skip
        actions = [
            Action("approve", _("Approve"), icon="badge-check",
                   when=lambda one: one.status == S.PENDING and one.may_decide()),
            Action("refuse_approval", _("Do not approve"), icon="circle-x", ask=("not_approved_because",), danger=True,
                   when=lambda one: one.status == S.PENDING and one.may_decide()),
            Action("ask_approval", _("Ask for approval"), icon="badge-check", ask=("approval_note",),
                   when=lambda one: one.status == S.DRAFT),
            Action("recall", _("Take back the request"), icon="undo-2", quiet=True,
                   when=lambda one: one.status == S.PENDING and one.is_own()),
        ]  # fmt: skip
        views = [
            View("waiting", _("Waiting for approval"), {"field": "status", "op": "is", "value": "pending"},
                 "badge-check", ("date",)),
        ]  # fmt: skip
        words = "penyesuaian stok opname hitung gudang stock count"

    @property
    def reach(self) -> Reach:
        return Reach(total=abs(self.worth or Decimal(0)))

    def needs_yes(self, before: str) -> bool:
        return (before, self.status) == (S.DRAFT, S.APPROVED)

    def before_save(self, change: Change) -> None:
        self.follow_approval(change)
        if self.date is None:
            self.date = today()

    def clean(self, change: Change) -> None:
        if change.is_new:
            return
        fields = {f.name for f in self._meta.fields if f.attname in change.columns()}
        if fields - OPEN:
            sentence = _("The ledger has been told already. Count once more instead.")
            raise Refusal(min(fields - OPEN), "CLOSED_RECORD", sentence)
        if change.has("status") and (change.old("status"), self.status) not in MOVES:
            raise Refusal("status", "INVALID_TRANSITION", _("That is not possible in its state."))
        self.check_approval(change)

    def clean_back(self, change: Change) -> None:
        super().clean_back(change)
        before = change.old("trashed_at") is None and change.old("status") == S.APPROVED
        if before != (self.trashed_at is None and self.status == S.APPROVED):
            self._check_taken_back()

    def before_trash(self) -> None:
        if self.status == S.APPROVED:
            self._check_taken_back()

    def _check_taken_back(self) -> None:
        """To take a count back moves as much stock as the count did: nobody does so beyond their limits."""
        if not self.may_decide() and any(breaches(self.reach, one) for one in self.limits_of_actors()):
            sentence = _("That moves stock beyond your limit. Somebody who may correct so much has to do it.")
            raise Refusal("", "NO_PERMISSION", sentence)

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        adjusting.count(changes)
        adjusting.check_newest(changes)
