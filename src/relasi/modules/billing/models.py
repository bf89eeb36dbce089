"""The table of contents of this area."""

from relasi.modules.billing.closed_period import ClosedPeriod
from relasi.modules.billing.credit_note import CreditLine, CreditNote, CreditPart
from relasi.modules.billing.invoice import Invoice, InvoiceLine
from relasi.modules.billing.payment import Payment, PaymentPart

__all__ = [
    "ClosedPeriod",
    "CreditLine",
    "CreditNote",
    "CreditPart",
    "Invoice",
    "InvoiceLine",
    "Payment",
    "PaymentPart",
]
