"""Invoice flow: the states of an invoice, what stays open in them, and what its lines take and move."""

from __future__ import annotations

import pgtrigger
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices
from relasi.kits.stock.held import listed
from relasi.kits.stock.posting import Posting
from relasi.kits.trade.flow import Flow
from relasi.kits.trade.taking import Taking
from relasi.modules.billing.tax_invoice import TAX_FIELDS
from relasi.modules.billing.withholding import SLIP


class InvoiceStatus(Choices):
    DRAFT = "draft", _("Draft"), "gray", "AutoCreated|Created|Draf"
    ISSUED = "issued", _("Issued"), "biru", "Approved|Sent|Terbit"
    PARTLY_PAID = "partly_paid", _("Partly paid"), "kuning", "Dibayar sebagian"
    PAID = "paid", _("Paid"), "hijau", "Paid|Lunas"
    CANCELLED = "cancelled", _("Cancelled"), "merah", "Cancel|Dibatalkan"


S = InvoiceStatus
OWED = frozenset({S.ISSUED, S.PARTLY_PAID, S.PAID})
FLOW = Flow(
    moves={
        S.DRAFT: (S.ISSUED,),
        S.ISSUED: (S.PARTLY_PAID, S.PAID, S.CANCELLED),
        S.PARTLY_PAID: (S.ISSUED, S.PAID),
        S.PAID: (S.ISSUED, S.PARTLY_PAID),
    },
    first=(S.DRAFT,),
    full=frozenset({S.ISSUED}),
    frozen=frozenset(set(S) - {S.DRAFT}),
    deletable=frozenset({S.DRAFT}),
    open_fields=(
        "owner",
        "contact",
        "notes",
        "received",
        "credited",
        "balance",
        "cancel_reason",
        "disputed",
        "reminded",
        "reminded_on",
        *TAX_FIELDS,
        *SLIP,
        "transfer_code",
    ),
    by_itself=frozenset((before, after) for before in OWED for after in OWED if before != after),
    gives=OWED,
    idle=frozenset({S.CANCELLED}),
)
OPEN_COLUMNS = (
    "contact_id",
    "account_id",
    "deal_id",
    "notes",
    "received",
    "credited",
    "balance",
    "cancel_reason",
    "disputed",
    "reminded",
    "reminded_on",
    *TAX_FIELDS,
    *SLIP,
    "transfer_code",
)
TABLE, LINES = "billing_invoice", "billing_invoiceline"
TAKINGS = [
    Taking("quote_line_id", "sales_quoteline", "taken"),
    Taking("order_line_id", "sales_orderline", "invoiced"),
    Taking("delivery_line_id", "inventory_deliveryline", "invoiced"),
]
POSTING = Posting("invoice_id", LINES, "invoice_id", OWED, "simple")
COUNTED = ("credited", "moved")

CREDITED_STAYS = _("A credit note was made of it. Void that first.")


def credited_stays(table: str, lines: str) -> pgtrigger.Trigger:
    """What was credited was owed: an invoice does not lose that by any write, an undo included."""
    owed = f"{{row}}.trashed_at IS NULL AND {{row}}.status = ANY ({listed(OWED)})"
    return pgtrigger.Trigger(
        name="credited", level=pgtrigger.Row, when=pgtrigger.Before, operation=pgtrigger.Update,
        func=f"""
    IF {owed.format(row="OLD")} AND NOT ({owed.format(row="NEW")})
       AND EXISTS (SELECT FROM {lines} l WHERE l.invoice_id = NEW.id AND l.credited > 0) THEN
        RAISE EXCEPTION 'credited' USING ERRCODE = '23514', CONSTRAINT = 'invoice_credited';
    END IF;
    RETURN NEW;
    """,
    )  # fmt: skip
