"""Bill: what a vendor asks us to pay. It is compared with what was ordered and received before anybody pays it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, current_acting
from relasi.engine.declare.computed import computed
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Body, Related, Section, Timeline, View
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.paying.balances import Held
from relasi.kits.pipeline.days import today
from relasi.kits.trade.closed_period import check_open_period
from relasi.kits.trade.declared import LINES_EDITOR, TEXTS
from relasi.kits.trade.figures import ZERO
from relasi.kits.trade.flow import Flow, line_triggers
from relasi.kits.trade.line import TradeLine, line_checks
from relasi.kits.trade.priced import priced_checks
from relasi.kits.trade.taking import Taking, giving_back_triggers, over_taken, taking_triggers
from relasi.kits.trade.tax_invoice import TaxInvoiceNumberField
from relasi.modules.purchasing.matching import VARIANCES, MatchStatus, bills_of
from relasi.modules.purchasing.purchase_document import PurchaseDocument
from relasi.modules.purchasing.purchase_settings import purchase_settings
from relasi.modules.purchasing.vendor_sum import KEPT


class BillStatus(Choices):
    DRAFT = "draft", _("Draft"), "gray", "Draf"
    APPROVED = "approved", _("Approved"), "biru", "Disetujui"
    PARTLY_PAID = "partly_paid", _("Partly paid"), "kuning", "Dibayar sebagian"
    PAID = "paid", _("Paid"), "hijau", "Lunas"
    CANCELLED = "cancelled", _("Cancelled"), "merah", "Dibatalkan"


S = BillStatus
VARIANCE = ("variance_note", "variance_accepted_by", "variance_accepted_at")
OWED = frozenset({S.APPROVED, S.PARTLY_PAID, S.PAID})
UNPAID = (S.APPROVED, S.PARTLY_PAID)
FLOW = Flow(
    moves={
        S.DRAFT: (S.APPROVED, S.CANCELLED),
        S.APPROVED: (S.PARTLY_PAID, S.PAID, S.CANCELLED),
        S.PARTLY_PAID: (S.APPROVED, S.PAID),
        S.PAID: (S.APPROVED, S.PARTLY_PAID),
    },
    first=(S.DRAFT,),
    frozen=frozenset(set(S) - {S.DRAFT}),
    deletable=frozenset({S.DRAFT, S.CANCELLED}),
    open_fields=(
        "owner", "notes", "vendor_contact", "paid", "balance", "match_status", "cancel_reason", "tax_invoice_number",
        *VARIANCE,
    ),
    by_itself=frozenset((before, after) for before in OWED for after in OWED if before != after),
    idle=frozenset({S.CANCELLED}),
)  # fmt: skip
OPEN_COLUMNS = (
    "vendor_contact_id", "vendor_id", "notes", "paid", "balance", "match_status", "cancel_reason",
    "tax_invoice_number", "variance_note", "variance_accepted_by_id", "variance_accepted_at",
)  # fmt: skip
TABLE, LINES = "purchasing_bill", "purchasing_billline"
TAKINGS = [Taking("purchase_line_id", "purchasing_purchaseline", "billed")]
_TWICE = _("This vendor's invoice was entered already: %(bill)s.")


class Bill(PurchaseDocument):
    status = ChoiceField(BillStatus, _("Status"), default=S.DRAFT, required=True)
    purchase_order = ReferenceField(
        "purchasing.PurchaseOrder", models.PROTECT, verbose_name=_("Purchase order"), related_name="bills",
        editable=False,
    )  # fmt: skip
    vendor_invoice_number = TextField(
        _("Vendor's invoice number"),
        max_length=50,
        aliases="No. Faktur Pemasok|Vendor Invoice No",
    )
    received_on = DateField(_("Received on"), aliases="Tanggal Diterima")
    due_date = DateField(_("Due date"), late="overdue", aliases="Jatuh Tempo|Due Date")
    tax_invoice_number = TaxInvoiceNumberField(_("Tax invoice number"), aliases="No. Faktur Pajak|NSFP")
    match_status = ChoiceField(
        MatchStatus, _("Compared with the order"), default=MatchStatus.NO_ORDER, required=True, editable=False
    )
    variance_note = TextField(_("Difference accepted because"))
    variance_accepted_by = ReferenceField(
        "users.User",
        models.PROTECT,
        verbose_name=_("Difference accepted by"),
        related_name="+",
        editable=False,
    )
    variance_accepted_at = DateTimeField(_("Difference accepted at"), editable=False)
    paid = MoneyField(_("Paid"), default=0, required=True, editable=False, currency_field="currency")
    balance = MoneyField(_("Balance"), default=0, required=True, editable=False, currency_field="currency")
    approved_at = DateTimeField(_("Approved at"), editable=False)
    cancel_reason = TextField(_("Cancelled because"))

    flow = FLOW
    keeps_rates = True
    violations = (
        FLOW.violations(TABLE)
        | over_taken("purchase_line", "billed")
        | {
            "bill_not_over": ("balance", "OVER_ALLOCATED", _("That is more than what is still to be paid.")),
            "bill_invoice_once": (
                "vendor_invoice_number", "NOT_UNIQUE", _("This vendor's invoice was entered already."),
            ),
        }
    )  # fmt: skip

    class Meta(Record.Meta):
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        indexes = [
            *record_indexes("bill"),
            models.Index(fields=["vendor", "due_date", "id"], name="bill_owed",
                         condition=Q(trashed_at=None, status__in=["approved", "partly_paid"])),
            models.Index(Coalesce("due_date", "date"), "id", name="bill_due",
                         condition=Q(trashed_at=None, status__in=["approved", "partly_paid"])),
        ]  # fmt: skip
        constraints = [
            *priced_checks("bill"),
            models.UniqueConstraint(
                "vendor", Upper("vendor_invoice_number"), name="bill_invoice_once",
                condition=Q(trashed_at=None) & ~Q(status="cancelled"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "cancelled"], balance=0)
                | Q(status__in=sorted(OWED), balance=F("payable") - F("paid")),
                name="bill_balance",
            ),
            models.CheckConstraint(condition=Q(balance__gte=0, paid__gte=0), name="bill_not_over"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "approved", "cancelled"], paid=0)
                | Q(status="partly_paid", balance__gt=0)
                | Q(status="paid", balance=0),
                name="bill_state",
            ),
        ]  # fmt: skip
        triggers = [
            *history_triggers(),
            *FLOW.triggers(TABLE, OPEN_COLUMNS),
            *giving_back_triggers(LINES, "bill_id", FLOW.idle, TAKINGS),
            *KEPT.triggers(TABLE),
        ]

    class Module(Record.Module):
        slug = "bills"
        area = "purchasing"
        icon = "file-input"
        number = "BILL-{n:05}"
        title = "subject"
        subtitle = "vendor"
        lines = "purchasing.BillLine"
        editor = LINES_EDITOR
        columns = ["number", "vendor", "vendor_invoice_number", "status", "match_status", "payable", "balance", "date",
                   "due_date", "owner"]  # fmt: skip
        filters = ["status", "match_status", "vendor", "owner", "date", "due_date", "grand_total", "balance", "overdue",
                   "purchase_order"]  # fmt: skip
        search = {
            "number": "A",
            "subject": "A",
            "vendor_invoice_number": "A",
            "tax_invoice_number": "B",
            "notes": "D",
        }
        form = [
            Section(_("Bill"), "subject vendor vendor_invoice_number date received_on payment_days due_date "
                               "tax_invoice_number vendor_contact owner"),
            Section(_("Terms of purchase"), "currency rate tax_mode tax_region includes_tax"),
            Section(_("Addresses"), "vendor_address billing_address"),
            TEXTS,
        ]  # fmt: skip
        facts = [
            Section(_("Bill"), "status match_status vendor vendor_contact purchase_order vendor_invoice_number date "
                               "received_on due_date tax_invoice_number owner"),
            Section(_("Payment"), "grand_total withheld_total payable paid balance"),
            Section(_("Difference"), "variance_note variance_accepted_by variance_accepted_at"),
            Section(_("Total"), "subtotal discount_total tax_total"),
            Section(_("Texts"), "terms notes cancel_reason"),
            Section(_("Record"), "number currency rate approved_at created_at changed_at"),
        ]  # fmt: skip
        quick = "subject vendor vendor_invoice_number due_date owner"
        headline = "status payable balance"
        fill = {
            "currency": "vendor.currency", "payment_days": "vendor.payment_terms_days",
            "vendor_address": "vendor.address",
        }  # fmt: skip
        page = [
            Body("trade/body.html", "relasi.modules.purchasing.bill_body.body_of"),
            Timeline(),
            Related(
                "purchasing.VendorPaymentPart", by="bill", columns=["payment", "amount"], title=_("Payments")
            ),
        ]
        actions = [
            Action("approve", _("Approve"), icon="badge-check",
                   when=lambda bill: bill.status == S.DRAFT and bill.vendor_invoice_number is not None),
            Action("approve_as", _("Approve"), icon="badge-check", ask=("vendor_invoice_number",),
                   when=lambda bill: bill.status == S.DRAFT and bill.vendor_invoice_number is None),
            Action("pay", _("Record a payment"), icon="banknote", ask=("date", "amount", "method", "reference"),
                   form="blank_payment",
                   when=lambda bill: bill.status in UNPAID and bill.balance > 0 and not bill.is_held),
            Action("accept_variance", _("Accept the difference"), icon="shield-check", ask=("variance_note",),
                   when=lambda bill: bill.is_held and bill.status != S.CANCELLED),
            Action("cancel", _("Cancel bill"), icon="ban", ask=("cancel_reason",), quiet=True, danger=True,
                   when=lambda bill: bill.status in (S.DRAFT, S.APPROVED)),
        ]  # fmt: skip
        views = [
            View("drafts", _("Drafts"), {"field": "status", "op": "is", "value": "draft"}, "file-pen"),
            View("unpaid", _("Unpaid"), {"field": "status", "op": "in", "value": ["approved", "partly_paid"]},
                 "hourglass", ("due_date",)),
            View("overdue", _("Overdue"), {"all": [
                {"field": "status", "op": "in", "value": ["approved", "partly_paid"]},
                {"field": "due_date", "op": "before", "value": "today"}]}, "circle-alert", ("due_date",)),
            View("differ", _("Differ from the order"), {"all": [
                {"field": "status", "op": "is_not", "value": "cancelled"},
                {"field": "match_status", "op": "in", "value": sorted(VARIANCES)}]}, "scale"),
        ]  # fmt: skip
        closed = Q(status__in=["paid", "cancelled"])
        words = "tagihan vendor pemasok bill hutang utang bayar"

    @computed(_("Overdue"), kind="boolean", needs="due_date status balance")
    def overdue(self) -> bool:
        owed = self.status in UNPAID and self.balance > 0
        return bool(owed and self.due_date and self.due_date < today())

    @property
    def is_held(self) -> bool:
        """Whether nobody may pay it before somebody has accepted how it differs from the order."""
        return self.match_status in VARIANCES and self.variance_accepted_at is None

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        if change.is_new or change.old("status") == S.DRAFT:
            moved = change.has("payment_days") or change.has("date")
            if self.date and (self.due_date is None or (moved and not change.has("due_date"))):
                self.due_date = self.date + timedelta(days=self.payment_days or 0)
        if change.has("status") and self.status == S.APPROVED and change.old("status") == S.DRAFT:
            self.approved_at = timezone.now()
        self.balance = self.payable - self.paid if self.status in OWED else ZERO

    def clean(self, change: Change) -> None:
        super().clean(change)
        if self.due_date and self.date and self.due_date < self.date:
            raise Refusal("due_date", "OUT_OF_RANGE", _("It cannot be due before the date of the bill."))
        if change.is_new and self.purchase_order_id is None and not purchase_settings().direct_bills:
            message = _("Make it from a purchase order: bills without one are not entered here.")
            raise Refusal("purchase_order", "REQUIRED", message)
        if self.purchase_order_id and (change.is_new or change.lines):
            self._check_order(change)
        if not change.has("status") or change.is_new:
            return
        if self.status == S.APPROVED and change.old("status") == S.DRAFT:
            self._check_approval(change)
        elif self.status == S.CANCELLED:
            if not self.cancel_reason:
                raise Refusal("cancel_reason", "REQUIRED", _("Write why it is cancelled."))
            if change.old("status") != S.DRAFT:
                check_open_period(self.date)

    def _check_order(self, change: Change) -> None:
        """What is billed stands on the order; another item needs a changed order first."""
        if self.vendor_id != self.purchase_order.vendor_id:
            raise Refusal("vendor", "BAD_REFERENCE", _("The purchase order is with another vendor."))
        if self.currency != self.purchase_order.currency:
            raise Refusal("currency", "INVALID_VALUE", _("The purchase order is in another currency."))
        for place, one in enumerate(change.lines):
            line = one.record
            other = not one.is_new and (one.has("product") or one.has("service"))
            if line.is_item and (line.purchase_line_id is None or other):
                message = _("Only what stands on the purchase order can be billed. Change the order first.")
                raise Refusal(f"lines.{place}.name", "BAD_REFERENCE", message)

    def _check_approval(self, change: Change) -> None:
        if not any(one.record.counts for one in change.lines):
            raise Refusal("lines", "REQUIRED", _("A bill without lines cannot be approved."))
        if not self.vendor_invoice_number:
            message = _("Write the number of the vendor's invoice.")
            raise Refusal("vendor_invoice_number", "REQUIRED", message)
        if self.payable < 0:
            raise Refusal("adjustment", "OUT_OF_RANGE", _("A bill cannot come to less than nothing."))
        check_open_period(self.date)

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        """The same invoice of a vendor is entered once, whatever its letters look like."""
        fresh = [c for c in changes if c.has("vendor_invoice_number") or c.has("vendor")]
        fresh = [c for c in fresh if c.record.vendor_invoice_number and c.record.status != S.CANCELLED]
        asked = {_invoice_key(change.record): change for change in fresh}
        rows = cls._base_manager.filter(vendor__in={vendor for vendor, _number in asked}, trashed_at=None)
        rows = rows.exclude(status=S.CANCELLED).annotate(key=Upper("vendor_invoice_number"))
        for bill in rows.filter(key__in={number for _vendor, number in asked}):
            change = asked.get(_invoice_key(bill))
            if change is not None and change.record.pk != bill.pk:
                change.refuse("vendor_invoice_number", "NOT_UNIQUE", _TWICE % {"bill": bill.number})

    held_after = ("purchasing.PurchaseOrder",)
    followed_by_none = frozenset({"paid", "balance", "status", "match_status", *VARIANCE})

    @classmethod
    def held_first(cls, ids: list[int]) -> Held:
        """Their orders and all that is billed of these: who moves one of them may change how the others compare."""
        rows = BillLine._base_manager.filter(bill__in=ids, purchase_line__isnull=False)
        orders = rows.values("purchase_line__order")
        yield registry.module("purchasing.PurchaseOrder"), orders
        yield registry.of(cls), bills_of(orders)

    def blank_payment(self) -> Any:
        from relasi.modules.purchasing.vendor_payment import VendorPayment

        return VendorPayment(
            vendor_id=self.vendor_id, date=today(), amount=self.balance, currency=self.currency
        )

    # The verbs.
    def approve(self) -> Bill:
        return update(self, {"status": S.APPROVED})

    def approve_as(self, vendor_invoice_number: Any = None) -> Bill:
        return update(self, {"status": S.APPROVED, "vendor_invoice_number": vendor_invoice_number})

    def cancel(self, cancel_reason: Any = None) -> Bill:
        if not cancel_reason:
            raise Refused([Refusal("cancel_reason", "REQUIRED", _("Write why it is cancelled."))])
        return update(self, {"status": S.CANCELLED, "cancel_reason": cancel_reason})

    def accept_variance(self, variance_note: Any = None) -> Bill:
        """Raises Refused for who entered it, unless they are an admin."""
        if not self.is_held:
            raise Refused([Refusal("", "INVALID_TRANSITION", _("It does not differ from its order."))])
        if not variance_note:
            raise Refused([Refusal("variance_note", "REQUIRED", _("Write why the difference is accepted."))])
        user = current_acting().user
        own = user is not SYSTEM and user is not None and user.id in (self.owner_id, self.created_by_id)
        if own and not user.is_admin:
            sentence = _("Somebody else has to accept the difference of a bill that is yours.")
            raise Refused([Refusal("", "NO_PERMISSION", sentence)])
        values = {"variance_note": variance_note, "variance_accepted_at": timezone.now(),
                  "variance_accepted_by": None if user is SYSTEM or user is None else user.id}  # fmt: skip
        return update(self, values, authorised="a difference was accepted")

    def pay(self, date: Any = None, amount: Any = None, method: Any = None, reference: Any = None) -> Any:
        """A payment of this bill; what is more than its balance stays with the payment as credit."""
        from relasi.modules.purchasing.bill_settling import SIDE

        return SIDE.pay(self, {"date": date, "amount": amount, "method": method, "reference": reference})


def _invoice_key(bill: Bill) -> tuple[int | None, str]:
    return bill.vendor_id, (bill.vendor_invoice_number or "").upper()


class BillLine(TradeLine):
    bill = ReferenceField(
        "purchasing.Bill", models.CASCADE, verbose_name=_("Bill"), related_name="lines", required=True,
        editable=False,
    )  # fmt: skip
    purchase_line = ReferenceField(
        "purchasing.PurchaseLine", models.PROTECT, verbose_name=_("Purchase order line"), related_name="+",
        editable=False,
    )  # fmt: skip

    takes = {"purchase_line": "billed"}
    violations = FLOW.violations(TABLE)

    class Meta(TradeLine.Meta):
        verbose_name = _("bill line")
        verbose_name_plural = _("bill lines")
        constraints = line_checks("bill_line")
        triggers = [
            *history_triggers(),
            *line_triggers(TABLE, "bill_id", FLOW.frozen),
            *taking_triggers(TABLE, "bill_id", FLOW.idle, TAKINGS),
        ]

    class Module(Declaration):
        slug = "bill-lines"
        icon = "list"
        part_of = "bill"
        title = "name"
        verbs = ("view",)
        columns = ["name", "bill", "quantity", "unit", "price", "net", "base", "tax"]
        sort = ["position"]
        form = [Section(_("Bill line"), "kind name description quantity unit price discount_percent")]
