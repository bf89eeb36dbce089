"""The table of contents of this area."""

from relasi.modules.purchasing.bill import Bill, BillLine
from relasi.modules.purchasing.buying_limit import BuyingLimit
from relasi.modules.purchasing.purchase_order import PurchaseLine, PurchaseOrder
from relasi.modules.purchasing.purchase_return import PurchaseReturn
from relasi.modules.purchasing.purchase_settings import PurchaseSettings
from relasi.modules.purchasing.receipt_line import ReceiptLine
from relasi.modules.purchasing.receipt_note import ReceiptNote
from relasi.modules.purchasing.return_line import ReturnLine
from relasi.modules.purchasing.vendor import Vendor
from relasi.modules.purchasing.vendor_bank_account import VendorBankAccount
from relasi.modules.purchasing.vendor_category import VendorCategory
from relasi.modules.purchasing.vendor_contact import VendorContact
from relasi.modules.purchasing.vendor_paper import VendorPaper
from relasi.modules.purchasing.vendor_payment import VendorPayment, VendorPaymentPart
from relasi.modules.purchasing.vendor_price import VendorPrice
from relasi.modules.purchasing.vendor_sum import VendorSum

__all__ = [
    "Bill",
    "BillLine",
    "BuyingLimit",
    "PurchaseLine",
    "PurchaseOrder",
    "PurchaseReturn",
    "PurchaseSettings",
    "ReceiptLine",
    "ReceiptNote",
    "ReturnLine",
    "Vendor",
    "VendorBankAccount",
    "VendorCategory",
    "VendorContact",
    "VendorPaper",
    "VendorPayment",
    "VendorPaymentPart",
    "VendorPrice",
    "VendorSum",
]
