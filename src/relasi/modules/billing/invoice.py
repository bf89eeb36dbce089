"""Invoice: the demand for payment for what a customer ordered. Once issued it stays; a credit note corrects it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, FinalNumber, Related, Section, Timeline, View
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.find import load_referred
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.pipeline.days import today
from relasi.kits.stock.leaving import check_enough
from relasi.kits.stock.ledger import NOT_ENOUGH
from relasi.kits.trade import instalments
from relasi.kits.trade.cancelling import Cancellable, cancel_action
from relasi.kits.trade.closed_period import check_open_period
from relasi.kits.trade.conversion import add_to, convert
from relasi.kits.trade.credit import check_credit
from relasi.kits.trade.declared import ADDRESSES, BODY, FROM_CUSTOMER, LINES_EDITOR, TERMS_OF_SALE, TEXTS
from relasi.kits.trade.document import TradeDocument, document_checks
from relasi.kits.trade.figures import ZERO
from relasi.kits.trade.taking import (
    giving_back_triggers,
    over_taken,
)
from relasi.kits.trade.within_limits import WithinLimits
from relasi.modules.billing.customer_sum import KEPT
from relasi.modules.billing.invoice_flow import (
    CREDITED_STAYS,
    FLOW,
    LINES,
    OPEN_COLUMNS,
    OWED,
    POSTING,
    TABLE,
    TAKINGS,
    InvoiceStatus,
    S,
    credited_stays,
)
from relasi.modules.billing.invoice_line import InvoiceLine
from relasi.modules.billing.tax_invoice import SENT, TaxInvoiced, keep_goods_codes
from relasi.modules.billing.transfer_codes import keep_codes_unique
from relasi.modules.billing.ways_to_pay import (
    CODE_TAKEN,
    WaysToPay,
    choose_ways,
    code_constraints,
    code_index,
)
from relasi.modules.billing.withholding import Withheld, slip_action, slip_views

__all__ = ["OWED", "Invoice", "InvoiceLine", "InvoiceStatus", "S"]


class Invoice(Cancellable, WithinLimits, TaxInvoiced, Withheld, WaysToPay, TradeDocument):
    status = ChoiceField(InvoiceStatus, _("Status"), default=S.DRAFT, required=True)
    due_date = DateField(_("Due date"), late="overdue", aliases="Jatuh Tempo|Due Date")
    payment_days = IntegerField(_("Payment terms (days)"), min=0, max=365, aliases="Termin|Terms of Payment")
    customer_po = TextField(_("Customer's PO"), max_length=50, aliases="No. PO Pelanggan|Purchase Order")
    deal = ReferenceField("sales.Deal", models.PROTECT, verbose_name=_("Deal"), related_name="invoices")
    quote = ReferenceField(
        "sales.Quote", models.PROTECT, verbose_name=_("Quote"), related_name="invoices", editable=False
    )
    sales_order = ReferenceField(
        "sales.SalesOrder",
        models.PROTECT,
        verbose_name=_("Sales order"),
        related_name="invoices",
        editable=False,
    )
    recurring_invoice = ReferenceField(
        "billing.RecurringInvoice", models.PROTECT, verbose_name=_("Recurring invoice"), related_name="invoices",
        editable=False,
    )  # fmt: skip
    period_start = DateField(_("Period from"), editable=False)
    period_end = DateField(_("Period to"), editable=False)
    instalments = HiddenField(_("Payment terms"), editable=True)
    received = MoneyField(_("Received"), default=0, required=True, editable=False, currency_field="currency")
    credited = MoneyField(_("Credited"), default=0, required=True, editable=False, currency_field="currency")
    balance = MoneyField(_("Balance"), default=0, required=True, editable=False, currency_field="currency")
    issued_at = DateTimeField(_("Issued at"), editable=False)
    disputed = BooleanField(
        _("Disputed"), help_text=_("The customer contests it; nobody is reminded until that is settled.")
    )
    reminded = IntegerField(_("Last reminder (days after due)"), min=0, editable=False)
    reminded_on = DateField(_("Reminded on"), editable=False)

    flow = FLOW
    paper_title = _("Sales invoice")
    violations = (
        FLOW.violations(TABLE)
        | over_taken("quote_line", "taken")
        | over_taken("order_line", "invoiced")
        | over_taken("delivery_line", "invoiced")
        | NOT_ENOUGH
        | CODE_TAKEN
        | {
            "invoice_not_over": (
                "balance",
                "OVER_ALLOCATED",
                _("That is more than what is still to be paid."),
            ),
            "invoice_credited": ("status", "INVALID_TRANSITION", CREDITED_STAYS),
        }
    )

    class Meta(Record.Meta):
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        indexes = [
            *record_indexes("invoice"),
            code_index(),
            models.Index(fields=["account", "due_date", "id"], name="invoice_owed",
                         condition=Q(trashed_at=None, status__in=["issued", "partly_paid"])),
            models.Index(Coalesce("due_date", "date"), "id", name="invoice_due",
                         condition=Q(trashed_at=None, status__in=["issued", "partly_paid"])),
        ]  # fmt: skip
        constraints = [
            *document_checks("invoice"),
            *code_constraints(),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "cancelled"], balance=0)
                | Q(status__in=sorted(OWED), balance=F("payable") - F("received") - F("credited")),
                name="invoice_balance",
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0, received__gte=0, credited__gte=0), name="invoice_not_over"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "issued", "cancelled"], received=0, credited=0)
                | Q(status="partly_paid", balance__gt=0)
                | Q(status="paid", balance=0),
                name="invoice_state",
            ),
            models.UniqueConstraint(
                fields=["tax_invoice_number"], condition=Q(trashed_at=None), name="invoice_tax_number"
            ),
        ]
        triggers = [
            *history_triggers(),
            *FLOW.triggers(TABLE, OPEN_COLUMNS),
            *giving_back_triggers(LINES, "invoice_id", FLOW.idle, TAKINGS),
            *POSTING.triggers(),
            *KEPT.triggers(TABLE),
            credited_stays(TABLE, LINES),
        ]

    class Module(Record.Module):
        slug = "invoices"
        area = "billing"
        icon = "receipt"
        number = "DRAFT-{n:05}"
        final_number = FinalNumber("INV/{year}/{n:05}", by="status", on=tuple(sorted(OWED)), day="date")
        title = "subject"
        subtitle = "account"
        lines = "billing.InvoiceLine"
        editor = LINES_EDITOR
        columns = [
            "number", "subject", "account", "status", "payable", "balance", "date", "due_date", "owner",
        ]  # fmt: skip
        filters = [
            "status", "owner", "account", "date", "due_date", "grand_total", "balance", "overdue", "sales_order",
            "recurring_invoice", "disputed",
            "tax_invoice_status", "transaction_code", "withheld_total", "slip_number", "slip_date",
        ]  # fmt: skip
        search = {"number": "A", "subject": "A", "customer_po": "B", "tax_invoice_number": "B", "virtual_account": "B",
                  "slip_number": "B",
                  "notes": "D"}  # fmt: skip
        form = [
            Section(
                _("Invoice"), "subject account contact deal date payment_days due_date customer_po owner"
            ),
            TERMS_OF_SALE,
            Section(_("Tax invoice"), "transaction_code facility tax_invoice_number"),
            ADDRESSES,
            TEXTS,
        ]  # fmt: skip
        facts = [
            Section(
                _("Invoice"),
                "status account contact deal quote sales_order recurring_invoice period_start period_end date due_date"
                " customer_po owner",
            ),
            Section(
                _("Payment"),
                "grand_total withheld_total payable received credited balance disputed reminded reminded_on",
            ),
            Section(_("Withholding slip"), "withheld_taxes slip_number slip_date"),
            Section(_("Total"), "subtotal discount_total tax_total margin_percent"),
            Section(_("Tax invoice"), "tax_invoice_status tax_invoice_number transaction_code facility"),
            Section(
                _("Buyer for the tax office"),
                "buyer_name buyer_npwp buyer_nik buyer_other_id buyer_nitku buyer_address buyer_country buyer_email",
            ),
            ADDRESSES,
            Section(_("Texts"), "terms notes cancel_reason"),
            Section(_("Record"), "number currency rate price_book issued_at created_at changed_at"),
        ]
        quick = "subject account contact due_date owner"
        headline = "status payable balance"
        fill = FROM_CUSTOMER
        page = [
            BODY,
            Timeline(),
            Related(
                "inventory.StockMove",
                by="invoice",
                columns=["product", "change"],
                title=_("Stock ledger"),
            ),
            Related("billing.PaymentPart", by="invoice", columns=["payment", "amount"], title=_("Payments")),
            Related(
                "billing.CreditPart", by="invoice", columns=["credit_note", "amount"], title=_("Credits")
            ),
        ]
        actions = [
            Action("issue", _("Issue"), icon="send", when=lambda invoice: invoice.status == S.DRAFT),
            Action("pay", _("Record a payment"), icon="banknote", ask=("date", "amount", "method", "reference"),
                   form="blank_payment", when=lambda i: i.status in (S.ISSUED, S.PARTLY_PAID) and i.balance > 0),
            Action("credit", _("Make a credit note"), icon="undo-2", page="convert/credit-notes/", quiet=True,
                   when=lambda invoice: invoice.status in OWED),
            Action("add_order", _("Add what is left of an order"), icon="plus", ask=("sales_order",), quiet=True,
                   when=lambda invoice: invoice.status == S.DRAFT),
            Action("take_buyer", _("Take the buyer's tax data from the account"), icon="building-2", quiet=True,
                   when=lambda i: i.status in OWED and i.account_id and i.tax_invoice_status not in SENT),
            slip_action(),
            cancel_action(_("Cancel invoice")),
        ]  # fmt: skip
        views = [
            View("drafts", _("Drafts"), {"field": "status", "op": "is", "value": "draft"}, "file-pen"),
            View("unpaid", _("Unpaid"), {"field": "status", "op": "in", "value": ["issued", "partly_paid"]},
                 "hourglass", ("due_date",)),
            View("overdue", _("Overdue"), {"all": [
                {"field": "status", "op": "in", "value": ["issued", "partly_paid"]},
                {"field": "due_date", "op": "before", "value": "today"}]}, "circle-alert", ("due_date",)),
            *slip_views(),
        ]  # fmt: skip
        closed = Q(status__in=["paid", "cancelled"])
        words = "faktur tagihan invoice penjualan kwitansi bill"

    @computed(_("Overdue"), kind="boolean", needs="due_date status balance")
    def overdue(self) -> bool:
        owed = self.status in (S.ISSUED, S.PARTLY_PAID) and self.balance > 0
        return bool(owed and self.due_date and self.due_date < today())

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        if change.is_new or change.old("status") == S.DRAFT:
            if self.date and (
                self.due_date is None or (change.has("payment_days") and not change.has("due_date"))
            ):
                self.due_date = self.date + timedelta(days=self.payment_days or 0)
            self.instalments = instalments.checked(self.instalments)
            self.follow_agreed(change)
        if self._is_issued_by(change):
            self.issued_at = timezone.now()
        self.balance = self.payable - self.received - self.credited if self.status in OWED else ZERO

    @classmethod
    def before_save_all(cls, changes: list[Change]) -> None:
        """What an issued invoice keeps of the settings, the catalog and its buyer."""
        issued = [change for change in changes if change.record._is_issued_by(change)]
        load_referred([change.record for change in issued], "account")
        keep_goods_codes([line.record for change in issued for line in change.lines])
        for change in changes:
            change.record.keep_tax_invoice(change, change.record._is_issued_by(change))
        choose_ways([change.record for change in issued])
        keep_codes_unique([change.record for change in changes if change.record._is_owed_again_by(change)])

    def _is_issued_by(self, change: Change) -> bool:
        return change.has("status") and change.old("status") == S.DRAFT and self.status == S.ISSUED

    def _is_owed_again_by(self, change: Change) -> bool:
        return change.old("status") == S.PAID and self.status in (S.ISSUED, S.PARTLY_PAID)

    def clean(self, change: Change) -> None:
        super().clean(change)
        if self.due_date and self.date and self.due_date < self.date:
            raise Refusal("due_date", "OUT_OF_RANGE", _("It cannot be due before the date of the invoice."))
        self.clean_tax_invoice(change)
        self.clean_slip(change)
        if not change.has("status") or change.is_new:
            return
        if self.status == S.ISSUED and change.old("status") == S.DRAFT:
            self._check_issue(change)
        elif self.status == S.CANCELLED:
            check_open_period(self.date)
            if any(one.record.credited for one in change.lines):
                raise Refusal("status", "INVALID_TRANSITION", CREDITED_STAYS)

    def _check_issue(self, change: Change) -> None:
        if self.account_id is None:
            raise Refusal("account", "REQUIRED", _("Choose the account that pays."))
        if self.payable < 0:
            raise Refusal("adjustment", "OUT_OF_RANGE", _("An invoice cannot come to less than nothing."))
        check_open_period(self.date)
        self.check_within(change)
        check_credit(change)

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        """Where invoices move stock, there must be enough of it."""
        issuing = [c for c in changes if not c.is_new and c.has("status") and c.old("status") == S.DRAFT]
        check_enough([c for c in issuing if c.record.status in OWED], "simple")

    # The verbs.
    def issue(self) -> Invoice:
        return update(self, {"status": S.ISSUED})

    def credit(self) -> Any:
        return convert(self, registry.module("billing.CreditNote").model)

    def add_order(self, sales_order: Any = None) -> Any:
        """What is left of another order of the same customer, on this draft."""
        order = registry.module("sales.SalesOrder").model.objects.filter(pk=sales_order or 0).first()
        if order is None:
            raise Refused([Refusal("sales_order", "REQUIRED", _("Choose the order."))])
        return add_to(self, order)

    def blank_payment(self) -> Any:
        return registry.module("billing.Payment").model(
            account_id=self.account_id, date=today(), amount=self.balance, currency=self.currency
        )

    def pay(self, date: Any = None, amount: Any = None, method: Any = None, reference: Any = None) -> Any:
        """A payment for this invoice; what is more than its balance stays with the payment as credit."""
        from relasi.modules.billing.settling import receive

        return receive(self, {"date": date, "amount": amount, "method": method, "reference": reference})
