"""Plan told: what a verb of a subscription did, in words: what it costs today, when it holds, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import fields_for, may
from relasi.engine.activity.mail import can_mail
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.money import amount
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Refused
from relasi.modules.subscribing.letters import address_of
from relasi.modules.subscribing.plan_change import PlanChange
from relasi.modules.subscribing.subscription_period import SubscriptionPeriod
from relasi.modules.subscribing.subscription_settings import SubscriptionSettings
from relasi.modules.subscribing.transaction import OPEN, Transaction


@dataclass(frozen=True)
class NextBill:
    """credit: what pays of it already."""

    day: date
    payable: Decimal
    credit: Decimal


def next_bill(found: Any) -> NextBill | None:
    """The next period is billed in earnest, so this belongs into something that is taken back."""
    from relasi.modules.subscribing.billing_run import bill_up_to

    day, number = found.next_date, found.next_number
    if day is None:
        return None
    try:
        with transaction.atomic():
            bill_up_to(found.pk, day)
    except Refused:
        return None
    row = SubscriptionPeriod._base_manager.filter(
        subscription=found.pk, period=number, trashed_at=None
    ).first()
    invoice = row.invoice if row else None
    if invoice is None:
        return NextBill(day, Decimal(0), Decimal(0))
    return NextBill(day, invoice.payable, invoice.payable - invoice.balance)


def change_told(subscription: Any, changed: Any) -> list[tuple[str, str]]:
    """changed: the subscription as the verb left it."""
    change = PlanChange._base_manager.filter(subscription=changed.pk, trashed_at=None).latest("pk")
    reader, shown = current_reader(), set(fields_for(acting_user(), "view", registry.of(change)))

    def money(value: Any) -> str:
        return amount(value, changed.currency, reader)

    def of(name: str, quantity: Any, price: Any) -> str:
        return f"{name}, {write_number(quantity, reader, 3, shortest=True)} × {money(price)}"

    rows = []
    if {"name", "quantity", "price", "before_name"} <= shown:
        rows += [
            (_("Until now"), of(change.before_name, change.before_quantity, change.before_price)),
            (_("After the change"), of(change.name, change.quantity, change.price)),
        ]
    when = write_date(change.effective_on, reader)
    rows.append(
        (
            _("Holds from"),
            _("%(day)s (today)") % {"day": when} if change.effective_on <= changed.today() else when,
        )
    )
    if change.is_dearer and change.effective_on > changed.today():
        rows.append((_("Announcement"), _announced(changed)))
    if {"amount", "price"} <= shown and may(acting_user(), "view", registry.module("billing.Invoice")):
        rows += _money_rows(change, changed, money)
    return rows


def _announced(changed: Any) -> str:
    """Whether the customer will hear of the higher price."""
    to = address_of(changed)
    if not SubscriptionSettings.now().mails_prices or not can_mail():
        return _("None by email: tell the customer yourself")
    if not to:
        return _("None: the customer has no email address")
    contacts = registry.of(changed.contact)
    may_know = "email" in fields_for(acting_user(), "view", contacts) and may(
        acting_user(), "view", contacts, changed.contact
    )
    return _("By email to %(address)s") % {"address": to} if may_know else _("By email")


def _money_rows(change: Any, changed: Any, money: Any) -> list[tuple[str, str]]:
    rows = []
    if change.amount:
        rows.append((_("Rest of this period, before tax"), money(change.amount)))
    if change.invoice_id:
        says = _("An invoice of %(amount)s, due on %(due)s")
        due = write_date(change.invoice.due_date, current_reader())
        today_ = says % {"amount": money(change.invoice.payable), "due": due}
    elif change.credit_note_id:
        today_ = _("A credit note of %(amount)s") % {"amount": money(change.credit_note.payable)}
    elif change.open_amount:
        today_ = _("Nothing; the difference goes onto the next invoice")
    else:
        today_ = _("Nothing")
    rows.append((_("Today"), today_))
    coming = next_bill(changed)
    if coming is not None:
        says = (
            _("%(day)s: %(amount)s, of which %(credit)s is paid by credit")
            if coming.credit
            else _("%(day)s: %(amount)s")
        )
        day = write_date(coming.day, current_reader())
        told = {"day": day, "amount": money(coming.payable), "credit": money(coming.credit)}
        rows.append((_("Next invoice"), says % told))
    return rows


def pause_told(subscription: Any, paused: Any) -> list[tuple[str, str]]:
    """paused: the subscription as the verb left it."""
    from relasi.modules.subscribing.billing_run import go_on

    if not paused.pause_until:
        return [(_("Next invoice"), _("None until somebody resumes it"))]
    back = write_date(paused.pause_until, current_reader())
    goes_on = go_on(paused, paused.pause_until)
    coming = write_date(goes_on.next_date, current_reader()) if goes_on.next_date else _("None")
    return [(_("Goes on"), back), (_("Next invoice"), coming)]


def cancel_told(subscription: Any, cancelled: Any) -> list[tuple[str, str]]:
    """cancelled: the subscription as the verb left it."""
    ends = write_date(cancelled.cancel_on, current_reader())
    owed = Transaction._base_manager.filter(
        subscription=cancelled.pk, status__in=OPEN, trashed_at=None
    ).count()
    rows = [
        (
            _("Last day"),
            _("%(day)s (today)") % {"day": ends} if cancelled.cancel_on <= cancelled.today() else ends,
        )
    ]
    rows.append((_("New invoices"), _("None")))
    return [*rows, (_("Still to be paid"), _("%(n)s open transactions stay") % {"n": owed})] if owed else rows
