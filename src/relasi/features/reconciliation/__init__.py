"""Reconciliation: what a bank or a payment service says came in, beside the invoices and payments of the company."""
