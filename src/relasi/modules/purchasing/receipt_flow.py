"""Receipt flow: the states of a receipt note, what stays open in them, what its lines take and what comes into the stock."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices
from relasi.kits.stock.posting import Arrival
from relasi.kits.trade.flow import Flow
from relasi.kits.trade.taking import Taking


class ReceiptStatus(Choices):
    DRAFT = "draft", _("Draft"), "gray", "Draf|Pending"
    INSPECTED = "inspected", _("Inspected"), "biru", "Diperiksa"
    RECEIVED = "received", _("Received"), "hijau", "Diterima|Completed"
    CANCELLED = "cancelled", _("Cancelled"), "merah", "Dibatalkan"


class RejectReason(Choices):
    DAMAGED = "damaged", _("Damaged"), "merah", "Rusak"
    WRONG = "wrong", _("Wrong goods"), "jingga", "Salah Barang"
    EXPIRED = "expired", _("Past its date"), "kuning", "Kedaluwarsa"
    POOR = "poor", _("Poor quality"), "gray", "Kurang Mutu"


S = ReceiptStatus
STAYS_OPEN = ("notes", "vendor_contact", "vehicle_plate", "driver", "photo", "cancel_reason")
FLOW = Flow(
    moves={
        S.DRAFT: (S.INSPECTED, S.RECEIVED, S.CANCELLED),
        # Back to where it was: an undo does that, nobody by hand.
        S.INSPECTED: (S.DRAFT, S.RECEIVED, S.CANCELLED),
        S.RECEIVED: (S.DRAFT, S.CANCELLED, S.INSPECTED),
        S.CANCELLED: (S.DRAFT, S.INSPECTED, S.RECEIVED),
    },
    first=(S.DRAFT,),
    frozen=frozenset({S.RECEIVED, S.CANCELLED}),
    deletable=frozenset({S.DRAFT, S.CANCELLED}),
    open_fields=("owner", "inspected_by", "received_at", *STAYS_OPEN),
    by_itself=frozenset(
        {(S.RECEIVED, S.INSPECTED), (S.CANCELLED, S.DRAFT), (S.CANCELLED, S.INSPECTED), (S.CANCELLED, S.RECEIVED)}
    ),
    idle=frozenset(set(S) - {S.RECEIVED}),
    gives=frozenset({S.RECEIVED}),
    inside=frozenset(set(S)),
)  # fmt: skip
OPEN_COLUMNS = (
    "vendor_id", "vendor_contact_id", *(name for name in STAYS_OPEN if name != "vendor_contact"), "received_at",
    "inspected_by_id",
)  # fmt: skip
TABLE, LINES = "purchasing_receiptnote", "purchasing_receiptline"
ORDERED = "purchasing_purchaseline"
COUNTED = ("returned", "accepted_returned", "rejected_returned")
TAKINGS = [
    Taking("purchase_line_id", ORDERED, "received", "accepted"),
    Taking("purchase_line_id", ORDERED, "rejected", "rejected"),
]
ARRIVAL = Arrival("receipt_note_id", LINES, "note_id", frozenset({S.RECEIVED}), "accepted")
