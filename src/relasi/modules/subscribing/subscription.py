"""Subscription: a service a customer pays for again and again, with the invoices and payments it brings about."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.company import company
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Board, Related, Section, Timeline, View
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.paying.gateway_kind import GatewayKind
from relasi.kits.schedule.zone import Zone
from relasi.kits.trade.declared import ADDRESSES, BODY, LINES_EDITOR, TERMS_OF_SALE, TEXTS
from relasi.kits.trade.document import TradeDocument, document_checks
from relasi.kits.trade.recurring_revenue import monthly
from relasi.kits.trade.rounding import rounded
from relasi.kits.trade.taking import giving_back_triggers, over_taken
from relasi.modules.subscribing import plan_form, plan_told, verbs
from relasi.modules.subscribing.billed import net_of_period
from relasi.modules.subscribing.subscription_cycle import Cycled
from relasi.modules.subscribing.subscription_flow import (
    BILLED,
    FLOW,
    LINES,
    LIVE,
    OPEN_COLUMNS,
    TABLE,
    S,
    SubscriptionStatus,
)  # fmt: skip
from relasi.modules.subscribing.subscription_line import TAKINGS

FARTHEST = timedelta(days=50 * 366)
MOST_AT_ONCE = 120  # invoices for periods that are over when it begins


class Frequency(Choices):
    DAILY = "daily", _("Daily"), "", "Harian"
    WEEKLY = "weekly", _("Weekly"), "", "Mingguan"
    MONTHLY = "monthly", _("Monthly"), "", "Bulanan"
    YEARLY = "yearly", _("Yearly"), "", "Tahunan"


class Mode(Choices):
    MANUAL = "manual", _("The customer pays each invoice"), "biru", "Manual"
    AUTOPAY = "autopay", _("Autopay"), "toska", "Autopay|Debit otomatis"


class UpgradeBilled(Choices):
    NOW = "now", _("At once")
    NEXT = "next", _("With the next invoice")


class DowngradeHolds(Choices):
    PERIOD_END = "period_end", _("From the next period")
    BALANCE = "balance", _("At once, the rest as credit")


class CancelWhen(Choices):
    PERIOD_END = "period_end", _("At the end of the period")
    NOW = "now", _("Now")


# What a running subscription keeps; another plan is a change of plan.
AGREED = (
    "account", "currency", "rate", "start", "frequency", "every", "anchor_day", "trial_days", "setup_fee", "tax_mode",
    "includes_tax", "tax_region", "discount_percent", "discount_amount", "shipping", "other_charges", "adjustment",
    "price_book",
)  # fmt: skip


class Subscription(Cycled, TradeDocument):
    contact = ReferenceField(
        "customers.Contact", models.PROTECT, verbose_name=_("Contact"), related_name="subscriptions", required=True,
        aliases="Kontak|Contact Name",
    )  # fmt: skip
    status = ChoiceField(SubscriptionStatus, _("Status"), default=S.DRAFT, required=True)
    quote = ReferenceField(
        "sales.Quote", models.PROTECT, verbose_name=_("Quote"), related_name="subscriptions", editable=False
    )
    start = DateField(_("Starts on"), aliases="Mulai|Start Date")
    end_date = DateField(
        _("Ends on"), help_text=_("Empty: until somebody cancels it."), aliases="Berakhir|End Date"
    )
    frequency = ChoiceField(
        Frequency, _("Frequency"), default=Frequency.MONTHLY, required=True, aliases="Frekuensi"
    )
    every = IntegerField(
        _("Every how many"), min=1, max=99, default=1, required=True,
        help_text=_("2: every second day, week, month or year."),
    )  # fmt: skip
    anchor_day = IntegerField(
        _("Billed on day of the month"), min=1, max=31,
        help_text=_("Empty: that of the start. 31 is the last day of every month."),
    )  # fmt: skip
    trial_days = IntegerField(_("Trial (days)"), min=0, max=730, aliases="Masa Coba")
    zone = ChoiceField(
        Zone, _("Time zone"), aliases="Zona Waktu",
        help_text=_("Where a day begins for this customer: invoices, trials and due dates go by it."),
    )  # fmt: skip
    setup_fee = MoneyField(_("Setup fee"), min=0, currency_field="currency", aliases="Biaya Pemasangan")
    payment_days = IntegerField(
        _("Payment terms (days)"),
        min=0,
        max=365,
        aliases="Termin",
        help_text=_("Counted from the date of each invoice."),
    )
    mode = ChoiceField(Mode, _("Mode of payment"), default=Mode.MANUAL, required=True, aliases="Cara Bayar")
    gateway = ChoiceField(GatewayKind, _("Payment service"))
    card = TextField(_("Payment details"), max_length=60, editable=False)
    sealed_token = TextField(_("Token"), max_length=1000, secret=True, editable=False)
    retry_1 = IntegerField(
        _("First retry after (days)"),
        min=1,
        max=60,
        default=1,
        help_text=_("Counted from the try before. Empty: no retry."),
    )
    retry_2 = IntegerField(_("Second retry after (days)"), min=1, max=60, default=3)
    retry_3 = IntegerField(_("Third retry after (days)"), min=1, max=60, default=5)
    suspends = BooleanField(
        _("Suspend when nothing is paid"), help_text=_("After the last try, or seven days after the due date."),
    )  # fmt: skip
    upgrade_billed = ChoiceField(
        UpgradeBilled, _("Upgrades are billed"), default=UpgradeBilled.NOW, required=True
    )
    downgrade_holds = ChoiceField(
        DowngradeHolds, _("Downgrades hold"), default=DowngradeHolds.PERIOD_END, required=True
    )
    notice_days = IntegerField(
        _("Notice of a higher price (days)"), min=0, max=365, default=30, required=True
    )
    keeps_service = BooleanField(_("The service goes on during a pause"))
    pause_until = DateField(_("Paused until"), help_text=_("Empty: until somebody resumes it."))
    paused_on = DateField(_("Paused on"), editable=False)
    cancel_when = ChoiceField(CancelWhen, _("Ends"), default=CancelWhen.PERIOD_END)
    cancel_on = DateField(_("Ends by cancellation on"), editable=False)
    cancel_reason = TextField(_("Cancelled because"))

    # What the product notes while it goes on.
    accepted_by = TextField(_("Accepted by"), editable=False)
    activated_at = DateTimeField(_("Active since"), editable=False)
    next_number = IntegerField(_("Next period"), default=1, required=True, editable=False)
    next_date = DateField(_("Next invoice"), editable=False)
    last_date = DateField(_("Last invoice"), editable=False)
    period_start = DateField(_("Period from"), editable=False)
    period_end = DateField(_("Period to"), editable=False)
    look_on = DateField(_("Looked at on"), editable=False)
    retries = IntegerField(_("Failed tries"), default=0, required=True, editable=False)
    trouble = LongTextField(_("What went wrong"), editable=False)
    mrr = MoneyField(_("Monthly revenue (MRR)"), default=0, required=True, editable=False)
    counted_mrr = MoneyField(_("MRR that counts now"), default=0, required=True, editable=False)

    flow = FLOW
    paper_title = _("Subscription")
    paper_facts = ("start", "end_date", "frequency", "trial_days")
    violations = FLOW.violations(TABLE) | over_taken("quote_line", "taken")

    class Meta(Record.Meta):
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        indexes = [
            *record_indexes("subscription"),
            models.Index(fields=["look_on"], name="subscription_due", condition=Q(trashed_at=None, look_on__isnull=False)),
        ]  # fmt: skip
        constraints = [
            *document_checks("subscription"),
            models.CheckConstraint(condition=Q(next_number__gte=1, every__gte=1), name="subscription_counts"),
        ]
        triggers = [
            *history_triggers("sealed_token"),
            *FLOW.triggers(TABLE, OPEN_COLUMNS),
            *giving_back_triggers(LINES, "subscription_id", frozenset(), TAKINGS),
        ]

    class Module(Record.Module):
        slug = "subscriptions"
        area = "billing"
        icon = "refresh-cw"
        number = "SUB-{n:05}"
        title = "subject"
        subtitle = "account"
        lines = "subscribing.SubscriptionLine"
        editor = LINES_EDITOR
        columns = ["number", "subject", "account", "status", "frequency", "grand_total", "mrr", "next_date", "mode",
                   "owner"]  # fmt: skip
        filters = ["status", "mode", "frequency", "next_date", "start", "account", "contact", "mrr", "owner",
                   "cancel_on"]  # fmt: skip
        search = {"number": "A", "subject": "A", "notes": "D", "terms": "D"}
        form = [
            Section(_("Subscription"), "subject contact account start end_date frequency every anchor_day trial_days"
                                       " setup_fee zone owner"),
            Section(_("Payment"), "mode gateway payment_days retry_1 retry_2 retry_3 suspends"),
            Section(_("Changes and pauses"), "upgrade_billed downgrade_holds notice_days keeps_service"),
            TERMS_OF_SALE,
            ADDRESSES,
            TEXTS,
        ]  # fmt: skip
        facts = [
            Section(_("Subscription"), "status trouble contact account quote start end_date frequency every anchor_day"
                                       " trial_days setup_fee zone owner"),
            Section(_("Periods"), "period_start period_end next_date last_date paused_on pause_until cancel_on"
                                  " cancel_reason"),
            Section(_("Payment"), "mode gateway card payment_days retries retry_1 retry_2 retry_3 suspends"),
            Section(_("Revenue"), "mrr grand_total goods_total tax_total margin_percent"),
            Section(_("Changes and pauses"), "upgrade_billed downgrade_holds notice_days keeps_service"),
            ADDRESSES,
            TEXTS,
            Section(_("Record"), "number currency rate price_book accepted_by activated_at created_at changed_at"),
        ]  # fmt: skip
        quick = "subject contact account start frequency mode owner"
        board = Board(
            by="status",
            card=["account", "frequency", "mode", "next_date"],
            sum="mrr",
            closed=("cancelled", "ended"),
        )
        headline = "status mrr next_date"
        fill = {
            "account": "contact.account", "zone": "contact.zone", "currency": "account.currency",
            "payment_days": "account.payment_terms_days",
            "billing_address": "account.billing_address", "shipping_address": "account.shipping_address",
        }  # fmt: skip
        page = [
            BODY,
            Timeline(),
            Related("subscribing.SubscriptionPeriod", by="subscription", columns=["outcome", "invoice.payable"],
                    title=_("Periods")),
            Related("subscribing.Transaction", by="subscription", columns=["status", "amount"]),
            Related("subscribing.PlanChange", by="subscription", columns=["effective_on", "state"],
                    title=_("Changes of plan")),
        ]  # fmt: skip
        actions = [
            Action("activate", _("Activate"), icon="play",
                   when=lambda one: one.status in (S.DRAFT, S.WAITING) and (one.mode == Mode.MANUAL or one.has_details)),
            Action("send", _("Send for activation"), icon="send", when=lambda one: one.status == S.DRAFT),
            Action("resume", _("Resume"), icon="play", when=lambda one: one.status == S.PAUSED),
            Action("keep", _("Take back the cancellation"), icon="undo-2",
                   when=lambda one: one.status in LIVE and one.cancel_on is not None),
            Action("change_plan", _("Change plan"), icon="arrow-up-down", form="blank_change", preview="change_told",
                   ask=("place", "service", "name", "quantity", "price", "change_when"),
                   when=lambda one: one.status in BILLED or one.status == S.TRIAL),
            Action("pause", _("Pause"), icon="pause", ask=("pause_until", "keeps_service"), preview="pause_told",
                   when=lambda one: S.PAUSED in FLOW.moves.get(one.status, ())),
            Action("drop_changes", _("Drop planned changes"), icon="undo-2", quiet=True,
                   when=lambda one: one.status in LIVE and plan_form.has_planned(one)),
            Action("enter_payment", _("Enter a payment to be confirmed"), icon="banknote", form="blank_payment", quiet=True,
                   ask=("invoice", "amount", "paid_on", "method", "reference", "note"),
                   when=lambda one: one.status in LIVE or one.status == S.CANCELLED),
            Action("take_details", _("Enter payment details"), icon="credit-card", ask=("gateway_token", "last_digits"),
                   form="blank_details", quiet=True,
                   when=lambda one: one.mode == Mode.AUTOPAY and one.status not in (S.CANCELLED, S.ENDED)),
            Action("recall", _("Back to draft"), icon="undo-2", quiet=True, when=lambda one: one.status == S.WAITING),
            Action("cancel", _("Cancel subscription"), icon="ban", ask=("cancel_when", "cancel_reason"), quiet=True,
                   danger=True, preview="cancel_told",
                   when=lambda one: S.CANCELLED in FLOW.moves.get(one.status, ()) and not one.cancel_on),
        ]  # fmt: skip
        views = [
            View("running", _("Active"), {"field": "status", "op": "in", "value": ["active", "trial"]}, "refresh-cw",
                 ("next_date",)),
            View("behind", _("Behind with payment"), {"field": "status", "op": "in", "value": ["overdue", "suspended"]},
                 "circle-alert"),
            View("waiting", _("Waiting for activation"), {"field": "status", "op": "is", "value": "waiting"}, "hourglass"),
            View("leaving", _("Ending"), {"all": [{"field": "cancel_on", "op": "not_empty"},
                 {"field": "status", "op": "not_in", "value": ["cancelled", "ended"]}]}, "log-out", ("cancel_on",)),
            View("troubled", _("Not billed"), {"field": "trouble", "op": "not_empty"}, "triangle-alert"),
        ]  # fmt: skip
        closed = Q(status__in=["cancelled", "ended"])
        words = "langganan berlangganan subscription paket bulanan iuran autopay mrr"

    @property
    def has_details(self) -> bool:
        return bool(self.sealed_token)

    @property
    def is_answerable(self) -> bool:
        """Whether the customer can activate it by the public page."""
        return self.status == S.WAITING and not self.accepted_by

    def closed_because(self) -> Any:
        """For the customer."""
        if self.status == S.WAITING:
            return _("It begins with your first payment.")
        if self.status in LIVE:
            return _("This subscription is running.")
        return _("This subscription is over.")

    @property
    def retry_days(self) -> list[int]:
        """How many days after the try before each retry comes."""
        found = []
        for days in (self.retry_1, self.retry_2, self.retry_3):
            if not days:
                break
            found.append(days)
        return found

    def before_save(self, change: Change) -> None:
        if self.zone is None and change.is_new:
            self.zone = company().zone if company().zone in set(Zone) else None
        if self.start is None:
            self.start = self.today()
        if change.is_new or change.old("status") not in FLOW.frozen:
            for one in change.lines:
                if one.is_new:
                    one.record.since = self.next_number
        super().before_save(change)
        if self.frequency is None or not self.every or abs(self.start - self.today()) > FARTHEST:
            return
        lines = [one.record for one in change.lines]
        if self.status not in FLOW.frozen or change.has("status"):
            self.place_next()
        if self.status not in FLOW.frozen:
            net = net_of_period(self, lines, self.next_number) * (self.rate or 0)
            self.mrr = rounded(monthly(net, self.unit, self.every), self.decimals)
        self.counted_mrr = self.mrr if self.status in BILLED else Decimal(0)

    def clean(self, change: Change) -> None:
        super().clean(change)
        self._check_days()
        if self.mode == Mode.AUTOPAY and not self.gateway:
            raise Refusal("gateway", "REQUIRED", _("Choose the payment service that charges."))
        if change.is_new:
            return
        before = change.old("status")
        if before in LIVE and not change.authorised:
            self._check_agreed(change)
        if (
            change.has("status")
            and self.status in (S.WAITING, S.TRIAL, S.ACTIVE)
            and before in (S.DRAFT, S.WAITING)
        ):
            self._check_start(change)

    def _check_days(self) -> None:
        if abs(self.start - self.today()) > FARTHEST:
            raise Refusal("start", "OUT_OF_RANGE", _("This day is too far away."))
        if self.end_date and self.end_date < self.start:
            raise Refusal("end_date", "OUT_OF_RANGE", _("The end lies before the beginning."))

    def _check_agreed(self, change: Change) -> None:
        changed = {f.name for f in self._meta.fields if f.attname in change.columns()} & set(AGREED)
        if changed:
            sentence = _("It is running, so what was agreed stays. Cancel it and make another one.")
            raise Refusal(min(changed), "CLOSED_RECORD", sentence)
        if any(one.columns() for one in change.lines):
            raise Refusal("lines", "CLOSED_RECORD", _("It is running. Change its plan instead."))

    def _check_start(self, change: Change) -> None:
        if not any(one.record.counts for one in change.lines):
            raise Refusal("lines", "REQUIRED", _("A subscription without lines cannot be activated."))
        if self.account_id is None:
            raise Refusal("account", "REQUIRED", _("Choose the account that pays."))
        if self.payable < 0:
            raise Refusal("adjustment", "OUT_OF_RANGE", _("A period cannot come to less than nothing."))
        if (k := self.cycle.k_of(self.today())) is not None and k >= MOST_AT_ONCE:
            sentence = _("More than %(n)s invoices would be made at once. Choose a later start.")
            raise Refusal("start", "OUT_OF_RANGE", sentence % {"n": MOST_AT_ONCE})
        if self.status == S.ACTIVE and self.mode == Mode.AUTOPAY and not self.has_details:
            raise Refusal("card", "REQUIRED", _("Autopay begins once payment details are known."))

    # The verbs.
    activate = verbs.activate
    accept = verbs.accept
    reject = verbs.reject
    send = verbs.send
    recall = verbs.recall
    pause = verbs.pause
    resume = verbs.resume
    cancel = verbs.cancel
    keep = verbs.keep
    blank_payment = verbs.blank_payment
    enter_payment = verbs.enter_payment
    blank_details = verbs.blank_details
    blank_change = plan_form.blank_change
    change_plan = plan_form.change_plan_verb
    drop_changes = plan_form.drop_changes
    take_details = verbs.take_details
    change_told = plan_told.change_told
    pause_told = plan_told.pause_told
    cancel_told = plan_told.cancel_told
