"""The table of contents of this area."""

from relasi.modules.billing.bank_account import BankAccount
from relasi.modules.billing.bank_movement import BankMovement
from relasi.modules.billing.closed_period import ClosedPeriod
from relasi.modules.billing.company_details import CompanyDetails, DocumentText
from relasi.modules.billing.credit_line import CreditLine
from relasi.modules.billing.credit_note import CreditNote, CreditPart
from relasi.modules.billing.customer_sum import CustomerSum
from relasi.modules.billing.invoice import Invoice, InvoiceLine
from relasi.modules.billing.online_charge import OnlineCharge
from relasi.modules.billing.payment import Payment, PaymentPart
from relasi.modules.billing.payment_gateway import PaymentGateway
from relasi.modules.billing.recurring_invoice import RecurringInvoice
from relasi.modules.billing.recurring_period import RecurringPeriod
from relasi.modules.billing.reminder_rule import ReminderRule

__all__ = [
    "BankAccount",
    "BankMovement",
    "ClosedPeriod",
    "CompanyDetails",
    "CreditLine",
    "CreditNote",
    "CreditPart",
    "CustomerSum",
    "DocumentText",
    "Invoice",
    "InvoiceLine",
    "OnlineCharge",
    "Payment",
    "PaymentGateway",
    "PaymentPart",
    "RecurringInvoice",
    "RecurringPeriod",
    "ReminderRule",
]
