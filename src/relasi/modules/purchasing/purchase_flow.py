"""Purchase flow: the states of a purchase order, the moves between them, and in which of them its goods are on their way."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices, open_list
from relasi.kits.stock.demand import Demand
from relasi.kits.trade.approving import COLUMNS, DECIDED
from relasi.kits.trade.flow import Flow
from relasi.kits.trade.taking import Taking


class PurchaseStatus(Choices):
    DRAFT = "draft", _("Draft"), "gray", "Created|Draf"
    PENDING = "pending", _("Waiting for approval"), "kuning", "Menunggu Persetujuan"
    APPROVED = "approved", _("Approved"), "nila", "Approved|Disetujui"
    SENT = "sent", _("Sent to the vendor"), "biru", "Dikirim ke Pemasok"
    PARTLY = "partly_received", _("Partly received"), "toska", "Received Shipment|Diterima Sebagian"
    RECEIVED = "received", _("Fully received"), "hijau", "Delivered|Diterima Penuh"
    CLOSED = "closed", _("Closed"), "gray", "Ditutup"
    CANCELLED = "cancelled", _("Cancelled"), "merah", "Cancelled|Dibatalkan"


@open_list("carrier", _("Carrier"))
class Carrier(Choices):
    JNE = "jne", "JNE"
    JNT = "jnt", "J&T"
    SICEPAT = "sicepat", "SiCepat"
    POS = "pos", "Pos Indonesia"
    OWN = "own", _("Own vehicle")
    OTHER = "other", _("Other")


S = PurchaseStatus
OUTSTANDING = frozenset({S.APPROVED, S.SENT, S.PARTLY})  # what is not received yet is on its way
STANDING = OUTSTANDING | {S.RECEIVED, S.CLOSED}  # agreed with the vendor
# Follow from what was received, or are the way back of an undo.
FOLLOWING = {
    S.APPROVED: (S.PARTLY, S.RECEIVED, S.PENDING), S.SENT: (S.PARTLY, S.RECEIVED, S.APPROVED),
    S.PARTLY: (S.APPROVED, S.SENT, S.RECEIVED), S.RECEIVED: (S.APPROVED, S.SENT, S.PARTLY),
}  # fmt: skip
BY_HAND = {
    S.DRAFT: (S.PENDING, S.APPROVED, S.CANCELLED),
    S.PENDING: (S.APPROVED, S.DRAFT, S.CANCELLED),
    S.APPROVED: (S.SENT, S.DRAFT, S.CANCELLED),
    S.SENT: (S.DRAFT, S.CANCELLED),
    S.PARTLY: (S.DRAFT, S.CLOSED),
    S.RECEIVED: (S.CLOSED,),
}
FLOW = Flow(
    moves={state: (*after, *FOLLOWING.get(state, ())) for state, after in BY_HAND.items()},
    first=(S.DRAFT,),
    frozen=frozenset(set(S) - {S.DRAFT}),
    locked=frozenset({S.PENDING}),
    inside=frozenset({S.DRAFT, S.PENDING, S.APPROVED}),
    full=frozenset({S.PENDING, S.APPROVED}),
    deletable=frozenset({S.DRAFT, S.CANCELLED}),
    open_fields=(
        "owner", "notes", "vendor_contact", "tracking_number", "received_percent", "billed_percent", "sent_at",
        "revision", "cancel_reason", "close_reason", *DECIDED,
    ),
    by_itself=frozenset((before, after) for before, found in FOLLOWING.items() for after in found),
    gives=frozenset(STANDING - {S.CLOSED}),
    idle=frozenset({S.CANCELLED}),
)  # fmt: skip
OPEN_COLUMNS = (
    "vendor_contact_id", "vendor_id", "notes", "tracking_number", "received_percent", "billed_percent", "sent_at",
    "revision", "cancel_reason", "close_reason", *COLUMNS,
)  # fmt: skip
TABLE, LINES = "purchasing_purchaseorder", "purchasing_purchaseline"
COUNTED = ("received", "returned", "rejected", "billed")
TAKINGS = [Taking("sales_line_id", "sales_orderline", "purchased")]
DEMAND = Demand("incoming", TABLE, LINES, "order_id", OUTSTANDING, "received")
