"""Customer sums: what each customer owes, has left and has paid, kept beside the documents (kits/paying/kept.py)."""

from __future__ import annotations

from relasi.kits.paying.kept import DEBT, LEFT, NOTE, PAID, Kept, KeptSum, Source, keeps, kept_indexes

INVOICES, PAYMENTS, NOTES = "billing_invoice", "billing_payment", "billing_creditnote"
_RECORDED = "{r}.trashed_at IS NULL AND {r}.status = 'recorded'"


class CustomerSum(KeptSum):
    class Meta:
        indexes = kept_indexes("customer_sum")


KEPT = keeps("customers", Kept(
    "billing_customersum",
    (
        Source(
            DEBT, "billing.Invoice", INVOICES, "account_id", "{r}.balance",
            "{r}.trashed_at IS NULL AND {r}.status IN ('issued', 'partly_paid') AND {r}.balance > 0",
            "coalesce({r}.due_date, {r}.date)", "{r}.date",
        ),
        Source(
            LEFT, "billing.Payment", PAYMENTS, "account_id", "{r}.unallocated",
            f"{_RECORDED} AND {{r}}.direction = 'in' AND {{r}}.unallocated > 0",
        ),
        Source(
            NOTE, "billing.CreditNote", NOTES, "account_id", "{r}.available",
            "{r}.trashed_at IS NULL AND {r}.status <> 'void' AND {r}.available > 0",
        ),
        Source(
            PAID, "billing.Payment", PAYMENTS, "account_id",
            "CASE WHEN {r}.direction = 'in' THEN {r}.amount ELSE -{r}.amount END", _RECORDED,
        ),
    ),
))  # fmt: skip
