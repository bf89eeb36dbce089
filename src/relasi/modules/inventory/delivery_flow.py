"""Delivery flow: the states of a delivery note, what stays open in them, and what its lines take and move."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices
from relasi.kits.stock.posting import Posting
from relasi.kits.trade.flow import Flow
from relasi.kits.trade.taking import Taking


class DeliveryStatus(Choices):
    OPEN = "open", _("Open"), "gray", "Created|Terbuka"
    DISPATCHED = "dispatched", _("On the way"), "kuning", "Dispatched|Dalam Perjalanan"
    DELIVERED = "delivered", _("Delivered"), "hijau", "Delivered|Terkirim"
    CANCELLED = "cancelled", _("Cancelled"), "merah", "Cancelled|Dibatalkan"


S = DeliveryStatus
STAYS_OPEN = (
    "contact", "notes", "planned_delivery", "carrier", "tracking_number", "vehicle_plate", "driver", "packages", "weight",
    "received_by", "received_as", "signature", "photo", "delivered_at", "invoiced", "cancel_reason", "tax_rates",
)  # fmt: skip
FLOW = Flow(
    moves={
        S.OPEN: (S.DISPATCHED, S.DELIVERED, S.CANCELLED),
        # Back to where it was: nobody does that by hand, an undo does.
        S.DISPATCHED: (S.DELIVERED, S.CANCELLED, S.OPEN),
        S.DELIVERED: (S.OPEN, S.DISPATCHED),
        S.CANCELLED: (S.OPEN, S.DISPATCHED),
    },
    first=(S.OPEN,),
    frozen=frozenset({S.DELIVERED, S.CANCELLED}),
    deletable=frozenset({S.OPEN, S.CANCELLED}),
    open_fields=("owner", *STAYS_OPEN),
    by_itself=frozenset(
        {(S.DISPATCHED, S.OPEN), (S.DELIVERED, S.DISPATCHED), (S.CANCELLED, S.OPEN), (S.CANCELLED, S.DISPATCHED)}
    ),
    gives=frozenset({S.DELIVERED}),
    idle=frozenset({S.CANCELLED}),
    inside=frozenset(set(S)),
)  # fmt: skip
OPEN_COLUMNS = ("contact_id", "account_id", "deal_id", *(name for name in STAYS_OPEN if name != "contact"))
TABLE, LINES = "inventory_deliverynote", "inventory_deliveryline"
NOTED = [Taking("order_line_id", "sales_orderline", "noted")]
DELIVERED = [Taking("order_line_id", "sales_orderline", "delivered")]
NOT_DELIVERED = frozenset(set(S) - {S.DELIVERED})
POSTING = Posting("delivery_note_id", LINES, "note_id", frozenset({S.DELIVERED}), "goods")
