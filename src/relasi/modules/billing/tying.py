"""What ties out of billing: balances of invoices, payments and credit notes, and what invoices took from the stock."""

from __future__ import annotations

from collections.abc import Iterator

from relasi.engine.records.tying import Check, tied
from relasi.kits.paying.kept_tying import kept_ties
from relasi.kits.paying.tying import Parts, ties
from relasi.kits.stock.held import listed
from relasi.kits.stock.tying import posting_ties
from relasi.modules.billing.credit_flow import COMING_BACK
from relasi.modules.billing.customer_sum import KEPT
from relasi.modules.billing.invoice_flow import OWED, POSTING

RECORDED = "p.status = 'recorded' AND p.trashed_at IS NULL"


@tied
def balances() -> Iterator[Check]:
    owed = f"d.status = ANY ({listed(OWED)})"
    paid, credit = "coalesce(paid.amount, 0)", "coalesce(credit.amount, 0)"
    yield ties(
        "billing.Invoice",
        [
            Parts("paid", "billing.PaymentPart", "invoice", payer="payment", standing=RECORDED),
            Parts("credit", "billing.CreditPart", "invoice", payer="credit_note",
                  standing="p.status <> 'void' AND p.trashed_at IS NULL"),
        ],
        {
            "received": f"CASE WHEN {owed} THEN {paid} ELSE 0 END",
            "credited": f"CASE WHEN {owed} THEN {credit} ELSE 0 END",
            "balance": f"CASE WHEN {owed} THEN d.payable - {paid} - {credit} ELSE 0 END",
        },
    )  # fmt: skip
    used = "coalesce(used.amount, 0)"
    yield ties(
        "billing.Payment",
        [Parts("used", "billing.PaymentPart", "payment", ("amount", "given"))],
        {
            "allocated": used, "given": "coalesce(used.given, 0)",
            "unallocated": f"d.amount + coalesce(used.given, 0) - {used}",
        },
        "d.status = 'recorded' AND d.direction = 'in' AND d.trashed_at IS NULL",
    )  # fmt: skip
    back = "coalesce(back.amount, 0)"
    yield ties(
        "billing.CreditNote",
        [
            Parts("used", "billing.CreditPart", "credit_note"),
            Parts("back", "billing.Payment", "credit_note", standing="a.status = 'recorded'"),
        ],
        {"applied": used, "refunded": back, "available": f"d.payable - {used} - {back}"},
        "d.status <> 'void' AND d.trashed_at IS NULL",
    )


@tied
def kept_sums() -> Iterator[Check]:
    yield kept_ties(KEPT, "customers.Account")


@tied
def taken_from_stock() -> Iterator[Check]:
    yield posting_ties(POSTING)
    yield posting_ties(COMING_BACK)
