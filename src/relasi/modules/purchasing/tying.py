"""What ties out of purchasing: balances of bills and payments, what was received and rejected, and what is on its way."""

from __future__ import annotations

from collections.abc import Iterator

from relasi.engine.declare.registry import registry
from relasi.engine.records.tying import Check, tied
from relasi.kits.paying.kept_tying import kept_ties
from relasi.kits.paying.tying import Parts, ties
from relasi.kits.stock.held import listed
from relasi.kits.stock.tying import demand_ties, posting_ties
from relasi.kits.trade.tying import Taker, counted
from relasi.modules.purchasing.bill import OWED
from relasi.modules.purchasing.purchase_flow import DEMAND
from relasi.modules.purchasing.receipt_flow import ARRIVAL, FLOW
from relasi.modules.purchasing.return_flow import DEPARTURE, NOT_GONE
from relasi.modules.purchasing.return_flow import FLOW as RETURNS
from relasi.modules.purchasing.vendor_sum import KEPT


@tied
def balances() -> Iterator[Check]:
    owed, paid, used = (
        f"d.status = ANY ({listed(OWED)})",
        "coalesce(paid.amount, 0)",
        "coalesce(used.amount, 0)",
    )
    recorded = "p.status = 'recorded' AND p.trashed_at IS NULL"
    yield ties(
        "purchasing.Bill",
        [Parts("paid", "purchasing.VendorPaymentPart", "bill", payer="payment", standing=recorded)],
        {
            "paid": f"CASE WHEN {owed} THEN {paid} ELSE 0 END",
            "balance": f"CASE WHEN {owed} THEN d.payable - {paid} ELSE 0 END",
        },
    )
    yield ties(
        "purchasing.VendorPayment",
        [Parts("used", "purchasing.VendorPaymentPart", "payment")],
        {"allocated": used, "unallocated": f"d.amount - {used}"},
        "d.status = 'recorded' AND d.trashed_at IS NULL",
    )


@tied
def kept_sums() -> Iterator[Check]:
    yield kept_ties(KEPT, "purchasing.Vendor")


@tied
def goods() -> Iterator[Check]:
    yield demand_ties(DEMAND)
    yield posting_ties(ARRIVAL)
    lines = registry.module("purchasing.ReceiptLine")
    rejected = Taker(lines, "purchase_line_id", "rejected", FLOW.idle)
    yield counted(registry.module("purchasing.PurchaseLine"), "rejected", [rejected], limited=False)


@tied
def returned() -> Iterator[Check]:
    yield posting_ties(DEPARTURE)
    lines, ordered = registry.module("purchasing.ReturnLine"), registry.module("purchasing.PurchaseLine")
    yield counted(
        ordered, "returned", [Taker(lines, "purchase_line_id", "accepted", NOT_GONE)], limited=False
    )
    for kind in ("accepted", "rejected"):
        takers = [Taker(lines, "receipt_line_id", kind, RETURNS.idle)]
        yield counted(registry.module("purchasing.ReceiptLine"), f"{kind}_returned", takers, limited=False)
