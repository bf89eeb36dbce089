"""Vendor sums: what each vendor is owed and what it has of ours, kept beside the documents (kits/paying/kept.py)."""

from __future__ import annotations

from relasi.kits.paying.kept import DEBT, LEFT, Kept, KeptSum, Source, keeps, kept_indexes

BILLS, PAYMENTS = "purchasing_bill", "purchasing_vendorpayment"


class VendorSum(KeptSum):
    class Meta:
        indexes = kept_indexes("vendor_sum")


KEPT = keeps("vendors", Kept(
    "purchasing_vendorsum",
    (
        Source(
            DEBT, "purchasing.Bill", BILLS, "vendor_id", "{r}.balance",
            "{r}.trashed_at IS NULL AND {r}.status IN ('approved', 'partly_paid') AND {r}.balance > 0",
            "coalesce({r}.due_date, {r}.date)", "{r}.date",
        ),
        Source(
            LEFT, "purchasing.VendorPayment", PAYMENTS, "vendor_id", "{r}.unallocated",
            "{r}.trashed_at IS NULL AND {r}.status = 'recorded' AND {r}.unallocated > 0",
        ),
    ),
))  # fmt: skip
