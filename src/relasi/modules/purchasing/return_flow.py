"""Return flow: the states of a purchase return, what stays open in them, and what its lines take, give back and move."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices
from relasi.kits.stock.posting import Arrival
from relasi.kits.trade.flow import Flow
from relasi.kits.trade.taking import Taking


class ReturnStatus(Choices):
    DRAFT = "draft", _("Draft"), "gray", "Draf"
    RETURNED = "returned", _("Sent back"), "hijau", "Dikembalikan|Returned"
    CANCELLED = "cancelled", _("Cancelled"), "merah", "Dibatalkan"


class ReturnReason(Choices):
    DAMAGED = "damaged", _("Damaged"), "merah", "Rusak"
    WRONG = "wrong", _("Wrong goods"), "jingga", "Salah Barang"
    EXPIRED = "expired", _("Past its date"), "kuning", "Kedaluwarsa"
    POOR = "poor", _("Poor quality"), "gray", "Kurang Mutu"
    SURPLUS = "surplus", _("More than was needed"), "biru", "Kelebihan"


S = ReturnStatus
STAYS_OPEN = (
    "notes", "vendor_contact", "acknowledgement_number", "carrier", "vehicle_plate", "driver", "cancel_reason",
)  # fmt: skip
FLOW = Flow(
    moves={
        S.DRAFT: (S.RETURNED, S.CANCELLED),
        # Back to where it was: an undo does that, nobody by hand.
        S.RETURNED: (S.CANCELLED, S.DRAFT),
        S.CANCELLED: (S.DRAFT, S.RETURNED),
    },
    first=(S.DRAFT,),
    frozen=frozenset({S.RETURNED, S.CANCELLED}),
    deletable=frozenset({S.DRAFT, S.CANCELLED}),
    open_fields=("owner", "returned_at", *STAYS_OPEN),
    by_itself=frozenset({(S.RETURNED, S.DRAFT), (S.CANCELLED, S.DRAFT), (S.CANCELLED, S.RETURNED)}),
    idle=frozenset({S.CANCELLED}),
    inside=frozenset(set(S)),
)
OPEN_COLUMNS = (
    "vendor_id", "vendor_contact_id", "returned_at", *(name for name in STAYS_OPEN if name != "vendor_contact"),
)  # fmt: skip
TABLE, LINES = "purchasing_purchasereturn", "purchasing_returnline"
RECEIVED, ORDERED = "purchasing_receiptline", "purchasing_purchaseline"
TAKINGS = [
    Taking("receipt_line_id", RECEIVED, "returned"),
    Taking("receipt_line_id", RECEIVED, "accepted_returned", "accepted"),
    Taking("receipt_line_id", RECEIVED, "rejected_returned", "rejected"),
]
# What was taken in and has left again is outstanding again.
GONE = [
    Taking("purchase_line_id", ORDERED, "received", "accepted", gives=True),
    Taking("purchase_line_id", ORDERED, "returned", "accepted"),
]
NOT_GONE = frozenset(set(S) - {S.RETURNED})
DEPARTURE = Arrival(
    "purchase_return_id", LINES, "purchase_return_id", frozenset({S.RETURNED}), "accepted", back=True
)
