"""Credit note: what we owe back to a customer, used against invoices or paid back."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Related, Section, Timeline, View
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.part import Part
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.paying.balances import Held, of_both_sides, of_what_is_paid
from relasi.kits.pipeline.days import today
from relasi.kits.stock.ledger import NOT_ENOUGH
from relasi.kits.trade.closed_period import check_open_period, check_period_back
from relasi.kits.trade.declared import ADDRESSES, BODY, LINES_EDITOR, TERMS_OF_SALE, TEXTS
from relasi.kits.trade.document import TradeDocument, document_checks
from relasi.kits.trade.taking import giving_back_triggers, over_taken
from relasi.modules.billing import coming_back, settling
from relasi.modules.billing.credit_flow import (
    BRINGS,
    COMING_BACK,
    FLOW,
    LINES,
    OPEN_COLUMNS,
    STANDING,
    TABLE,
    TAKINGS,
    CreditReason,
    CreditStatus,
    ReturnToStock,
    S,
)
from relasi.modules.billing.customer_sum import KEPT


class CreditNote(TradeDocument):
    status = ChoiceField(CreditStatus, _("Status"), default=S.OPEN, required=True)
    invoice = ReferenceField(
        "billing.Invoice",
        models.PROTECT,
        verbose_name=_("Invoice"),
        related_name="credit_notes",
        editable=False,
    )
    reason = ChoiceField(CreditReason, _("Reason"), default=CreditReason.RETURNED, required=True)
    return_to_stock = ChoiceField(
        ReturnToStock, _("Goods came back"), default=ReturnToStock.NO, required=True, aliases="Kembali ke Stok",
        help_text=_("Only what can be sold again goes into the stock."),
    )  # fmt: skip
    return_note_number = TextField(_("Return note number"), max_length=50, aliases="No. Nota Retur")
    return_note_date = DateField(_("Return note date"), aliases="Tanggal Nota Retur")
    applied = MoneyField(_("Applied"), default=0, required=True, editable=False, currency_field="currency")
    refunded = MoneyField(_("Paid back"), default=0, required=True, editable=False, currency_field="currency")
    available = MoneyField(
        _("Available"), default=0, required=True, editable=False, currency_field="currency"
    )
    void_reason = TextField(_("Void because"))

    flow = FLOW
    keeps_rates = True
    paper_title = _("Credit note")
    violations = (
        FLOW.violations(TABLE)
        | over_taken("invoice_line", "credited")
        | NOT_ENOUGH
        | {
            "credit_note_not_over": (
                "amount", "OVER_ALLOCATED", _("That is more than what is left of the credit note."),
            ),
        }
    )  # fmt: skip

    class Meta(Record.Meta):
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        indexes = [
            *record_indexes("credit_note"),
            models.Index(
                fields=["account", "date", "id"], name="credit_note_account", condition=Q(trashed_at=None)
            ),
        ]
        constraints = [
            *document_checks("credit_note"),
            models.CheckConstraint(
                condition=Q(available__gte=0, applied__gte=0, refunded__gte=0), name="credit_note_not_over"
            ),
            models.CheckConstraint(
                condition=Q(status="void", available=0, applied=0, refunded=0)
                | Q(
                    status__in=["open", "partly", "fully"],
                    available=F("payable") - F("applied") - F("refunded"),
                ),
                name="credit_note_balance",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "void"], applied=0, refunded=0)
                | Q(status="partly", available__gt=0)
                | Q(status="fully", available=0),
                name="credit_note_state",
            ),
        ]
        triggers = [
            *history_triggers(),
            *FLOW.triggers(TABLE, OPEN_COLUMNS),
            *giving_back_triggers(LINES, "credit_note_id", FLOW.idle, TAKINGS),
            *KEPT.triggers(TABLE),
            *COMING_BACK.header_triggers(),
        ]

    class Module(Record.Module):
        slug = "credit-notes"
        area = "billing"
        icon = "undo-2"
        number = "CN-{n:05}"
        title = "subject"
        subtitle = "account"
        lines = "billing.CreditLine"
        editor = LINES_EDITOR
        columns = [
            "number",
            "subject",
            "account",
            "status",
            "payable",
            "available",
            "date",
            "reason",
            "owner",
        ]
        filters = [
            "status",
            "reason",
            "return_to_stock",
            "owner",
            "account",
            "date",
            "grand_total",
            "available",
            "invoice",
        ]
        search = {"number": "A", "subject": "A", "return_note_number": "B", "notes": "D"}
        form = [
            Section(
                _("Credit note"),
                "subject account contact date reason return_to_stock return_note_number return_note_date owner",
            ),
            TERMS_OF_SALE,
            ADDRESSES,
            TEXTS,
        ]
        facts = [
            Section(_("Credit note"), "status account contact invoice date reason return_to_stock owner"),
            Section(_("Use"), "grand_total payable applied refunded available"),
            Section(_("Tax"), "return_note_number return_note_date tax_total withheld_total"),
            Section(_("Texts"), "terms notes void_reason"),
            Section(_("Record"), "number currency rate created_at changed_at"),
        ]
        quick = "subject account contact reason owner"
        headline = "status payable available"
        fill = {"currency": "account.currency", "billing_address": "account.billing_address"}
        page = [
            BODY,
            Timeline(),
            Related(
                "billing.CreditPart", by="credit_note", columns=["invoice", "amount"], title=_("Applied to")
            ),
            Related(
                "billing.Payment",
                by="credit_note",
                columns=["date", "amount", "status"],
                title=_("Paid back"),
            ),
            Related("inventory.StockMove", by="credit_note", columns=["product", "change"], title=_("Stock ledger")),
        ]  # fmt: skip
        actions = [
            Action("apply", _("Apply to an invoice"), icon="receipt", ask=("invoice", "amount"), form="blank_part",
                   when=lambda note: note.available > 0),
            Action("refund", _("Pay back"), icon="banknote", ask=("date", "amount", "method", "reference"),
                   form="blank_refund", when=lambda note: note.available > 0),
            Action("take_in", _("Goods came back"), icon="package-check", ask=("return_to_stock",), quiet=True,
                   when=lambda note: note.status in STANDING and note.reason in BRINGS
                   and note.return_to_stock != ReturnToStock.STOCK),
            Action("spread", _("Apply to the oldest invoices"), icon="list-checks", quiet=True,
                   when=lambda note: note.available > 0),
            Action("release", _("Take off an invoice"), icon="unplug", ask=("invoice",), form="blank_part",
                   quiet=True, when=lambda note: note.applied > 0),
            Action("void", _("Void"), icon="ban", ask=("void_reason",), quiet=True, danger=True,
                   when=lambda note: note.status == S.OPEN),
        ]  # fmt: skip
        views = [
            View("available", _("With credit left"), {"field": "available", "op": "gt", "value": 0}, "wallet")
        ]
        closed = Q(status__in=["fully", "void"])
        words = "nota kredit retur credit note pengembalian"

    def before_save(self, change: Change) -> None:
        super().before_save(change)
        standing = self.status in STANDING
        self.available = self.payable - self.applied - self.refunded if standing else self.payable * 0

    def clean(self, change: Change) -> None:
        super().clean(change)
        if self.payable < 0:
            raise Refusal("adjustment", "OUT_OF_RANGE", _("A credit note cannot come to less than nothing."))
        if change.is_new or change.has("payable") or change.has("date") or change.has("account"):
            check_open_period(self.date)
        if change.has("status") and self.status == S.VOID:
            check_open_period(self.date)

    def clean_back(self, change: Change) -> None:
        voided = change.has("status") and S.VOID in (change.old("status"), self.status)
        if voided or any(map(change.has, ("payable", "date", "account"))):
            check_period_back(change)

    def before_trash(self) -> None:
        super().before_trash()
        check_open_period(self.date)

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        coming_back.check_coming_back(changes)

    followed_by_none = frozenset({"applied", "refunded", "status"})

    @classmethod
    def followers(cls, records: list[Any], lines: Any) -> Held:
        """What it comes from, and what it pays."""
        yield from super().followers(records, lines)
        yield from of_what_is_paid(CreditPart, "credit_note", "invoice", records)

    def blank_part(self) -> CreditPart:
        return CreditPart(credit_note=self, invoice_id=self.invoice_id, amount=self.available)

    def blank_refund(self) -> Any:
        from relasi.modules.billing.payment import Payment

        return Payment(
            account_id=self.account_id, date=today(), amount=self.available, currency=self.currency
        )

    # The verbs.
    def apply(self, invoice: Any = None, amount: Any = None) -> CreditNote:
        return settling.allocate(self, invoice, amount)

    def spread(self) -> CreditNote:
        return settling.spread(self)

    def release(self, invoice: Any = None) -> CreditNote:
        return settling.release(self, invoice)

    def refund(self, date: Any = None, amount: Any = None, method: Any = None, reference: Any = None) -> Any:
        return settling.refund(
            self, {"date": date, "amount": amount, "method": method, "reference": reference}
        )

    def take_in(self, return_to_stock: Any = None) -> CreditNote:
        return update(self, {"return_to_stock": return_to_stock or ReturnToStock.STOCK})

    def void(self, void_reason: Any = None) -> CreditNote:
        if not void_reason:
            raise Refused([Refusal("void_reason", "REQUIRED", _("Write why it is void."))])
        return update(self, {"status": S.VOID, "void_reason": void_reason})


class CreditPart(Part):
    """How much of a credit note is used against an invoice."""

    credit_note = ReferenceField(
        "billing.CreditNote", models.CASCADE, verbose_name=_("Credit note"), related_name="parts", required=True,
        editable=False,
    )  # fmt: skip
    invoice = ReferenceField(
        "billing.Invoice",
        models.PROTECT,
        verbose_name=_("Invoice"),
        related_name="credit_parts",
        required=True,
    )
    amount = MoneyField(_("Amount"), min=0, required=True)

    class Meta(Part.Meta):
        verbose_name = _("part of a credit note")
        verbose_name_plural = _("parts of credit notes")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="credit_part_amount")]
        triggers = history_triggers()

    class Module(Declaration):
        slug = "credit-parts"
        icon = "receipt"
        part_of = "credit_note"
        title = "credit_note"
        verbs = ("view",)
        taken_back = True
        columns = ["credit_note", "invoice", "amount"]
        sort = ["-id"]
        form = [Section(_("Part of a credit note"), "credit_note invoice amount")]

    @classmethod
    def followers(cls, records: list[Any], lines: Any) -> Held:
        return of_both_sides(records, "credit_note", "invoice")

    def __str__(self) -> str:
        return self.titled("credit_note")
