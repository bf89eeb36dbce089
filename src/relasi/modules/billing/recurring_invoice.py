"""Recurring invoice: the schedule by which a sales order is invoiced again and again, one invoice for each period."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.company import company
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, AtHome, Body, Related, Section, Timeline, View
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.find import referred
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import create, update
from relasi.kits.schedule.zone import Zone
from relasi.modules.billing import recurring_days
from relasi.modules.billing.recurring_days import Scheduled
from relasi.modules.billing.recurring_flow import (
    FLOW,
    OPEN_COLUMNS,
    TABLE,
    CatchUp,
    Frequency,
    Hold,
    Makes,
    PauseMode,
    PricesFrom,
    RecurringStatus,
    S,
)

LAST = "last"
DAYS = [*((str(n), str(n)) for n in range(1, 32)), (LAST, _("Last day of the month"))]
FARTHEST = timedelta(days=50 * 366)
ASKED = ("frequency", "every", "start", "anchor_day", "end_date", "occurrences", "payment_days", "makes")


class RecurringInvoice(Scheduled, Record):
    subject = TextField(_("Subject"), required=True, aliases="Subjek|Perihal|Judul")
    sales_order = ReferenceField(
        "sales.SalesOrder", models.PROTECT, verbose_name=_("Sales order"), related_name="recurring_invoices",
        required=True, aliases="Pesanan Penjualan|Sales Order",
    )  # fmt: skip
    account = ReferenceField(
        "customers.Account", models.PROTECT, verbose_name=_("Account"), related_name="recurring_invoices",
        editable=False,
    )  # fmt: skip
    status = ChoiceField(RecurringStatus, _("Status"), default=S.OFF, required=True)

    frequency = ChoiceField(
        Frequency, _("Frequency"), default=Frequency.MONTHLY, required=True, aliases="Frekuensi"
    )
    every = IntegerField(
        _("Every how many"), min=1, max=99, default=1, required=True,
        help_text=_("2: every second day, week, month, quarter or year."),
    )  # fmt: skip
    start = DateField(_("Starts on"), required=True, aliases="Mulai|Tanggal Mulai|Start Period")
    anchor_day = ChoiceField(
        DAYS, _("Day of the month"),
        help_text=_("Empty: that of the start. In a shorter month the last day stands in for a later one."),
    )  # fmt: skip
    end_date = DateField(_("Ends on"), aliases="Berakhir|Tanggal Akhir|End Period")
    occurrences = IntegerField(
        _("Number of periods"), min=1, max=999,
        help_text=_("Leave this and the end empty to go on until somebody stops it."),
    )  # fmt: skip
    zone = ChoiceField(Zone, _("Time zone"), help_text=_("Where the day of an invoice begins."))

    makes = ChoiceField(
        Makes, _("Makes"), default=Makes.DRAFT, required=True, aliases="Status Faktur|Invoice Status"
    )
    payment_days = IntegerField(
        _("Payment terms (days)"), min=0, max=365, aliases="Termin|Payment Duration",
        help_text=_("Counted from the date of each invoice."),
    )  # fmt: skip
    prices = ChoiceField(
        PricesFrom, _("Prices"), default=PricesFrom.ORDER, required=True,
        help_text=_("With current prices, those typed in on the order stay."),
    )  # fmt: skip
    invoice_text = TextField(
        _("Subject of the invoices"),
        help_text=_("{periode} and {period} become the period in Indonesian and in English, on the lines of the order too."),
    )  # fmt: skip
    prorate_first = BooleanField(
        _("Invoice the days before the first full period"), default=False,
        help_text=_("By their days. Otherwise the first invoice comes on the first day chosen above."),
    )  # fmt: skip
    prorate_last = BooleanField(
        _("Invoice only the days up to the end"), default=False,
        help_text=_("Otherwise the last period is invoiced in full."),
    )  # fmt: skip
    skip_zero = BooleanField(_("Leave out invoices of zero"), default=True)
    catch_up = ChoiceField(
        CatchUp, _("After an interruption make"), default=CatchUp.ALL, required=True,
        help_text=_("When Relasi was off while invoices fell due."),
    )  # fmt: skip
    pause_mode = ChoiceField(PauseMode, _("During a pause"), default=PauseMode.SKIP, required=True)
    pause_until = DateField(_("Resume on"), help_text=_("Leave empty to resume it yourself."))
    stop_reason = TextField(_("Stopped because"))

    # What the product notes while it goes on. next_number counts periods from 1. grid_start, grid_number: the day and the
    # period the days are counted from since the schedule last changed. billed_until: the last day that is settled.
    next_date = DateField(_("Next invoice"), editable=False)
    next_number = IntegerField(_("Next period"), default=1, required=True, editable=False)
    last_date = DateField(_("Last invoice"), editable=False)
    billed_until = DateField(_("Invoiced until"), editable=False)
    grid_start = DateField(_("Counted from"), editable=False)
    grid_number = IntegerField(_("Counted from period"), default=1, required=True, editable=False)
    paused_on = DateField(_("Paused on"), editable=False)
    hold = ChoiceField(Hold, _("On hold"), editable=False)
    trouble = LongTextField(_("What went wrong"), editable=False)
    failures = IntegerField(_("Failed tries"), default=0, required=True, editable=False)
    retry_at = DateTimeField(_("Next try"), editable=False)

    violations = FLOW.violations(TABLE) | {
        "recurring_once": (
            "sales_order", "NOT_UNIQUE", _("This order has recurring invoices already. Change those, or stop them first."),
        )
    }  # fmt: skip

    class Meta(Record.Meta):
        verbose_name = _("recurring invoice")
        verbose_name_plural = _("recurring invoices")
        indexes = [
            *record_indexes("recurring"),
            models.Index(fields=["next_date"], name="recurring_due",
                         condition=Q(trashed_at=None, status__in=["active", "paused"])),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["sales_order"],
                condition=Q(trashed_at=None, status__in=["active", "paused"]),
                name="recurring_once",
            ),
            models.CheckConstraint(condition=Q(next_number__gte=1, every__gte=1), name="recurring_counts"),
        ]
        triggers = [*history_triggers(), *FLOW.triggers(TABLE, OPEN_COLUMNS)]

    class Module(Record.Module):
        slug = "recurring-invoices"
        area = "billing"
        icon = "repeat"
        number = "FB-{n:05}"
        title = "subject"
        subtitle = "account"
        columns = ["number", "subject", "account", "status", "frequency", "next_date", "last_date", "hold", "makes",
                   "owner"]  # fmt: skip
        filters = ["status", "frequency", "next_date", "hold", "makes", "account", "sales_order", "owner"]
        search = {"number": "A", "subject": "A", "invoice_text": "C"}
        form = [
            Section(_("Recurring invoice"), "sales_order subject owner"),
            Section(
                _("When"),
                "frequency every start anchor_day end_date occurrences prorate_first prorate_last zone",
            ),
            Section(_("The invoices"), "makes payment_days prices invoice_text skip_zero"),
            Section(_("Pauses and interruptions"), "pause_mode catch_up"),
        ]
        facts = [
            Section(_("Recurring invoice"), "status hold trouble account sales_order next_date last_date billed_until owner"),
            Section(_("When"), "frequency every start anchor_day end_date occurrences prorate_first prorate_last zone"),
            Section(_("The invoices"), "makes payment_days prices invoice_text skip_zero"),
            Section(_("Pauses and interruptions"), "pause_mode pause_until paused_on catch_up stop_reason"),
            Section(_("Record"), "number failures retry_at created_at changed_at"),
        ]  # fmt: skip
        quick = "sales_order subject frequency start occurrences makes owner"
        headline = "status frequency next_date hold"
        fill = {"subject": "sales_order.subject", "payment_days": "sales_order.payment_days"}
        page = [
            Body("billing/recurring.html", "relasi.modules.billing.recurring_body.body_of"),
            Timeline(),
            Related("billing.RecurringPeriod", by="schedule", columns=["outcome"], title=_("What was made")),
            Related("billing.Invoice", by="recurring_invoice", columns=["status", "payable"]),
        ]  # fmt: skip
        actions = [
            Action("start_now", _("Start"), icon="play", when=lambda one: one.status == S.OFF),
            Action("resume", _("Resume"), icon="play", when=lambda one: one.status == S.PAUSED),
            Action("catch_up_all", _("Make all that were missed"), icon="list-checks",
                   when=lambda one: one.hold == Hold.ASKS and one.status == S.ACTIVE),
            Action("catch_up_latest", _("Make the latest alone"), icon="receipt",
                   when=lambda one: one.hold == Hold.ASKS and one.status == S.ACTIVE),
            Action("make_now", _("Make the next one now"), icon="receipt",
                   when=lambda one: one.status == S.ACTIVE and one.hold != Hold.ASKS and one.next_date is not None),
            Action("pause", _("Pause"), icon="timer", ask=("pause_mode", "pause_until"),
                   when=lambda one: one.status == S.ACTIVE),
            Action("stop", _("Stop"), icon="ban", ask=("stop_reason",), quiet=True, danger=True,
                   when=lambda one: one.status in (S.ACTIVE, S.PAUSED)),
        ]  # fmt: skip
        views = [
            View("running", _("Active"), {"field": "status", "op": "is", "value": "active"}, "repeat", ("next_date",)),
            View("held", _("On hold"), {"all": [{"field": "hold", "op": "not_empty"},
                 {"field": "status", "op": "is", "value": "active"}]}, "triangle-alert", ("next_date",),
                 AtHome(130, _("Recurring invoices that wait"), "hold next_date")),
            View("paused", _("Paused"), {"field": "status", "op": "is", "value": "paused"}, "timer"),
        ]  # fmt: skip
        closed = Q(status__in=["done", "stopped"])
        words = "faktur berkala berulang langganan sewa recurring invoice tagihan rutin terjadwal schedule"

    def before_save(self, change: Change) -> None:
        if change.is_new or change.has("sales_order"):
            order = referred(self, "sales_order")
            self.account_id = order.account_id if order is not None else None
        if self.zone is None and change.is_new:
            self.zone = company().zone if company().zone in set(Zone) else None
        if self.start and self.frequency and self.start.year < 2200:
            recurring_days.follow(self, change)

    def clean(self, change: Change) -> None:
        FLOW.check(self, change)
        if not change.is_new and change.has("sales_order"):
            raise Refusal(
                "sales_order", "LOCKED", _("It stays with its order. Make another one for that order.")
            )
        self._check_days(change)
        if change.has("status") and self.status == S.ACTIVE and change.old("status") == S.OFF:
            self._check_order()
            self._check_not_too_many()
        if self.status == S.PAUSED and change.has("pause_until") and self.pause_until <= self.today():
            raise Refusal("pause_until", "OUT_OF_RANGE", _("Choose a day after today."))

    def _check_days(self, change: Change) -> None:
        if self.start is None:
            return
        if abs(self.start - date.today()) > FARTHEST:
            raise Refusal("start", "OUT_OF_RANGE", _("This day is too far away."))
        if not change.is_new and change.has("start") and self.billed_until is not None:
            sentence = _(
                "Periods were invoiced already, so the start stays. Change the frequency or the end."
            )
            raise Refusal("start", "CLOSED_RECORD", sentence)
        if self.end_date and self.end_date < self.start:
            raise Refusal("end_date", "OUT_OF_RANGE", _("The end lies before the beginning."))
        if self.end_date and self.occurrences:
            raise Refusal(
                "occurrences", "INVALID_VALUE", _("Choose an end date or a number of periods, not both.")
            )

    def _check_order(self) -> None:
        order = self.sales_order
        if order.status != "approved" or order.trashed_at is not None:
            raise Refusal("sales_order", "INVALID_TRANSITION", _("Approve the order first."))
        if order.invoiced == "fully":
            sentence = _("This order is invoiced already. Recurring invoices would bill it once more.")
            raise Refusal("sales_order", "INVALID_TRANSITION", sentence)
        if order.account_id is None:
            raise Refusal("sales_order", "REQUIRED", _("The order needs an account that pays."))

    def _check_not_too_many(self) -> None:
        if (
            self.catch_up == CatchUp.ALL
            and recurring_days.missed(self, self.today()) > recurring_days.MOST_MISSED
        ):
            sentence = _(
                "More than %(n)s invoices would be made at once. Choose a later start, or only the latest."
            )
            raise Refusal("start", "OUT_OF_RANGE", sentence % {"n": recurring_days.MOST_MISSED})

    @classmethod
    def for_order(cls, order: Any, values: dict[str, Any]) -> RecurringInvoice:
        """For an order, from what its page asked for. Raises Refused."""
        given = {name: value for name, value in values.items() if value not in (None, "")}
        found: RecurringInvoice = create(cls, {"sales_order": order.pk, "subject": order.subject, **given})
        return found

    # The verbs.
    def start_now(self) -> RecurringInvoice:
        return update(self, {"status": S.ACTIVE})

    def pause(self, pause_mode: Any = None, pause_until: Any = None) -> RecurringInvoice:
        values = {"pause_mode": pause_mode} if pause_mode else {}
        return update(self, {"status": S.PAUSED, "pause_until": pause_until or None, **values})

    def resume(self) -> RecurringInvoice:
        return update(self, {"status": S.ACTIVE})

    def stop(self, stop_reason: Any = None) -> RecurringInvoice:
        if not stop_reason:
            raise Refused([Refusal("stop_reason", "REQUIRED", _("Write why it is stopped."))])
        return update(self, {"status": S.STOPPED, "stop_reason": stop_reason})

    def make_now(self) -> Any:
        """The next invoice, before its day as well."""
        from relasi.modules.billing.recurring_run import make_now

        return make_now(self)

    def catch_up_all(self) -> RecurringInvoice:
        from relasi.modules.billing.recurring_run import catch_up

        return catch_up(self, CatchUp.ALL)

    def catch_up_latest(self) -> RecurringInvoice:
        from relasi.modules.billing.recurring_run import catch_up

        return catch_up(self, CatchUp.LATEST)

    @property
    def is_due(self) -> bool:
        return self.next_date is not None and self.next_date <= self.today()

    def may_try(self, now: Any = None) -> bool:
        return self.retry_at is None or self.retry_at <= (now or timezone.now())
