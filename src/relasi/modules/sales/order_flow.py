"""The states of a sales order, the moves between them, and what it takes and promises."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices
from relasi.kits.stock.demand import Demand
from relasi.kits.trade.approving import COLUMNS, DECIDED
from relasi.kits.trade.flow import Flow
from relasi.kits.trade.taking import Taking


class OrderStatus(Choices):
    DRAFT = "draft", _("Draft"), "gray", "Created|Draf"
    PENDING = "pending", _("Waiting for approval"), "kuning", "Menunggu Persetujuan"
    APPROVED = "approved", _("Approved"), "biru", "Approved|Disetujui"
    CLOSED = "closed", _("Closed"), "hijau", "Ditutup"
    CANCELLED = "cancelled", _("Cancelled"), "merah", "Cancelled|Dibatalkan"


class Shipping(Choices):
    NONE = "none", _("Nothing sent"), "gray"
    STARTED = "started", _("Delivery started"), "biru", "Pengiriman Dimulai"
    PARTLY = "partly", _("Partly delivered"), "kuning", "Terkirim Sebagian"
    FULLY = "fully", _("Fully delivered"), "hijau", "Terkirim Penuh"


class Invoiced(Choices):
    NONE = "none", _("Not invoiced"), "gray"
    PARTLY = "partly", _("Partly invoiced"), "kuning"
    FULLY = "fully", _("Fully invoiced"), "hijau"
    RECURRING = "recurring", _("Invoiced regularly"), "toska"


S = OrderStatus
FLOW = Flow(
    moves={
        S.DRAFT: (S.PENDING, S.APPROVED, S.CANCELLED),
        S.PENDING: (S.APPROVED, S.DRAFT, S.CANCELLED),
        S.APPROVED: (S.CLOSED, S.CANCELLED),
    },
    first=(S.DRAFT,),
    frozen=frozenset({S.PENDING, S.CLOSED, S.CANCELLED}),
    locked=frozenset({S.PENDING}),
    inside=frozenset({S.DRAFT, S.PENDING}),
    full=frozenset({S.PENDING, S.APPROVED}),
    deletable=frozenset({S.DRAFT, S.CANCELLED}),
    open_fields=(
        "owner",
        "contact",
        "notes",
        "invoiced",
        "shipping_state",
        "cancel_reason",
        "tax_rates",
        *DECIDED,
    ),
    gives=frozenset({S.APPROVED}),
    idle=frozenset({S.CANCELLED}),
)
OPEN_COLUMNS = ("contact_id", "account_id", "deal_id", "notes", "invoiced", "shipping_state", "cancel_reason",
                "tax_rates", *COLUMNS)  # fmt: skip
TABLE, LINES = "sales_salesorder", "sales_orderline"
COUNTED = ("invoiced", "noted", "delivered", "issued", "purchased")  # what other documents count on the lines
TAKINGS = [Taking("quote_line_id", "sales_quoteline", "taken")]
DEMAND = Demand("committed", TABLE, LINES, "order_id", frozenset({S.APPROVED}), "issued")
