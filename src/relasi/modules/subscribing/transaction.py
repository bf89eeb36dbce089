"""Transaction: what a subscription asks a customer to pay, and each payment, try and repayment of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Board, Section, Timeline, View
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.money import CurrencyField, MoneyField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.find import load_referred, referred
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.paying.gateway_kind import GatewayKind
from relasi.kits.trade.flow import Flow
from relasi.modules.subscribing import transaction_verbs as verbs


class TransactionStatus(Choices):
    PENDING = "pending", _("Pending"), "gray", "Menunggu"
    PROCESSING = "processing", _("Being charged"), "biru", "Diproses"
    SUCCEEDED = "succeeded", _("Succeeded"), "hijau", "Berhasil"
    FAILED = "failed", _("Failed"), "merah", "Gagal"
    EXPIRED = "expired", _("Expired"), "gray", "Kedaluwarsa"
    PARTLY_REFUNDED = "partly_refunded", _("Partly refunded"), "kuning", "Dikembalikan Sebagian"
    REFUNDED = "refunded", _("Refunded"), "jingga", "Dikembalikan"
    DISPUTED = "disputed", _("Disputed"), "ungu", "Disengketakan"


class TransactionKind(Choices):
    CHARGE = "charge", _("Charge"), "biru", "Tagihan"
    PAYMENT = "payment", _("Payment"), "hijau", "Pembayaran"
    RETRY = "retry", _("Retry"), "kuning", "Percobaan ulang"
    REFUND = "refund", _("Refund"), "jingga", "Pengembalian"
    ADJUSTMENT = "adjustment", _("Adjustment"), "gray", "Penyesuaian"


class PaidBy(Choices):
    TRANSFER = "transfer", _("Bank transfer"), "biru"
    VIRTUAL_ACCOUNT = "va", _("Virtual account"), "biru"
    QRIS = "qris", _("QRIS"), "toska"
    CARD = "card", _("Card"), "ungu"
    WALLET = "wallet", _("E-wallet"), "toska"
    CASH = "cash", _("Cash"), "hijau"
    AUTODEBIT = "autodebit", _("Direct debit"), "nila", "Debit otomatis"
    OTHER = "other", _("Other way"), "gray"


S = TransactionStatus
OPEN = frozenset({S.PENDING, S.PROCESSING})
PAID = frozenset({S.SUCCEEDED, S.PARTLY_REFUNDED, S.REFUNDED, S.DISPUTED})
FLOW = Flow(
    moves={
        S.PENDING: (S.PROCESSING, S.SUCCEEDED, S.FAILED, S.EXPIRED),
        S.PROCESSING: (S.SUCCEEDED, S.FAILED, S.EXPIRED),
        S.SUCCEEDED: (S.PARTLY_REFUNDED, S.REFUNDED, S.DISPUTED),
        S.PARTLY_REFUNDED: (S.REFUNDED, S.DISPUTED),
        S.DISPUTED: (S.SUCCEEDED, S.REFUNDED),
        # Money that comes after all is money.
        S.FAILED: (S.SUCCEEDED,),
        S.EXPIRED: (S.SUCCEEDED,),
    },
    first=(S.PENDING, S.SUCCEEDED, S.FAILED),
    frozen=frozenset(set(S) - OPEN),
    deletable=frozenset(),
    open_fields=("owner", "invoice", "refunded", "reconciled", "note", "payment", "settled_at", "raw", "fee", "net", "method",
                 "gateway_reference", "gateway", "va_number"),
    by_itself=frozenset(),
)  # fmt: skip
OPEN_COLUMNS = ("account_id", "subscription_id", "invoice_id", "payment_id", "refunded", "reconciled", "note", "settled_at",
                "raw", "fee", "net", "method", "gateway_reference", "gateway", "va_number")  # fmt: skip
TABLE = "subscribing_transaction"


class Transaction(Record):
    subscription = ReferenceField(
        "subscribing.Subscription", models.PROTECT, verbose_name=_("Subscription"), related_name="transactions",
        required=True,
    )  # fmt: skip
    invoice = ReferenceField(
        "billing.Invoice", models.PROTECT, verbose_name=_("Invoice"), related_name="transactions",
        help_text=_("Empty: it fits no invoice yet."),
    )  # fmt: skip
    payment = ReferenceField(
        "billing.Payment",
        models.PROTECT,
        verbose_name=_("Recorded payment"),
        related_name="transactions",
        editable=False,
    )
    account = ReferenceField(
        "customers.Account",
        models.PROTECT,
        verbose_name=_("Account"),
        related_name="transactions",
        editable=False,
    )
    kind = ChoiceField(
        TransactionKind, _("Kind"), default=TransactionKind.PAYMENT, required=True, editable=False
    )
    status = ChoiceField(TransactionStatus, _("Status"), default=S.PENDING, required=True, editable=False)
    amount = MoneyField(_("Amount"), min=0, required=True, currency_field="currency", aliases="Jumlah|Nilai")
    currency = CurrencyField(_("Currency"), editable=False)
    fee = MoneyField(_("Fee"), min=0, currency_field="currency", editable=False)
    net = MoneyField(_("Net"), currency_field="currency", editable=False)
    refunded = MoneyField(_("Refunded"), default=0, required=True, currency_field="currency", editable=False)
    method = ChoiceField(PaidBy, _("Paid by"), default=PaidBy.TRANSFER, required=True)
    gateway = ChoiceField(GatewayKind, _("Payment service"), editable=False)
    gateway_reference = TextField(_("Reference at the payment service"), max_length=100, editable=False)
    va_number = TextField(_("Virtual account"), max_length=40, editable=False)
    reference = TextField(_("Reference"), max_length=100, aliases="Referensi|No. Bukti")
    attempt = IntegerField(_("Try"), min=1, default=1, required=True, editable=False)
    period = IntegerField(_("Period"), min=1, editable=False)
    due = DateField(_("Due date"), editable=False)
    paid_on = DateField(_("Paid on"))
    attempted_at = DateTimeField(_("Tried at"), editable=False)
    settled_at = DateTimeField(_("Settled at"), editable=False)
    failure_code = TextField(_("Failure code"), max_length=60, editable=False)
    failure_text = TextField(_("Why it failed"), editable=False)
    raw = HiddenField(_("Answer of the payment service"), editable=False)
    reconciled = BooleanField(_("Reconciled"))
    note = LongTextField(_("Note"), aliases="Catatan")

    flow = FLOW
    violations = FLOW.violations(TABLE) | {
        "transaction_once": ("subscription", "NOT_UNIQUE", _("This period is charged already.")),
        "transaction_reference": (
            "gateway_reference", "NOT_UNIQUE", _("There is a transaction with this reference already."),
        ),
        "transaction_refunds": ("amount", "OUT_OF_RANGE", _("That is more than what can be refunded.")),
    }  # fmt: skip

    class Meta(Record.Meta):
        verbose_name = _("subscription transaction")
        verbose_name_plural = _("subscription transactions")
        indexes = [
            *record_indexes("transaction"),
            models.Index(
                fields=["due", "id"], name="transaction_due", condition=Q(trashed_at=None, status="pending")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "period"], condition=Q(trashed_at=None, kind="charge"), name="transaction_once"
            ),
            models.UniqueConstraint(
                fields=["invoice", "attempt"], condition=Q(trashed_at=None, kind__in=["charge", "retry"]),
                name="transaction_try",
            ),
            models.UniqueConstraint(
                fields=["invoice", "payment"], condition=Q(trashed_at=None) & ~Q(kind="refund"), name="transaction_payment"
            ),
            models.UniqueConstraint(
                fields=["gateway", "gateway_reference"], condition=Q(trashed_at=None), name="transaction_reference"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, refunded__gte=0, refunded__lte=F("amount")), name="transaction_refunds"
            ),
        ]  # fmt: skip
        triggers = [*history_triggers("raw"), *FLOW.triggers(TABLE, OPEN_COLUMNS)]

    class Module(Record.Module):
        slug = "subscription-transactions"
        area = "billing"
        icon = "arrow-left-right"
        number = "TRX-{n:05}"
        title = "number"
        subtitle = "account"
        verbs = ("view", "edit")
        columns = [
            "number",
            "subscription",
            "account",
            "invoice",
            "kind",
            "amount",
            "status",
            "method",
            "due",
            "settled_at",
        ]
        filters = ["status", "kind", "method", "gateway", "account", "subscription", "invoice", "due", "amount", "reconciled",
                   "owner"]  # fmt: skip
        search = {"number": "A", "gateway_reference": "A", "reference": "A", "va_number": "B", "note": "D"}
        form = [
            Section(_("Payment"), "subscription invoice amount paid_on method reference owner"),
            Section(_("Texts"), "note"),
        ]
        facts = [
            Section(_("Transaction"), "status kind subscription account invoice payment amount refunded fee net owner"),
            Section(_("How"), "method gateway gateway_reference va_number reference attempt due paid_on attempted_at"
                              " settled_at"),
            Section(_("Failure"), "failure_text failure_code"),
            Section(_("Texts"), "note"),
            Section(_("Record"), "number currency period reconciled created_at changed_at"),
        ]  # fmt: skip
        headline = "status amount"
        quick = "subscription invoice amount method reference owner"
        board = Board(
            by="status",
            card=["account", "kind", "method", "due"],
            sum="amount",
            closed=("expired", "refunded"),
        )
        page = [Timeline()]
        actions = [
            Action("receive", _("Record a payment"), icon="banknote", ask=("paid_on", "amount", "method", "reference"),
                   form="blank_receipt", when=lambda one: one.status in (S.PENDING, S.FAILED) and one.kind != "refund"),
            Action("charge_now", _("Charge now"), icon="credit-card", when=lambda one: one.can_be_charged),
            Action("retry", _("Try again now"), icon="refresh-cw",
                   when=lambda one: one.status == S.FAILED and one.subscription.mode == "autopay"),
            Action("refund", _("Refund"), icon="undo-2", ask=("amount", "note"), form="blank_refund", quiet=True, danger=True,
                   when=lambda one: one.refundable > 0),
            Action("match", _("Match with an invoice"), icon="link", ask=("invoice",),
                   when=lambda one: one.status == S.SUCCEEDED and one.invoice_id is None),
            Action("reconcile", _("Mark as reconciled"), icon="list-checks", quiet=True,
                   when=lambda one: one.status in PAID and not one.reconciled),
            Action("dispute", _("The customer disputes it"), icon="triangle-alert", quiet=True,
                   when=lambda one: S.DISPUTED in FLOW.moves.get(one.status, ())),
            Action("win_dispute", _("The dispute is settled for us"), icon="circle-check",
                   when=lambda one: one.status == S.DISPUTED),
        ]  # fmt: skip
        views = [
            View("pending", _("Pending"), {"field": "status", "op": "in", "value": ["pending", "processing"]}, "hourglass",
                 ("due",)),
            View("failed", _("Failed"), {"field": "status", "op": "is", "value": "failed"}, "circle-x", ("-attempted_at",)),
            View("unmatched", _("Not matched yet"), {"all": [{"field": "invoice", "op": "empty"},
                 {"field": "status", "op": "is", "value": "succeeded"}]}, "unplug"),
            View("open_books", _("Not reconciled"), {"all": [{"field": "reconciled", "op": "is", "value": False},
                 {"field": "status", "op": "in", "value": ["succeeded", "partly_refunded", "refunded"]}]}, "list-checks"),
        ]  # fmt: skip
        words = "transaksi langganan pembayaran tagihan autopay gagal refund pengembalian rekonsiliasi"

    @property
    def can_be_charged(self) -> bool:
        return (
            self.status == S.PENDING
            and self.kind in ("charge", "retry")
            and self.subscription.mode == "autopay"
        )

    @property
    def refundable(self) -> Any:
        return (
            self.amount - self.refunded if self.status in (S.SUCCEEDED, S.PARTLY_REFUNDED, S.DISPUTED) else 0
        )

    def before_save(self, change: Change) -> None:
        self.net = self.amount - self.fee if self.fee is not None and self.amount is not None else None

    @classmethod
    def before_save_all(cls, changes: list[Change]) -> None:
        """They are of the account and in the currency of their subscription."""
        moved = [one.record for one in changes if one.is_new or one.has("subscription")]
        load_referred(moved, "subscription")
        for record in moved:
            subscription = referred(record, "subscription")
            if subscription is not None:
                record.account_id, record.currency = subscription.account_id, subscription.currency

    def clean(self, change: Change) -> None:
        self.flow.check(self, change)
        if (
            not change.is_new
            and not change.authorised
            and change.has("amount")
            and self.kind != TransactionKind.PAYMENT
        ):
            raise Refusal("amount", "CLOSED_RECORD", _("What is charged follows from the invoice."))

    def before_trash(self) -> None:
        self.flow.check_trash(self)

    # The verbs.
    blank_receipt = verbs.blank_receipt
    receive = verbs.receive
    charge_now = verbs.charge_now
    retry = verbs.retry
    blank_refund = verbs.blank_refund
    refund = verbs.refund
    match = verbs.match
    reconcile = verbs.reconcile
    dispute = verbs.dispute
    win_dispute = verbs.win_dispute
