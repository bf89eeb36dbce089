"""Trade documents: quotes, orders, invoices, and orders to vendors."""

from __future__ import annotations

from relasi.features.compat.currency import CurrencyRef
from relasi.features.compat.faces import Table
from relasi.features.compat.field import Field
from relasi.features.compat.references import Ref
from relasi.features.compat.tables.customers import address, plain
from relasi.features.compat.trade_fields import Figure, FirstLine, Rate


def _document(status: str, **own: str) -> list[Field]:
    return [
        *plain(subject="subject", **{status: "status"}, **own),
        *(Figure(name, path) for name, path in (("hdnSubTotal", "subtotal"), ("hdnGrandTotal", "grand_total"),
                                                ("pre_tax_total", "goods_total"))),
        *plain(hdnTaxType="tax_mode", hdnDiscountPercent="discount_percent", hdnDiscountAmount="discount_amount",
               hdnS_H_Amount="shipping", txtAdjustment="adjustment"),
        CurrencyRef("currency_id", "currency"), Rate("conversion_rate", "rate"),
        *address("bill_", "billing_address"), *address("ship_", "shipping_address"),
        *plain(terms_conditions="terms", description="notes"), Ref("pricebookid", "price_book"),
        *(FirstLine(name) for name in ("productid", "quantity", "listprice", "comment", "tax1", "tax2", "tax3")),
    ]  # fmt: skip


QUOTES = Table(
    4, "Quotes", "quotes", "Quotes", "Quote", label_fields="subject", number="quote_no",
    fields=[*_document("quotestage", validtill="valid_until"),
            Ref("potential_id", "deal"), Ref("account_id", "account"), Ref("contact_id", "contact")],
)  # fmt: skip

ORDERS = Table(
    6, "SalesOrder", "sales-orders", "Sales Orders", "Sales Order", label_fields="subject", number="salesorder_no",
    fields=[*_document("sostatus", duedate="delivery_date", vtiger_purchaseorder="customer_po"),
            Ref("potential_id", "deal"), Ref("quote_id", "quote"), Ref("account_id", "account"),
            Ref("contact_id", "contact")],
)  # fmt: skip

INVOICES = Table(
    7, "Invoice", "invoices", "Invoices", "Invoice", label_fields="subject", number="invoice_no",
    fields=[*_document("invoicestatus", invoicedate="date", duedate="due_date", vtiger_purchaseorder="customer_po",
                       balance="balance", received="received"),
            Ref("potential_id", "deal"), Ref("salesorder_id", "sales_order"), Ref("account_id", "account"),
            Ref("contact_id", "contact")],
)  # fmt: skip

PURCHASE_ORDERS = Table(
    5, "PurchaseOrder", "purchase-orders", "Purchase Orders", "Purchase Order", label_fields="subject",
    number="purchaseorder_no",
    fields=[*_document("postatus", duedate="due_date", requisition_no="requisition_number", tracking_no="tracking_number",
                       carrier="carrier"),
            Ref("vendor_id", "vendor"), *address("bill_", "vendor_address")],
)  # fmt: skip

TABLES = [QUOTES, ORDERS, INVOICES, PURCHASE_ORDERS]
