"""Quote: a formal offer of products and services with quantities and prices."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Related, Section, Timeline, View
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.image import ImageField
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.numbers import DecimalField, IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.pipeline.days import today
from relasi.kits.trade import instalments
from relasi.kits.trade.approving import COLUMNS, DECIDED, approval_actions
from relasi.kits.trade.conversion import convert
from relasi.kits.trade.copying import copied
from relasi.kits.trade.declared import ADDRESSES, BODY, FROM_CUSTOMER, LINES_EDITOR, TEXTS
from relasi.kits.trade.document import TradeDocument, document_checks
from relasi.kits.trade.flow import Flow, line_triggers
from relasi.kits.trade.line import TradeLine, line_checks
from relasi.kits.trade.list_price import Listed
from relasi.kits.trade.shipped import Shipped
from relasi.kits.trade.taking import counted_checks
from relasi.kits.trade.tax_change import OutlivesRates
from relasi.modules.sales.approval import OfferNeedsApproval

VALID_DAYS = 30
SIGNED = "the customer signed it"


class QuoteStatus(Choices):
    DRAFT = "draft", _("Draft"), "gray", "Created|Draf"
    PENDING = "pending", _("Waiting for approval"), "kuning", "Menunggu Persetujuan"
    APPROVED = "approved", _("Approved"), "nila", "Disetujui"
    SENT = "sent", _("Sent"), "biru", "Delivered|Terkirim"
    REVIEWED = "reviewed", _("Reviewed"), "toska", "Reviewed|Ditinjau"
    ACCEPTED = "accepted", _("Accepted"), "hijau", "Accepted|Diterima"
    REJECTED = "rejected", _("Rejected"), "merah", "Rejected|Ditolak"
    EXPIRED = "expired", _("Expired"), "jingga", "Kedaluwarsa"
    WITHDRAWN = "withdrawn", _("Withdrawn"), "gray", "Ditarik"
    SUPERSEDED = "superseded", _("Superseded"), "gray", "Digantikan"
    CONVERTED = "converted", _("Converted"), "nila", "Terkonversi"


S = QuoteStatus
FLOW = Flow(
    moves={
        S.DRAFT: (S.PENDING, S.SENT, S.WITHDRAWN),
        S.PENDING: (S.APPROVED, S.DRAFT),
        S.APPROVED: (S.PENDING, S.SENT, S.DRAFT, S.WITHDRAWN),
        S.SENT: (S.REVIEWED, S.ACCEPTED, S.REJECTED, S.EXPIRED, S.WITHDRAWN, S.SUPERSEDED),
        S.REVIEWED: (S.ACCEPTED, S.REJECTED, S.EXPIRED, S.WITHDRAWN, S.SUPERSEDED),
        S.ACCEPTED: (S.CONVERTED,),
        S.CONVERTED: (S.ACCEPTED,),
        S.REJECTED: (S.SUPERSEDED,),
        S.EXPIRED: (S.SUPERSEDED,),
    },
    first=(S.DRAFT,),
    frozen=frozenset(set(S) - {S.DRAFT, S.APPROVED}),
    locked=frozenset({S.PENDING}),
    inside=frozenset({S.DRAFT, S.PENDING, S.APPROVED}),
    full=frozenset({S.PENDING, S.SENT}),
    deletable=frozenset({S.DRAFT, S.WITHDRAWN}),
    open_fields=(
        "owner", "contact", "notes", "primary", "sent_at", "decided_at", "accepted_by", "signature",
        "rejection_reason", "tax_rates", *DECIDED,
    ),
    # Only an undo of the approval leads back to waiting.
    by_itself=frozenset({(S.ACCEPTED, S.CONVERTED), (S.CONVERTED, S.ACCEPTED), (S.APPROVED, S.PENDING)}),
    gives=frozenset({S.ACCEPTED, S.CONVERTED}),
    idle=frozenset(),
)  # fmt: skip
OPEN_COLUMNS = (
    "contact_id", "account_id", "deal_id", "notes", "primary", "sent_at", "decided_at", "accepted_by",
    "signature", "rejection_reason", "tax_rates", *COLUMNS,
)  # fmt: skip
TABLE = "sales_quote"


class Quote(Shipped, OfferNeedsApproval, OutlivesRates, TradeDocument):
    status = ChoiceField(QuoteStatus, _("Status"), default=S.DRAFT, required=True)
    deal = ReferenceField(
        "sales.Deal",
        models.PROTECT,
        verbose_name=_("Deal"),
        related_name="quotes",
        aliases="Peluang|Potential Name",
    )
    valid_until = DateField(_("Valid until"), late="expired_late", aliases="Berlaku Sampai|Valid Till")
    payment_days = IntegerField(_("Payment terms (days)"), min=0, max=365, aliases="Termin|Terms of Payment")
    instalments = HiddenField(_("Payment terms"), editable=True)
    primary = BooleanField(_("Primary quote of the deal"))
    revision = IntegerField(_("Revision"), default=1, required=True, editable=False, foot="")
    replaces = ReferenceField(
        "self", models.PROTECT, verbose_name=_("Replaces"), related_name="replaced_by", editable=False
    )
    sent_at = DateTimeField(_("Sent at"), editable=False)
    decided_at = DateTimeField(_("Decided at"), editable=False)
    accepted_by = TextField(_("Accepted by"), aliases="Diterima oleh")
    signature = ImageField(_("Signature"), editable=False)
    rejection_reason = TextField(_("Rejected because"))

    flow = FLOW
    tells_stock = True
    paper_title = _("Price quotation")
    paper_facts = (*TradeDocument.paper_facts, "payment_days")
    violations = FLOW.violations(TABLE)

    class Meta(Record.Meta):
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        indexes = [
            *record_indexes("quote"),
            models.Index(fields=["valid_until"], name="quote_running",
                         condition=models.Q(trashed_at=None, status__in=["sent", "reviewed"])),
        ]  # fmt: skip
        constraints = document_checks("quote")
        triggers = [*history_triggers(), *FLOW.triggers(TABLE, OPEN_COLUMNS)]

    class Module(Record.Module):
        slug = "quotes"
        area = "sales"
        icon = "file-text"
        number = "QUO-{n:05}"
        title = "subject"
        subtitle = "account"
        lines = "sales.QuoteLine"
        editor = LINES_EDITOR
        columns = ["number", "subject", "account", "status", "grand_total", "date", "valid_until", "owner"]
        filters = ["status", "owner", "account", "date", "valid_until", "grand_total", "deal", "primary"]
        search = {"number": "A", "subject": "A", "notes": "D", "terms": "D"}
        form = [
            Section(
                _("Quote"),
                "subject account contact deal date valid_until payment_days carrier shipping_term owner",
            ),
            Section(_("Terms of sale"), "currency rate price_book tax_mode tax_region includes_tax primary"),
            ADDRESSES,
            TEXTS,
        ]
        facts = [
            Section(
                _("Quote"),
                "status account contact deal date valid_until payment_days carrier shipping_term primary owner",
            ),
            Section(
                _("Total"),
                "grand_total subtotal discount_total effective_discount tax_total withheld_total payable"
                " margin_percent",
            ),
            Section(
                _("Decision"),
                "approved_by approved_at sent_at decided_at accepted_by signature rejection_reason revision replaces",
            ),
            ADDRESSES,
            TEXTS,
            Section(_("Record"), "number currency rate price_book tax_rates created_at changed_at"),
        ]
        quick = "subject account contact deal valid_until owner"
        headline = "status grand_total"
        fill = {"subject": "deal.name", **FROM_CUSTOMER}
        page = [
            BODY,
            Timeline(),
            Related("sales.Quote", by="replaces", columns=["status"], title=_("Revisions")),
        ]
        actions = [
            Action("order", _("Make a sales order"), icon="clipboard-list", ask=("tax_rates",), page="convert/sales-orders/",
                   when=lambda quote: quote.status == S.ACCEPTED),
            Action("invoice", _("Make an invoice"), icon="receipt", ask=("tax_rates",), page="convert/invoices/",
                   when=lambda quote: quote.status == S.ACCEPTED),
            Action("subscribe", _("Make a subscription"), icon="refresh-cw", ask=("tax_rates",),
                   page="convert/subscriptions/", quiet=True, when=lambda quote: quote.status == S.ACCEPTED),
            *approval_actions(),
            Action("send", _("Mark as sent"), icon="send",
                   when=lambda quote: quote.status in (S.DRAFT, S.APPROVED) and not quote.beyond()),
            Action("accept", _("Accepted"), icon="circle-check", ask=("accepted_by",),
                   when=lambda quote: quote.status in (S.SENT, S.REVIEWED)),
            Action("reject", _("Rejected"), icon="circle-x", ask=("rejection_reason",), danger=True,
                   when=lambda quote: quote.status in (S.SENT, S.REVIEWED)),
            Action("revise", _("New revision"), icon="file-pen",
                   when=lambda quote: S.SUPERSEDED in FLOW.moves.get(quote.status, ())),
            Action("review", _("Customer has seen it"), icon="eye", quiet=True,
                   when=lambda quote: quote.status == S.SENT),
            Action("withdraw", _("Withdraw"), icon="undo-2", quiet=True, danger=True,
                   when=lambda quote: S.WITHDRAWN in FLOW.moves.get(quote.status, ())),
        ]  # fmt: skip
        views = [
            View("drafts", _("Drafts"), {"field": "status", "op": "is", "value": "draft"}, "file-pen"),
            View("waiting", _("Waiting for approval"), {"field": "status", "op": "is", "value": "pending"},
                 "badge-check"),
            View("running", _("With the customer"), {"field": "status", "op": "in", "value": ["sent", "reviewed"]},
                 "send", ("valid_until",)),
            View("accepted", _("Accepted"), {"field": "status", "op": "in", "value": ["accepted", "converted"]},
                 "circle-check"),
            View("lost", _("Rejected or expired"), {"field": "status", "op": "in", "value": ["rejected", "expired"]},
                 "circle-x"),
        ]  # fmt: skip
        closed = models.Q(
            status__in=["accepted", "rejected", "expired", "withdrawn", "superseded", "converted"]
        )
        words = "penawaran harga sph quotation quote kutipan tanda kutip offer"

    @computed(_("Past its date"), kind="boolean", needs="valid_until status")
    def expired_late(self) -> bool:
        return bool(self.valid_until and self.status in (S.SENT, S.REVIEWED) and self.valid_until < today())

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        if self.valid_until is None and self.date:
            self.valid_until = self.date + timedelta(days=VALID_DAYS)
        if change.has("status") and not change.is_new:
            if self.status == S.SENT:
                self.sent_at = timezone.now()
            elif self.status in (S.ACCEPTED, S.REJECTED, S.EXPIRED):
                self.decided_at = timezone.now()
        if not self.is_frozen:
            self.instalments = instalments.checked(self.instalments)
        self.follow_approval(change)

    def clean(self, change: Change) -> None:
        super().clean(change)
        if self.valid_until and self.date and self.valid_until < self.date:
            raise Refusal("valid_until", "OUT_OF_RANGE", _("It cannot end before the date of the quote."))
        if change.has("status") and self.status in (S.ACCEPTED, S.PENDING, S.SENT) and self._is_over(today()):
            raise Refusal(
                "valid_until", "INVALID_TRANSITION", _("The quote is past its date. Make a new revision.")
            )
        self.check_approval(change)

    @property
    def is_answerable(self) -> bool:
        """Whether the customer can accept or reject it today."""
        return self.status in (S.SENT, S.REVIEWED) and not self._is_over(today())

    def closed_because(self) -> Any:
        """For the customer: why it cannot be answered any more."""
        if self.status == S.SUPERSEDED:
            return _("This quote has been replaced by a newer one. Ask us for the new link.")
        if self.status == S.EXPIRED or self._is_over(today()):
            return _("This quote is past its validity. Ask us for a new one.")
        if self.status == S.WITHDRAWN:
            return _("This quote was withdrawn.")
        return _("This quote has been answered already.")

    def _is_over(self, day: date) -> bool:
        return bool(self.valid_until and self.valid_until < day)

    # The verbs.
    def send(self) -> Quote:
        return update(self, {"status": S.SENT})

    def review(self) -> Quote:
        return update(self, {"status": S.REVIEWED})

    def accept(self, accepted_by: Any = None, signature: str | None = None) -> Quote:
        """signature: the name of the stored picture, where the customer drew one."""
        values = {"status": S.ACCEPTED, "accepted_by": accepted_by}
        return update(
            self,
            values | ({"signature": signature} if signature else {}),
            authorised=SIGNED if signature else "",
        )

    def reject(self, rejection_reason: Any = None) -> Quote:
        if not rejection_reason:
            raise Refused([Refusal("rejection_reason", "REQUIRED", _("Write why it was rejected."))])
        return update(self, {"status": S.REJECTED, "rejection_reason": rejection_reason})

    def withdraw(self) -> Quote:
        return update(self, {"status": S.WITHDRAWN})

    def order(self, tax_rates: Any = None) -> Any:
        """All that is left, as a sales order."""
        return convert(self, registry.module("sales.SalesOrder").model, tax_rates=tax_rates)

    def invoice(self, tax_rates: Any = None) -> Any:
        """All that is left, as an invoice."""
        return convert(self, registry.module("billing.Invoice").model, tax_rates=tax_rates)

    def subscribe(self, tax_rates: Any = None) -> Any:
        """All that is left, as a subscription."""
        return convert(self, registry.module("subscribing.Subscription").model, tax_rates=tax_rates)

    def revise(self) -> Quote:
        """A draft with everything that stands here; this one is superseded and stays as it was."""
        with transaction.atomic():
            number = f"{self.number.split('-R')[0]}-R{self.revision + 1}"
            update(self, {"status": S.SUPERSEDED})
            fixed = {"number": number, "revision": self.revision + 1, "replaces": self.pk, "date": today(),
                     "valid_until": None, "primary": self.primary, "deal": self.deal_id,
                     "instalments": self.instalments, "approved_reach": self.approved_reach,
                     "approved_by": self.approved_by_id, "approved_at": self.approved_at}  # fmt: skip
            return copied(self, Quote, fixed)


class QuoteLine(Listed, TradeLine):
    quote = ReferenceField(
        "sales.Quote",
        models.CASCADE,
        verbose_name=_("Quote"),
        related_name="lines",
        required=True,
        editable=False,
    )

    taken = DecimalField(_("Ordered or invoiced"), default=0, required=True, editable=False)

    counted = ("taken",)
    violations = FLOW.violations(TABLE)

    class Meta(TradeLine.Meta):
        verbose_name = _("quote line")
        verbose_name_plural = _("quote lines")
        constraints = [*line_checks("quote_line"), *counted_checks("quote_line", "taken")]
        triggers = [*history_triggers("taken"), *line_triggers(TABLE, "quote_id", FLOW.frozen, ("taken",))]

    class Module(Declaration):
        slug = "quote-lines"
        icon = "list"
        part_of = "quote"
        title = "name"
        verbs = ("view",)
        columns = ["name", "quote", "quantity", "unit", "price", "net", "base", "tax"]
        sort = ["position"]
        form = [Section(_("Quote line"), "kind name description quantity unit price discount_percent")]
