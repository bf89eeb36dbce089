"""Purchase order: what we order from a vendor, at which prices; goods and bills come in parts until it is fulfilled."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Body, Section, Timeline, View
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.numbers import DecimalField, IntegerField, PercentField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.pipeline.days import today
from relasi.kits.trade.approving import NeedsApproval, approval_actions
from relasi.kits.trade.cancelling import Cancellable, cancel_action
from relasi.kits.trade.conversion import convert
from relasi.kits.trade.declared import LINES_EDITOR, TEXTS
from relasi.kits.trade.figures import ZERO
from relasi.kits.trade.flow import line_triggers
from relasi.kits.trade.limits import Reach
from relasi.kits.trade.line import TradeLine, line_checks, refuse_agreed
from relasi.kits.trade.priced import priced_checks
from relasi.kits.trade.taking import (
    Way,
    counted_checks,
    giving_back_triggers,
    over_taken,
    taking_triggers,
    under_taken,
)
from relasi.modules.purchasing.purchase_document import PurchaseDocument
from relasi.modules.purchasing.purchase_flow import (
    COUNTED,
    DEMAND,
    FLOW,
    LINES,
    OPEN_COLUMNS,
    OUTSTANDING,
    STANDING,
    TABLE,
    TAKINGS,
    Carrier,
    PurchaseStatus,
)
from relasi.modules.purchasing.purchase_settings import purchase_settings
from relasi.modules.purchasing.vendor import VendorStatus

S = PurchaseStatus


class PurchaseOrder(Cancellable, NeedsApproval, PurchaseDocument):
    status = ChoiceField(PurchaseStatus, _("Status"), default=S.DRAFT, required=True)
    due_date = DateField(_("Deliver by"), late="overdue", aliases="Jatuh Tempo|Due Date|Tanggal Dibutuhkan")
    requisition_number = TextField(
        _("Requisition number"), max_length=50, aliases="No. Permintaan|Requisition No"
    )
    tracking_number = TextField(_("Tracking number"), max_length=50, aliases="No. Resi|Tracking Number")
    carrier = ChoiceField(Carrier, _("Carrier"), aliases="Kurir|Ekspedisi|Carrier")
    warehouse = TextField(_("Warehouse"), max_length=100, aliases="Gudang")
    sales_order = ReferenceField(
        "sales.SalesOrder", models.PROTECT, verbose_name=_("Sales order"), related_name="purchase_orders",
        aliases="Pesanan Penjualan|Sales Order",
    )  # fmt: skip
    revision = IntegerField(_("Revision"), default=1, required=True, editable=False, foot="")
    received_percent = PercentField(_("Received"), default=0, required=True, editable=False)
    billed_percent = PercentField(_("Billed"), default=0, required=True, editable=False)
    sent_at = DateTimeField(_("Sent at"), editable=False)
    close_reason = TextField(_("Closed because"))

    flow = FLOW
    limited_by = "purchasing.BuyingLimit"
    paper_title = _("Purchase order")
    paper_facts = ("date", "due_date", "requisition_number", "carrier", "payment_days", "shipping_address")
    violations = (
        FLOW.violations(TABLE)
        | under_taken("purchase_line", "received")
        | under_taken("purchase_line", "billed")
        | over_taken("order_line", "purchased")
    )

    class Meta(Record.Meta):
        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        indexes = record_indexes("purchase_order")
        constraints = priced_checks("purchase_order")
        triggers = [
            *history_triggers(),
            *FLOW.triggers(TABLE, OPEN_COLUMNS),
            *giving_back_triggers(LINES, "order_id", FLOW.idle, TAKINGS),
            *DEMAND.header_triggers(),
        ]

    class Module(Record.Module):
        slug = "purchase-orders"
        area = "purchasing"
        icon = "shopping-cart"
        number = "PO-{n:05}"
        title = "subject"
        subtitle = "vendor"
        lines = "purchasing.PurchaseLine"
        editor = LINES_EDITOR
        columns = ["number", "subject", "vendor", "status", "grand_total", "date", "due_date", "received_percent",
                   "billed_percent", "owner"]  # fmt: skip
        filters = ["status", "vendor", "owner", "date", "due_date", "grand_total", "received_percent", "billed_percent",
                   "overdue"]  # fmt: skip
        search = {
            "number": "A",
            "subject": "A",
            "requisition_number": "B",
            "tracking_number": "B",
            "notes": "D",
        }
        form = [
            Section(_("Purchase order"), "subject vendor vendor_contact date due_date requisition_number sales_order "
                                         "payment_days owner"),
            Section(_("Terms of purchase"), "currency rate tax_mode tax_region includes_tax"),
            Section(_("Delivery"), "carrier tracking_number warehouse shipping_address"),
            Section(_("Addresses"), "vendor_address billing_address"),
            TEXTS,
        ]  # fmt: skip
        facts = [
            Section(_("Purchase order"), "status revision vendor vendor_contact date due_date requisition_number "
                                         "sales_order payment_days owner"),
            Section(_("Fulfilled"), "received_percent billed_percent"),
            Section(_("Total"), "grand_total subtotal discount_total tax_total withheld_total payable"),
            Section(_("Delivery"), "carrier tracking_number warehouse shipping_address"),
            Section(_("Addresses"), "vendor_address billing_address"),
            Section(_("Texts"), "terms notes cancel_reason close_reason"),
            Section(_("Approval"), "approval_asked_by approval_note approvers approved_by approved_at "
                                   "not_approved_because"),
            Section(_("Record"), "number currency rate sent_at created_at changed_at"),
        ]  # fmt: skip
        quick = "subject vendor due_date owner"
        headline = "status received_percent grand_total"
        fill = {
            "currency": "vendor.currency", "payment_days": "vendor.payment_terms_days",
            "vendor_address": "vendor.address",
        }  # fmt: skip
        page = [Body("trade/body.html", "relasi.modules.purchasing.order_body.body_of"), Timeline()]
        actions = [
            *approval_actions(),
            Action("send", _("Mark as sent"), icon="send", when=lambda one: one.status == S.APPROVED),
            Action("receive", _("Receive goods"), icon="package-check", page="convert/receipt-notes/",
                   when=lambda one: one.status in OUTSTANDING),
            Action("bill", _("Enter its bill"), icon="file-input", page="convert/bills/",
                   when=lambda one: one.status in STANDING and one.billed_percent < 100),
            Action("amend", _("Change it (new revision)"), icon="file-pen", quiet=True,
                   when=lambda one: one.status in OUTSTANDING),
            Action("close", _("Close"), icon="archive", quiet=True, when=lambda one: one.status == S.RECEIVED),
            Action("close_short", _("Close without the rest"), icon="archive", ask=("close_reason",), quiet=True,
                   when=lambda one: one.status == S.PARTLY),
            cancel_action(_("Cancel order")),
        ]  # fmt: skip
        views = [
            View("drafts", _("Drafts"), {"field": "status", "op": "is", "value": "draft"}, "file-pen"),
            View("waiting", _("Waiting for approval"), {"field": "status", "op": "is", "value": "pending"},
                 "badge-check"),
            View("open", _("On their way"), {"field": "status", "op": "in", "value": sorted(OUTSTANDING)}, "truck",
                 ("due_date",)),
            View("late", _("Late"), {"all": [
                {"field": "status", "op": "in", "value": sorted(OUTSTANDING)},
                {"field": "due_date", "op": "before", "value": "today"}]}, "circle-alert", ("due_date",)),
        ]  # fmt: skip
        closed = models.Q(status__in=["closed", "cancelled"])
        words = "pesanan pembelian po order beli purchase pengadaan"

    @computed(_("Overdue"), kind="boolean", needs="due_date status")
    def overdue(self) -> bool:
        return self.status in OUTSTANDING and self.due_date is not None and self.due_date < today()

    @property
    def reach(self) -> Reach:
        return Reach(total=self.grand_total * (self.rate or 1))

    def needs_yes(self, before: str) -> bool:
        return (before, self.status) == (S.DRAFT, S.APPROVED)

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        self.follow_approval(change)
        before = change.old("status")
        if change.is_new or before == S.DRAFT:
            share = purchase_settings().over_receipt
            for one in change.lines:
                one.record.over_receipt = share if one.record.is_item else ZERO
        if not change.has("status") or change.is_new:
            return
        if (before, self.status) == (S.APPROVED, S.SENT):
            self.sent_at = timezone.now()
        elif self.status == S.DRAFT and before in OUTSTANDING:
            # What is amended is another order, to be approved and sent anew.
            self.revision += 1
            self.approved_reach = self.approved_by_id = self.approved_at = self.sent_at = None

    def clean(self, change: Change) -> None:
        super().clean(change)
        self.check_approval(change)
        if self.due_date and self.date and self.due_date < self.date:
            raise Refusal("due_date", "OUT_OF_RANGE", _("It cannot be delivered before it is ordered."))
        moves = change.has("status") and not change.is_new
        taken = [one.record for one in change.lines if one.record.received or one.record.billed]
        if change.has("vendor") and taken:
            raise Refusal("vendor", "CLOSED_RECORD", _("Part of it is received or billed; the vendor stays."))
        if change.has("vendor") or (moves and self.status in (S.PENDING, S.APPROVED)):
            self._check_vendor()
        if not moves:
            refuse_agreed(change, ("received", "billed"))
        elif self.status == S.CANCELLED:
            self._check_cancel(change)
        elif (change.old("status"), self.status) == (S.PARTLY, S.CLOSED) and not self.close_reason:
            raise Refusal("close_reason", "REQUIRED", _("Write why the rest is not coming."))

    def _check_vendor(self) -> None:
        if self.vendor.status != VendorStatus.APPROVED:
            message = _("Only an approved vendor gets purchase orders. This one is: %(status)s.")
            label = VendorStatus(self.vendor.status).label
            raise Refusal("vendor", "INVALID_TRANSITION", message % {"status": label})

    def _check_cancel(self, change: Change) -> None:
        if any(one.record.received or one.record.billed for one in change.lines):
            message = _("Part of it is received or billed. Send the goods back or cancel the bill first.")
            raise Refusal("status", "INVALID_TRANSITION", message)
        if not self.cancel_reason:
            raise Refusal("cancel_reason", "REQUIRED", _("Write why it is cancelled."))

    @classmethod
    def before_trash_all(cls, changes: list[Change]) -> None:
        """An amended order is a draft although goods or bills have come of it."""
        lines = PurchaseLine._base_manager.filter(order__in=[change.record.pk for change in changes])
        taken = set(
            lines.filter(
                models.Q(received__gt=0) | models.Q(returned__gt=0) | models.Q(billed__gt=0)
            ).values_list("order_id", flat=True)
        )
        for change in changes:
            if change.record.pk in taken:
                change.refuse("", "LOCKED", _("Part of it is received or billed; it stays."))

    def gives_to(self, target: Any) -> Collection[str]:
        """A bill may come after the order is closed."""
        return STANDING if target._meta.label == "purchasing.Bill" else FLOW.gives

    def proposes(self, lines: list[Any], way: Way) -> dict[int, Decimal]:
        """Of what is billed, what was received and not billed yet; all that is left before anything was received."""
        left = super().proposes(lines, way)
        if way.counted != "billed" or not any(line.received for line in lines):
            return left
        come = {line.pk: min(left[line.pk], line.received - line.billed) for line in lines if line.pk in left}
        return {id: amount for id, amount in come.items() if amount > 0} or left

    @staticmethod
    def for_sales(order: Any) -> PurchaseOrder:
        from relasi.modules.purchasing.from_sales import order_for

        return order_for(order)

    @classmethod
    def of_missing(cls, product: Any) -> PurchaseOrder:
        """A draft for what is missing of a product. Raises Refused."""
        from relasi.modules.purchasing.reordering import order_missing

        return order_missing(product)

    # The verbs.
    def send(self) -> PurchaseOrder:
        return update(self, {"status": S.SENT})

    def amend(self) -> PurchaseOrder:
        return update(self, {"status": S.DRAFT})

    def bill(self) -> Any:
        return convert(self, registry.module("purchasing.Bill").model)

    def receive(self) -> Any:
        return convert(self, registry.module("purchasing.ReceiptNote").model)

    def close(self) -> PurchaseOrder:
        return update(self, {"status": S.CLOSED})

    def close_short(self, close_reason: Any = None) -> PurchaseOrder:
        if not close_reason:
            raise Refused([Refusal("close_reason", "REQUIRED", _("Write why the rest is not coming."))])
        return update(self, {"status": S.CLOSED, "close_reason": close_reason})


class PurchaseLine(TradeLine):
    """received: less what was sent back again, which `returned` counts. over_receipt: how many percent more than ordered may
    be received."""

    order = ReferenceField(
        "purchasing.PurchaseOrder", models.CASCADE, verbose_name=_("Purchase order"), related_name="lines",
        required=True, editable=False,
    )  # fmt: skip
    sales_line = ReferenceField(
        "sales.OrderLine", models.PROTECT, verbose_name=_("Order line"), related_name="+", editable=False
    )
    received = DecimalField(_("Received"), default=0, required=True, editable=False)
    returned = DecimalField(_("Sent back"), default=0, required=True, editable=False)
    rejected = DecimalField(_("Rejected"), default=0, required=True, editable=False)
    billed = DecimalField(_("Billed"), default=0, required=True, editable=False)
    over_receipt = PercentField(_("More may be received"), default=0, required=True, editable=False)

    takes = {"sales_line": "purchased"}
    counted = ("received", "billed")
    beyond = {"received": "over_receipt"}
    violations = FLOW.violations(TABLE)

    class Meta(TradeLine.Meta):
        verbose_name = _("purchase order line")
        verbose_name_plural = _("purchase order lines")
        constraints = [
            *line_checks("purchase_line"),
            *counted_checks("purchase_line", "received", "over_receipt"),
            *counted_checks("purchase_line", "billed"),
            models.CheckConstraint(
                condition=models.Q(rejected__gte=0, returned__gte=0), name="purchase_line_rejected"
            ),
        ]
        triggers = [
            *history_triggers(*COUNTED),
            *line_triggers(TABLE, "order_id", FLOW.frozen, COUNTED),
            *taking_triggers(TABLE, "order_id", FLOW.idle, TAKINGS),
            *DEMAND.line_triggers(),
        ]

    class Module(Declaration):
        slug = "purchase-order-lines"
        icon = "list"
        part_of = "order"
        title = "name"
        verbs = ("view",)
        columns = [
            "name",
            "order",
            "quantity",
            "received",
            "returned",
            "rejected",
            "billed",
            "outstanding",
            "unit",
            "price",
            "net",
        ]
        sort = ["position"]
        form = [
            Section(_("Purchase order line"), "kind name description quantity unit price discount_percent")
        ]

    @computed(_("Outstanding"), kind="decimal", needs="quantity received kind")
    def outstanding(self) -> Decimal | None:
        """What is still to come."""
        return max(self.quantity - self.received, ZERO) if self.is_item else None
